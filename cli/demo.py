"""`shopclerk demo`: the demo store."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn

from cli.state import Store, demo_password, prepare_home
from common.errors import Conflict
from common.settings import Settings, settings
from store.demo.load import DemoSummary, load
from store.migrate import upgrade

demo_app = typer.Typer(help="The demo store: a department store drawn from a seed.", no_args_is_help=True)
console = Console()


@demo_app.callback()
def demo() -> None:
    """Keeps `load` a sub-command although it is the only one."""


@demo_app.command("load")
def load_command(seed: Annotated[int, typer.Option(help="Another seed gives another store.")] = 20) -> None:
    """Fill an empty store with the demo; one that holds it already is left as it is."""
    config = settings()
    prepare_home(config)
    with Store(config) as store:
        upgrade(store.url)
        try:
            summary = load_with_progress(config, store.url, seed)
        except Conflict as refused:
            console.print(refused.message, style="red")
            raise typer.Exit(1) from refused
    report(summary)


def load_with_progress(config: Settings, database_url: str, seed: int = 20) -> DemoSummary:
    """Load the demo into a migrated database and show how far it is."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("demo store", total=1.0)
        return load(
            database_url,
            config.images_dir,
            password=demo_password(config),
            seed=seed,
            today=datetime.now(UTC).date(),
            progress=lambda step, done: bar.update(task, description=step, completed=done),
        )


def report(summary: DemoSummary) -> None:
    """What the demo store holds, and how long loading took."""
    if summary.already_there:
        console.print(f"The demo store was already there (checked in {summary.seconds:.1f} s).")
    else:
        console.print(f"The demo store was loaded in {summary.seconds:.1f} s.")
    console.print(
        f"{summary.products} products with {summary.pictures} pictures, {summary.customers:,} customers, "
        f"{summary.orders:,} orders from {summary.first_day} to {summary.last_day}, {summary.events:,} events, "
        f"{summary.reviews:,} reviews, {summary.promotions} promotions with {summary.impressions:,} impressions."
    )
