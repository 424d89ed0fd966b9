"""What drives every product's demand alike: weekday, time of the year, holidays, promotions, prices, the shop's level.

Demand = product's level x common level x weekday x time of the year x holiday x promotion x price, the classical
multiplicative decomposition, fitted as a Poisson regression (McCullagh and Nelder, 1989) over all products. Whatever a
category or a product has of its own is drawn towards what all share, as far as chance explains the difference.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ml_tools.forecasting.demand import holidays
from ml_tools.forecasting.demand.panel import Ahead, Panel
from ml_tools.forecasting.demand.season import Floats, weekdays, year_positions
from ml_tools.forecasting.patterns.common_level import smoothed

WEEK, YEAR = 7, 366
LOOK_BACK = 60  # weeks that the common level as of an earlier day is smoothed over
DAMPING = 0.98  # what is left of the drift after a week
NO_ERROR = 99.0  # the standard error of an effect of which nothing is known


@dataclass(frozen=True)
class Factors:
    """Factors around 1 by category [groups + 1, ...]; the last row is the whole shop, for unknown categories.

    `weekday` [.., 7], Monday first; `yearly` [.., 366], by place in a leap year. Demand is multiplied by
    exp(promotion x discount) and by price ** -elasticity, both [groups + 1], with their standard errors. `holiday` [..,
    holidays] are the factors of the cells named in `holidays` (see `holidays.py`). `own_weekday` [keys, 7] multiplies
    the weekday factors of the products `keys`; `own_growth` [keys] is the logarithm that each grew by in a year.
    `common_seen`, `common_variance`, `common_step` [.., weeks from `common_start`] are what the common level is
    smoothed from: last the shop's, in the other rows each category's difference from it. `drift` [1] is how the shop's
    level goes on, as a logarithm a week, less and less the further ahead. `products` [groups + 1] and `days` [1] are
    how many all of it was learnt from.
    """

    groups: tuple[str, ...]
    weekday: Floats
    yearly: Floats
    promotion: Floats
    elasticity: Floats
    promotion_error: Floats = field(default_factory=lambda: np.zeros(0))
    elasticity_error: Floats = field(default_factory=lambda: np.zeros(0))
    country: str = ""
    holidays: tuple[str, ...] = ()
    holiday: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    keys: tuple[str, ...] = ()
    own_weekday: Floats = field(default_factory=lambda: np.zeros((0, WEEK)))
    own_growth: Floats = field(default_factory=lambda: np.zeros(0))
    common_start: str = ""  # ISO date
    common_seen: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    common_variance: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    common_step: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    drift: Floats = field(default_factory=lambda: np.zeros(1))
    products: Floats = field(default_factory=lambda: np.zeros(0))
    days: Floats = field(default_factory=lambda: np.zeros(1))

    @staticmethod
    def plain() -> "Factors":
        """No knowledge: every day like every other."""
        return Factors((), np.ones((1, WEEK)), np.ones((1, YEAR)), np.zeros(1), np.zeros(1))

    @staticmethod
    def learnt(panel: Panel) -> "Factors":
        """From all days of a panel; the public holidays of its country count. BadRequest for an unknown country."""
        from ml_tools.forecasting.patterns.factor_fit import learn  # it makes Factors

        return learn(panel, holidays.check_country(panel.country))

    def __post_init__(self) -> None:
        rows = len(self.groups) + 1
        for name in ("promotion_error", "elasticity_error"):
            if not len(getattr(self, name)):
                object.__setattr__(self, name, np.full(rows, NO_ERROR))
        if not len(self.products):
            object.__setattr__(self, "products", np.zeros(rows))
        shapes = {"weekday": (rows, WEEK), "yearly": (rows, YEAR), "products": (rows,), "days": (1,)}
        shapes |= dict.fromkeys(("promotion", "elasticity", "promotion_error", "elasticity_error"), (rows,))
        shapes |= {"drift": (1,), "own_weekday": (len(self.keys), WEEK), "own_growth": (len(self.keys),)}
        if self.holidays:
            shapes["holiday"] = (rows, len(self.holidays))
        if self.common_start:
            weeks = self.common_seen.shape[-1]
            shapes |= dict.fromkeys(("common_seen", "common_variance", "common_step"), (rows, weeks))
        for name, shape in shapes.items():
            array = getattr(self, name)
            if array.shape != shape or not np.isfinite(array).all():
                raise ValueError(f"{name} must be {shape} finite numbers, not {array.shape}")

    def patterns(self, past: Panel, ahead: Ahead) -> tuple[Floats, Floats]:
        """The factors' product for each day of `past` [series, days] and of `ahead` [series, horizon].

        Both in units of the same base: each product at the price it had last, the shop at the level it had last. Of the
        days ahead nothing is used that was not known on the last day of `past`.
        """
        rows, own = self.rows(past.groups), self.own(past.keys)
        base = past.price[:, -1:] if past.length else ahead.price[:, :1]
        before = self._pattern(rows, own, past.days, past.discount, past.price / base)
        after = self._pattern(rows, own, ahead.days, ahead.discount, ahead.price / base)
        return before * np.exp(self.common(past.days)[rows]), after * self.goes_on(ahead.horizon)

    def rows(self, groups: Sequence[str]) -> NDArray[np.int64]:
        """Each category's row [series]; the whole shop's for unknown ones."""
        return np.array([self._group_rows.get(group, len(self.groups)) for group in groups], dtype=np.int64)

    def own(self, keys: Sequence[str]) -> NDArray[np.int64]:
        """Each product's position in `keys` [series]; -1 for those that were not there."""
        return np.array([self._key_rows.get(key, -1) for key in keys], dtype=np.int64)

    def calendar(self, days: NDArray[np.datetime64]) -> Floats:
        """Weekday x time of the year x holiday [groups + 1, days]."""
        factors = self.weekday[:, weekdays(days)] * self.yearly[:, year_positions(days)]
        if not self.holidays:
            return np.asarray(factors)
        cells = holidays.cells(self.country, days, self.holidays)
        return np.asarray(factors * np.hstack([self.holiday, np.ones((len(factors), 1))])[:, cells])

    def common(self, days: NDArray[np.datetime64]) -> Floats:
        """The logarithm of the common level [groups + 1, days] of consecutive days against that of the last of them, as
        it was known on that last day."""
        if not self.common_start or not len(days):
            return np.zeros((len(self.weekday), len(days)))
        weeks = (days - np.datetime64(self.common_start)).astype(np.int64) // 7
        stop = int(np.clip((days[-1] - np.datetime64(self.common_start)).astype(np.int64) + 1, 0, None)) // 7
        first, levels = self._levels(int(weeks[0]), min(stop, self.common_seen.shape[1]))
        if not levels.shape[1]:
            return np.zeros((len(self.weekday), len(days)))
        at = np.clip(weeks - first, 0, levels.shape[1] - 1)
        return np.asarray(levels[:, at] - levels[:, -1:])

    def goes_on(self, days: int) -> Floats:
        """What the drift makes of the common level on each of the `days` after the last known one."""
        weeks = np.arange(1, days + 1) / WEEK
        return np.asarray(np.exp(self.drift[0] * (1 - DAMPING**weeks) / -np.log(DAMPING)))

    def _levels(self, first: int, stop: int) -> tuple[int, Floats]:
        """The common level [groups + 1, weeks] smoothed over the weeks up to `stop`, and the first of these weeks."""
        first = max(min(first, stop - LOOK_BACK), 0)
        if (first, stop) not in self._smoothed:
            part = slice(first, stop)
            seen, variance, step = (of[:, part] for of in (self.common_seen, self.common_variance, self.common_step))
            level, _ = smoothed(seen, variance, step)
            level[:-1] += level[-1]
            self._smoothed[first, stop] = level
        return first, self._smoothed[first, stop]

    def _pattern(
        self,
        rows: NDArray[np.int64],
        own: NDArray[np.int64],
        days: NDArray[np.datetime64],
        discount: Floats,
        price: Floats,
    ) -> Floats:
        pattern = self.calendar(days)[rows]
        if len(self.keys):
            pattern = pattern * np.vstack([self.own_weekday, np.ones((1, WEEK))])[own][:, weekdays(days)]
        if self.promotion.any():
            pattern = pattern * np.exp(self.promotion[rows, None] * discount)
        if self.elasticity.any():
            pattern = pattern * price ** -self.elasticity[rows, None]
        return np.asarray(pattern)

    @cached_property
    def _group_rows(self) -> dict[str, int]:
        return {group: row for row, group in enumerate(self.groups)}

    @cached_property
    def _key_rows(self) -> dict[str, int]:
        return {key: row for row, key in enumerate(self.keys)}

    @cached_property
    def _smoothed(self) -> dict[tuple[int, int], Floats]:
        return {}
