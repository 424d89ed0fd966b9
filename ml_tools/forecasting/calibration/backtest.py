"""Rolling backtests over all products: what each member would have said at earlier days, beside what then happened.

A window shows the members the days before its origin, as a forecast of that day would have seen them. Some products are
shown a second time as if they were new, with ten days of a past or none, so that what is said of new ones can be judged
as well.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ml_tools.forecasting.demand.panel import Ahead, Panel
from ml_tools.forecasting.demand.season import Floats
from ml_tools.forecasting.models.base import HISTORY_DAYS, Forecaster

WINDOWS = 10
MAX_LEAD = 90  # days ahead that windows look; the spread of leads beyond is extrapolated
YEAR, SEASON_KNOWN = 365, 600
SHORTEST_PAST, SHORTEST_WINDOW = 14, 7
NEW_PRODUCTS = 200  # products that are shown again as new ones
FEW_DAYS, ENOUGH_DAYS = 10, 28

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Backtest:
    """`means` [members, windows, series, leads] and `actuals` [windows, series, leads], NaN where nothing was observed.

    `known` [windows, series] are the units that were seen of each product before the window, NaN where it had no known
    day. `rows` [series] are the products' places in the panel.
    """

    names: tuple[str, ...]
    rows: Ints
    means: Floats
    actuals: Floats
    known: Floats

    @property
    def windows(self) -> int:
        return len(self.actuals)

    def without(self, window: int) -> "Backtest":
        """All other windows."""
        rest = np.arange(self.windows) != window
        return replace(self, means=self.means[:, rest], actuals=self.actuals[rest], known=self.known[rest])


def origins(days: int) -> list[int]:
    """The positions at which windows begin, oldest first: over the last year, or the last third of a shorter past.

    Empty where the past is too short to test anything.
    """
    last = days - SHORTEST_WINDOW
    seasoned = min(days - MAX_LEAD, SEASON_KNOWN)  # before, the model of the time knew no season, unlike today's
    first = max(days - min(YEAR, days // 3), seasoned, SHORTEST_PAST)
    if last < first:
        return []
    if days // 3 > 2 * SHORTEST_WINDOW:
        last = days - 2 * SHORTEST_WINDOW
    count = min(WINDOWS, 1 + (last - first) // SHORTEST_WINDOW)
    return sorted({int(origin) for origin in np.linspace(first, last, count).round()})


def run(
    members: Mapping[str, Forecaster], panel: Panel, starts: Sequence[int], rows: Ints, *, leads: int = MAX_LEAD
) -> Backtest:
    """Backtest fitted members on the products at `rows`; the members must not have learnt from a day after the first
    of `starts`."""
    tested = _run(members, panel.of(rows), starts, rows, HISTORY_DAYS, leads)
    known = np.stack([panel.observed[rows, max(start - HISTORY_DAYS, 0) : start].sum(axis=1) for start in starts])
    enough = np.minimum(np.array(starts) // 2, ENOUGH_DAYS)
    # What was new at that time is no test of what is said of products with a past.
    return replace(tested, actuals=np.where((known >= enough[:, None])[:, :, None], tested.actuals, np.nan))


def run_as_new(
    members: Mapping[str, Forecaster],
    panel: Panel,
    starts: Sequence[int],
    rows: Ints,
    *,
    days: int,
    leads: int = MAX_LEAD,
) -> Backtest:
    """The same of some of these products, each as if only its newest `days` were known, and it had no name."""
    chosen = rows[np.unique(np.linspace(0, len(rows) - 1, min(NEW_PRODUCTS, len(rows))).round().astype(int))]
    some = panel.of(chosen)
    return _run(members, replace(some, keys=("",) * len(some)), starts, chosen, days, leads)


def joined(parts: Sequence[Backtest]) -> Backtest:
    """Backtests of the same products on other windows as one."""
    return replace(
        parts[0],
        means=np.concatenate([part.means for part in parts], axis=1),
        actuals=np.concatenate([part.actuals for part in parts]),
        known=np.concatenate([part.known for part in parts]),
    )


def _run(
    members: Mapping[str, Forecaster], some: Panel, starts: Sequence[int], rows: Ints, seen: int, leads: int
) -> Backtest:
    means = np.full((len(members), len(starts), len(some), leads), np.nan)
    actuals = np.full((len(starts), len(some), leads), np.nan)
    known = np.full((len(starts), len(some)), np.nan)
    for window, origin in enumerate(starts):
        past, ahead, units = some.split(origin, history=HISTORY_DAYS, horizon=min(leads, some.length - origin))
        past = _only_newest(past, seen)
        for at, member in enumerate(members.values()):
            means[at, window, :, : ahead.horizon] = member.predict(past, ahead)
        actuals[window, :, : ahead.horizon] = units
        known[window] = known_units(past)
    return Backtest(tuple(members), rows, means, actuals, known)


def _only_newest(past: Panel, days: int) -> Panel:
    """The same days, of which only the newest are known."""
    if days >= past.length:
        return past
    hidden = np.arange(past.length) < past.length - days
    return replace(
        past,
        units=np.where(hidden, np.nan, past.units),
        at_least=np.where(hidden, np.nan, past.at_least),
    )


def known_units(past: Panel) -> Floats:
    """Units seen on the known days of each product [series]; NaN for one without any known day."""
    seen = past.observed
    return np.where(seen.any(axis=1), np.where(seen, past.units, 0.0).sum(axis=1), np.nan)


def known_ahead(panel: Panel, horizon: int) -> Ahead:
    """The days after a panel, if nothing changes: the price that it ended with, no promotion."""
    if not panel.length:
        raise ValueError("a panel without days has no end")
    ahead = panel.between(panel.length - 1, panel.length)
    start = (np.datetime64(panel.end, "D") + 1).astype(object)
    return Ahead(start, np.repeat(ahead.price, horizon, axis=1), np.zeros((len(panel), horizon)))


def smape(actual: Floats, mean: Floats) -> float:
    """Symmetric mean absolute percentage error, 0 to 200, over the known days; two zeros are no error."""
    size = np.abs(actual) + np.abs(mean)
    known = np.isfinite(size)
    ratio = np.divide(np.abs(actual - mean), size, out=np.zeros_like(size), where=known & (size > 0))
    return float(200 * ratio[known].mean()) if known.any() else float("nan")
