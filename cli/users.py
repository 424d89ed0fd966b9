"""`shopclerk user`: accounts made from the command line, above all those of the staff."""

import asyncio
import secrets
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console

from cli.state import Store
from common.caller import Role
from common.errors import ShopclerkError
from common.settings import Settings, settings
from store.session import Database
from web.accounts.mail import mailer
from web.accounts.passwords import Passwords, check_new
from web.accounts.service import AccountService, normalised_email
from web.limits import Limiter

app = typer.Typer(help="Accounts of shoppers and staff.", no_args_is_help=True)
console = Console()


class AccountRole(StrEnum):
    SHOPPER = "shopper"
    MARKETER = "marketer"
    AGENT = "agent"


@app.callback()
def users() -> None:
    """Accounts of shoppers and staff."""


@app.command()
def add(
    email: Annotated[str, typer.Argument(help="the mail address to sign in with")],
    role: Annotated[AccountRole, typer.Option(help="what the account may do")] = AccountRole.SHOPPER,
    name: Annotated[str | None, typer.Option(help="a shopper's name")] = None,
    password: Annotated[
        str | None, typer.Option(envvar="SHOPCLERK_PASSWORD", help="asked for when not given; empty makes one")
    ] = None,
) -> None:
    """Make an account."""
    chosen = password if password is not None else _asked()
    generated = None if chosen else secrets.token_urlsafe(12)
    try:
        asyncio.run(_add(settings(), email, chosen or generated or "", Role(role.value), name))
    except ShopclerkError as error:
        console.print(f"[red]{error.message}[/red]")
        raise typer.Exit(1) from error
    console.print(f"{email} can sign in as {role.value}.", markup=False)
    if generated:
        console.print(f"Password: {generated}", markup=False)


def _asked() -> str:
    """Typed twice, unseen; an empty one asks for a password to be made."""
    return str(
        typer.prompt(
            "Password (empty: make one)", default="", show_default=False, hide_input=True, confirmation_prompt=True
        )
    )


async def _add(config: Settings, email: str, password: str, role: Role, name: str | None) -> None:
    check_new(password, normalised_email(email))
    with Store(config) as store:
        database = Database(store.url, pool_size=1)
        service = AccountService(config, database, Limiter(), mailer(config), Passwords())
        try:
            await service.create(email, password, role, name=name)
        finally:
            await database.close()
