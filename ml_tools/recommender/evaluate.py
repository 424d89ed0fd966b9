"""Recommenders held against what people chose next, all on the same split and the same questions."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from common.errors import BadRequest
from ml_tools.recommender.datasets import Sequences, Split, leave_one_out
from ml_tools.recommender.interactions import Interactions, Ints, interactions_of
from ml_tools.recommender.measures import measured
from ml_tools.recommender.models import MODELS
from ml_tools.recommender.models.base import Progress, Recommender, silent
from ml_tools.recommender.models.hybrid import Hybrid
from ml_tools.recommender.protocols import Protocol, ranked

OURS = (Hybrid.name, "popularity")
HIDDEN_SHARE = 0.1
SEED = 20

Metrics = dict[str, dict[str, float]]  # measure -> model -> value
Makers = Mapping[str, Callable[[], Recommender]]


def chosen_models(names: Sequence[str], makers: Makers = MODELS) -> dict[str, Recommender]:
    """Fresh models by name; BadRequest for a name that none has."""
    unknown = [name for name in names if name not in makers]
    if unknown:
        raise BadRequest(f"No model is called {', '.join(unknown)}; there are {', '.join(makers)}.")
    return {name: makers[name]() for name in names}


def evaluate(
    split: Split, models: Mapping[str, Recommender], protocol: Protocol, progress: Progress = silent
) -> Metrics:
    """Fit each model on what the split lets it learn, and measure it; also seconds of the fit and milliseconds a
    question, as asked in batches."""
    metrics: Metrics = {}
    for name, model in models.items():
        started = time.perf_counter()
        model.fit(split.learnt, _told(progress, f"{split.name}: {name}: "))
        fitted = time.perf_counter()
        found = measured(*ranked(model, split, protocol, progress))
        found["fit seconds"] = fitted - started
        found["ms a question"] = (time.perf_counter() - fitted) / len(split) * 1000
        for measure, value in found.items():
            metrics.setdefault(measure, {})[name] = value
    return metrics


def _told(progress: Progress, beginning: str) -> Progress:
    return lambda line: progress(beginning + line)


def cold_start(
    sequences: Sequences, models: Mapping[str, Recommender], progress: Progress = silent
) -> tuple[Metrics, int]:
    """How well products are found that the training never saw, and how many customers were asked for.

    A tenth of the products is hidden from all histories; those customers are asked whose last product is a hidden one.
    "cold R@20" ranks the hidden products among themselves, which is fair to models that cannot tell them apart (they
    get what guessing gets); "cold R@20 of all" ranks them among all products."""
    split, hidden = cold_split(sequences)
    metrics: Metrics = {"cold R@20": {}, "cold R@20 of all": {}}
    for name, model in models.items():
        model.fit(split.learnt, _told(progress, f"{split.name}: {name}: "))
        for measure, allowed in zip(metrics, (hidden, None), strict=True):
            found = measured(*ranked(model, split, Protocol.FULL, progress, allowed))
            metrics[measure][name] = found["recall@20"]
    return metrics, len(split)


def cold_split(sequences: Sequences) -> tuple[Split, Ints]:
    """Customers whose last product is hidden from the training, and the hidden products."""
    split = leave_one_out(sequences)
    assert split.customers is not None
    count = split.learnt.product_count
    chosen = np.random.default_rng(SEED).choice(count, max(1, int(count * HIDDEN_SHARE)), replace=False)
    hidden = np.sort(chosen).astype(np.int32)
    learnt = without_products(split.learnt, hidden)
    asked = np.flatnonzero(np.isin(split.targets, hidden))
    customers = split.customers[asked]
    histories = [learnt.of(customer) for customer in customers]
    cold = replace(split, learnt=learnt, histories=histories, targets=split.targets[asked], customers=customers)
    return replace(cold, name=f"{split.name}, cold"), hidden


def without_products(data: Interactions, hidden: Ints) -> Interactions:
    """The same customers, as if these products had never been there; what is known of the products stays."""
    histories = [history[~np.isin(history, hidden)] for history in data.histories()]
    return interactions_of(histories, data.product_count, data.features)


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
