"""Click models held against clicks that they have not learnt, all on the same rows.

With rows to learn from, models learn those and are measured on the others. Without, the file is read in its order, test
then train (Gama, Sebastião and Rodrigues, On evaluating stream learning algorithms, 2013): the first fifth is only
learnt; then each twentieth of the rest is predicted before it is learnt. So no row is ever scored by a model that
learnt it, or anything after it.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from common.errors import BadRequest, NotEnoughData
from ml_tools.promotions.batch import Batch, Doubles
from ml_tools.promotions.measures import measured
from ml_tools.promotions.models import MODELS
from ml_tools.promotions.models.base import ClickModel, Progress, silent

OURS = ("blend", "logistic", "base_rate")
FIRST_SHARE = 0.2  # only learnt
STEPS = 20
GROWTH = 2.0  # times the rows of the last fit before a model is fitted anew
LEAST_ROWS = 10

Metrics = dict[str, dict[str, float]]  # measure -> model -> value
Makers = Mapping[str, Callable[[], ClickModel]]


@dataclass(frozen=True)
class Split:
    """What models may learn from, and what they are asked; `learnt` None: the asked rows in their order."""

    name: str
    learnt: Batch | None
    asked: Batch


def chosen_models(names: Sequence[str], makers: Makers = MODELS) -> dict[str, ClickModel]:
    """Fresh models by name; BadRequest for a name that none has."""
    unknown = [name for name in names if name not in makers]
    if unknown:
        raise BadRequest(f"No model is called {', '.join(unknown)}; there are {', '.join(makers)}.")
    return {name: makers[name]() for name in names}


def evaluate(split: Split, models: Mapping[str, ClickModel], progress: Progress = silent) -> tuple[Metrics, int]:
    """Each measure by model, also the seconds of it all, and how many rows were scored."""
    metrics: Metrics = {}
    scored = 0
    for name, model in models.items():
        started = time.perf_counter()
        told = _told(progress, f"{split.name}: {name}: ")
        if split.learnt is not None:
            clicks, said = split.asked.labels, model.fit(split.learnt, told).predict_proba(split.asked.unlabelled())
        else:
            clicks, said = prequential(model, split.asked, told)
        found = measured(clicks, said) | {"seconds": time.perf_counter() - started}
        scored = len(clicks)
        for measure, value in found.items():
            metrics.setdefault(measure, {})[name] = value
    return metrics, scored


def prequential(model: ClickModel, batch: Batch, progress: Progress = silent) -> tuple[Doubles, Doubles]:
    """Clicks and predictions of all rows but the first fifth, each predicted before it was learnt.

    A model is fitted anew whenever its rows have doubled, and updated in between."""
    if len(batch) < LEAST_ROWS:
        raise NotEnoughData(f"Without rows to learn from, at least {LEAST_ROWS} impressions are needed.")
    first, *steps = _steps(len(batch))
    model.fit(batch.take(slice(0, first)), progress)
    fitted, said = first, [np.zeros(0)]
    for start, stop in zip([first, *steps[:-1]], steps, strict=True):
        asked = batch.take(slice(start, stop))
        said.append(model.predict_proba(asked.unlabelled()))
        if stop >= GROWTH * fitted and stop < len(batch):
            model.fit(batch.take(slice(0, stop)), progress)
            fitted = stop
        else:
            model.update(asked)
        progress(f"{stop:,} of {len(batch):,} rows")
    return batch.labels[first:], np.concatenate(said)


def _steps(rows: int) -> Iterator[int]:
    """Where each part ends: the first fifth, then up to STEPS even parts of the rest."""
    first = max(1, int(rows * FIRST_SHARE))
    yield first
    ends = np.linspace(first, rows, STEPS + 1).astype(int)[1:]
    yield from np.unique(ends[ends > first]).tolist()


def _told(progress: Progress, beginning: str) -> Progress:
    return lambda line: progress(beginning + line)


def merged(*tables: Metrics) -> Metrics:
    """Several tables as one."""
    together: Metrics = {}
    for table in tables:
        for measure, by_model in table.items():
            together.setdefault(measure, {}).update(by_model)
    return together


def named(prefix: str, metrics: Metrics) -> Metrics:
    """The same with the data's name before each measure."""
    return {f"{prefix} {measure}": by_model for measure, by_model in metrics.items()}
