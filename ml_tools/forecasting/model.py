"""The forecasting model: candidates weighted by rolling backtests on the very product, with calibrated intervals."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from common.errors import NotEnoughData
from ml_tools.forecasting import backtest as backtests
from ml_tools.forecasting import intervals
from ml_tools.forecasting.backtest import Backtest
from ml_tools.forecasting.candidates import CANDIDATES, NAIVE, Task
from ml_tools.forecasting.features import History
from ml_tools.forecasting.intervals import KNOWN_SEASON, UNKNOWN_SEASON, Band
from ml_tools.forecasting.season import NO_SEASON, Floats, GroupSeason, calendar, weekdays

NAME = "weighted-ensemble"
VERSION = "1"
HISTORY_DAYS = 120
MIN_OBSERVED_DAYS = 28
MAX_HORIZON_DAYS = 180
MIN_WINDOWS = 2
SHARPNESS = 8.0  # how strongly weights prefer the smaller backtest error


@dataclass(frozen=True)
class Quality:
    """How good the same model was in the backtests, always judged on windows that its weights had not seen.

    `total_error`: how far off the totals of `total_days` days were, in percent, over how many windows; None where
    fewer than two windows are that long.
    """

    smape: float
    naive_smape: float
    coverage80: float
    coverage95: float
    windows: int
    total_days: int
    total_error: tuple[float, int] | None


@dataclass(frozen=True)
class Prediction:
    """Daily means and bands [horizon], the sum with its bands, the candidates' weights, and the measured quality."""

    mean: Floats
    bands: dict[float, Band]
    total: float
    total_bands: dict[float, Band]
    weights: dict[str, float]
    quality: Quality


def predict(
    history: History, horizon: int, season: GroupSeason = NO_SEASON, *, planned: Floats | None = None
) -> Prediction:
    """Forecast the `horizon` days after a history; deterministic. `planned` are the discounts [horizon] on those days.

    Raises NotEnoughData when too few days were observed to measure how good the forecast is.
    """
    days = calendar(history.start, len(history.units) + horizon)
    past = len(history.units)
    discounts = np.concatenate([history.discounts, np.zeros(horizon) if planned is None else planned])
    known, week = season.known_factors(days, discounts), weekdays(days)
    group_weekday = None if season is NO_SEASON else season.weekday
    tested = backtests.run(history.units, history.observed, week[:past], known[:past], group_weekday, horizon)
    errors = backtests.errors(tested)
    _require_measurable(errors)
    weights = candidate_weights(errors)
    task = Task(history.units / known[:past], week[:past], week[past:], group_weekday)
    mean = weights @ np.stack([forecast(task) for forecast in CANDIDATES.values()]) * known[past:]
    return _with_intervals(tested, errors, mean, weights, season)


def _require_measurable(errors: Floats) -> None:
    if np.isfinite(errors).all(axis=0).sum() < MIN_WINDOWS:
        raise NotEnoughData(
            "Too many days of this product's past are missing or sold out to tell how good a forecast would be."
        )


def candidate_weights(errors: Floats) -> Floats:
    """Weights [candidates] that sum to 1, from mean absolute errors [candidates, windows]; equal without any error."""
    known = np.isfinite(errors).all(axis=0)
    mean = errors[:, known].mean(axis=1) if known.any() else np.ones(len(errors))
    merit = (np.maximum(mean, 1e-9) / max(float(mean.min()), 1e-9)) ** -SHARPNESS
    return merit / merit.sum()


def _with_intervals(tested: Backtest, errors: Floats, mean: Floats, weights: Floats, season: GroupSeason) -> Prediction:
    drift = KNOWN_SEASON if season.knows_year else UNKNOWN_SEASON
    honest = _held_out_means(tested, errors)
    scores = intervals.scores(tested, honest, drift)
    sums = intervals.sum_scores(tested, honest, drift)
    total = float(mean.sum())
    return Prediction(
        mean=mean,
        bands={
            level: intervals.daily_band(mean, intervals.conformal_quantile(scores, level), drift)
            for level in intervals.LEVELS
        },
        total=total,
        total_bands={level: intervals.sum_band(total, len(mean), sums, level, drift) for level in intervals.LEVELS},
        weights=dict(zip(tested.names, weights.round(3).tolist(), strict=True)),
        quality=_quality(tested, honest, scores),
    )


def _held_out_means(tested: Backtest, errors: Floats) -> Floats:
    """The combination's means [windows, leads], each window weighted by the errors of all other windows."""
    rows = [
        candidate_weights(np.delete(errors, window, axis=1)) @ tested.means[:, window]
        for window in range(tested.windows)
    ]
    return np.stack(rows)


def _quality(tested: Backtest, honest: Floats, scores: Floats) -> Quality:
    naive = tested.means[tested.names.index(NAIVE)]
    return Quality(
        smape=backtests.smape(tested.actuals, honest),
        naive_smape=backtests.smape(tested.actuals, naive),
        coverage80=_coverage(scores, 0.80),
        coverage95=_coverage(scores, 0.95),
        windows=tested.windows,
        total_days=tested.actuals.shape[1],
        total_error=backtests.total_error(tested.actuals, honest),
    )


def _coverage(scores: Floats, level: float) -> float:
    """Share of days inside a band whose quantile came from the other windows."""
    inside: list[NDArray[np.bool_]] = []
    for window in range(len(scores)):
        own = scores[window][np.isfinite(scores[window])]
        inside.append(own <= intervals.conformal_quantile(np.delete(scores, window, axis=0), level))
    return float(np.concatenate(inside).mean())
