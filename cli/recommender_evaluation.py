"""The recommender's evaluation as a command: on a given file of histories, or on the public sets."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from common.errors import BadRequest
from common.settings import settings
from ml_tools.recommender.datasets import (
    AMAZON_BEAUTY,
    DIGINETICA,
    ML_1M,
    Split,
    amazon_beauty,
    diginetica,
    leave_one_out,
    ml_1m,
    read_sequences,
    sampled,
)
from ml_tools.recommender.evaluate import OURS, Metrics, chosen_models, cold_start, evaluate, merged, named
from ml_tools.recommender.models.base import Progress, Recommender
from ml_tools.recommender.models.hybrid import Hybrid
from ml_tools.recommender.protocols import Protocol

PUBLIC: dict[str, Callable[[Path], Split]] = {
    ML_1M: lambda data: leave_one_out(ml_1m(data)),
    AMAZON_BEAUTY: lambda data: leave_one_out(amazon_beauty(data)),
    DIGINETICA: diginetica,
}


def evaluate_sequences(
    sequences: Path,
    names: Sequence[str],
    protocol: Protocol,
    *,
    peers: bool,
    progress: Progress,
    sample: int | None = None,
) -> dict[str, Any]:
    """The result as `report` prints it; raises BadRequest for an unknown model or a file of another form."""
    started = time.perf_counter()
    split = sampled(leave_one_out(read_sequences(sequences)), sample)
    metrics = evaluate(split, _models(names, peers=peers), protocol, progress)
    return _result(split.name, len(split), metrics, protocol, started)


def evaluate_public(
    sets: Sequence[str],
    names: Sequence[str],
    protocol: Protocol,
    *,
    peers: bool,
    progress: Progress,
    sample: int | None = None,
) -> dict[str, Any]:
    """The same of the public sets that are there (`sets`, or all): the 99 protocol only where papers use it, and cold
    start where the products are described."""
    started, folder = time.perf_counter(), settings().shopclerk_data
    tables: list[Metrics] = []
    used: list[str] = []
    rows = 0
    for name in _readable(sets or list(PUBLIC), protocol, folder, progress):
        split = sampled(PUBLIC[name](folder), sample)
        tables.append(named(name, evaluate(split, _models(names, peers=peers), protocol, progress)))
        if peers:
            tables.append(named(name, _published(name, protocol)))
        rows, used = rows + len(split), [*used, name]
    if AMAZON_BEAUTY in used:
        cold, asked = cold_start(amazon_beauty(folder), chosen_models(names or OURS), progress)
        tables.append(named(AMAZON_BEAUTY, cold))
        rows += asked
    return _result(", ".join(used) or f"nothing in {folder}", rows, merged(*tables), protocol, started)


def _readable(sets: Sequence[str], protocol: Protocol, folder: Path, progress: Progress) -> Iterator[str]:
    unknown = [name for name in sets if name not in PUBLIC]
    if unknown:
        raise BadRequest(f"No public set is called {', '.join(unknown)}; there are {', '.join(PUBLIC)}.")
    for name in sets:
        if not (folder / name).is_dir():
            progress(f"{name} is not in {folder}: skipped")
        elif protocol is Protocol.FULL or name == ML_1M:
            yield name


def _result(data: str, rows: int, metrics: Metrics, protocol: Protocol, started: float) -> dict[str, Any]:
    return {
        "tool": "recommender",
        "model": {"name": Hybrid.name, "protocol": protocol.value},
        "data": data,
        "rows": rows,
        "metrics": metrics,
        "seconds": round(time.perf_counter() - started, 1),
    }


def parse_protocol(text: str) -> Protocol:
    """`full` or `99`; BadRequest for anything else."""
    try:
        return Protocol(text)
    except ValueError as error:
        raise BadRequest("The protocol is full or 99.") from error


def _models(names: Sequence[str], *, peers: bool) -> dict[str, Recommender]:
    models = chosen_models(names or OURS)
    if not peers:
        return models
    from ml_tools.recommender.peers import peers as every_peer

    return models | {name: model for name, model in every_peer().items() if name not in models}


def _published(name: str, protocol: Protocol) -> Metrics:
    from ml_tools.recommender.peers import PUBLISHED

    return PUBLISHED.get((name, protocol), {})
