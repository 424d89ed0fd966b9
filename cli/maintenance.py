"""`shopclerk migrate | health | doctor | erase`: what operators run."""

import asyncio
import shutil
import sys
from pathlib import Path
from typing import Annotated

import httpx
import psycopg
import typer
from rich.console import Console
from rich.table import Table

from cli.processes import processes
from cli.state import Store, prepare_home
from common.errors import ShopclerkError
from common.settings import ROOT, settings
from store.erasure import Receipt, delete_files, erase_customer
from store.migrate import upgrade
from store.session import Database

console = Console()


def migrate() -> None:
    """Bring the database to the newest schema, and make the caller keys when there are none."""
    config = settings()
    prepare_home(config)
    with Store(config) as store:
        upgrade(store.url)
    console.print("The database has the newest schema.")


def health(url: Annotated[str, typer.Argument(help="A process's address, such as http://127.0.0.1:8000")]) -> None:
    """Exit with 0 when the process at this address is ready, else with 1."""
    try:
        ready = httpx.get(f"{url}/health/ready", timeout=3).status_code == 200
    except httpx.HTTPError:
        ready = False
    raise typer.Exit(0 if ready else 1)


def doctor() -> None:
    """Look at everything that Shopclerk needs, and say what is wrong and what would be right."""
    config = settings()
    checks = {
        "Python": _python(),
        "Assistant's environment": _present(ROOT / "assistant" / ".venv" / "bin" / "python", "run `make setup`"),
        "Sentence encoder": _present(
            ROOT / "models" / "sentence_encoder" / "manifest.json", "restore the models folder"
        ),
        "Disk": _disk(),
        "Database": _database(),
        **{f"Process {process.name}": _process(process.ready_url) for process in processes(config)},
    }
    table = Table("what", "state")
    for name, problem in checks.items():
        table.add_row(name, f"[red]{problem}[/red]" if problem else "[green]ok[/green]")
    console.print(table)
    raise typer.Exit(1 if any(checks.values()) else 0)


def erase(
    customer: Annotated[str, typer.Argument(help="Customer id, the shop's own reference, or mail address")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask")] = False,
) -> None:
    """Forget a customer: account, conversations, events, reviews, pictures; orders stay without a name."""
    if not yes:
        typer.confirm(f"Erase {customer} for good?", abort=True)
    config = settings()
    with Store(config) as store:
        try:
            receipt = asyncio.run(_erase(store.url, customer))
        except ShopclerkError as error:
            console.print(f"[red]{error.message}[/red]")
            raise typer.Exit(1) from None
    delete_files(config.uploads_dir, receipt)
    table = Table("erased or made anonymous", "rows", title=f"Receipt for {receipt.customer}")
    for name, count in receipt.rows.items():
        table.add_row(name.replace("_", " "), str(count))
    console.print(table)


async def _erase(url: str, customer: str) -> Receipt:
    database = Database(url, pool_size=1)
    try:
        async with database.begin() as session:
            return await erase_customer(session, customer)
    finally:
        await database.close()


def _python() -> str | None:
    return None if sys.version_info[:2] == (3, 11) else f"Python 3.11 is needed, this is {sys.version.split()[0]}"


def _present(path: Path, remedy: str) -> str | None:
    return None if path.exists() else f"missing: {remedy}"


def _disk() -> str | None:
    free = shutil.disk_usage(ROOT).free / 1e9
    return None if free > 2 else f"only {free:.1f} GB free; 2 GB are needed"


def _database() -> str | None:
    try:
        with Store(settings()) as store, psycopg.connect(store.url, connect_timeout=3) as connection:
            connection.execute("SELECT count(*) FROM alembic_version")
    except psycopg.Error as error:
        return f"{type(error).__name__}: run `shopclerk migrate`, or check DATABASE_URL"
    return None


def _process(url: str) -> str | None:
    try:
        answer = httpx.get(url, timeout=3)
    except httpx.HTTPError:
        return "does not answer (start it with `shopclerk up`)"
    return None if answer.status_code == 200 else f"not ready: {answer.text[:120]}"
