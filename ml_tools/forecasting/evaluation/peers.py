"""What the forecaster is held against, on the same rows, each as its own documentation uses it.

statsforecast and Prophet fit each series by its past alone; LightGBM by way of mlforecast learns, like ours, over all
series from all days that may be learnt from. Unknown days are filled with the same weekday of the week before.
"""

import logging
import os
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

import numpy as np
import pandas as pd
from statsforecast import StatsForecast
from statsforecast.models import AutoARIMA, AutoETS, AutoTheta, SeasonalNaive

from ml_tools.forecasting.demand.panel import Panel
from ml_tools.forecasting.demand.season import Floats, weekdays
from ml_tools.forecasting.evaluation.datasets import Question, drawn
from ml_tools.forecasting.evaluation.evaluate import LEVELS, WEEK, Competitor, Said
from ml_tools.forecasting.models.base import Progress

JOBS = min(os.cpu_count() or 1, 2)
STATISTICAL = {
    "seasonal naive": (SeasonalNaive, "SeasonalNaive"),
    "AutoETS": (AutoETS, "AutoETS"),
    "AutoARIMA": (AutoARIMA, "AutoARIMA"),
    "AutoTheta": (AutoTheta, "AutoTheta"),
}
LIGHTGBM, PROPHET, WEEKDAY_MEAN = "LightGBM (mlforecast)", "Prophet", "weekday mean"
NAMES = (*STATISTICAL, WEEKDAY_MEAN, PROPHET, LIGHTGBM)
RECENT_DAYS = 730  # of what mlforecast learns from
SLOW_SERIES = 60  # AutoARIMA takes a second for each series: it is asked for so many of them, drawn with a fixed seed


def filled(units: Floats) -> Floats:
    """Units [series, days] without holes: the same weekday a week before, else after, else nothing."""
    done = units.copy()
    for day in range(WEEK, done.shape[1]):
        done[:, day] = np.where(np.isfinite(done[:, day]), done[:, day], done[:, day - WEEK])
    for day in range(done.shape[1] - WEEK - 1, -1, -1):
        done[:, day] = np.where(np.isfinite(done[:, day]), done[:, day], done[:, day + WEEK])
    return np.nan_to_num(done)


def _long(panel: Panel) -> pd.DataFrame:
    """The columns unique_id, ds and y that these packages take; series by their row."""
    count, days = panel.units.shape
    return pd.DataFrame(
        {
            "unique_id": np.repeat(np.arange(count), days),
            "ds": np.tile(panel.days.astype("datetime64[ns]"), count),
            "y": filled(panel.units).ravel(),
        }
    )


class WeekdayMean:
    """Each weekday's mean over the past."""

    def answer(self, question: Question, progress: Progress) -> dict[str, Said]:
        units = filled(question.past.units)
        past, ahead = weekdays(question.past.days), weekdays(question.ahead.days)
        means = np.stack([units[:, past == day].mean(axis=1) for day in range(WEEK)], axis=1)
        return {WEEKDAY_MEAN: Said(means[:, ahead])}


