"""From a product's sales days to a series fit for models: what was not observed is filled, what stands out is damped.

A day is unknown, not zero, when the whole shop sold nothing, and when the product was out of stock.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from ml_tools.forecasting.season import Floats, calendar, weekdays
from store.sales import SalesDay

OUTLIER_SPREADS = 6.0  # robust standard deviations from the rolling, weekday-adjusted median
ROLLING_DAYS = 29
POISSON_SPREAD = 0.5  # standard deviation of the square root of a Poisson count
INCOMPLETE_SHARE = 0.35  # a newest day below this share of the usual sales is still being written


@dataclass(frozen=True)
class History:
    """Consecutive days from `start`: `units` [n] as the models see them, `observed` [n] where they were really seen.

    `discounts` [n] are shares (0.2 is 20 % off) of the promotions that were on.
    """

    start: date
    units: Floats
    observed: NDArray[np.bool_]
    discounts: Floats
    notes: list[str] = field(default_factory=list)

    @property
    def end(self) -> date:
        return self.start + timedelta(days=len(self.units) - 1)

    @property
    def observed_days(self) -> int:
        return int(self.observed.sum())


def clean(days: Sequence[SalesDay]) -> History:
    """The history of consecutive sales days; the notes say in words what was not taken as it stood."""
    start = days[0].day
    raw = np.array([row.units for row in days], dtype=float)
    missing = np.array([not row.shop_sold for row in days])
    sold_out = np.array([row.sold_out for row in days]) & ~missing
    discounts = discounts_of(days)
    history = from_units(start, np.where(missing | sold_out, np.nan, raw), expected_peaks=discounts > 0)
    units = np.where(sold_out, np.maximum(history.units, raw), history.units)
    notes = [
        *_note(missing, start, "without any sales in the shop", "counted as missing, not as zero"),
        *_note(sold_out, start, "out of stock", "not counted as zero demand"),
        *_note(raw < 0, start, "with more returned than sold", "counted as zero"),
        *history.notes,
    ]
    return History(start, units, history.observed, discounts, notes)


def discounts_of(days: Sequence[SalesDay]) -> Floats:
    """The discounts [n] of sales days, as shares."""
    return np.array([row.discount_percent for row in days], dtype=float) / 100


def from_units(start: date, units: Floats, *, expected_peaks: NDArray[np.bool_] | None = None) -> History:
    """A history of daily units [n], NaN where unknown; peaks on `expected_peaks` (promotions) are not outliers."""
    observed = np.isfinite(units)
    days = weekdays(calendar(start, len(units)))
    filled = fill_unknown(np.where(observed, np.maximum(units, 0.0), np.nan), days)
    damped, outliers = damp_outliers(filled, days, observed, expected_peaks)
    return History(
        start, damped, observed, np.zeros(len(units)), _note(outliers, start, "far from the usual", "damped")
    )


def fill_unknown(units: Floats, days: NDArray[np.int64]) -> Floats:
    """NaN replaced by the mean of the four nearest known days of the same weekday, else of all known days."""
    known = np.flatnonzero(np.isfinite(units))
    filled = units.copy()
    for position in np.flatnonzero(~np.isfinite(units)):
        same = known[days[known] == days[position]]
        nearest = same[np.argsort(np.abs(same - position), kind="stable")[:4]] if len(same) else known
        filled[position] = units[nearest].mean() if len(nearest) else 0.0
    return filled


def damp_outliers(
    units: Floats,
    days: NDArray[np.int64],
    observed: NDArray[np.bool_],
    expected_peaks: NDArray[np.bool_] | None = None,
) -> tuple[Floats, NDArray[np.bool_]]:
    """Units with outliers drawn to the edge of the usual, and where they were.

    Works on square roots, where counts have about one spread at every level, around a rolling median that moves with
    the level and is adjusted for the weekday (medians, and their absolute deviation, do not feel the outliers).
    """
    roots = np.sqrt(units)
    weekday = np.array([np.median(roots[days == day]) if (days == day).any() else 0.0 for day in range(7)])
    usual = _rolling_median(roots - weekday[days]) + weekday[days]
    deviation = roots - usual
    spread = max(1.4826 * float(np.median(np.abs(deviation[observed]))) if observed.any() else 0.0, POISSON_SPREAD)
    outliers = (np.abs(deviation) > OUTLIER_SPREADS * spread) & observed
    if expected_peaks is not None:
        outliers &= ~expected_peaks
    edge = np.maximum(usual + np.sign(deviation) * 2 * spread, 0.0) ** 2
    return np.where(outliers, edge, units), outliers


def _rolling_median(values: Floats) -> Floats:
    half = ROLLING_DAYS // 2
    padded = np.pad(values, half, mode="reflect") if len(values) > half else np.pad(values, half, mode="edge")
    return np.median(np.lib.stride_tricks.sliding_window_view(padded, ROLLING_DAYS), axis=1)


def newest_day_is_incomplete(shop_units: dict[date, int], newest: date) -> bool:
    """Whether the shop's newest day looks half written: far below every one of its last four namesakes."""
    before = [shop_units[day] for week in range(1, 5) if (day := newest - timedelta(weeks=week)) in shop_units]
    return len(before) == 4 and shop_units.get(newest, 0) < INCOMPLETE_SHARE * min(before)


def _note(where: NDArray[np.bool_], start: date, what: str, how: str) -> list[str]:
    """One sentence on the days that a mask marks; none when it marks none."""
    marked = [start + timedelta(days=int(position)) for position in np.flatnonzero(where)]
    if not marked:
        return []
    few = f" ({', '.join(f'{day:%d %b %Y}' for day in marked)})" if len(marked) <= 3 else ""
    return [f"1 day {what}{few} was {how}." if len(marked) == 1 else f"{len(marked)} days {what}{few} were {how}."]
