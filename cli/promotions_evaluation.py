"""The click models' evaluation as a command: on a file of impressions, or on the public sets and the demo store."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from common.errors import BadRequest
from common.settings import settings
from ml_tools.promotions.datasets import PUBLIC, read_split
from ml_tools.promotions.demo_impressions import DEMO, demo_split
from ml_tools.promotions.evaluate import OURS, Metrics, Split, chosen_models, evaluate, merged, named
from ml_tools.promotions.models.base import ClickModel, Progress
from ml_tools.promotions.open_bandit import OPEN_BANDIT, off_policy_table, open_bandit_folder

SETS = (*PUBLIC, OPEN_BANDIT, DEMO)


def evaluate_impressions(
    impressions: Path, clicks: str, names: Sequence[str], *, train: Path | None, peers: bool, progress: Progress
) -> dict[str, Any]:
    """The result as `report` prints it; raises BadRequest for an unknown model or column, or a file of another form."""
    started = time.perf_counter()
    models = _models(names, peers=peers)
    split = read_split(impressions, clicks, train)
    metrics, scored = evaluate(split, models, progress)
    return _result(split.name, scored, metrics, "another file" if train else "earlier rows", started)


def evaluate_public(sets: Sequence[str], names: Sequence[str], *, peers: bool, progress: Progress) -> dict[str, Any]:
    """The same of the sets that are there (`sets`, or all)."""
    unknown = [name for name in sets if name not in SETS]
    if unknown:
        raise BadRequest(f"No set is called {', '.join(unknown)}; there are {', '.join(SETS)}.")
    started = time.perf_counter()
    _models(names, peers=peers)  # names are checked before anything is read
    tables: list[Metrics] = []
    used: list[str] = []
    rows = 0
    for name in sets or SETS:
        found = _measured(name, names, peers=peers, progress=progress)
        if found is not None:
            tables.append(found[0])
            used, rows = [*used, name], rows + found[1]
    return _result(", ".join(used) or "nothing", rows, merged(*tables), "each set's training part", started)


def _measured(name: str, names: Sequence[str], *, peers: bool, progress: Progress) -> tuple[Metrics, int] | None:
    """Measures of one set and its rows; None, said aloud, when the set is not there."""
    if name == OPEN_BANDIT:
        bandit = open_bandit_folder()
        if bandit is None:
            progress(f"{name}: the package obp is not installed: skipped")
            return None
        return off_policy_table(bandit)
    if name == DEMO:
        return _demo(names, peers=peers, progress=progress)
    folder = settings().shopclerk_data
    if not (folder / name).is_dir():
        progress(f"{name} is not in {folder}: skipped")
        return None
    return _table(PUBLIC[name](folder), names, peers=peers, progress=progress)


def _demo(names: Sequence[str], *, peers: bool, progress: Progress) -> tuple[Metrics, int] | None:
    url = settings().database_url
    found = asyncio.run(demo_split(url)) if url else None
    if found is None:
        progress(f"{DEMO}: there is no database with the demo store: skipped")
        return None
    split, truth = found
    metrics, rows = _table(split, names, peers=peers, progress=progress)
    return merged(metrics, named(split.name, truth)), rows


def _table(split: Split, names: Sequence[str], *, peers: bool, progress: Progress) -> tuple[Metrics, int]:
    metrics, rows = evaluate(split, _models(names, peers=peers), progress)
    return named(split.name, metrics), rows


def _models(names: Sequence[str], *, peers: bool) -> dict[str, ClickModel]:
    models = chosen_models(names or OURS)
    if not peers:
        return models
    from ml_tools.promotions.peers import peers as every_peer

    return models | every_peer()


def _result(data: str, rows: int, metrics: Metrics, learnt_from: str, started: float) -> dict[str, Any]:
    return {
        "tool": "promotions",
        "model": {"name": OURS[0], "learnt_from": learnt_from},
        "data": data,
        "rows": rows,
        "metrics": metrics,
        "seconds": round(time.perf_counter() - started, 1),
    }
