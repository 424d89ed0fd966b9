"""The `shopclerk` command: a Typer app, one module per sub-command. It may use every room; no room uses it."""
