"""What goes with more or fewer sales, measured: prices, promotions, weekdays, seasons, holidays, the trend.

Prices and promotions come from the regression over all products (`effects.py`). The calendar's effects are what was
sold over what all else let expect; their intervals come from resampling blocks of consecutive days (Kuensch, The
Jackknife and the Bootstrap for General Stationary Observations, Annals of Statistics, 1989), so that days that went
wrong together do not count as many. A driver's importance is how much worse the newest days would be
foretold without it (as in the permutation importance of Breiman, Random Forests, 2001, section 10).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from ml_tools.forecasting.demand import holidays
from ml_tools.forecasting.demand.panel import Panel
from ml_tools.forecasting.demand.season import Floats, weekdays, year_positions
from ml_tools.forecasting.patterns.factors import NO_ERROR, Factors
from ml_tools.forecasting.patterns.yearly import MONTH_OF
from ml_tools.forecasting.schemas import Driver, Effect, Subject, SubjectKind

CHEAPER, OFF = 10, 20  # percent: the steps that prices and promotions are told in
HELD_DAYS = 90  # the newest, on which importance is measured
SEASON_DAYS = 365 + 90
WEEK_BLOCK, SEASON_BLOCK, TREND_BLOCK = 7, 14, 28
RESAMPLES, SEED = 400, 7
MOST_LISTED = {"weekday": 3, "season": 3, "holiday": 3}
CONFIDENCE = 0.975
LEAST = 1e-9
DAY_NAMES = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """An effect as a logarithm with its standard error, and the degrees of freedom that the error has."""

    kind: str
    label: str
    value: float
    error: float
    freedom: float = np.inf

    @property
    def interval(self) -> tuple[float, float]:
        reach = float(student.ppf(CONFIDENCE, max(self.freedom, 1.0))) * self.error
        return self.value - reach, self.value + reach

    @property
    def significant(self) -> bool:
        low, high = self.interval
        return bool(low > 0 or high < 0)


def drivers(panel: Panel, factors: Factors, subject: Subject) -> list[Driver]:
    """The drivers of a subject's sales, the most important first; `panel` holds its products' days.

    Of weekdays, months and holidays only those that stand out most are listed. Empty where nothing was sold.
    """
    if not np.nansum(panel.units) > 0:
        return []
    parts = _Parts(panel, factors)
    measured = [*_prices_and_promotions(parts), *_weekdays(parts), *_seasons(parts), *_holidays(parts), *_trend(parts)]
    importance = parts.importance()
    told = [_driver(one, importance, measured, _learnt_from(one, parts, subject)) for one in measured]
    return sorted(told, key=lambda driver: (-driver.importance, not driver.significant, -abs(driver.effect.mean)))


class _Parts:
    """A panel's days as products of factors; `without` one of them."""

    def __init__(self, panel: Panel, factors: Factors) -> None:
        self.panel, self.factors = panel, factors
        self.rows, own = factors.rows(panel.groups), factors.own(panel.keys)
        self.known = panel.observed
        self.units = np.where(self.known, panel.units, 0.0)
        self.weekday_of, self.place = weekdays(panel.days), year_positions(panel.days)
        self.cell = holidays.cells(factors.country, panel.days, factors.holidays)
        rows = self.rows
        weekday = np.vstack([factors.own_weekday, np.ones((1, 7))])[own] * factors.weekday[rows]
        holiday = np.hstack([factors.holiday, np.ones((len(factors.weekday), 1))]) if factors.holidays else None
        logs = np.log(panel.price)
        self._parts = {
            "weekday": weekday[:, self.weekday_of],
            "season": factors.yearly[rows][:, self.place],
            "holiday": np.ones((1, 1)) if holiday is None else holiday[rows][:, self.cell],
            "promotion": np.exp(factors.promotion[rows, None] * panel.discount),
            "price": np.exp(factors.elasticity[rows, None] * (logs[:, -1:] - logs)),
            "trend": np.exp(factors.common(panel.days)[rows]),
        }
        self.weight = self.units.sum(axis=1)

    def pattern(self, *without: str) -> Floats:
        product = self.known.astype(float)
        for name, part in self._parts.items():
            if name not in without:
                product = product * part
        return product

    def expected(self, *without: str) -> Floats:
        """Units expected [series, days] with each product's level fitted, 0 where unknown."""
        pattern = self.pattern(*without)
        return np.asarray(pattern * (self.weight / np.maximum(pattern.sum(axis=1), LEAST))[:, None])

    def importance(self) -> dict[str, float]:
        """By kind: the share of all that the newest days would be foretold worse by without it."""
        stop = self.panel.length - min(HELD_DAYS, self.panel.length // 3)
        whole = self._missed(self.pattern(), stop)
        lost = {name: max(self._missed(self.pattern(name), stop) - whole, 0.0) for name in self._parts}
        total = sum(lost.values())
        return {name: loss / total if total > 0 else 0.0 for name, loss in lost.items()}

    def _missed(self, pattern: Floats, stop: int) -> float:
        level = self.units[:, :stop].sum(axis=1) / np.maximum(pattern[:, :stop].sum(axis=1), LEAST)
        return float(np.abs(self.units[:, stop:] - level[:, None] * pattern[:, stop:])[self.known[:, stop:]].sum())


def _prices_and_promotions(parts: _Parts) -> list[Measured]:
    """By how much a step changes sales, averaged over the subject's products by what they sell."""
    factors, weight, rows = parts.factors, parts.weight, parts.rows
    cheaper, off = -np.log1p(-CHEAPER / 100), OFF / 100
    found = []
    for kind, label, values, errors, step in (
        ("price", f"a {CHEAPER} % lower price", factors.elasticity, factors.elasticity_error, cheaper),
        ("promotion", f"a promotion of {OFF} %", factors.promotion, factors.promotion_error, off),
    ):
        # Products of one category share its error; errors of several are added up as if they were the same.
        error = float(np.average(errors[rows], weights=weight))
        if error < NO_ERROR / 10:
            value = float(np.average(values[rows], weights=weight))
            found.append(Measured(kind, label, value * step, error * step))
    return found


def _weekdays(parts: _Parts) -> list[Measured]:
    return _most(_cells(parts, "weekday", parts.weekday_of, DAY_NAMES, WEEK_BLOCK), "weekday")


def _seasons(parts: _Parts) -> list[Measured]:
    """Months, from panels of more than a year."""
    if parts.panel.length < SEASON_DAYS:
        return []
    return _most(_cells(parts, "season", MONTH_OF[parts.place], MONTH_NAMES, SEASON_BLOCK), "season")


def _cells(parts: _Parts, kind: str, cell_of: NDArray[np.int64], names: Sequence[str], block: int) -> list[Measured]:
    """What cells of the calendar differ by from the mean of all, with errors from resampled blocks."""
    sold, due = parts.units.sum(axis=0), parts.expected(kind).sum(axis=0)
    blocks = np.arange(parts.panel.length)[::-1] // block
    count = int(blocks.max()) + 1
    if count < 4:
        return []
    sums = np.zeros((2, count, len(names)))
    np.add.at(sums[0], (blocks, cell_of), sold)
    np.add.at(sums[1], (blocks, cell_of), due)
    draws = np.random.default_rng(SEED).multinomial(count, np.full(count, 1 / count), RESAMPLES)
    whole, drawn = _contrasts(sums.sum(axis=1)), _contrasts(np.einsum("rb,kbc->krc", draws, sums))
    measured = []
    for cell, name in enumerate(names):
        usable = np.isfinite(drawn[:, cell])
        present = int((sums[1, :, cell] > 0).sum())
        if np.isfinite(whole[cell]) and usable.mean() > 0.9 and present >= 3:
            spread = float(drawn[usable, cell].std()) * np.sqrt(present / (present - 1))
            measured.append(Measured(kind, name, float(whole[cell]), max(spread, LEAST), present - 1))
    return measured


def _contrasts(sums: Floats) -> Floats:
    """Logarithms [.., cells] of sold over due against the mean of all cells, from both [2, .., cells]."""
    sold, due = sums
    ratio = np.divide(sold, due, out=np.full(sold.shape, np.nan), where=due > 0)
    usual = np.nanmean(ratio, axis=-1, keepdims=True)
    return np.log(np.where(ratio > 0, ratio, np.nan) / usual)


def _holidays(parts: _Parts) -> list[Measured]:
    """What each cell of a holiday differs by from other days; its years are compared with each other for the error."""
    sold, due = parts.units.sum(axis=0), parts.expected("holiday").sum(axis=0)
    years = parts.panel.days.astype("datetime64[Y]").astype(np.int64)
    measured = []
    for cell, name in enumerate(parts.factors.holidays):
        logs = [
            float(np.log(max(sold[here].sum(), 0.5) / due[here].sum()))
            for year in np.unique(years[parts.cell == cell])
            if due[here := (parts.cell == cell) & (years == year)].sum() > 0
        ]
        if len(logs) >= 2:
            error = float(np.std(logs, ddof=1) / np.sqrt(len(logs)))
            chance = float(due[parts.cell == cell].sum()) ** -0.5
            measured.append(Measured("holiday", _spoken(name), float(np.mean(logs)), max(error, chance), len(logs) - 1))
    return _most([one for one in measured if one.significant], "holiday")


def _spoken(cell: str) -> str:
    """As in "the days before Christmas Day" for "Christmas Day, before"."""
    name, _, part = cell.rpartition(", ")
    words = {"before": "the days before {}", "eve": "the day before {}", "on": "{}", "after": "the days after {}"}
    return words[part].format(name)


def _trend(parts: _Parts) -> list[Measured]:
    """The growth in a year: a Poisson regression on time beside the calendar, its errors clustered by four weeks."""
    length = parts.panel.length
    if length < 2 * TREND_BLOCK:
        return []
    sold, due = parts.units.sum(axis=0), parts.expected("trend").sum(axis=0)
    years = (np.arange(length) - length + 1) / 365.25
    blocks = np.arange(length)[::-1] // TREND_BLOCK
    growth = 0.0
    for _ in range(6):
        mean = due * np.exp(growth * years)
        mean *= sold.sum() / max(mean.sum(), LEAST)
        centred = years - (mean * years).sum() / max(mean.sum(), LEAST)
        information = float((centred**2 * mean).sum())
        if information <= 0:
            return []
        growth = float(np.clip(growth + (centred * (sold - mean)).sum() / information, -3, 3))
    scores = np.bincount(blocks, centred * (sold - mean))
    count = len(scores)
    clustered = np.sqrt((scores**2).sum() * count / (count - 1)) / information
    return [Measured("trend", "a year that passes", growth, max(float(clustered), information**-0.5), count - 2)]


def _most(measured: list[Measured], kind: str) -> list[Measured]:
    """Those that stand out most."""
    return sorted(measured, key=lambda one: (not one.significant, -abs(one.value)))[: MOST_LISTED[kind]]


def _driver(one: Measured, importance: dict[str, float], all_of_them: list[Measured], learnt_from: str) -> Driver:
    """Kinds with several entries share their importance by how far each goes."""
    size = sum(abs(other.value) for other in all_of_them if other.kind == one.kind)
    share = importance.get(one.kind, 0.0) * (abs(one.value) / size if size > 0 else 1.0)
    low, high = one.interval
    return Driver(
        kind=one.kind,
        label=one.label,
        effect=Effect(mean=_percent(one.value), lo=_percent(low), hi=_percent(high)),
        significant=one.significant,
        importance=round(min(share, 1.0), 4),
        learnt_from=learnt_from,
    )


def _percent(logarithm: float) -> float:
    return round(100 * float(np.expm1(np.clip(logarithm, -9, 9))), 1)


def _learnt_from(one: Measured, parts: _Parts, subject: Subject) -> str:
    """As in "66 products of its category, 913 days"."""
    if one.kind not in ("price", "promotion"):
        return _counted(len(parts.panel), "", parts.panel.length)
    factors, rows = parts.factors, np.unique(parts.rows)
    days = int(factors.days[0]) or parts.panel.length
    if len(rows) == 1 and rows[0] < len(factors.groups):
        where = " of its category" if subject.kind is SubjectKind.PRODUCT else ""
        return _counted(int(factors.products[rows[0]]), where, days)
    return _counted(int(factors.products[-1]), " of the shop", days)


def _counted(products: int, where: str, days: int) -> str:
    return f"{products} {'product' if products == 1 else 'products'}{where}, {days} days"