class Statistical:
    """One model of statsforecast with a season of a week."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._make, self._column = STATISTICAL[name]

    def answer(self, question: Question, progress: Progress) -> dict[str, Said]:
        count, horizon = question.actual.shape
        rows = drawn(count, SLOW_SERIES if self._name == "AutoARIMA" else None)
        progress(f"{self._name}: {len(rows)} series")
        forecaster = StatsForecast(
            models=[self._make(season_length=WEEK)], freq="D", n_jobs=JOBS, fallback_model=SeasonalNaive(WEEK)
        )
        found = forecaster.forecast(df=_long(question.past.of(rows)), h=horizon, level=list(LEVELS))
        found = found.sort_values(["unique_id", "ds"])

        def column(suffix: str = "") -> Floats:
            """[series, horizon], NaN for those that were not asked for."""
            every = np.full((count, horizon), np.nan)
            every[rows] = found[f"{self._column}{suffix}"].to_numpy(dtype=float).reshape(len(rows), horizon)
            return every

        bands = {level: (column(f"-lo-{level}"), column(f"-hi-{level}")) for level in LEVELS}
        name = self._name if len(rows) == count else f"{self._name} ({len(rows)} series)"
        return {name: Said(np.maximum(column(), 0.0), bands)}


class LightGbm:
    """Gradient boosting on lags, rolling means and the calendar over all series, as mlforecast's guides put it up."""

    def answer(self, question: Question, progress: Progress) -> dict[str, Said]:
        from lightgbm import LGBMRegressor
        from mlforecast import MLForecast
        from mlforecast.lag_transforms import RollingMean
        from mlforecast.target_transforms import LocalStandardScaler

        learnt = question.learnt.between(question.learnt.length - RECENT_DAYS, question.learnt.length)
        progress(f"{LIGHTGBM}: {len(learnt)} series of {learnt.length} days")
        forecaster = MLForecast(
            models={"y": LGBMRegressor(random_state=0, num_threads=JOBS, verbosity=-1)},
            freq="D",
            lags=[1, WEEK, 2 * WEEK, 4 * WEEK],
            lag_transforms={1: [RollingMean(WEEK), RollingMean(4 * WEEK)], WEEK: [RollingMean(4 * WEEK)]},
            date_features=["dayofweek", "month", "dayofyear"],
            target_transforms=[LocalStandardScaler()],
        )
        horizon = question.actual.shape[1]
        found = forecaster.fit(_long(learnt)).predict(horizon).sort_values(["unique_id", "ds"])
        every = found["y"].to_numpy(dtype=float).reshape(len(learnt), horizon)
        row_of = {key: row for row, key in enumerate(learnt.keys)}
        return {LIGHTGBM: Said(np.maximum(every[[row_of[key] for key in question.past.keys]], 0.0))}


class ProphetPeer:
    """Prophet with its defaults, and its intervals at both levels."""

    def answer(self, question: Question, progress: Progress) -> dict[str, Said]:
        progress(f"{PROPHET}: {len(question.past)} series")
        ask = partial(_prophet, question.past.days, question.actual.shape[1])
        units = filled(question.past.units)
        with ProcessPoolExecutor(JOBS, mp_context=get_context("spawn")) as pool:
            told = np.stack(list(pool.map(ask, units, chunksize=8)))  # [series, 1 + 2 levels, horizon]
        bands = {level: (told[:, 1 + 2 * at], told[:, 2 + 2 * at]) for at, level in enumerate(LEVELS)}
        return {PROPHET: Said(np.maximum(told[:, 0], 0.0), bands)}


def _prophet(days: np.ndarray, horizon: int, units: Floats) -> Floats:
    """Mean, and low and high of each level [1 + 2 levels, horizon], of one series."""
    from prophet import Prophet

    for name in ("cmdstanpy", "prophet"):
        logging.getLogger(name).setLevel(logging.ERROR)
    model = Prophet()
    model.fit(pd.DataFrame({"ds": days.astype("datetime64[ns]"), "y": units}), seed=0)
    future = model.make_future_dataframe(horizon, include_history=False)
    np.random.seed(0)
    samples = model.predictive_samples(future)["yhat"]
    quantiles = [np.quantile(samples, 0.5 + sign * level / 200, axis=1) for level in LEVELS for sign in (-1, 1)]
    return np.stack([model.predict(future)["yhat"].to_numpy(dtype=float), *quantiles])


def peers() -> Mapping[str, Competitor]:
    """All peers by name."""
    return {
        **{name: Statistical(name) for name in STATISTICAL},
        WEEKDAY_MEAN: WeekdayMean(),
        PROPHET: ProphetPeer(),
        LIGHTGBM: LightGbm(),
    }
