"""The forecasters that are held against each other on every product, all with one interface.

Each gets the cleaned daily units with the yearly season divided out, and returns the daily means of the days after.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from statsforecast.models import AutoETS, DynamicOptimizedTheta, SeasonalNaive

from ml_tools.forecasting.season import Floats

WEEK = 7
# How many units of sales the weekday factors of the whole group weigh against the product's own.
PRIOR_UNITS = 200.0
FLAT_PRIOR_UNITS = 20.0


@dataclass(frozen=True)
class Task:
    """Units [n] of consecutive days, the weekdays of those days and of the days to forecast, the group's weekdays."""

    units: Floats
    weekdays: NDArray[np.int64]
    future_weekdays: NDArray[np.int64]
    group_weekday: Floats | None  # [7]; None when no profile was learnt

    @property
    def horizon(self) -> int:
        return len(self.future_weekdays)


def weekday_factors(task: Task) -> Floats:
    """The product's weekday factors [7], drawn towards its group's as far as its own sales are few."""
    prior = np.ones(WEEK) if task.group_weekday is None else task.group_weekday
    strength = FLAT_PRIOR_UNITS if task.group_weekday is None else PRIOR_UNITS
    mean = max(float(task.units.mean()), 1e-9)
    sums = np.bincount(task.weekdays, weights=task.units, minlength=WEEK)
    expected = np.bincount(task.weekdays, minlength=WEEK) * mean
    factors = (sums + strength * prior) / (expected + strength)
    return factors / factors.mean()


def seasonal_naive(task: Task) -> Floats:
    """The same weekday of the last week."""
    return _mean(SeasonalNaive(WEEK), task.units, task.horizon)


def ets(task: Task) -> Floats:
    """Exponential smoothing with additive errors and weekdays (Hyndman and others, 2008)."""
    return _mean(AutoETS(WEEK, model="ANA"), task.units, task.horizon)


def theta(task: Task) -> Floats:
    """The dynamic optimised theta method (Fiorucci and others, 2016)."""
    return _mean(DynamicOptimizedTheta(WEEK), task.units, task.horizon)


def weekday_level(task: Task) -> Floats:
    """The mean level of the whole history times the weekday's factor: best while nothing drifts."""
    factors = weekday_factors(task)
    return float((task.units / factors[task.weekdays]).mean()) * factors[task.future_weekdays]


def weekday_smoothed(task: Task) -> Floats:
    """A smoothed level times the weekday's factor: follows a drift."""
    factors = weekday_factors(task)
    level = _mean(AutoETS(1, model="ANN"), task.units / factors[task.weekdays], task.horizon)
    return level * factors[task.future_weekdays]


def _mean(model: SeasonalNaive | AutoETS | DynamicOptimizedTheta, units: Floats, horizon: int) -> Floats:
    if np.ptp(units) == 0:  # a constant series has one answer, and some models cannot be fitted to it
        return np.full(horizon, units[0])
    mean = np.asarray(model.forecast(y=units, h=horizon)["mean"], dtype=float)
    return np.clip(np.nan_to_num(mean, nan=float(units.mean())), 0.0, 5.0 * float(units.max()) + 5.0)


CANDIDATES: dict[str, Callable[[Task], Floats]] = {
    "seasonal naive": seasonal_naive,
    "ETS": ets,
    "theta": theta,
    "weekday level": weekday_level,
    "smoothed weekday level": weekday_smoothed,
}
NAIVE = "seasonal naive"
