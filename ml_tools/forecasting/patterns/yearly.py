"""The shape of a year, of a shop and of each of its categories: months, and weeks that stand out of them.

Waves (sines and cosines) were tried in the place of months: they smear what Christmas does over weeks before and after.
Whether months are steps or slopes is what the shop's days speak for.
"""

from dataclasses import dataclass

import numpy as np

from ml_tools.forecasting.demand.season import Floats
from ml_tools.forecasting.patterns.shrinkage import shrunk_ratios

YEAR = 366
MONTH_OF = np.searchsorted([0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335], np.arange(YEAR), side="right") - 1
WEEK_OF = np.minimum(np.arange(YEAR) // 7, 51)
_MIDDLES = np.array([np.flatnonzero(np.equal(MONTH_OF, month)).mean() for month in range(12)])
_AROUND = np.concatenate([[_MIDDLES[-1] - YEAR], _MIDDLES, [_MIDDLES[0] + YEAR]])
# The columns [366, 12] of a shape, whose weights make its logarithm: months in steps, or from middle to middle.
SHAPES = {
    "steps": np.eye(12)[MONTH_OF],
    "slopes": np.stack(
        [np.interp(np.arange(YEAR), _AROUND, np.eye(12)[month][[-1, *range(12), 0]]) for month in range(12)], axis=1
    ),
}


@dataclass(frozen=True)
class YearlySales:
    """By place in the year [groups, 366]: units sold and expected, and the sum of squared daily differences."""

    sold: Floats
    expected: Floats
    squares: Floats

    def by_month(self, kind: str) -> Floats:
        """What the months of the year [groups, 366] differ by from what is expected, as far as chance leaves room."""
        sums = SHAPES["steps"]
        ratio = shrunk_ratios(self.sold @ sums, self.expected @ sums, self.squares @ sums)
        return np.exp(np.log(np.maximum(ratio, 1e-9)) @ SHAPES[kind].T)

    def by_week(self) -> Floats:
        """The same of weeks."""
        sums = np.eye(WEEK_OF[-1] + 1)[WEEK_OF]
        return np.asarray(shrunk_ratios(self.sold @ sums, self.expected @ sums, self.squares @ sums)[:, WEEK_OF])
