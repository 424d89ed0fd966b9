"""The forecaster, its members alone, and its peers held against sales that they have not seen, all on the same rows.

Everybody sees the `history` days before an origin and forecasts the `horizon` days from it. What is learnt over all
products is learnt from days before that origin.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from common.errors import BadRequest
from ml_tools.forecasting.demand.panel import Panel
from ml_tools.forecasting.demand.season import Floats
from ml_tools.forecasting.ensemble import Ensemble, renewed
from ml_tools.forecasting.evaluation.datasets import Question
from ml_tools.forecasting.models.base import Forecaster, Progress, silent
from ml_tools.forecasting.models.registry import NAMES, models
from ml_tools.forecasting.patterns.factors import Factors

SERVED = "shopclerk"
LEVELS = (80, 95)
WEEK = 7
LEAST_TOTALS = 20  # sums that a share of sums inside a band is told of; below, it says nothing
OFTEN_SOLD_OUT = 5  # days out of stock in the past from which a series counts as one that often was

Metrics = dict[str, dict[str, float]]  # measure -> model -> value
Band = tuple[Floats, Floats]  # low and high


@dataclass(frozen=True)
class Said:
    """A forecast: `mean` [series, horizon], and where the model tells them the intervals of days [series, horizon] and
    of the sum over all days [series], by level in percent. `seconds` are those that it took with what was learnt for
    it, where a competitor gives several answers."""

    mean: Floats
    days: Mapping[int, Band] = field(default_factory=dict)
    totals: Mapping[int, Band] = field(default_factory=dict)
    seconds: float | None = None


class Competitor(Protocol):
    """One or several models that answer a question."""

    def answer(self, question: Question, progress: Progress) -> dict[str, Said]:
        """What each model says, by its name."""


class Ours:
    """The served model, and any of `models.registry` alone: without weights, correction or intervals.

    At the first origin everything is learnt; at later ones the factors anew, while networks, weights and calibration
    stay, as they do in a shop between two trainings.
    """

    def __init__(self, alone: Sequence[str] = ()) -> None:
        if unknown := [name for name in alone if name not in NAMES]:
            raise BadRequest(f"No model is called {', '.join(unknown)}; there are {', '.join(NAMES)}.")
        self.alone = list(alone)
        self._ensemble: Ensemble | None = None
        self._others: dict[str, Forecaster] = {}

    def answer(self, question: Question, progress: Progress) -> dict[str, Said]:
        started = time.perf_counter()
        ensemble = self._learn(question.learnt, progress)
        progress(f"forecasting {len(question.past)} series")
        prediction = ensemble.forecast(question.past, question.ahead)
        rows = np.arange(len(question.past))
        low_high = {level: (0.5 - level / 200, 0.5 + level / 200) for level in LEVELS}
        served = Said(
            prediction.mean,
            {
                level: (prediction.daily(rows, low), prediction.daily(rows, high))
                for level, (low, high) in low_high.items()
            },
            {
                level: (prediction.cumulative(rows, low)[:, -1], prediction.cumulative(rows, high)[:, -1])
                for level, (low, high) in low_high.items()
            },
            seconds=time.perf_counter() - started,
        )
        return {SERVED: served, **{name: self._alone(name, question, progress) for name in self.alone}}

    def _alone(self, name: str, question: Question, progress: Progress) -> Said:
        assert self._ensemble is not None
        started = time.perf_counter()
        if model := self._ensemble.members.get(name):  # the ensemble's seconds tell how long it learnt
            return Said(_predicted(model, question, progress), seconds=time.perf_counter() - started)
        model, factors = self._others.get(name), self._ensemble.factors
        if model is None:
            progress(f"{name} alone: learning")
            model = models([name])[name]
            model.fit(question.learnt, factors, progress)
        else:
            model = renewed({name: model}, question.learnt, factors)[name]
        self._others[name] = model
        return Said(_predicted(model, question, progress), seconds=time.perf_counter() - started)

    def _learn(self, panel: Panel, progress: Progress) -> Ensemble:
        if self._ensemble is None:
            self._ensemble = Ensemble.fit(panel, progress)
        else:
            factors = Factors.learnt(panel)
            members = renewed(self._ensemble.members, panel, factors)
            self._ensemble = replace(self._ensemble, factors=factors, members=members)
        return self._ensemble


def _predicted(model: Forecaster, question: Question, progress: Progress) -> Floats:
    progress(f"{model.name} alone: forecasting {len(question.past)} series")
    return model.predict(question.past, question.ahead)


def evaluate(
    questions: Iterable[Question], competitors: Sequence[Competitor], progress: Progress = silent
) -> tuple[Metrics, int]:
    """All measures of all models over all questions, and how many days were compared."""
    scores: dict[str, dict[str, list[Floats]]] = {}
    seconds: dict[str, float] = {}
    rows = 0
    for question in questions:
        rows += question.rows
        for competitor in competitors:
            started = time.perf_counter()
            answers = competitor.answer(question, _told(progress, f"{question.origin}: "))
            for model, said in answers.items():
                took = (time.perf_counter() - started) if said.seconds is None else said.seconds
                seconds[model] = seconds.get(model, 0.0) + took
                for measure, values in measured(question, said).items():
                    scores.setdefault(measure, {}).setdefault(model, []).append(values)
    metrics = {measure: _means(by_model, _least(measure)) for measure, by_model in scores.items()}
    known = {measure: by_model for measure, by_model in metrics.items() if by_model}
    return {**known, "seconds": {model: round(value, 2) for model, value in seconds.items()}}, rows


def _told(progress: Progress, beginning: str) -> Progress:
    return lambda line: progress(beginning + line)


def _least(measure: str) -> int:
    return LEAST_TOTALS if measure.startswith("total coverage") else 1


def _means(by_model: Mapping[str, Sequence[Floats]], least: int) -> dict[str, float]:
    """The mean over all series that could be compared; without models for which fewer than `least` could."""
    every = {model: np.concatenate(parts) for model, parts in by_model.items()}
    known = {model: values[np.isfinite(values)] for model, values in every.items()}
    return {model: round(float(values.mean()), 4) for model, values in known.items() if len(values) >= least}


def measured(question: Question, said: Said) -> dict[str, Floats]:
    """Each series' measures [series], NaN where nothing can be compared.

    sMAPE (0 to 200, two zeros are no error), MAE, MASE (Hyndman and Koehler, 2006), of each band the share of days
    inside and the mean width, of the sum over all days whether it is inside; where the true mean is known also the mean
    absolute error against that.
    """
    actual, mean = question.actual, said.mean
    error = np.abs(actual - mean)
    found = {
        "sMAPE": _over_days(200 * _ratio(error, np.abs(actual) + np.abs(mean))),
        "MAE": _over_days(error),
        "MASE": _over_days(error) / _naive_scale(question.past.units),
    }
    for level, (low, high) in said.days.items():
        inside = np.where(np.isfinite(error), (actual >= low) & (actual <= high), np.nan)
        found[f"coverage{level}"] = _over_days(inside)
        found[f"width{level}"] = _over_days(high - low)
    for level, (low, high) in said.totals.items():
        total = actual.sum(axis=1)  # unknown as soon as a day is
        found[f"total coverage{level}"] = np.where(np.isfinite(total), (total >= low) & (total <= high), np.nan)
    if question.truth is not None:
        off = _over_days(np.abs(question.truth - mean))
        found["error against the true mean"] = off
        if question.sold_out is not None:
            found["the same, often sold out"] = np.where(question.sold_out >= OFTEN_SOLD_OUT, off, np.nan)
    return found


def _ratio(above: Floats, below: Floats) -> Floats:
    return np.divide(
        above, below, out=np.where(np.isfinite(below), 0.0, np.nan), where=np.isfinite(below) & (below > 0)
    )


def _over_days(values: Floats) -> Floats:
    """The mean over the known days of each series [series]; NaN where none is."""
    known = np.isfinite(values)
    total = np.where(known, values, 0.0).sum(axis=1)
    return np.divide(total, known.sum(axis=1), out=np.full(len(values), np.nan), where=known.any(axis=1))


def _naive_scale(units: Floats) -> Floats:
    """MASE's denominator [series]: the error of repeating last week within the past; NaN where that never errs."""
    if units.shape[1] <= WEEK:
        return np.full(len(units), np.nan)
    scale = _over_days(np.abs(units[:, WEEK:] - units[:, :-WEEK]))
    return np.where(scale > 0, scale, np.nan)


def compared(metrics: Metrics, measure: str, model: str, peer: str) -> float | None:
    """A model's measure as a share of a peer's; None where one of them is missing."""
    by_model = metrics.get(measure, {})
    if model not in by_model or not by_model.get(peer):
        return None
    return round(by_model[model] / by_model[peer], 4)


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
