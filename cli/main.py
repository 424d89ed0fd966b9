"""The `shopclerk` command: every sub-command in one place."""

import typer

from cli.maintenance import doctor, erase, health, migrate
from cli.up import up

app = typer.Typer(help="The open-source shop assistant.", no_args_is_help=True, pretty_exceptions_enable=False)
for command in (up, migrate, health, doctor, erase):
    app.command()(command)

if __name__ == "__main__":
    app()
