"""What promotions and prices do to demand, by category, with standard errors.

Steps of a Poisson regression with products and days profiled out, so that a product's days with and without a
promotion, at one price and at another, are compared beside what others sold on the same days.
Errors are robust to what a product's days, and to what all products' weeks, have in common (clustered; Cameron and
Miller, Journal of Human Resources, 2015).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml_tools.forecasting.demand.panel import Panel
from ml_tools.forecasting.demand.season import Floats
from ml_tools.forecasting.patterns.shrinkage import drawn_to, random_effects

PROMOTION, PRICE = 0, 1
HIGHEST = np.array([8.0, 8.0])
LOWEST = np.array([-2.0, -1.0])
WEAK = 3.0  # standard deviation of the prior around what is known so far; it only keeps steps finite
LEAST_INFORMATION = 4.0  # units, weighted by the squares of how far discounts and prices moved
BLOCK = 28  # days that are one cluster in time
MIN_CLUSTERS = 3
MIN_PRODUCTS, CENTRINGS = 8, 3
ENOUGH_INFORMATION = 10.0  # as LEAST_INFORMATION, of what moved for single products only
LEAST = 1e-9


@dataclass(frozen=True)
class Effects:
    """`promotion` and `price` in `value` [2, groups + 1], the shop's last, with standard errors of the same shape."""

    value: Floats
    error: Floats

    @staticmethod
    def none(groups: int) -> "Effects":
        return Effects(np.zeros((2, groups + 1)), np.full((2, groups + 1), np.inf))


class EffectsFit:
    """`rows` [series]: each product's category. Repeated steps converge beside the other factors' own."""

    def __init__(self, panel: Panel, rows: NDArray[np.int64], groups: int) -> None:
        self._rows, self._groups = rows, groups
        logs = np.log(panel.price)
        self._moved = np.stack([panel.discount, logs[:, -1:] - logs])  # [2, series, days]
        self._block = (np.arange(panel.length) - panel.length) // BLOCK
        self._block -= self._block.min(initial=0)
        self._own = np.zeros((2, groups))
        moves = [bool((part.max(axis=1, initial=-9) > part.min(axis=1, initial=9)).any()) for part in self._moved]
        self._active = [at for at, moving in enumerate(moves) if moving]
        self.effects = Effects.none(groups)

    def multiplier(self) -> Floats | float:
        """By how much promotions and prices multiply each day [series, days]; 1 where nothing ever moved."""
        if not self._active:
            return 1.0
        return np.asarray(
            np.exp(sum(self.effects.value[at, self._rows][:, None] * self._moved[at] for at in self._active))
        )

    def step(self, sold: Floats, expected: Floats) -> None:
        """One step from the days' units and expectations [series, days], both 0 where unknown."""
        if not self._active:
            return
        rest = sold - expected
        centred = [self._centred(at, expected) for at in self._active]
        scores = [part * rest for part in centred]
        size = len(self._active)
        information = np.zeros((size, size, len(self._rows)))
        for a in range(size):
            for b in range(a, size):
                information[a, b] = information[b, a] = (centred[a] * centred[b] * expected).sum(axis=1)
        value, error = self._by_group(scores, information)
        self._pooled(value, error)

    def _centred(self, kind: int, expected: Floats) -> Floats:
        """What moved [series, days], without its mean over a product's days, and over a day's products.

        A day on which everything moved alike tells nothing that the season, or the day, does not explain as well; only
        where there is hardly anything else are such days used. Promotions are often on whole categories: they are
        compared with the other categories' products, prices with those of the same category.
        """
        of_product = np.maximum(expected.sum(axis=1, keepdims=True), LEAST)
        own = self._moved[kind] - (self._moved[kind] * expected).sum(axis=1, keepdims=True) / of_product
        whole = np.zeros(len(self._rows), dtype=np.int64)
        for rows in (self._rows, whole) if kind == PRICE else (whole,):
            members = np.eye(int(rows.max()) + 1)[:, rows]
            of_day = np.maximum(members @ expected, LEAST)
            both = own
            for _ in range(CENTRINGS):
                both = both - ((members @ (both * expected)) / of_day)[rows]
                both = both - (both * expected).sum(axis=1, keepdims=True) / of_product
            if len(own) >= MIN_PRODUCTS and (both**2 * expected).sum() > ENOUGH_INFORMATION:
                return np.asarray(both)
        return np.asarray(own)

    def _by_group(self, scores: list[Floats], information: Floats) -> tuple[Floats, Floats]:
        """Each category's own estimates and errors [active, groups]; infinite errors where it tells too little."""
        size = len(scores)
        value, error = np.zeros((size, self._groups)), np.full((size, self._groups), np.inf)
        series = np.stack([part.sum(axis=1) for part in scores])
        blocks = int(self._block.max(initial=0)) + 1
        in_time = np.eye(blocks)[self._block]
        for group in range(self._groups):
            mine = np.flatnonzero(self._rows == group)
            now = self.effects.value[self._active, group]
            own = self._own[self._active, group]
            here = information[:, :, mine].sum(axis=2)
            ridge = here + np.eye(size) / WEAK**2
            slope = series[:, mine].sum(axis=1) - (own - self.effects.value[self._active, -1]) / WEAK**2
            # The expectations hold the shrunken values: the slope at the category's own is one linear step away.
            own = now + np.linalg.solve(ridge, slope + (own - now) / WEAK**2)
            own = np.clip(own, LOWEST[self._active], HIGHEST[self._active])
            self._own[self._active, group] = value[:, group] = own
            time = np.stack([(part[mine] @ in_time).sum(axis=0) for part in scores])
            spread = _sandwich(ridge, series[:, mine], time)
            told = np.diag(here) > LEAST_INFORMATION
            error[told, group] = spread[told]
        return value, error

    def _pooled(self, value: Floats, error: Floats) -> None:
        """Draw the categories' estimates towards the shop's."""
        values, errors = self.effects.value.copy(), self.effects.error.copy()
        for at, kind in enumerate(self._active):
            mean, mean_error, spread = random_effects(value[at], error[at])
            if np.isfinite(mean_error):
                values[kind, :-1], errors[kind, :-1] = drawn_to(mean, mean_error, spread, value[at], error[at])
                values[kind, -1], errors[kind, -1] = mean, np.hypot(mean_error, spread)
        self.effects = Effects(values, errors)


def _sandwich(information: Floats, series: Floats, time: Floats) -> Floats:
    """Standard errors [active]: the largest of chance alone, clusters of products, and clusters of weeks."""
    bread = np.linalg.inv(information)
    variances = [np.diag(bread)]
    for scores in (series, time):
        moving = int((np.abs(scores).max(axis=0) > 1e-9).sum())
        if moving >= MIN_CLUSTERS:
            meat = scores @ scores.T * moving / (moving - 1)
            variances.append(np.diag(bread @ meat @ bread))
    return np.asarray(np.sqrt(np.max(variances, axis=0)))
