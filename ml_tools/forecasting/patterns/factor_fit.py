"""Learning the factors: coordinate descent over products' levels, the calendar, promotions and prices.

What the newest months clearly do not confirm is not learnt: how much of the yearly shape is kept is chosen on them.
"""

from collections.abc import Iterator
from datetime import timedelta

import numpy as np

from ml_tools.forecasting.demand.panel import Panel
from ml_tools.forecasting.demand.season import Floats, weekdays, year_positions
from ml_tools.forecasting.patterns.calendar_fit import (
    LEAST,
    MIN_COMMON_PRODUCTS,
    MIN_COMMON_WEEKS,
    WEEK,
    CalendarFit,
    Days,
)
from ml_tools.forecasting.patterns.effects import EffectsFit
from ml_tools.forecasting.patterns.factors import NO_ERROR, Factors
from ml_tools.forecasting.patterns.shrinkage import shrunk_ratios

ROUNDS, EFFECT_STEPS = 3, 2
MIN_YEARLY_DAYS = 550  # with fewer, a trend and a season cannot be told apart
HOLDOUT_DAYS = 185
LEVEL_DAYS, AHEAD_DAYS = 120, 45  # how the factors will be used
SHARES = (0.0, 0.5, 1.0)  # how much of the logarithms of a yearly shape is kept
CLEARLY = 0.98  # less than all of it must be better by this
GROWTH_SPREAD, MIN_GROWTH_DAYS = 0.5, 365  # of products' yearly growth around the common level's, as a logarithm


def learn(panel: Panel, country: str) -> Factors:
    """The factors of a panel; plain ones of a panel without a known sale."""
    if not np.nansum(panel.units) > 0:
        return Factors.plain()
    panel = panel.of(np.flatnonzero(panel.observed.any(axis=1)))
    fit = _Fit(panel, country)
    if panel.length < MIN_YEARLY_DAYS:
        return fit.run(False, 0.0).factors()
    return fit.run(True, _share(panel, country)).factors()


def _share(panel: Panel, country: str) -> float:
    """How much of the yearly shape, learnt without the newest months, foretold these best; all of it when in doubt."""
    head = _Fit(panel.between(0, panel.length - HOLDOUT_DAYS), country).run(True, 1.0)
    sold, due = _sums(panel, head)
    weekday, shape = head.calendar.weekday()[:-1], head.calendar.year()[:-1]
    pattern = due * weekday[:, weekdays(panel.days)]
    places = year_positions(panel.days)
    errors = {share: _holdout_error(sold, pattern * (shape**share)[:, places]) for share in SHARES}
    best = min(errors, key=lambda share: errors[share])
    return best if errors[best] < CLEARLY * errors[1.0] else 1.0


def _sums(panel: Panel, head: "_Fit") -> tuple[Floats, Floats]:
    """Units sold, and units that levels, promotions and prices alone let expect, by category and day [groups, days]."""
    known = panel.observed
    moved = EffectsFit(panel, head.rows, len(head.groups))
    moved.effects = head.effects.effects
    due = head.members @ (head.level[:, None] * moved.multiplier() * known)
    return head.members @ np.where(known, panel.units, 0.0), due


def _holdout_error(sold: Floats, pattern: Floats) -> float:
    """The absolute error of categories' daily sales over the newest months, used as in a forecast."""
    missed = 0.0
    for level, ahead in _windows(sold.shape[1]):
        size = sold[:, level].sum(axis=1) / np.maximum(pattern[:, level].sum(axis=1), LEAST)
        missed += float(np.abs(sold[:, ahead] - size[:, None] * pattern[:, ahead]).sum())
    return missed


def _windows(days: int) -> Iterator[tuple[slice, slice]]:
    for origin in range(days - HOLDOUT_DAYS, days - AHEAD_DAYS + 1, AHEAD_DAYS):
        yield slice(max(origin - LEVEL_DAYS, 0), origin), slice(origin, origin + AHEAD_DAYS)


