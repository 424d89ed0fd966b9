"""The `shopclerk` command: every sub-command in one place."""

import typer

from cli.up import up

app = typer.Typer(help="The open-source shop assistant.", no_args_is_help=True, pretty_exceptions_enable=False)
app.command()(up)

if __name__ == "__main__":
    app()
