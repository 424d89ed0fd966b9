"""Learning what is common to a category's days: weekday, time of the year, holidays, and the common level.

All of it only needs sums by category and day. The shop's own calendar comes first; what a category has of its own is
told against it, and drawn towards it by what chance explains.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from ml_tools.forecasting.demand import holidays
from ml_tools.forecasting.demand.panel import Panel
from ml_tools.forecasting.demand.season import Floats, weekdays, year_positions
from ml_tools.forecasting.patterns import shop_calendar, yearly
from ml_tools.forecasting.patterns.common_level import UNKNOWN, likeliest_step, noise_of, smoothed
from ml_tools.forecasting.patterns.shop_calendar import ShopCalendar
from ml_tools.forecasting.patterns.shrinkage import shrunk_ratios
from ml_tools.forecasting.patterns.yearly import YearlySales

WEEK, YEAR = 7, 366
MIN_COMMON_WEEKS, MIN_COMMON_PRODUCTS = 12, 8
LEAST = 1e-9


@dataclass(frozen=True)
class Days:
    """Where each day of a panel is [days]: in the week, in the year, in weeks counted back from the end, in a holiday's
    cell (of `names`; -1 in none)."""

    weekday: NDArray[np.int64]
    place: NDArray[np.int64]
    week: NDArray[np.int64]
    cell: NDArray[np.int64]
    names: tuple[str, ...]

    @staticmethod
    def of(panel: Panel, country: str, *, several_weeks: bool, with_holidays: bool) -> "Days":
        weeks = max(panel.length // WEEK, 1) if several_weeks else 1
        back = np.arange(panel.length)[::-1] // WEEK
        names = holidays.known_cells(country, panel.days) if with_holidays else ()
        return Days(
            weekdays(panel.days),
            year_positions(panel.days),
            np.maximum(weeks - 1 - back, 0),
            holidays.cells(country, panel.days, names),
            names,
        )


class CalendarFit:
    """`sold` [groups, days]. The shop's factors, and in `own` what each category's are multiplied by."""

    def __init__(self, days: Days, sold: Floats, members: NDArray[np.int64]) -> None:
        """`members` [groups]: how many products each category has."""
        self.days, self.sold = days, sold
        groups, weeks = len(sold), int(days.week.max()) + 1
        self.shop = _flat(1, weeks, len(days.names))
        self.own = _flat(groups, weeks, len(days.names))
        self.seen, self.variance = np.zeros((groups + 1, weeks)), np.full((groups + 1, weeks), UNKNOWN)
        self.step = np.full((groups + 1, weeks), 1e-9)
        self.drift = 0.0  # a week, of the shop's level
        self.kind = "steps"  # of yearly shape
        self._large = np.flatnonzero(members >= MIN_COMMON_PRODUCTS) if groups > 1 else np.empty(0, dtype=np.int64)
        self._in_week, self._in_year = cells(days.weekday, WEEK), cells(days.place, YEAR)
        self._in_cell, self._in_weeks = cells(days.cell, len(days.names)), cells(days.week, weeks)

    @property
    def knows_level(self) -> bool:
        return len(self.seen[0]) > 1

    def expected(self, due: Floats, without: tuple[str, ...] = (), own_without: tuple[str, ...] = ()) -> Floats:
        """What is due [groups, days] times the factors, but for some of the shop's or the categories' own."""
        for name, factors in self.shop.items():
            due = due if name in without else due * self._by_day(name, factors)
        for name, factors in self.own.items():
            due = due if name in own_without else due * self._by_day(name, factors)
        return due

    def _by_day(self, name: str, factors: Floats) -> Floats:
        if name == "holiday":
            return np.hstack([factors, np.ones((len(factors), 1))])[:, self.days.cell]
        at = {"weekday": self.days.weekday, "common": self.days.week}.get(name, self.days.place)
        return factors[:, at]

    def learn(self, due: Floats, year: bool) -> None:
        """One round; without `year` the time of the year is left as it is."""
        self._learn_shop(due, year)
        if year:
            self._learn_year(due)
        self._learn_own_weekday(due)
        self._learn_own_level(due)

    def choose_shape(self, due: Floats) -> None:
        """Take the kind of yearly shape that the shop's days speak for."""
        likelihood = {}
        for self.kind in yearly.SHAPES:
            likelihood[self.kind] = self._shop(due, True)[1].likelihood
        self.kind = max(likelihood, key=lambda kind: likelihood[kind])

    def _shop(self, due: Floats, year: bool) -> tuple[Floats, ShopCalendar]:
        """Which weekdays [7] nothing is sold on, and the calendar and level of the others."""
        without = ("weekday", "common") if not year else ("weekday", "common", "year")
        sold, left = self.sold.sum(axis=0), self.expected(due, without).sum(axis=0)
        closed = (sold @ self._in_week) <= 0
        open_due = np.where(closed[self.days.weekday], 0.0, left)
        columns = [np.eye(WEEK)[self.days.weekday]]
        columns += [] if not year else [yearly.SHAPES[self.kind][self.days.place]]
        return closed, shop_calendar.fitted(sold, open_due, np.hstack(columns), self.days.week)

    def _learn_shop(self, due: Floats, year: bool) -> None:
        closed, found = self._shop(due, year)
        self.shop["weekday"] = _around_one(np.where(closed, 0.0, np.exp(found.weights[:WEEK]))[None])
        if year:
            self.shop["year"] = _around_one(np.exp(yearly.SHAPES[self.kind] @ found.weights[WEEK:])[None])
        self.shop["common"] = np.exp(found.level - found.level[-1])[None]
        self.drift = found.drift
        if self.knows_level:
            weekly = self.expected(due).sum(axis=0) @ self._in_weeks
            # Levels of products are fitted to the whole; the common level is told against its last week.
            sums = self.sold.sum(axis=0) @ self._in_weeks
            size = sums.sum() / max(weekly.sum(), LEAST)
            rest = np.divide(sums - size * weekly, size * weekly, out=np.zeros_like(weekly), where=weekly > 0)
            self.seen[-1] = found.level - found.level[-1] + np.clip(rest, -0.9, 3.0)
            self.variance[-1] = np.minimum(found.excess / np.maximum(size * weekly, LEAST), UNKNOWN)
            self.step[-1] = found.step

    def _learn_year(self, due: Floats) -> None:
        self.shop["weeks"] = _around_one(self._yearly(due, "weeks", whole=True).by_week())
        if self.days.names:
            left = self.expected(due, ("holiday",), ())
            self.shop["holiday"] = self._ratios(left, self._in_cell, whole=True)
        self.own["year"] = _around_one(self._yearly(due, "year").by_month(self.kind))
        self.own["weeks"] = _around_one(self._yearly(due, "weeks").by_week())
        if self.days.names:
            self.own["holiday"] = self._ratios(self.expected(due, (), ("holiday",)), self._in_cell)

    def _learn_own_weekday(self, due: Floats) -> None:
        self.own["weekday"] = _around_one(self._ratios(self.expected(due, (), ("weekday",)), self._in_week))

    def _learn_own_level(self, due: Floats) -> None:
        if not self.knows_level or not len(self._large):
            return
        at = self._large
        before = np.log(self.own["common"][at])
        sold, weekly = self.sold[at] @ self._in_weeks, self.expected(due)[at] @ self._in_weeks
        rest = np.divide(sold - weekly, weekly, out=np.zeros_like(weekly), where=weekly > 0)
        seen = before + np.clip(rest, -0.9, 3.0)
        variance = np.minimum(noise_of(seen, weekly), UNKNOWN)
        step = likeliest_step(seen, variance)[:, None] + np.zeros(seen.shape)
        level, _ = smoothed(seen, variance, step)
        self.seen[at], self.variance[at], self.step[at] = seen, variance, step
        self.own["common"][at] = np.exp(level - level[:, -1:])

    def _ratios(self, due: Floats, cells: csr_array, *, whole: bool = False) -> Floats:
        """Sold over due by cell [groups, cells], as far as chance leaves room; `whole`: of all groups together."""
        sold = self.sold
        if whole:
            sold, due = sold.sum(axis=0, keepdims=True), due.sum(axis=0, keepdims=True)
        scale = sold.sum() / max(due.sum(), LEAST)
        found, expected = sold @ cells, scale * due @ cells
        ratio = np.divide(found, expected, out=np.ones_like(found), where=expected > 0)
        squares = (sold - scale * due * (ratio @ cells.T + (cells.sum(axis=1) == 0))) ** 2
        return shrunk_ratios(found, expected, squares @ cells)

    def _yearly(self, due: Floats, name: str, *, whole: bool = False) -> YearlySales:
        left = self.expected(due, (name,), ()) if whole else self.expected(due, (), (name,))
        sold, all_of_it = self.sold, self.expected(due)
        if whole:
            sold, left, all_of_it = (part.sum(axis=0, keepdims=True) for part in (sold, left, all_of_it))
        scale = sold.sum() / max(all_of_it.sum(), LEAST)
        squares = (sold - scale * all_of_it) ** 2
        return YearlySales(sold @ self._in_year, scale * left @ self._in_year, squares @ self._in_year)

    def weekday(self) -> Floats:
        """[groups + 1, 7]."""
        return _around_one(np.vstack([self.shop["weekday"] * self.own["weekday"], self.shop["weekday"]]))

    def year(self) -> Floats:
        """[groups + 1, 366]."""
        shop = self.shop["year"] * self.shop["weeks"]
        return _around_one(np.vstack([shop * self.own["year"] * self.own["weeks"], shop]))

    def holiday(self) -> Floats:
        """[groups + 1, holidays]."""
        return np.vstack([self.shop["holiday"] * self.own["holiday"], self.shop["holiday"]])

    def freeze_year(self, share: float) -> None:
        """Keep a share of the logarithms of the yearly shapes and holidays."""
        for factors in (self.shop, self.own):
            for name in ("year", "weeks", "holiday"):
                factors[name] = np.maximum(factors[name], LEAST) ** share


def cells(of: NDArray[np.int64], count: int) -> csr_array:
    """The matrix [days, cells] that sums days up by cell; those in none (-1) are left out."""
    inside = np.flatnonzero(of >= 0)
    return csr_array((np.ones(len(inside)), (inside, of[inside])), shape=(len(of), count))


def _flat(rows: int, weeks: int, cells: int) -> dict[str, Floats]:
    sizes: Mapping[str, int] = {"weekday": WEEK, "year": YEAR, "weeks": YEAR, "holiday": cells, "common": weeks}
    return {name: np.ones((rows, size)) for name, size in sizes.items()}


def _around_one(factors: Floats) -> Floats:
    return np.asarray(factors / np.maximum(factors.mean(axis=1, keepdims=True), LEAST))
