"""What drives every product's demand alike: weekday, time of the year, promotions and prices, learnt over all products.

Demand = level x weekday x time of the year x promotion x price, the classical multiplicative decomposition fitted as a
Poisson regression (McCullagh and Nelder, 1989) by coordinate descent: for a categorical factor the exact step is what
was sold over what was expected. Each category's factors are drawn towards the whole shop's as far as it sold little.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml_tools.forecasting.panel import Ahead, Panel
from ml_tools.forecasting.season import Floats, weekdays, year_positions

WEEK, YEAR = 7, 366
MIN_YEARLY_DAYS = 550  # with fewer, a trend and a season cannot be told apart
PRIOR_UNITS = 400.0  # units of the whole shop's factors that a category's own are mixed with
ROUNDS = 6
_MONTH_OF = np.searchsorted([0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335], np.arange(YEAR), side="right") - 1


@dataclass(frozen=True)
class Factors:
    """`weekday` [groups, 7] and `yearly` [groups, 366] around 1; demand is multiplied by exp(promotion x discount) and
    by price ** -elasticity, both [groups]. The last group is the whole shop, which stands for unknown categories."""

    groups: tuple[str, ...]
    weekday: Floats
    yearly: Floats
    promotion: Floats
    elasticity: Floats

    @staticmethod
    def plain() -> "Factors":
        """No knowledge: every day like every other."""
        return Factors((), np.ones((1, WEEK)), np.ones((1, YEAR)), np.zeros(1), np.zeros(1))

    @staticmethod
    def learnt(panel: Panel) -> "Factors":
        """From all days of a panel."""
        return _Fit(panel).factors()

    def patterns(self, past: Panel, ahead: Ahead) -> tuple[Floats, Floats]:
        """The factors' product for each day of `past` [series, days] and of `ahead` [series, horizon].

        Both in units of the same base: each product at the price it had last.
        """
        rows = self.rows(past.groups)
        base = past.price[:, -1:] if past.length else ahead.price[:, :1]
        return (
            self._pattern(rows, past.days, past.discount, past.price / base),
            self._pattern(rows, ahead.days, ahead.discount, ahead.price / base),
        )

    def rows(self, groups: Sequence[str]) -> NDArray[np.int64]:
        """Each category's row [series]; the whole shop's for unknown ones."""
        at = {group: row for row, group in enumerate(self.groups)}
        return np.array([at.get(group, len(self.groups)) for group in groups], dtype=np.int64)

    def _pattern(
        self, rows: NDArray[np.int64], days: NDArray[np.datetime64], discount: Floats, price: Floats
    ) -> Floats:
        calendar = self.weekday[:, weekdays(days)] * self.yearly[:, year_positions(days)]
        pattern = calendar[rows] * np.exp(self.promotion[rows, None] * discount)
        return np.asarray(pattern * price ** -self.elasticity[rows, None])


class _Fit:
    """Coordinate descent over the factors, with a level and a yearly growth for each product."""

    def __init__(self, panel: Panel) -> None:
        self._panel = panel
        self._known = panel.observed
        self._sold = np.where(self._known, panel.units, 0.0)
        self._groups = tuple(sorted(set(panel.groups)))
        self._row = np.array([self._groups.index(group) for group in panel.groups], dtype=np.int64)
        self._weekday_of = weekdays(panel.days)
        self._month_of = _MONTH_OF[year_positions(panel.days)]

    def factors(self) -> Factors:
        count = len(self._groups) + 1
        weekday, month = np.ones((count, WEEK)), np.ones((count, 12))
        long = self._panel.length >= MIN_YEARLY_DAYS
        for _ in range(ROUNDS):
            expected = self._expected(weekday, month)
            weekday *= self._step(expected, self._weekday_of, WEEK)
            weekday /= weekday.mean(axis=1, keepdims=True)
            if long:
                month *= self._step(self._expected(weekday, month), self._month_of, 12)
                month /= month.mean(axis=1, keepdims=True)
        return Factors(self._groups, weekday, month[:, _MONTH_OF], np.zeros(count), np.zeros(count))

    def _expected(self, weekday: Floats, month: Floats) -> Floats:
        """What each day would sell [series, days]: the factors times the product's level, which grows by the year."""
        pattern = weekday[self._row][:, self._weekday_of] * month[self._row][:, self._month_of]
        pattern = np.where(self._known, pattern, 0.0)
        half = self._panel.length // 2
        years = np.arange(self._panel.length) / 365.25
        sold = self._sold.sum(axis=0)
        shape = pattern.sum(axis=0)
        early, late = (sold[part].sum() / max(shape[part].sum(), 1e-9) for part in (slice(half), slice(half, None)))
        growth = np.log(max(late, 1e-9) / max(early, 1e-9)) / max(years[-1] / 2, 1e-9) if half > 364 else 0.0
        pattern = pattern * np.exp(growth * years)
        level = (self._sold.sum(axis=1) + 1e-9) / (pattern.sum(axis=1) + 1e-9)
        return np.asarray(level[:, None] * pattern)

    def _step(self, expected: Floats, part: NDArray[np.int64], size: int) -> Floats:
        """Sold over expected by part [groups + 1, size], categories drawn towards the shop (the last row)."""
        sold, due = np.zeros((len(self._groups) + 1, size)), np.zeros((len(self._groups) + 1, size))
        for at in range(size):
            where = part == at
            np.add.at(sold[:, at], self._row, self._sold[:, where].sum(axis=1))
            np.add.at(due[:, at], self._row, expected[:, where].sum(axis=1))
        sold[-1], due[-1] = sold[:-1].sum(axis=0), due[:-1].sum(axis=0)
        shop = np.where(due[-1] > 0, sold[-1] / np.maximum(due[-1], 1e-9), 1.0)
        return np.asarray((sold + PRIOR_UNITS * shop) / (due + PRIOR_UNITS))
