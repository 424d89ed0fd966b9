"""Whether a subject's forecasts have become worse than their own bands say: a cumulative sum of weekly errors.

Each week counts by how many standard deviations what was sold lay away from what had been expected for it, the
deviation being the one that the forecast's own bands promised. Sums of these in either direction raise the alarm
(tabular CUSUM; Page, Biometrika 1954; Montgomery, Introduction to Statistical Quality Control, chapter 9), and so does
a sum of their sizes, for errors that grow in both directions (Hawkins, Journal of Quality Technology 1981: the root of
a normal error's size is nearly normal). A test of how often bands are missed would need many weeks more to see the same
shift, since it throws away by how much they are. Weeks do not overlap, so that one bad day is counted once.
"""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np

from ml_tools.forecasting.demand.season import Floats
from store.forecast_outcomes import WEEK, Week

SLACK = 0.5  # deviations that are taken off each week: half of the smallest shift worth an alarm
LIMIT = 5.0  # one sum alone: a false alarm about once in 930 weeks of errors as they should be (Siegmund's formula)
MOST = 3.0  # deviations that one week counts at most: a single freak day is no drift
FEWEST = 3  # weeks
ROOT_MEAN, ROOT_DEVIATION = 0.822, 0.349  # of the root of a standard normal's size


def apart(weeks: Sequence[Week]) -> list[Week]:
    """Of one subject's weeks, oldest first, those that do not overlap: the first, and the next that begins after it."""
    chosen: list[Week] = []
    for week in weeks:
        if not chosen or week.as_of >= chosen[-1].as_of + timedelta(days=WEEK):
            chosen.append(week)
    return chosen


def surprises(weeks: Sequence[Week]) -> list[float]:
    """By how many of its deviations each week sold more than was expected."""
    return [(week.sold - week.expected) / week.deviation for week in weeks]


def drifting(surprise: Sequence[float]) -> bool:
    """Whether a sum stands above the limit now; they fall back by themselves when errors are as they should be."""
    if len(surprise) < FEWEST:
        return False
    level = np.clip(surprise, -MOST, MOST)
    spread = (np.sqrt(np.abs(level)) - ROOT_MEAN) / ROOT_DEVIATION
    return max(_sum(level), _sum(-level), _sum(spread)) > LIMIT


def _sum(values: Floats) -> float:
    reached = 0.0
    for value in values:
        reached = max(0.0, reached + float(value) - SLACK)
    return reached
