"""`shopclerk evaluate TOOL`: any tool against data that it has never seen, beside its peers."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column, Table

from common.errors import BadRequest, ShopclerkError

evaluate_app = typer.Typer(help="Hold a tool against data that it has never seen.", no_args_is_help=True)
notices = Console(stderr=True)

WIDE = 10_000  # characters: a console that any table fits, to measure it

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")]


@evaluate_app.command()
def forecasting(
    sales: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="csv, csv.gz or parquet: date, ..., sales.")
    ] = None,
    origins: Annotated[str, typer.Option(help="First days to forecast, as 2016-03-01,2016-06-01.")] = "",
    history: Annotated[int, typer.Option(min=14, max=120, help="Days that models may see.")] = 120,
    horizon: Annotated[int, typer.Option(min=1, max=180, help="Days to forecast.")] = 45,
    train: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help="Sales to learn from, also the same; days before an origin only."
        ),
    ] = None,
    promotion_column: Annotated[str | None, typer.Option(help="0 or 1, or percent off; known beforehand.")] = None,
    price_column: Annotated[str | None, typer.Option(help="Prices; known beforehand.")] = None,
    open_column: Annotated[str | None, typer.Option(help="0 on closed days, which are left out.")] = None,
    group_column: Annotated[str | None, typer.Option(help="Categories; may also name the series.")] = None,
    public: Annotated[str, typer.Option(help="Without a file: which public sets, as rossmann,demo store.")] = "",
    models: Annotated[str, typer.Option(help="Which of ours alone, as CNN,DBN,LSTM; or all.")] = "",
    peers: Annotated[bool, typer.Option("--peers", help="Also run the peers on the same rows.")] = False,
    sample: Annotated[int | None, typer.Option(min=1, help="Only so many series, drawn with a fixed seed.")] = None,
    as_json: AsJson = False,
) -> None:
    """Accuracy, and coverage and width of both bands, from several origins. Without a file: the public sets."""
    from cli.forecasting_evaluation import Asked, evaluate_public, evaluate_sales
    from ml_tools.forecasting.evaluation.datasets import Columns

    try:
        columns = Columns(promotion=promotion_column, price=price_column, open=open_column, group=group_column)
        with _working("forecasts") as working:
            progress, names = _lines_of(working), _names_in(models)
            if sales is None:
                sets = _names_in(public)
                found = evaluate_public(sets, names, sample=sample, peers=peers, progress=progress)
            else:
                asked = Asked(parse_dates(origins), history, horizon, sample, columns)
                found = evaluate_sales(sales, train, asked, names, peers=peers, progress=progress)
    except ShopclerkError as error:
        _refuse(error)
    report(found, as_json=as_json)


Folder = Annotated[Path | None, typer.Option(exists=True, file_okay=False, help="products.csv and its pictures.")]


@evaluate_app.command()
def visual_search(
    gallery: Folder = None,
    queries: Folder = None,
    peers: Annotated[bool, typer.Option("--peers", help="Also run the peers on the same pictures.")] = False,
    as_json: AsJson = False,
) -> None:
    """Retrieval by kind and colour, and tags. Without folders: the held-out parts of the public sets."""
    from cli.visual_search_evaluation import evaluate_visual_search

    try:
        if (gallery is None) != (queries is None):
            raise BadRequest("Give both --gallery and --queries, or neither.")
        with _working("pictures"):
            found = evaluate_visual_search(gallery, queries, peers=peers)
    except ShopclerkError as error:
        _refuse(error)
    report(found, as_json=as_json)


@evaluate_app.command()
def recommender(
    sequences: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="txt, parquet or csv: a row a user, products in time order."),
    ] = None,
    protocol: Annotated[str, typer.Option(help="full: among all products; 99: among 99 never chosen.")] = "full",
    public: Annotated[str, typer.Option(help="Without a file: which public sets, as ml-1m,diginetica.")] = "",
    sample: Annotated[int | None, typer.Option(min=1, help="Only so many questions, drawn with a fixed seed.")] = None,
    models: Annotated[str, typer.Option(help="Which of ours, as hybrid,ease,sasrec.")] = "",
    peers: Annotated[bool, typer.Option("--peers", help="Also run the peers on the same rows.")] = False,
    as_json: AsJson = False,
) -> None:
    """HR, recall, NDCG and MRR at 10 and 20 of everybody's last product. Without a file: the public sets."""
    from cli.recommender_evaluation import evaluate_public, evaluate_sequences, parse_protocol

    try:
        asked, names = parse_protocol(protocol), _names_in(models)
        with _working("recommendations") as working:
            progress = _lines_of(working)
            found = (
                evaluate_public(_names_in(public), names, asked, peers=peers, progress=progress, sample=sample)
                if sequences is None
                else evaluate_sequences(sequences, names, asked, peers=peers, progress=progress, sample=sample)
            )
    except ShopclerkError as error:
        _refuse(error)
    report(found, as_json=as_json)


@evaluate_app.command()
def promotions(
    impressions: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="csv, tsv (.gz) or parquet: a row an impression.")
    ] = None,
    clicks: Annotated[str, typer.Option(help="Its column of clicks; counted from 0 where none are named.")] = "click",
    train: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Impressions to learn from; without, earlier rows teach later."),
    ] = None,
    public: Annotated[str, typer.Option(help="Without a file: which sets, as avazu-sample,criteo-sample.")] = "",
    models: Annotated[str, typer.Option(help="Which of ours, as blend,logistic,dcn.")] = "",
    peers: Annotated[bool, typer.Option("--peers", help="Also run the peers on the same rows.")] = False,
    as_json: AsJson = False,
) -> None:
    """AUC, logloss and calibration of predicted clicks. Without a file: the public sets and the demo store."""
    from cli.promotions_evaluation import evaluate_impressions, evaluate_public

    try:
        with _working("impressions") as working:
            progress = _lines_of(working)
            found = (
                evaluate_public(_names_in(public), _names_in(models), peers=peers, progress=progress)
                if impressions is None
                else evaluate_impressions(
                    impressions, clicks, _names_in(models), train=train, peers=peers, progress=progress
                )
            )
    except ShopclerkError as error:
        _refuse(error)
    report(found, as_json=as_json)