class _Fit:
    """The state of the descent. `level` [series] is what a product sells at the common level of the last week."""

    def __init__(self, panel: Panel, country: str) -> None:
        self.panel, self.country = panel, country
        self.groups = tuple(sorted(set(panel.groups)))
        at = {group: row for row, group in enumerate(self.groups)}
        self.rows = np.array([at[group] for group in panel.groups], dtype=np.int64)
        self.members = np.eye(len(self.groups))[:, self.rows]
        self.known = panel.observed
        self.units = np.where(self.known, panel.units, 0.0)
        days = Days.of(
            panel,
            country,
            several_weeks=panel.length >= WEEK * MIN_COMMON_WEEKS and len(panel) >= MIN_COMMON_PRODUCTS,
            with_holidays=panel.length >= MIN_YEARLY_DAYS,
        )
        self.calendar = CalendarFit(days, self.members @ self.units, self.members.sum(axis=1))
        self.effects = EffectsFit(panel, self.rows, len(self.groups))
        self.growth = np.zeros(len(panel))
        self._years = (np.arange(panel.length) - panel.length + 1) / 365.25
        self.level = np.zeros(len(panel))
        self.due = self.calendar.sold
        # Prices that all move at once could pass for a jump of the shop's level: they are asked first.
        self._learn_effects()

    def run(self, year: bool, share: float) -> "_Fit":
        """All rounds; without `year` the time of the year is left flat."""
        for at in range(ROUNDS):
            self._round(year)
            if year and at == 0:
                self.calendar.choose_shape(self.due)
        if year and share < 1:
            self.calendar.freeze_year(share)
            self._round(False)
        return self

    def _round(self, year: bool) -> None:
        base = self._base()
        pattern = self._pattern(base)
        self.level = (self.units.sum(axis=1) + LEAST) / (pattern.sum(axis=1) + LEAST)
        self.due = self.members @ (self.level[:, None] * base)
        self.calendar.learn(self.due, year)
        self._learn_growth(self._expected())
        self._learn_effects()

    def _learn_effects(self) -> None:
        for _ in range(EFFECT_STEPS):
            self.effects.step(self.units, self._expected())

    def _expected(self) -> Floats:
        """Units expected [series, days] with each product's level fitted, 0 where unknown."""
        pattern = self._pattern(self._base())
        return np.asarray(pattern * ((self.units.sum(axis=1) + LEAST) / (pattern.sum(axis=1) + LEAST))[:, None])

    def _base(self) -> Floats:
        """What promotions, prices and its growth make of a product's level [series, days]; 0 where unknown."""
        base = self.known * self.effects.multiplier()
        return np.asarray(base * np.exp(self.growth[:, None] * self._years) if self.growth.any() else base)

    def _pattern(self, base: Floats) -> Floats:
        return np.asarray(base * self.calendar.expected(np.ones(self.calendar.sold.shape))[self.rows])

    def _learn_growth(self, expected: Floats) -> None:
        """Each product's own growth, as a step of a Poisson regression with its level profiled out."""
        if self.panel.length < MIN_GROWTH_DAYS:
            return
        total = np.maximum(expected.sum(axis=1), LEAST)
        centred = self._years - ((expected * self._years).sum(axis=1) / total)[:, None]
        rest = self.units - expected
        excess = np.maximum((rest**2).sum(axis=1) / total, 1.0)
        ridge = excess / GROWTH_SPREAD**2
        step = ((centred * rest).sum(axis=1) - ridge * self.growth) / ((centred**2 * expected).sum(axis=1) + ridge)
        self.growth = np.clip(self.growth + step, -0.7, 0.7)

    def _own_weekdays(self) -> Floats:
        """What each product's weekdays differ by from its category's [series, 7], as far as chance leaves room."""
        cells = np.eye(WEEK)[self.calendar.days.weekday]
        expected = self._expected()
        own = shrunk_ratios(self.units @ cells, expected @ cells, ((self.units - expected) ** 2) @ cells)
        return np.asarray(own / np.maximum(own.mean(axis=1, keepdims=True), LEAST))

    def factors(self) -> Factors:
        calendar, effects = self.calendar, self.effects.effects
        error = np.minimum(effects.error, NO_ERROR)
        start = self.panel.end - timedelta(days=WEEK * calendar.seen.shape[1] - 1)
        level = calendar.knows_level
        return Factors(
            groups=self.groups,
            weekday=calendar.weekday(),
            yearly=calendar.year(),
            promotion=effects.value[0],
            elasticity=effects.value[1],
            promotion_error=error[0],
            elasticity_error=error[1],
            country=self.country,
            holidays=calendar.days.names,
            holiday=calendar.holiday() if calendar.days.names else np.zeros((0, 0)),
            keys=self.panel.keys,
            own_weekday=self._own_weekdays(),
            own_growth=self.growth,
            common_start=start.isoformat() if level else "",
            common_seen=calendar.seen if level else np.zeros((0, 0)),
            common_variance=calendar.variance if level else np.zeros((0, 0)),
            common_step=calendar.step if level else np.zeros((0, 0)),
            drift=np.array([calendar.drift]),
            products=np.append(self.members.sum(axis=1), float(len(self.panel))),
            days=np.array([float(self.panel.length)]),
        )
