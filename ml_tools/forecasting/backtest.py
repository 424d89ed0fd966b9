"""Rolling backtests: what each candidate would have said at earlier days, beside what then happened."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml_tools.forecasting.candidates import CANDIDATES, Task
from ml_tools.forecasting.season import Floats

WINDOWS = 6
MAX_LEAD = 60  # days ahead that windows look; leads beyond are extrapolated
FIRST_ORIGIN = 42  # days of history before the first window, fewer when the whole history is short
SHORTEST_WINDOW = 7


@dataclass(frozen=True)
class Backtest:
    """`means` [candidates, windows, leads] and `actuals` [windows, leads]; NaN past a window's end, on unknown days."""

    names: tuple[str, ...]
    means: Floats
    actuals: Floats

    @property
    def windows(self) -> int:
        return len(self.actuals)


def origins(days: int) -> list[int]:
    """The positions at which windows begin, oldest first: evenly spaced, the newest a week before the end."""
    last = days - SHORTEST_WINDOW
    first = min(FIRST_ORIGIN, max(2 * SHORTEST_WINDOW, last - SHORTEST_WINDOW))
    count = min(WINDOWS, 1 + (last - first) // SHORTEST_WINDOW)
    return sorted({int(origin) for origin in np.linspace(first, last, max(count, 1)).round()})


def run(
    units: Floats,
    observed: NDArray[np.bool_],
    weekdays: NDArray[np.int64],
    known: Floats,
    group_weekday: Floats | None,
    horizon: int,
) -> Backtest:
    """Backtest every candidate on one product; all arrays are [days]. A window never sees a day after its origin."""
    starts = origins(len(units))
    leads = min(horizon, MAX_LEAD, len(units) - starts[0])
    means = np.full((len(CANDIDATES), len(starts), leads), np.nan)
    actuals = np.full((len(starts), leads), np.nan)
    for window, origin in enumerate(starts):
        until = min(origin + leads, len(units))
        task = Task(units[:origin] / known[:origin], weekdays[:origin], weekdays[origin:until], group_weekday)
        for candidate, forecast in enumerate(CANDIDATES.values()):
            means[candidate, window, : until - origin] = forecast(task) * known[origin:until]
        actuals[window, : until - origin] = np.where(observed[origin:until], units[origin:until], np.nan)
    return Backtest(tuple(CANDIDATES), means, actuals)


def errors(backtest: Backtest) -> Floats:
    """Mean absolute error [candidates, windows]; NaN for a window of which no day was observed."""
    absolute = np.abs(backtest.means - backtest.actuals)
    seen = np.isfinite(absolute).sum(axis=2)
    return np.where(seen > 0, np.nansum(absolute, axis=2) / np.maximum(seen, 1), np.nan)


def smape(actual: Floats, mean: Floats) -> float:
    """Symmetric mean absolute percentage error, 0 to 200, over the known days; two zeros are no error."""
    size = np.abs(actual) + np.abs(mean)
    known = np.isfinite(size)
    ratio = np.divide(np.abs(actual - mean), size, out=np.zeros_like(size), where=known & (size > 0))
    return float(200 * ratio[known].mean()) if known.any() else float("nan")


def total_error(actuals: Floats, means: Floats) -> tuple[float, int] | None:
    """How far off totals were, in percent of what was sold, and over how many windows; both arrays [windows, leads].

    Only windows of the full length count, each summed over its known days; None with fewer than two, or no sales.
    """
    known = np.isfinite(actuals) & np.isfinite(means)
    whole = np.isfinite(means).all(axis=1) & (2 * known.sum(axis=1) >= means.shape[1])
    sold = np.where(known, actuals, 0).sum(axis=1)[whole]
    expected = np.where(known, means, 0).sum(axis=1)[whole]
    if len(sold) < 2 or sold.sum() <= 0:
        return None
    return float(100 * np.abs(sold - expected).sum() / sold.sum()), len(sold)
