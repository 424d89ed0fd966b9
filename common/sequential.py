"""The statistics of experiments: how sure a figure is, and a comparison that may be looked at every day.

Everything is made from sums over units (customers or guests), so that a database can add millions of them up. A rate
per unit is a ratio whose denominator is 1 for every unit; clicks per exposure is one whose denominator varies, and its
variance comes from the delta method (Deng, Knoblich & Lu, KDD 2018).
"""

from dataclasses import dataclass
from math import exp, inf, log, log1p, sqrt
from typing import NamedTuple

from common.shares import NORMAL_95, wilson

LEAST_EVENTS = 10  # in each arm: with fewer, no normal distribution describes their sums
# The boundary is narrowest where the logarithm of the lift is known to 1 / sqrt(this): a 20 % lift is about to show.
TIGHTEST_AT = 250.0


class Interval(NamedTuple):
    mean: float
    lo: float
    hi: float


@dataclass(frozen=True)
class Sums:
    """Over the units of an arm: of outcomes x, of what they are counted per (y), of their squares and products."""

    units: int
    x: float
    y: float
    xx: float
    xy: float
    yy: float

    @property
    def ratio(self) -> float:
        return self.x / self.y if self.y else 0.0

    def variance(self) -> float:
        """Of `ratio`; infinite for fewer than two units."""
        if self.units < 2 or not self.y:
            return inf
        residuals = self.xx - 2 * self.ratio * self.xy + self.ratio**2 * self.yy
        return max(residuals, 0.0) * self.units / (self.units - 1) / self.y**2


def sums_per_unit(units: int, x: float, xx: float) -> Sums:
    """Sums of outcomes that are counted per unit."""
    return Sums(units, x, units, xx, x, units)


def rate(sums: Sums) -> Interval:
    """95 % interval of a ratio between 0 and 1: Wilson's, with as many trials as the spread between units is worth."""
    p, n = sums.ratio, sums.y
    if not n:
        return Interval(0.0, 0.0, 1.0)
    variance = sums.variance()
    trials = min(n, p * (1 - p) / variance) if 0 < variance < inf else n
    return Interval(p, *wilson(p, trials))


def amount(sums: Sums) -> Interval:
    """95 % interval of a mean that is not negative, such as revenue per unit."""
    half = NORMAL_95 * sqrt(sums.variance()) if sums.x else 0.0
    return Interval(sums.ratio, max(sums.ratio - half, 0.0), sums.ratio + half)


def lift(control: Sums, arm: Sums, events: tuple[float, float], error: float) -> Interval | None:
    """How much larger the arm's ratio is than the control's (0.2: 20 %), by an always-valid confidence sequence.

    With probability 1 - `error` the true lift lies inside at every look, however often and whenever one looks and
    stops. `events` are the numbers of clicks or buyers behind both sums; with too few of them there is no answer.

    An asymptotic confidence sequence (Waudby-Smith et al., Annals of Statistics 2024, theorem 2.2) of the logarithm of
    the lift, whose time is the information, 1 / variance (Jennison & Turnbull 2000, chapter 3), not the number of
    units: customers come back, so their sums grow while no new unit arrives.
    """
    if min(events) < LEAST_EVENTS:
        return None
    variance = _relative_variance(control) + _relative_variance(arm)
    if not 0 < variance < inf:
        return None
    middle = log(arm.ratio / control.ratio)
    half = boundary(1 / variance, error)
    return Interval(exp(middle) - 1, exp(middle - half) - 1, exp(middle + half) - 1)


def _relative_variance(sums: Sums) -> float:
    return sums.variance() / sums.ratio**2 if sums.ratio > 0 else inf


def boundary(information: float, error: float) -> float:
    """How far an estimate with this information strays from the truth, at any time, with probability `error`."""
    plain = -2 * log(error)
    width = TIGHTEST_AT / (plain + log1p(plain))
    return sqrt((information + width) * (log1p(information / width) + plain)) / information
