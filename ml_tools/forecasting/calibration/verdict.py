"""How good the served model was in its backtests: of each product, of each category's sum, and of the whole shop's.

Always judged on windows that neither the weights nor the bands had seen.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ml_tools.forecasting.calibration.backtest import ENOUGH_DAYS, Backtest, Ints, smape
from ml_tools.forecasting.calibration.intervals import Calibration
from ml_tools.forecasting.calibration.prediction import Prediction
from ml_tools.forecasting.calibration.samples import Combined, samples_of
from ml_tools.forecasting.demand.panel import Panel
from ml_tools.forecasting.demand.season import Floats

WEEK = 7
MEASURES = ("error", "naive_error", "coverage80", "coverage95", "daily_error", "daily_naive_error")
KNOWN_OF_A_WEEK = 4  # days, for a week to count
BANDS = {"coverage80": (0.1, 0.9), "coverage95": (0.025, 0.975)}


@dataclass(frozen=True)
class Verdict:
    """`table` [products + categories + 1, MEASURES], NaN where nothing was observed.

    Errors are sMAPE, in percent, of weeks: single days of a product that sells once in a while say nothing but that
    they are few. Those of days stand beside them. `windows` it was measured on; `mae`: mean absolute error of days.
    """

    table: Floats
    windows: int
    mae: float

    def quality(self, products: int) -> dict[str, float | int | None]:
        """The means over all products, for the manifest."""
        values = self.table[:products]
        means = [float(np.nanmean(column)) if np.isfinite(column).any() else None for column in values.T]
        names = ("weekly_smape", "naive_weekly_smape", "coverage80", "coverage95", "smape", "naive_smape")
        rounded = {name: mean if mean is None else round(mean, 4) for name, mean in zip(names, means, strict=True)}
        return {**rounded, "mae": round(self.mae, 4), "windows": self.windows, "products": products}


def judged(some: Panel, starts: list[int], tested: Backtest, honest: Floats, groups: Ints) -> Verdict:
    """From the combination's `honest` means [windows, series, leads] of the products of `some`."""
    whole = Combined.of(tested, honest, groups)
    naive = np.stack([_last_week(some, start, tested.actuals.shape[2]) for start in starts])
    windows = list(_predictions(whole))
    everyone = np.arange(len(some))
    sums = [*(np.flatnonzero(groups == group) for group in range(int(groups.max()) + 1)), everyone]
    table = np.vstack([_of_products(windows, whole, naive), *(_of_sum(rows, windows, whole, naive) for rows in sums)])
    known = np.isfinite(whole.actual) & np.isfinite(honest)
    return Verdict(table, tested.windows, float(np.abs(whole.actual - honest)[known].mean()))


def _predictions(whole: Combined) -> Iterator[Prediction]:
    """Each window's prediction, with bands calibrated on the other half of the windows (on all where there are few)."""
    count = len(whole.mean)
    halves = [whole.windows(np.arange(count) % 2 != half) if count >= 4 else whole for half in (0, 1)]
    calibrations = []
    for half in halves:
        samples, scale = samples_of(half)
        calibrations.append((Calibration.learnt(samples), scale))
    for window in range(count):
        calibration, scale = calibrations[window % 2]
        mean = np.nan_to_num(whole.mean[window])
        usual = np.full(len(scale), ENOUGH_DAYS)  # others are no part of the backtests
        yield Prediction(mean, {}, {}, whole.known[window], usual, scale, calibration)


def _of_products(windows: list[Prediction], whole: Combined, naive: Floats) -> Floats:
    rows = np.arange(whole.mean.shape[1])
    inside = {
        name: np.stack([_inside(part.daily(rows, low), part.daily(rows, high), actual)
                        for part, actual in zip(windows, whole.actual, strict=True)])
        for name, (low, high) in BANDS.items()
    }  # fmt: skip
    return np.array(
        [
            _row(whole.actual[:, row], whole.mean[:, row], naive[:, row], [part[:, row] for part in inside.values()])
            for row in rows
        ]
    )


def _of_sum(rows: Ints, windows: list[Prediction], whole: Combined, naive: Floats) -> Floats:
    """The measures [1, 4] of the days of these products together; unknown ones are taken as expected."""
    if not len(rows):
        return np.full((1, len(MEASURES)), np.nan)
    mean = whole.mean[:, rows]
    known = np.isfinite(whole.actual[:, rows])
    actual = np.where(known, whole.actual[:, rows], mean).sum(axis=1)
    actual = np.where(known.any(axis=1), actual, np.nan)
    inside = [
        np.stack(
            [
                _inside(part.daily_together(rows, low), part.daily_together(rows, high), sold)
                for part, sold in zip(windows, actual, strict=True)
            ]
        )
        for low, high in BANDS.values()
    ]
    return np.array([_row(actual, mean.sum(axis=1), naive[:, rows].sum(axis=1), inside)])


def _row(actual: Floats, mean: Floats, naive: Floats, inside: list[Floats]) -> list[float]:
    """The measures of one subject, from its days [windows, leads]."""
    return [
        smape(*_weeks(actual, mean)),
        smape(*_weeks(actual, naive)),
        *(_mean(part) for part in inside),
        smape(actual, mean),
        smape(actual, naive),
    ]


def _weeks(actual: Floats, mean: Floats) -> tuple[Floats, Floats]:
    """Sums over the known days of each whole week ahead; NaN for weeks of which too few days are known."""
    windows, leads = actual.shape
    whole = max(leads // WEEK, 1)
    shape = (windows, whole, min(WEEK, leads))
    known = (np.isfinite(actual) & np.isfinite(mean))[:, : whole * WEEK].reshape(shape)
    enough = known.sum(axis=2) >= min(KNOWN_OF_A_WEEK, leads)
    sums = [
        np.where(enough, np.where(known, part[:, : whole * WEEK].reshape(shape), 0).sum(axis=2), np.nan)
        for part in (actual, mean)
    ]
    return sums[0], sums[1]


def _inside(low: Floats, high: Floats, actual: Floats) -> Floats:
    """1 inside the band, 0 outside, NaN on unknown days."""
    return np.where(np.isfinite(actual), (actual >= low) & (actual <= high), np.nan)


def _mean(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")


def _last_week(some: Panel, start: int, leads: int) -> Floats:
    """The last known week before a window, repeated [series, leads]; a day that is unknown stands for its mean."""
    week = some.units[:, max(start - WEEK, 0) : start]
    known = np.isfinite(week)
    mean = np.where(known, week, 0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    filled = np.where(known, week, mean[:, None])
    return np.tile(filled, (1, leads // week.shape[1] + 1))[:, :leads]
