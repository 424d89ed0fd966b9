"""From units as they were sold to demand as it was observed: what each day of each product is, and what stands out.

A day tells nothing about demand, and is unknown rather than zero, when the shop has no sales at all on it, when the
product was out of stock, not on sale yet, or away for a while. A weekday on which the shop is always closed is known:
it sells nothing, and will sell nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

from ml_tools.forecasting.demand.season import Floats, calendar, weekdays

Bools = NDArray[np.bool_]

OUTLIER_SPREADS = 6.0  # robust standard deviations from the rolling, weekday-adjusted median
ROLLING_DAYS = 29
POISSON_SPREAD = 0.5  # standard deviation of the square root of a Poisson count
EDGE_SPREADS = 2.0  # outliers are drawn to here
SHARED_DAY = 0.1  # what stands out in this share of many products at once is an event, not an outlier
MANY_PRODUCTS = 20
INCOMPLETE_SHARE = 0.35  # a newest day below this share of the usual sales is still being written
CLOSED_SHARE, CLOSED_WEEKS = 0.9, 4  # a weekday is closed that sold nothing on these weeks of at least so many
AWAY_DAYS, AWAY_SIDE_DAYS, AWAY_UNITS = 14, 28, 30.0  # so long without a sale, where so many units were due


class DayKind(IntEnum):
    """What a day of a product is; only observed and closed days are known."""

    OBSERVED = 0
    CLOSED = 1  # the shop is always closed on this weekday
    MISSING = 2  # the shop sold nothing at all: closed for once, or without records
    NOT_YET = 3  # before the product was on sale
    SOLD_OUT = 4
    AWAY = 5  # nothing sold for weeks although much was due, and sold again later


@dataclass(frozen=True)
class Damped:
    """An outlier at position `at` of series `row`: `units` were sold where about `usual` are."""

    row: int
    at: int
    units: float
    usual: float


@dataclass(frozen=True)
class Cleaned:
    """`units` [series, days] as models see them, NaN where unknown; `at_least` what was sold on days out of stock, NaN
    on all others; `kinds` [series, days] of DayKind; `returned` [series, days] where more came back than was sold."""

    start: date
    units: Floats
    at_least: Floats
    kinds: NDArray[np.int8]
    returned: Bools
    damped: list[Damped]


def clean(
    start: date,
    sold: Floats,
    *,
    shop_sold: Bools | None = None,
    sold_out: Bools | None = None,
    first: NDArray[np.int64] | None = None,
    expected_peaks: Bools | None = None,
) -> Cleaned:
    """Clean the units [series, days] that were sold from `start` on; NaN counts as missing.

    `shop_sold` [days]: the shop sold anything; `sold_out` [series, days]; `first` [series]: the position from which a
    product was on sale; peaks on `expected_peaks` [series, days] (promotions, holidays) are not outliers. Without one
    of them nothing of its kind is assumed.
    """
    days = weekdays(calendar(start, sold.shape[1]))
    kinds = _kinds(sold, days, shop_sold, sold_out, first)
    units = np.where(kinds == DayKind.OBSERVED, np.maximum(sold, 0.0), np.nan)
    kinds[_away(units)] = DayKind.AWAY
    units = np.where(kinds == DayKind.AWAY, np.nan, units)
    units, damped = damp_outliers(units, days, expected_peaks)
    return Cleaned(
        start,
        units=np.where(kinds == DayKind.CLOSED, 0.0, units),
        at_least=np.where(kinds == DayKind.SOLD_OUT, np.maximum(np.nan_to_num(sold), 0.0), np.nan),
        kinds=kinds,
        returned=np.nan_to_num(sold) < 0,
        damped=damped,
    )


def _kinds(
    sold: Floats,
    days: NDArray[np.int64],
    shop_sold: Bools | None,
    sold_out: Bools | None,
    first: NDArray[np.int64] | None,
) -> NDArray[np.int8]:
    kinds = np.full(sold.shape, DayKind.OBSERVED, dtype=np.int8)
    if sold_out is not None:
        kinds[sold_out] = DayKind.SOLD_OUT
    kinds[~np.isfinite(sold)] = DayKind.MISSING
    if shop_sold is not None:
        kinds[:, ~shop_sold] = DayKind.MISSING
        kinds[:, ~shop_sold & closed_weekdays(days, shop_sold)[days]] = DayKind.CLOSED
    if first is not None:
        kinds[np.arange(sold.shape[1]) < first[:, None]] = DayKind.NOT_YET
    return kinds


def closed_weekdays(days: NDArray[np.int64], shop_sold: Bools) -> Bools:
    """The weekdays [7] on which the shop is closed as a rule; none in a shop that sold nothing at all."""
    count = np.bincount(days, minlength=7)
    without = np.bincount(days[~shop_sold], minlength=7)
    closed = (count >= CLOSED_WEEKS) & (without >= CLOSED_SHARE * count)
    return closed & bool(shop_sold.any())


def _away(units: Floats) -> Bools:
    """Where a product sold nothing for two weeks or more although, by the four weeks before and after, much was due.

    Only gaps that end: a product that stopped may have stopped for good.
    """
    away = np.zeros(units.shape, dtype=bool)
    for row, series in enumerate(units):
        selling = np.flatnonzero(np.nan_to_num(series) > 0)
        for before, after in pairwise(selling):
            if after - before > AWAY_DAYS:
                sides = series[max(before + 1 - AWAY_SIDE_DAYS, 0) : before + 1], series[after : after + AWAY_SIDE_DAYS]
                due = min(np.nanmean(side) for side in sides) * np.isfinite(series[before + 1 : after]).sum()
                away[row, before + 1 : after] = due >= AWAY_UNITS
    return away & np.isfinite(units)


def damp_outliers(
    units: Floats, days: NDArray[np.int64], expected_peaks: Bools | None = None
) -> tuple[Floats, list[Damped]]:
    """Units [series, days] with outliers drawn to the edge of the usual, and which they were; NaN stays.

    Works on square roots, where counts have about one spread at every level, around a rolling median that moves with
    the level and is adjusted for the weekday (medians, and their absolute deviation, do not feel the outliers).
    """
    if not units.size:
        return units, []
    roots = np.sqrt(units)
    weekday = np.stack([_median(roots[:, days == day]) for day in range(7)], axis=1)[:, days]
    usual = _rolling_median(roots - weekday) + weekday
    deviation = np.nan_to_num(roots - usual)
    spread = 1.4826 * _median(np.where(np.isfinite(units), np.abs(deviation), np.nan))
    spread = np.maximum(spread, POISSON_SPREAD)[:, None]
    outliers = np.abs(deviation) > OUTLIER_SPREADS * spread
    if expected_peaks is not None:
        outliers &= ~(expected_peaks & (deviation > 0))
    if len(units) >= MANY_PRODUCTS:
        outliers &= (outliers.mean(axis=0) < SHARED_DAY)[None, :]
    edge = np.maximum(usual + np.sign(deviation) * EDGE_SPREADS * spread, 0.0) ** 2
    damped = [
        Damped(int(row), int(at), float(units[row, at]), float(max(usual[row, at], 0.0) ** 2))
        for row, at in np.argwhere(outliers)
    ]
    return np.where(outliers, edge, units), damped


def _median(values: Floats) -> Floats:
    """The median over the last axis without NaN; 0 where all are."""
    ordered = np.sort(values, axis=-1)
    count = np.isfinite(values).sum(axis=-1)
    if not values.shape[-1]:
        return np.zeros(values.shape[:-1])
    low, high = (np.maximum(at, 0)[..., None] for at in ((count - 1) // 2, count // 2))
    both = [np.take_along_axis(ordered, np.minimum(at, values.shape[-1] - 1), axis=-1)[..., 0] for at in (low, high)]
    return np.where(count > 0, (both[0] + both[1]) / 2, 0.0)


def _rolling_median(values: Floats) -> Floats:
    """Along the last axis of [series, days]; unknown days take part as what lies between their neighbours."""
    length = values.shape[1]
    filled = np.zeros(values.shape)
    for row, series in enumerate(values):
        known = np.flatnonzero(np.isfinite(series))
        if len(known):
            between = np.interp(np.arange(length), known, series[known])
            mode = "mirror" if length > ROLLING_DAYS // 2 else "nearest"
            filled[row] = median_filter(between, size=ROLLING_DAYS, mode=mode)
    return filled


def newest_day_is_incomplete(sold: dict[date, int], newest: date) -> bool:
    """Whether the shop's newest day looks half written: far below every one of its last four namesakes."""
    before = [sold[day] for week in range(1, 5) if (day := newest - timedelta(weeks=week)) in sold]
    return len(before) == 4 and sold.get(newest, 0) < INCOMPLETE_SHARE * min(before)


