"""What the outside sees: the storefront, accounts, the chat gateway and the marketers' console."""
