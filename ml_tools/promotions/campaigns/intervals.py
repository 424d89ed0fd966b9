"""How sure a rate is, and whether clicks are more or fewer than expected, with many promotions looked at together.

Rates have Wilson's interval (`common.shares`), which is not of width 0 when nothing was clicked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf, log, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from common import shares
from common.shares import NORMAL_95

FALSE_DISCOVERIES = 0.05
# What a verdict of "as expected" rules out: clicks of two thirds of what is expected or less, of half as much again or
# more.
NOTEWORTHY = 1.5

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Rate:
    """A share with its interval; `value` is None of nothing."""

    value: float | None
    low: float | None
    high: float | None


def wilson(hits: int, of: int, z: float = NORMAL_95) -> Rate:
    """ValueError unless 0 <= hits <= of."""
    if not 0 <= hits <= of:
        raise ValueError(f"{hits} of {of} is no share.")
    if not of:
        return Rate(None, None, None)
    return Rate(hits / of, *shares.wilson(hits / of, of, z))


@dataclass(frozen=True)
class Lift:
    """Clicks per expected click, its 95 % interval, and how surprising it is (two-sided p-value) if it were 1."""

    value: float
    low: float
    high: float
    p_value: float

    @property
    def settles(self) -> bool:
        """Whether a noteworthy difference is ruled out in both directions."""
        return self.low > 1 / NOTEWORTHY and self.high < NOTEWORTHY


def lift(clicks: int, expected: float, *, deviation: float, dispersion: float = 1.0) -> Lift:
    """`expected` clicks are known up to a relative standard `deviation`; `dispersion` (1 or more) is how many times
    the variance of independent clicks that of real ones is."""
    if expected <= 0:
        return Lift(1.0, 0.0, inf, 1.0)
    middle = max(clicks, 0.5)
    # Garwood's exact interval of a Poisson mean (1936): Jeffreys' is too short for a handful of clicks.
    low = float(stats.gamma.ppf(0.025, clicks / dispersion) * dispersion) if clicks else 0.0
    high = float(stats.gamma.ppf(0.975, (clicks + 1) / dispersion) * dispersion)
    down, up = (sqrt(log(middle / end) ** 2 + (NORMAL_95 * deviation) ** 2) for end in (max(low, 1e-9), high))
    ends = (0.0 if clicks == 0 else middle * exp(-down) / expected, middle * exp(up) / expected)
    return Lift(clicks / expected, *ends, p_value(clicks, expected, deviation=deviation, dispersion=dispersion))


def p_value(clicks: int, expected: float, *, deviation: float, dispersion: float = 1.0) -> float:
    """Two-sided mid-p of a negative binomial whose mean is `expected`: Poisson's, with the variance of overdispersed
    clicks and of an uncertain expectation."""
    variance = dispersion * expected + (deviation * expected) ** 2
    if variance <= expected * (1 + 1e-9):
        counts = stats.poisson(expected)
    else:
        size = expected**2 / (variance - expected)
        counts = stats.nbinom(size, size / (size + expected))
    here = 0.5 * float(counts.pmf(clicks))
    return min(1.0, 2 * min(float(counts.cdf(clicks)) - here, float(counts.sf(clicks)) + here))


def discoveries(p_values: Sequence[float], rate: float = FALSE_DISCOVERIES) -> NDArray[np.bool_]:
    """Which differences count when all are looked at: at most a share `rate` of them is expected to be chance
    (Benjamini and Hochberg, Controlling the False Discovery Rate, 1995)."""
    values = np.asarray(p_values, dtype=np.float64)
    if not len(values):
        return np.zeros(0, dtype=bool)
    order = np.argsort(values, kind="stable")
    passed = np.flatnonzero(values[order] <= rate * np.arange(1, len(values) + 1) / len(values))
    found = np.zeros(len(values), dtype=bool)
    if len(passed):
        found[order[: passed[-1] + 1]] = True
    return found
