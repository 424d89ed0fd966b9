"""`shopclerk import`: CSV files into the store, with a progress bar and a table of what is wrong in them."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from cli.state import Store
from common.errors import BadRequest
from common.settings import settings
from store.importers.report import ImportReport, write_errors
from store.importers.run import import_file
from store.jobs import EMBED_IMAGES, READ_REVIEWS, REFRESH_SEARCH, defer

SHOWN = 20  # errors on the screen; all go into the file

import_app = typer.Typer(help="Import CSV files; the formats are in data/README.md.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(help="CSV file, UTF-8, with a header")]
Images = Annotated[Path | None, typer.Option("--images", help="folder or zip of the pictures that the file names")]
ErrorFile = Annotated[Path | None, typer.Option("--errors", help="where to write errors; default NAME.errors.csv here")]


@import_app.command("products")
def import_products(file: File, images: Images = None, errors: ErrorFile = None) -> None:
    """Products with variants, stock and pictures."""
    _run("products", file, errors, images)


@import_app.command("orders")
def import_orders(file: File, errors: ErrorFile = None) -> None:
    """Orders, one row a line; unknown customers are created."""
    _run("orders", file, errors)


@import_app.command("reviews")
def import_reviews(file: File, errors: ErrorFile = None) -> None:
    """Product reviews."""
    _run("reviews", file, errors)


@import_app.command("events")
def import_events(file: File, errors: ErrorFile = None) -> None:
    """Views, searches, carts, purchases and clicks."""
    _run("events", file, errors)


@import_app.command("promotions")
def import_promotions(file: File, errors: ErrorFile = None) -> None:
    """Offers on products, categories or the whole shop."""
    _run("promotions", file, errors)


def _run(kind: str, file: Path, error_file: Path | None, images: Path | None = None) -> None:
    console = Console()
    try:
        with Store(settings()) as store:
            report = _import(kind, file, store.url, images, console)
    except BadRequest as error:
        console.print(error.message, style="red", markup=False)
        raise typer.Exit(1) from error
    if not report.ok:
        _show_errors(report, error_file or Path(f"{file.stem}.errors.csv"), console)
        raise typer.Exit(1)
    counts = report.counts
    console.print(
        f"{report.rows:,} rows of {kind}: {counts.created:,} created, {counts.updated:,} updated, "
        f"{counts.unchanged:,} unchanged, in {report.seconds:.1f} s ({report.rows_per_second:,.0f} rows/s)."
    )


def _import(kind: str, file: Path, database_url: str, images: Path | None, console: Console) -> ImportReport:
    columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(f"Importing {kind}", total=None)

        def advance(done: int, total: int) -> None:
            # The file is read, but not yet merged: the bar stays a little short of its end.
            bar.update(task, completed=done, total=total * 1.25)

        report = import_file(
            kind, file, database_url, images_dir=settings().images_dir, pictures=images, progress=advance
        )
    if report.ok and kind == "products":
        defer(database_url, EMBED_IMAGES)  # a running shop looks at the new pictures at once
        defer(database_url, REFRESH_SEARCH)  # ... and reads the new texts
    if report.ok and kind == "reviews":
        defer(database_url, READ_REVIEWS)
    return report


def _show_errors(report: ImportReport, error_file: Path, console: Console) -> None:
    table = Table("line", "column", "reason")
    for error in report.errors[:SHOWN]:
        table.add_row(str(error.line or ""), error.column, escape(error.reason))
    console.print(table)
    more = f", the first {SHOWN} above" if report.error_count > SHOWN else ""
    console.print(f"{report.error_count:,} errors in {report.file.name}{more}: nothing was imported.", style="red")
    write_errors(report, error_file)
    console.print(f"All of them are in {error_file}.", markup=False)
