"""The storefront: pages rendered on the server, which work without JavaScript."""