def notes_on(cleaned: Cleaned) -> list[str]:
    """What was not taken as it stood, in words."""
    kinds = cleaned.kinds
    one = len(kinds) == 1
    damped = np.zeros(kinds.shape, dtype=bool)
    for spike in cleaned.damped:
        damped[spike.row, spike.at] = True
    told = [
        (np.all(kinds == DayKind.MISSING, axis=0), "without any sales in the shop", "counted as missing, not as zero"),
        (kinds == DayKind.SOLD_OUT, "out of stock", "not counted as zero demand"),
        (kinds == DayKind.AWAY, "in a long gap without sales", "counted as unknown, not as zero"),
        (cleaned.returned, "with more returned than sold", "counted as zero"),
        (damped, "far from the usual", "damped"),
    ]
    return [note for where, what, how in told if (note := _note(np.atleast_2d(where), cleaned.start, what, how, one))]


def _note(where: Bools, start: date, what: str, how: str, one: bool) -> str | None:
    """One sentence on the days [series or 1, days] that a mask marks; None when it marks none."""
    count = int(where.sum())
    if not count:
        return None
    several = "" if one or len(where) == 1 else f" of {int(where.any(axis=1).sum())} products"
    marked = [start + timedelta(days=int(at)) for at in np.flatnonzero(where.any(axis=0))]
    few = f" ({', '.join(f'{day:%d %b %Y}' for day in marked)})" if len(marked) <= 3 and not several else ""
    if count == 1:
        return f"1 day {what}{few} was {how}."
    return f"{count:,} days{several} {what}{few} were {how}."


def dates_of(cleaned: Cleaned, kind: DayKind, row: int) -> Sequence[date]:
    """The days of one kind of one series."""
    return [cleaned.start + timedelta(days=int(at)) for at in np.flatnonzero(cleaned.kinds[row] == kind)]