@evaluate_app.command()
def reviews(
    reviews: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="csv, csv.gz or parquet: a row a review.")
    ] = None,
    text: Annotated[str, typer.Option(help="Its column of texts.")] = "text",
    label: Annotated[str, typer.Option(help="Its column of labels: 0 or 1, or 1 to 5 stars.")] = "positive",
    train: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Reviews for the peers to learn from.")
    ] = None,
    public: Annotated[str, typer.Option(help="Without a file: which public sets, as amazon,clothing.")] = "",
    peers: Annotated[bool, typer.Option("--peers", help="Also run the peers on the same reviews.")] = False,
    as_json: AsJson = False,
) -> None:
    """Accuracy, macro-F1, AUC and calibration of sentiment. Without a file: the public sets' test parts."""
    from cli.reviews_evaluation import evaluate_public, evaluate_reviews

    try:
        with _working("reviews") as working:
            progress = _lines_of(working)
            found = (
                evaluate_public(_names_in(public), peers=peers, progress=progress)
                if reviews is None
                else evaluate_reviews(reviews, text, label, train=train, peers=peers, progress=progress)
            )
    except ShopclerkError as error:
        _refuse(error)
    report(found, as_json=as_json)


@evaluate_app.command()
def search(
    products: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A file as `import products` takes it.")
    ] = None,
    public: Annotated[str, typer.Option(help="Without a file: which catalogues, as fashion-photos,phones.")] = "",
    each: Annotated[int, typer.Option(min=4, max=2000, help="Queries of every kind.")] = 200,
    peers: Annotated[bool, typer.Option("--peers", help="Also ask BM25, plain embeddings, the full text.")] = False,
    as_json: AsJson = False,
) -> None:
    """NDCG, recall and MRR of names, typos, attributes, prices, synonyms and units with known answers."""
    from cli.search_evaluation import evaluate_search

    try:
        with _working("searches") as working:
            progress = _lines_of(working)
            found = evaluate_search(_names_in(public), each=each, peers=peers, progress=progress, products=products)
    except ShopclerkError as error:
        _refuse(error)
    report(found, as_json=as_json)


@evaluate_app.command()
def assistant(
    utterances: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="csv: text, intent, product.")],
    as_json: AsJson = False,
) -> None:
    """Intent accuracy, out-of-scope recall and false rejections, and how often the right product was found."""
    from cli.assistant_evaluation import evaluate_assistant

    try:
        with _working("utterances"):
            found = evaluate_assistant(utterances)
    except ShopclerkError as error:
        _refuse(error)
    report(found, as_json=as_json)


def parse_dates(text: str) -> list[date]:
    """Dates divided by commas; BadRequest names the one that is none."""
    try:
        return [date.fromisoformat(part.strip()) for part in text.split(",")]
    except ValueError as error:
        raise BadRequest(f"Dates are written 2016-03-01,2016-06-01: {error}.") from error


def _names_in(text: str) -> list[str]:
    """Names divided by commas."""
    return [name.strip() for name in text.split(",") if name.strip()]


def report(result: dict[str, Any], *, as_json: bool) -> None:
    """Print an evaluation: one JSON object, or a table of measures by model."""
    if as_json:
        typer.echo(json.dumps(result))
        return
    metrics: dict[str, dict[str, float]] = result["metrics"]
    models = list(dict.fromkeys(model for by_model in metrics.values() for model in by_model))
    console = Console()
    console.print(f"{result['tool']} on {result['data']}: {result['rows']:,} rows")
    for some in _that_fit(models, metrics, console):
        console.print(_table(metrics, some))
    console.print(f"{result['seconds']} s")


def _table(metrics: Mapping[str, Mapping[str, float]], models: Sequence[str]) -> Table:
    table = Table(Column("measure", no_wrap=True), *(Column(model, no_wrap=True) for model in models))
    for measure, by_model in metrics.items():
        if any(model in by_model for model in models):
            table.add_row(measure, *(f"{by_model[model]:.3f}" if model in by_model else "" for model in models))
    return table


def _that_fit(
    models: Sequence[str], metrics: Mapping[str, Mapping[str, float]], console: Console
) -> Iterator[list[str]]:
    """The models of each table, one below another where the console is too narrow for all: no figure is cut off."""
    fitting: list[str] = []
    for model in models:
        if fitting and Console(width=WIDE).measure(_table(metrics, [*fitting, model])).maximum > console.width:
            yield fitting
            fitting = []
        fitting = [*fitting, model]
    if fitting:
        yield fitting


def _working(what: str) -> Progress:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    progress = Progress(*columns, console=notices, transient=True)
    progress.add_task(what, total=None)
    return progress


def _lines_of(working: Progress) -> Callable[[str], None]:
    """Shows the newest line about how far the work is; where nobody watches a terminal, each line stays."""

    def show(line: str) -> None:
        working.update(working.task_ids[0], description=line)
        if not notices.is_terminal:
            notices.print(line)

    return show


def _refuse(error: ShopclerkError) -> NoReturn:
    notices.print(f"[red]{error.message}[/red]")
    raise typer.Exit(2)
