"""The classical models of statsforecast, each fitted to one product's own days at the moment it is forecast.

They see a weekly season and nothing else: no other product, no price, no promotion, no time of the year. Unknown days
are filled with what the weekday usually sells.
"""

import os
import warnings
from abc import abstractmethod
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Any, ClassVar, Protocol

import numpy as np
from statsforecast.models import AutoARIMA, AutoETS, DynamicOptimizedTheta

from ml_tools.forecasting.demand.panel import Ahead, Panel
from ml_tools.forecasting.demand.season import Floats
from ml_tools.forecasting.models.base import Forecaster, Progress, Weights, silent
from ml_tools.forecasting.models.levels import Levels
from ml_tools.forecasting.patterns.factors import Factors

WEEK = 7
MIN_DAYS = 15  # two weeks and a day: below, a week's season and a level cannot be told apart
MOST_OF_MAX = 3.0  # forecasts stay below this times the most that was sold on a day
PRIOR_DAYS = 1.0  # days of the product's mean that each weekday's own mean is mixed with
WORKERS = 2
MIN_PER_WORKER = 64  # fewer series are done before a process has started


class _Model(Protocol):
    def forecast(self, y: Floats, h: int) -> Mapping[str, Any]: ...


class LocalForecaster(Forecaster):
    """Learns nothing but what to expect of products without a single known day: their category's level."""

    def __init__(self, per_worker: int = MIN_PER_WORKER) -> None:
        self._levels, self._per_worker = Levels(), per_worker

    def fit(self, panel: Panel, factors: Factors, progress: Progress = silent) -> None:
        self._levels = Levels.learnt(panel)

    def predict(self, past: Panel, ahead: Ahead) -> Floats:
        series = [_trimmed(units) for units in past.units]
        work = partial(self._one, horizon=ahead.horizon)
        prior = self._levels.prior(past)
        short = [
            few_days(units, level, ahead.horizon) if len(units) < MIN_DAYS or np.ptp(units) == 0 else None
            for units, level in zip(series, prior, strict=True)
        ]
        todo = [units for units, answer in zip(series, short, strict=True) if answer is None]
        done = iter(_parallel(work, todo, min(WORKERS, len(todo) // self._per_worker)))
        answers = [next(done) if answer is None else answer for answer in short]
        return np.array(answers).reshape(len(past), ahead.horizon)

    def _one(self, units: Floats, horizon: int) -> Floats:
        """One product's forecast from its filled days; without a model that can be fitted, its weekdays' means."""
        plain = few_days(units, float(units.mean()), horizon)
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")  # about slow convergence, and other matters of no use to a reader
                mean = np.asarray(self.forecast(units, horizon), dtype=np.float64)
        except Exception:  # whatever a fit stumbles over, the weekdays' means are an answer
            return plain
        return np.clip(np.where(np.isfinite(mean), mean, plain), 0.0, MOST_OF_MAX * units.max() + 1.0)

    @abstractmethod
    def forecast(self, units: Floats, horizon: int) -> Floats:
        """The mean of the `horizon` days after at least MIN_DAYS days that are not all alike."""

    def weights(self) -> Weights:
        return self._levels.weights()

    def restore(self, weights: Weights, factors: Factors) -> None:
        self._levels = Levels.restored(weights)


class SeasonalNaiveForecaster(LocalForecaster):
    """Every day as the same weekday of the last week."""

    name = "seasonal naive"
    paper = "Hyndman & Athanasopoulos, Forecasting: Principles and Practice, 2021, section 5.2"

    def __init__(self) -> None:
        super().__init__(per_worker=10**9)  # a process takes longer to start than all products together

    def forecast(self, units: Floats, horizon: int) -> Floats:
        return np.resize(units[-WEEK:], horizon)


class _StatsForecaster(LocalForecaster):
    model: ClassVar[Any]

    def forecast(self, units: Floats, horizon: int) -> Floats:
        fitted: _Model = self.model()
        return np.asarray(fitted.forecast(y=units, h=horizon)["mean"])


class AutoETSForecaster(_StatsForecaster):
    """Exponential smoothing whose error, trend and season are chosen by AICc."""

    name = "AutoETS"
    paper = "Hyndman, Koehler, Snyder & Grose, International Journal of Forecasting 2002"
    model = partial(AutoETS, season_length=WEEK)


class AutoARIMAForecaster(_StatsForecaster):
    """Seasonal ARIMA found by a stepwise search among low orders, which are what 120 days can tell apart.

    The search compares approximate likelihoods; only what it finds is fitted exactly.
    """

    name = "AutoARIMA"
    paper = "Hyndman & Khandakar, Journal of Statistical Software 2008"
    model = partial(
        AutoARIMA,
        season_length=WEEK,
        max_p=2,
        max_q=2,
        max_P=1,
        max_Q=1,
        max_d=1,
        max_D=1,
        nmodels=20,
        approximation=True,
    )


class ThetaForecaster(_StatsForecaster):
    """The dynamic optimised theta model."""

    name = "Theta"
    paper = "Fiorucci, Pellegrini, Louzada, Petropoulos & Koehler, International Journal of Forecasting 2016"
    model = partial(DynamicOptimizedTheta, season_length=WEEK)


def few_days(units: Floats, level: float, horizon: int) -> Floats:
    """The weekdays' means after the days [n] that are there, each drawn towards the mean of all; `level` without any.

    Also what takes the place of models that cannot be fitted.
    """
    if not len(units):
        return np.full(horizon, level)
    mean = float(units.mean())
    place = np.arange(-len(units), horizon) % WEEK
    seen = place[: len(units)]
    sums = np.bincount(seen, weights=units, minlength=WEEK) + PRIOR_DAYS * mean
    return np.asarray((sums / (np.bincount(seen, minlength=WEEK) + PRIOR_DAYS))[place[len(units) :]])


def _trimmed(units: Floats) -> Floats:
    """From the first known day on, holes filled with the weekday's mean, or the mean of all without one."""
    known = np.isfinite(units)
    if not known.any():
        return np.zeros(0)
    units, known = units[known.argmax() :], known[known.argmax() :]
    place = np.arange(len(units)) % WEEK
    sums = np.bincount(place[known], weights=units[known], minlength=WEEK)
    counts = np.bincount(place[known], minlength=WEEK)
    usual = np.where(counts > 0, sums / np.maximum(counts, 1), units[known].mean())
    return np.where(known, units, usual[place])


def _parallel(work: "partial[Floats]", series: list[Floats], workers: int) -> list[Floats]:
    """The work on each of many series, in processes of its own where that pays."""
    workers = min(workers, os.cpu_count() or 1)
    if workers < 2:
        return [work(units) for units in series]
    with ProcessPoolExecutor(workers, mp_context=get_context("forkserver")) as pool:
        return list(pool.map(work, series, chunksize=max(len(series) // (4 * workers), 1)))
