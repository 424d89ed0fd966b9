"""The forecaster's evaluation as a command: on a given file of sales, or on the public sets and the demo store."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from common.errors import BadRequest, ShopclerkError
from common.settings import Settings, settings
from ml_tools.forecasting.evaluation.datasets import PUBLIC, Columns, Question, questions, read_panel
from ml_tools.forecasting.evaluation.demo_store import NAME as DEMO
from ml_tools.forecasting.evaluation.demo_store import demo_questions
from ml_tools.forecasting.evaluation.evaluate import (
    SERVED,
    Competitor,
    Metrics,
    Ours,
    compared,
    evaluate,
    merged,
    named,
)
from ml_tools.forecasting.models.base import Progress
from ml_tools.forecasting.models.registry import LOCAL, NAMES
from store.session import LONG_STATEMENT_TIMEOUT_MS, Database

TRUE_ERROR, TRUE_PEER = "error against the true mean", "AutoETS"


@dataclass(frozen=True)
class Asked:
    """What the command was told about its file."""

    origins: Sequence[date]
    history: int
    horizon: int
    sample: int | None
    columns: Columns


def evaluate_sales(
    sales: Path, train: Path | None, asked: Asked, names: Sequence[str], *, peers: bool, progress: Progress
) -> dict[str, Any]:
    """The result as `report` prints it; raises BadRequest for a file of another form, or impossible origins."""
    started = time.perf_counter()
    progress(f"reading {sales.name}")
    panel = read_panel(sales, asked.columns)
    learnt = None if train is None else panel if train.samefile(sales) else read_panel(train, asked.columns)
    found = questions(
        panel, asked.origins, history=asked.history, horizon=asked.horizon, train=learnt, sample=asked.sample
    )
    metrics, rows = evaluate(found, competitors(names, peers=peers), progress)
    model = {"name": SERVED, "learnt_from": train.name if train else f"{asked.history} days before each origin"}
    return _result(model, sales.name, rows, metrics, started)


def evaluate_public(
    sets: Sequence[str], names: Sequence[str], *, sample: int | None, peers: bool, progress: Progress
) -> dict[str, Any]:
    """The same of the public sets and the demo store (`sets`, or all), as far as they are there."""
    started, config = time.perf_counter(), settings()
    every = (*PUBLIC, DEMO)
    if unknown := [name for name in sets if name not in every]:
        raise BadRequest(f"No public set is called {', '.join(unknown)}; there are {', '.join(every)}.")
    tables: list[Metrics] = []
    used: list[str] = []
    rows = 0
    for name in sets or every:
        asked = _demo_questions(config, progress) if name == DEMO else _public_questions(name, config, sample, progress)
        if not asked:
            continue
        metrics, more = evaluate(asked, competitors(names, peers=peers), _told(progress, name))
        tables.append(named(name, _with_share(metrics)))
        rows, used = rows + more, [*used, name]
    data = ", ".join(used) or f"nothing in {config.shopclerk_data}"
    return _result({"name": SERVED}, data, rows, merged(*tables), started)


def competitors(names: Sequence[str], *, peers: bool) -> list[Competitor]:
    """The served model with the named ones alone, and the peers that are not among them.

    `all` of ours leaves out what is fitted to each series where the same stands among the peers.
    """
    every = [name for name in NAMES if not (peers and name in LOCAL)]
    ours = Ours(every if list(names) == ["all"] else names)
    if not peers:
        return [ours]
    from ml_tools.forecasting.evaluation.peers import peers as every_peer

    return [ours, *(peer for name, peer in every_peer().items() if name not in ours.alone)]


def _public_questions(name: str, config: Settings, sample: int | None, progress: Progress) -> list[Question]:
    """Empty where the set is not there."""
    if not (config.shopclerk_data / name).is_dir():
        progress(f"{name} is not in {config.shopclerk_data}: skipped")
        return []
    one = PUBLIC[name]
    panel = one.read(config.shopclerk_data)
    return list(questions(panel, one.origins, history=one.history, horizon=one.horizon, train=panel, sample=sample))


def _demo_questions(config: Settings, progress: Progress) -> list[Question]:
    """Empty where there is no store, or another than the demo's."""
    from cli.state import Store

    if config.database_url is None and not (config.shopclerk_home / "postgres").is_dir():
        progress("there is no store: the demo store is skipped")
        return []
    with Store(config) as store:
        try:
            return asyncio.run(_read_demo(store.url))
        except ShopclerkError as error:
            progress(f"{error.message} Skipped.")
        except SQLAlchemyError as error:
            progress(f"the store cannot be read ({type(error).__name__}): the demo store is skipped")
    return []


async def _read_demo(url: str) -> list[Question]:
    database = Database(url, pool_size=1, timeout_ms=LONG_STATEMENT_TIMEOUT_MS)
    try:
        return await demo_questions(database)
    finally:
        await database.close()


def _with_share(metrics: Metrics) -> Metrics:
    """Beside the errors against the true mean also their share of AutoETS's."""
    shares = {model: compared(metrics, TRUE_ERROR, model, TRUE_PEER) for model in metrics.get(TRUE_ERROR, {})}
    known = {model: share for model, share in shares.items() if share is not None}
    return metrics | {f"{TRUE_ERROR}, share of {TRUE_PEER}'s": known} if known else metrics


def _told(progress: Progress, data: str) -> Progress:
    return lambda line: progress(f"{data}: {line}")


def _result(model: dict[str, Any], data: str, rows: int, metrics: Metrics, started: float) -> dict[str, Any]:
    return {
        "tool": "forecasting",
        "model": model,
        "data": data,
        "rows": rows,
        "metrics": metrics,
        "seconds": round(time.perf_counter() - started, 1),
    }
