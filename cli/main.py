"""The `shopclerk` command: every sub-command in one place."""

import typer

from cli.chat import chat
from cli.maintenance import doctor, erase, health, migrate
from cli.up import up
from cli.users import app as users

app = typer.Typer(help="The open-source shop assistant.", no_args_is_help=True, pretty_exceptions_enable=False)
for command in (up, migrate, health, doctor, erase, chat):
    app.command()(command)
app.add_typer(users, name="user")

if __name__ == "__main__":
    app()
