"""Which model serves: the one that predicted best what it had not learnt yet, and the simplest where that is in doubt.

A model with many weights is not even tried before there are clicks enough for it, and takes over from a simpler one
only when it is better by more than a standard error: a wrong guess early on costs more than a late promotion.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ml_tools.promotions.batch import Batch, Doubles
from ml_tools.promotions.evaluate import LEAST_ROWS, Makers, prequential
from ml_tools.promotions.measures import clipped
from ml_tools.promotions.models import MODELS
from ml_tools.promotions.models.base import ClickModel, Progress, silent

# From the simplest: clicks (and as many impressions without) before a model is tried.
LEAST_CLICKS: Mapping[str, int] = {
    "base_rate": 0,
    "logistic": 20,
    "ftrl": 100,
    "boosted": 200,
    "factorisation_machine": 300,
    "dcn": 500,
    "blend": 200,
}


@dataclass(frozen=True)
class Choice:
    """The model that serves, fitted on all rows, and the prequential logloss of all that were tried, in nats a row."""

    model: ClickModel
    losses: dict[str, float]


def choose(batch: Batch, makers: Makers = MODELS, progress: Progress = silent) -> Choice:
    """Try what the clicks carry, keep the best, and fit it on everything."""
    losses = _tried(batch, makers, progress)
    name = best_of(losses) if losses else "base_rate"
    progress(f"{name} serves")
    means = {tried: float(found.mean()) for tried, found in losses.items()}
    return Choice(makers[name]().fit(batch, progress), means)


def _tried(batch: Batch, makers: Makers, progress: Progress) -> dict[str, Doubles]:
    """Name -> losses [rows] of the models for which there are clicks enough, the simplest first."""
    clicks = batch.labels.sum()
    carried = min(clicks, len(batch) - clicks)
    if len(batch) < LEAST_ROWS:
        return {}
    losses = {}
    for name, least in LEAST_CLICKS.items():
        if carried >= least and name in makers:
            labels, said = prequential(makers[name](), batch, progress)
            kept = clipped(said)
            losses[name] = np.asarray(-np.where(labels > 0, np.log(kept), np.log1p(-kept)))
            progress(f"{name}: logloss {losses[name].mean():.4f}")
    return losses


def best_of(losses: Mapping[str, Doubles]) -> str:
    """The first name whose losses [rows] no later one undercuts by more than a standard error of the difference."""
    best, *others = losses
    for name in others:
        gain = losses[best] - losses[name]
        if gain.mean() > gain.std() / np.sqrt(len(gain)):
            best = name
    return best
