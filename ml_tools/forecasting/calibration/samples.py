"""From backtests to what intervals are calibrated on: days and sums, of single products and of many together."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml_tools.forecasting.calibration.backtest import Backtest, Ints
from ml_tools.forecasting.calibration.intervals import SHIFT, Calibration, Sums, newness, scaled_errors
from ml_tools.forecasting.demand.season import Floats

ENDS = (7, 14, 28, 45, 60, 90)  # days that are summed up
MOST_SAMPLES = 40_000
RANDOM_SUMS = 24  # of many products, a window, beside the categories and the shop
USUAL_DAYS = 120.0  # days of a usual spread that a product's own is mixed with
LEAST_SCALE, MOST_SCALE = 0.6, 2.5
PARTS = ("mean", "own", "new", "days", "lead")
Samples = dict[str, tuple[Sums, Floats, Floats]]


@dataclass(frozen=True)
class Combined:
    """Backtests of one combination: `mean` and `actual` [windows, series, leads], `known` [windows, series]."""

    mean: Floats
    actual: Floats
    known: Floats
    groups: Ints

    @staticmethod
    def of(tested: Backtest, mean: Floats, groups: Ints) -> "Combined":
        return Combined(mean, tested.actuals, tested.known, groups)

    def windows(self, kept: NDArray[np.bool_]) -> "Combined":
        """Some of the windows."""
        return Combined(self.mean[kept], self.actual[kept], self.known[kept], self.groups)


def samples_of(
    all_products: Combined, some_known: Combined | None = None, unknown: Combined | None = None
) -> tuple[Samples, Floats]:
    """What to calibrate on by kind, and each product's own share of the spread [series].

    `some_known` are products that were shown with a few days of a past only, `unknown` those without any.
    """
    rng = np.random.default_rng(0)
    many_days, many_sums = _of_many(all_products, rng)
    parts = {
        "day": _drawn(_days(all_products), rng),
        "sum": _drawn(_sums(all_products), rng),
        "days of many": many_days,
        "sums of many": many_sums,
        "day of few": _of_others(_days, some_known),
        "sum of few": _of_others(_sums, some_known),
        "day of new": _of_others(_days, unknown),
        "sum of new": _of_others(_sums, unknown),
    }
    usual = Calibration.learnt({kind: (sums, sold, np.ones(len(sold))) for kind, (sums, sold, _) in parts.items()})
    scale = _scales(all_products, usual)
    # Row -1 stands for what has no spread of its own.
    each = np.append(scale, 1.0)
    return {kind: (sums, sold, each[rows]) for kind, (sums, sold, rows) in parts.items()}, scale


Part = tuple[Sums, Floats, Ints]  # sums, units sold, and the product's row, -1 where it has none


def _of_others(make: Callable[[Combined], Part], part: Combined | None) -> Part:
    """Samples of products that have no spread of their own."""
    if part is None:
        return _concatenated([])
    sums, sold, rows = make(part)
    return sums, sold, np.full_like(rows, -1)


def _days(part: Combined) -> Part:
    windows, series, leads = np.nonzero(np.isfinite(part.actual) & np.isfinite(part.mean))
    mean = part.mean[windows, series, leads]
    sold = part.actual[windows, series, leads]
    new = newness(part.known)[windows, series]
    one = Sums(mean, mean, mean * new, np.ones(len(mean)), (leads + 1).astype(np.float64))
    return one, _between_counts(sold), series.astype(np.int64)


def _between_counts(sold: Floats) -> Floats:
    """Counts spread over the half unit around them: quantiles then fall between counts as often as they should (the
    randomised probability integral transform, Smith, 1985)."""
    noise = np.random.default_rng(1).uniform(-0.5, 0.5, len(sold))
    return np.asarray(np.maximum(sold + noise, -SHIFT))


def _sums(part: Combined) -> Part:
    known = np.isfinite(part.actual) & np.isfinite(part.mean)
    count = np.cumsum(known, axis=2)
    mean = np.cumsum(np.where(known, part.mean, 0), axis=2)
    sold = np.cumsum(np.where(known, part.actual, 0), axis=2)
    lead = np.cumsum(np.where(known, np.arange(1.0, known.shape[2] + 1), 0.0), axis=2) / np.maximum(count, 1)
    whole = np.isfinite(part.mean)
    found = []
    for end in _ends(known.shape[2]):
        windows, series = np.nonzero(whole[:, :, end - 1] & (2 * count[:, :, end - 1] >= end))
        at = (windows, series, end - 1)
        new = newness(part.known)[windows, series]
        sums = Sums(mean[at], mean[at], mean[at] * new, count[at].astype(float), lead[at])
        found.append((sums, _between_counts(sold[at]), series.astype(np.int64)))
    return _concatenated(found)


def _ends(leads: int) -> list[int]:
    return [end for end in ENDS if end <= leads] or [leads]


def _of_many(part: Combined, rng: np.random.Generator) -> tuple[Part, Part]:
    """Days and sums of the shop, of its categories, and of products drawn at random."""
    days, sums = [], []
    for rows in _collections(part.groups, rng):
        joint = _together(part, rows)
        days.append(_days_of(*joint))
        sums.append(_sums_of(*joint))
    return _concatenated(days), _concatenated(sums)


def _collections(groups: Ints, rng: np.random.Generator) -> list[Ints]:
    count = len(groups)
    if count < 2:
        return [np.arange(count)]
    by_category = [np.flatnonzero(groups == group) for group in np.unique(groups)]
    sizes = np.unique(np.geomspace(2, max(count // 2, 2), RANDOM_SUMS).round().astype(int))
    drawn = [rng.choice(count, min(size, count), replace=False) for size in sizes]
    return [np.arange(count), *(rows for rows in by_category if len(rows) > 1), *drawn]


def _together(part: Combined, rows: Ints) -> tuple[Floats, Floats, Floats, Floats]:
    """Of products together, by window and day [windows, leads]: expected, sold, and what of it one product is.

    Only days count on which at least half of what was expected is known of.
    """
    mean, actual = part.mean[:, rows], part.actual[:, rows]
    known = np.isfinite(mean) & np.isfinite(actual)
    due = np.where(known, mean, 0).sum(axis=1)
    enough = due >= 0.5 * np.nansum(mean, axis=1)
    sold = np.where(known, actual, 0).sum(axis=1)
    usual = np.nanmean(mean, axis=2, keepdims=True)
    # A product's share of the sum, with its level: the squares of daily means would count weekdays as well.
    concentration = np.where(known, mean * usual, 0).sum(axis=1) / np.maximum(due, 1e-9)
    new = np.where(known, mean * usual * newness(part.known[:, rows])[:, :, None], 0).sum(axis=1)
    ok = enough & (due > 0) & np.isfinite(np.nansum(mean, axis=1))
    return np.where(ok, due, np.nan), np.where(ok, sold, np.nan), concentration, new / np.maximum(due, 1e-9)


def _days_of(due: Floats, sold: Floats, own: Floats, new: Floats) -> Part:
    windows, leads = np.nonzero(np.isfinite(due))
    at = (windows, leads)
    sums = Sums(due[at], own[at], new[at], np.ones(len(windows)), (leads + 1).astype(np.float64))
    return sums, _between_counts(sold[at]), np.full(len(windows), -1)


def _sums_of(due: Floats, sold: Floats, own: Floats, new: Floats) -> Part:
    known = np.isfinite(due)
    count = np.cumsum(known, axis=1)
    mean = np.cumsum(np.where(known, due, 0), axis=1)
    total = np.cumsum(np.where(known, sold, 0), axis=1)
    lead = np.cumsum(np.where(known, np.arange(1.0, known.shape[1] + 1), 0.0), axis=1) / np.maximum(count, 1)
    # A product's units over the sum of days are its daily ones times the days.
    one = np.cumsum(np.where(known, own * due, 0), axis=1) / np.maximum(mean, 1e-9) * count
    unseen = np.cumsum(np.where(known, new * due, 0), axis=1) / np.maximum(mean, 1e-9) * count
    found = []
    for end in _ends(known.shape[1]):
        windows = np.flatnonzero(known[:, end - 1] & (2 * count[:, end - 1] >= end))
        at = (windows, end - 1)
        sums = Sums(mean[at], one[at], unseen[at], count[at].astype(float), lead[at])
        found.append((sums, total[at], np.full(len(windows), -1)))
    return _concatenated(found)


def _scales(part: Combined, usual: Calibration) -> Floats:
    """Each product's spread over the usual one [series], drawn towards 1 as far as it was seen on few days."""
    sums, sold, rows = _days(part)
    squares = np.minimum(scaled_errors(usual, sums, sold) ** 2, 16.0)
    total = np.bincount(rows, weights=squares, minlength=part.mean.shape[1])
    days = np.bincount(rows, minlength=part.mean.shape[1])
    mean = squares.mean() if len(squares) else 1.0
    return np.clip(np.sqrt((total / mean + USUAL_DAYS) / (days + USUAL_DAYS)), LEAST_SCALE, MOST_SCALE)


def _concatenated(parts: list[Part]) -> Part:
    if not parts:
        empty = np.empty(0)
        return Sums(*(empty for _ in PARTS)), empty, np.empty(0, dtype=np.int64)
    sums = Sums(*(np.concatenate([getattr(part[0], name) for part in parts]) for name in PARTS))
    return sums, np.concatenate([part[1] for part in parts]), np.concatenate([part[2] for part in parts])


def _drawn(part: Part, rng: np.random.Generator) -> Part:
    """So many samples, drawn at random where there are more."""
    sums, sold, rows = part
    if len(sold) <= MOST_SAMPLES:
        return part
    at = np.sort(rng.choice(len(sold), MOST_SAMPLES, replace=False))
    return Sums(*(getattr(sums, name)[at] for name in PARTS)), sold[at], rows[at]
