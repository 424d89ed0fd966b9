"""What another policy would have earned, from what a policy that drew at random, with known chances, was shown and got.

Three estimators with their standard errors: inverse propensity scores (Horvitz and Thompson, 1952), the same normalised
by their own weights (Swaminathan and Joachims, NIPS 2015), and doubly robust (Dudík, Langford and Li, ICML 2011), which
is right when either the propensities or the predictions are. They are written here because the package `obp`, whose
data evaluations read, wants Python below 3.11 and numpy 1.23; its estimators give the same numbers.
"""

from dataclasses import dataclass

import numpy as np

from common.errors import BadRequest, NotEnoughData
from ml_tools.promotions.batch import Doubles

Z95 = 1.96


@dataclass(frozen=True)
class Logged:
    """What was shown, [n] each: what came of it (a click: 0 or 1), with which probability it was shown then, and with
    which the new policy would show it."""

    rewards: Doubles
    propensities: Doubles
    probabilities: Doubles

    def __post_init__(self) -> None:
        if not len(self.rewards):
            raise NotEnoughData("Nothing was logged.")
        if not len(self.rewards) == len(self.propensities) == len(self.probabilities):
            raise BadRequest("Rewards, propensities and probabilities must be of the same impressions.")
        if not ((self.propensities > 0) & (self.propensities <= 1)).all():
            raise BadRequest("What was shown had a propensity above 0 and of at most 1.")
        if not ((self.probabilities >= 0) & (self.probabilities <= 1)).all():
            raise BadRequest("A probability lies between 0 and 1.")

    def weights(self, most: float | None = None) -> Doubles:
        """[n]: how much likelier the new policy shows it; `most` cuts them, for less scatter and some bias."""
        found = self.probabilities / self.propensities
        return found if most is None else np.minimum(found, most)


@dataclass(frozen=True)
class Estimate:
    """Reward per impression under the new policy, its standard error, and how many impressions that counts for:
    (sum w)^2 / sum w^2 (Kish)."""

    value: float
    standard_error: float
    effective: float

    @property
    def interval(self) -> tuple[float, float]:
        """95 %, by the normal approximation: too narrow when a few weights carry the sum (see `effective`)."""
        return self.value - Z95 * self.standard_error, self.value + Z95 * self.standard_error


def _effective(weights: Doubles) -> float:
    return float(weights.sum() ** 2 / (weights**2).sum()) if weights.any() else 0.0


def _mean(terms: Doubles, weights: Doubles) -> Estimate:
    error = terms.std(ddof=1) / np.sqrt(len(terms)) if len(terms) > 1 else np.inf
    return Estimate(float(terms.mean()), float(error), _effective(weights))


def ips(logged: Logged, most: float | None = None) -> Estimate:
    """mean(w r): unbiased wherever the old policy could show all that the new one shows."""
    weights = logged.weights(most)
    return _mean(weights * logged.rewards, weights)


def snips(logged: Logged, most: float | None = None) -> Estimate:
    """sum(w r) / sum(w), with the standard error of a ratio (delta method). NotEnoughData when the new policy would
    have shown none of it."""
    weights = logged.weights(most)
    if not weights.any():
        raise NotEnoughData("The new policy would have shown nothing of what was shown.")
    value = float((weights * logged.rewards).sum() / weights.sum())
    error = np.sqrt((weights**2 * (logged.rewards - value) ** 2).sum()) / weights.sum()
    return Estimate(value, float(error), _effective(weights))


def doubly_robust(logged: Logged, predicted: Doubles, expected: Doubles, most: float | None = None) -> Estimate:
    """mean(v + w (r - q)), with `predicted` q [n] of what was shown and `expected` v [n], the mean prediction under the
    new policy, both from a model that has not learnt these rows."""
    if not len(predicted) == len(expected) == len(logged.rewards):
        raise BadRequest("Predictions must be of the same impressions.")
    weights = logged.weights(most)
    return _mean(expected + weights * (logged.rewards - predicted), weights)
