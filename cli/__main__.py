"""`python -m cli` is `shopclerk`."""

from cli.main import app

app()
