"""Prediction intervals, calibrated on the backtests (split conformal: quantiles of past errors, none assumed).

Errors are scored on square roots, where counts have one spread at every level, and divided by how that spread grows:
noise of counts, plus a drift of the level that grows with the days ahead. So one quantile serves every day, bands are
wider above than below, and never negative. Sums are calibrated on the sums of windows, not by adding up the days.
"""

from dataclasses import dataclass

import numpy as np

from ml_tools.forecasting.backtest import Backtest
from ml_tools.forecasting.season import Floats

LEVELS = (0.80, 0.95)
_GAUSS = {0.80: 1.2816, 0.95: 1.9600}
_SHIFT = 0.375  # Anscombe's, which makes the square root of small counts behave
NOISE = 0.25  # variance of the square root of a Poisson count


@dataclass(frozen=True)
class Drift:
    """Relative drift of the level over 30 days that the backtests are too short to show."""

    per_month: float


KNOWN_SEASON = Drift(0.05)
UNKNOWN_SEASON = Drift(0.15)


@dataclass(frozen=True)
class Band:
    """Lower and upper ends [days], or of one sum [1]."""

    low: Floats
    high: Floats


def root(units: Floats) -> Floats:
    return np.sqrt(units + _SHIFT)


def spread(mean: Floats, lead: Floats, drift: Drift) -> Floats:
    """Expected spread of the square root of units, for means and days ahead (from 1) of one shape."""
    return np.sqrt(NOISE + mean / 4 * drift.per_month**2 * lead / 30)


def scores(backtest: Backtest, mean: Floats, drift: Drift) -> Floats:
    """Absolute scaled errors [windows, leads] of the combined forecast `mean`, NaN where nothing is known."""
    lead = np.broadcast_to(np.arange(1, mean.shape[1] + 1, dtype=float), mean.shape)
    return np.abs(root(backtest.actuals) - root(mean)) / spread(mean, lead, drift)


def conformal_quantile(past: Floats, level: float) -> float:
    """The quantile of past scores that covers `level` of new ones, corrected for how few there are."""
    known = np.sort(past[np.isfinite(past)])
    if len(known) == 0:
        return _GAUSS[level] * 2
    rank = int(np.ceil((len(known) + 1) * level))
    return float(known[min(rank, len(known)) - 1])


def daily_band(mean: Floats, quantile: float, drift: Drift) -> Band:
    """The band of each day of a forecast `mean` [days]."""
    reach = quantile * spread(mean, np.arange(1, len(mean) + 1, dtype=float), drift)
    low = np.maximum(root(mean) - reach, 0) ** 2 - _SHIFT
    high = (root(mean) + reach) ** 2 - _SHIFT
    # The mean bounds both ends, also after rounding errors: going to roots and back is not exact.
    return Band(np.minimum(np.maximum(low, 0), mean), np.maximum(high, mean))


def sum_spread(total: Floats, days: Floats, drift: Drift) -> Floats:
    """Expected spread of a sum: counts' noise, and a level that is wrong in one direction for all of its days."""
    return np.sqrt(total + 1 + (total * drift.per_month) ** 2 * (0.25 + days / 90))


def sum_scores(backtest: Backtest, mean: Floats, drift: Drift) -> Floats:
    """Signed scaled errors [n] of the sums of the first 7, 14, 28, ... days of each window."""
    known = np.isfinite(backtest.actuals)
    actual = np.cumsum(np.where(known, backtest.actuals, 0), axis=1)
    forecast = np.cumsum(np.where(known, mean, 0), axis=1)
    lead = np.cumsum(known, axis=1).astype(float)
    scored = (actual - forecast) / sum_spread(forecast, lead, drift)
    ends = [end for end in (7, 14, 28, 45, 60) if end <= mean.shape[1]] or [mean.shape[1]]
    inside = np.isfinite(mean)[:, [end - 1 for end in ends]]
    return scored[:, [end - 1 for end in ends]][inside]


def sum_band(total: float, days: int, past: Floats, level: float, drift: Drift) -> Band:
    """The band of a sum. Few windows cannot show a 95 % quantile: it is never narrower than their spread implies."""
    size = max(float(np.sqrt((past**2).mean())) if len(past) else 1.0, 0.5)
    quantile = max(conformal_quantile(np.abs(past), level), _GAUSS[level] * size)
    reach = quantile * sum_spread(np.array([total]), np.array([float(days)]), drift)
    return Band(np.maximum(total - reach, 0), total + reach)
