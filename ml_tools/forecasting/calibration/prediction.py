"""What the served model says of some products: means, and any quantile of days and sums, of each or of many."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ml_tools.forecasting.calibration.backtest import ENOUGH_DAYS, Ints
from ml_tools.forecasting.calibration.intervals import Calibration, Sums, newness
from ml_tools.forecasting.demand.season import Floats


@dataclass(frozen=True)
class Prediction:
    """`mean` [series, horizon] and the members' own `parts`, with their `weights` [series].

    `known` [series]: units seen of each product, NaN without a known day; `days` [series]: how many days were known;
    `scale` [series]: each one's own share of the spread.
    """

    mean: Floats
    parts: Mapping[str, Floats]
    weights: Mapping[str, Floats]
    known: Floats
    days: Ints
    scale: Floats
    calibration: Calibration

    def of(self, rows: Ints) -> "Prediction":
        """The same of some of the products."""
        return replace(
            self,
            mean=self.mean[rows],
            parts={name: part[rows] for name, part in self.parts.items()},
            weights={name: weight[rows] for name, weight in self.weights.items()},
            known=self.known[rows],
            days=self.days[rows],
            scale=self.scale[rows],
        )

    def times(self, factors: Floats) -> "Prediction":
        """Each product's mean times a factor [series], with the bands around it."""
        return replace(self, mean=self.mean * factors[:, None])

    def daily(self, rows: Ints, quantile: float) -> Floats:
        """Each of these products' units on each day [rows, horizon] that are not exceeded with that chance."""
        mean = self.mean[rows]
        lead = np.broadcast_to(np.arange(1.0, mean.shape[1] + 1), mean.shape)
        return self._each(rows, "day", mean, np.ones_like(mean), lead, quantile)

    def cumulative(self, rows: Ints, quantile: float) -> Floats:
        """The same of the sums from the first day to each day [rows, horizon]."""
        mean = np.cumsum(self.mean[rows], axis=1)
        days = np.broadcast_to(np.arange(1.0, mean.shape[1] + 1), mean.shape)
        return self._each(rows, "sum", mean, days, (days + 1) / 2, quantile)

    def daily_together(self, rows: Ints, quantile: float) -> Floats:
        """Of all these products together: units on each day [horizon] that are not exceeded with that chance."""
        if len(rows) == 1:
            return np.asarray(self.daily(rows, quantile)[0])
        mean = self.mean[rows].sum(axis=0)
        lead = np.arange(1.0, len(mean) + 1)
        own, new = self._concentration(rows)
        sums = Sums(mean, own * mean, new * mean, np.ones_like(mean), lead)
        return self.calibration.quantile(sums, "days of many", quantile)

    def cumulative_together(self, rows: Ints, quantile: float) -> Floats:
        """The same of the sums from the first day to each day [horizon]; learnt on such sums, not added up."""
        if len(rows) == 1:
            return np.asarray(self.cumulative(rows, quantile)[0])
        mean = np.cumsum(self.mean[rows].sum(axis=0))
        days = np.arange(1.0, len(mean) + 1)
        own, new = self._concentration(rows)
        sums = Sums(mean, own * mean, new * mean, days, (days + 1) / 2)
        return self.calibration.quantile(sums, "sums of many", quantile)

    def _each(self, rows: Ints, kind: str, mean: Floats, days: Floats, lead: Floats, quantile: float) -> Floats:
        known = self.known[rows]
        sums = Sums(mean, mean, mean * newness(known)[:, None], days, lead)
        scale = self.scale[rows, None]
        found = self.calibration.quantile(sums, kind, quantile, scale)
        days_known = self.days[rows, None]
        for who, those in (("few", days_known < ENOUGH_DAYS), ("new", days_known == 0)):
            if those.any():
                found = np.where(those, self.calibration.quantile(sums, f"{kind} of {who}", quantile), found)
        return np.asarray(found)

    def _concentration(self, rows: Ints) -> tuple[float, float]:
        """What one product is of the whole: the sum of squared shares, of all and of what is new of them."""
        level = self.mean[rows].mean(axis=1)
        shares = level / max(float(level.sum()), 1e-12)
        return float((shares**2).sum()), float((shares**2 * newness(self.known[rows])).sum())
