"""What another policy would have earned, from what a policy that drew at random, with known chances, was shown and got.

Three estimators with their standard errors: inverse propensity scores (Horvitz and Thompson, 1952), the same normalised
by their own weights (Swaminathan and Joachims, NIPS 2015), and doubly robust (Dudík, Langford and Li, ICML 2011), which
is right when either the propensities or the predictions are. They are written here because the package `obp` does not
live beside this project's pins (docs/decisions/0017); its estimators give the same numbers.

A person's impressions resemble each other, so that errors may be summed by person first (Liang and Zeger, 1986).
"""

from dataclasses import dataclass, field

import numpy as np

from common.errors import BadRequest, NotEnoughData
from ml_tools.promotions.batch import Doubles, Ints

Z95 = 1.96


@dataclass(frozen=True)
class Logged:
    """What was shown, [n] each: what came of it (a click: 0 or 1), with which probability it was shown then, and with
    which the new policy would show it; `people` tells who saw it (None: each somebody else)."""

    rewards: Doubles
    propensities: Doubles
    probabilities: Doubles
    people: Ints | None = None

    def __post_init__(self) -> None:
        if not len(self.rewards):
            raise NotEnoughData("Nothing was logged.")
        if not len(self.rewards) == len(self.propensities) == len(self.probabilities):
            raise BadRequest("Rewards, propensities and probabilities must be of the same impressions.")
        if not ((self.propensities > 0) & (self.propensities <= 1)).all():
            raise BadRequest("What was shown had a propensity above 0 and of at most 1.")
        if not ((self.probabilities >= 0) & (self.probabilities <= 1)).all():
            raise BadRequest("A probability lies between 0 and 1.")
        if self.people is not None and len(self.people) != len(self.rewards):
            raise BadRequest("People must be of the same impressions.")

    def weights(self, most: float | None = None) -> Doubles:
        """[n]: how much likelier the new policy shows it; `most` cuts them, for less scatter and some bias."""
        found = self.probabilities / self.propensities
        return found if most is None else np.minimum(found, most)


@dataclass(frozen=True)
class Estimate:
    """Reward per impression under the new policy, its standard error, and how many impressions that counts for:
    (sum w)^2 / sum w^2 (Kish). `influence` [n] is how far each impression pulls the value from its mean."""

    value: float
    standard_error: float
    effective: float
    influence: Doubles = field(default_factory=lambda: np.zeros(0), repr=False, compare=False)

    @property
    def interval(self) -> tuple[float, float]:
        """95 %, by the normal approximation: too narrow when a few weights carry the sum (see `effective`)."""
        return self.value - Z95 * self.standard_error, self.value + Z95 * self.standard_error


def _effective(weights: Doubles) -> float:
    return float(weights.sum() ** 2 / (weights**2).sum()) if weights.any() else 0.0


def _estimate(value: float, influence: Doubles, effective: float, people: Ints | None) -> Estimate:
    """The standard error of a mean whose terms go together by person."""
    sums = influence if people is None else np.bincount(np.unique(people, return_inverse=True)[1], influence)
    groups = len(sums)
    error = np.sqrt((sums**2).sum() * groups / (groups - 1)) / len(influence) if groups > 1 else np.inf
    return Estimate(value, float(error), effective, influence)


def _mean(terms: Doubles, weights: Doubles, people: Ints | None) -> Estimate:
    value = float(terms.mean())
    return _estimate(value, terms - value, _effective(weights), people)


def earned(logged: Logged) -> Estimate:
    """mean(r): what those who chose then got."""
    return _mean(logged.rewards, np.ones_like(logged.rewards), logged.people)


def balance(logged: Logged) -> Estimate:
    """mean(w), which is 1 where the propensities are right and all that the new policy would show could have been
    shown: what shows when either is not (Owen, Monte Carlo theory, 2013, section 9.2)."""
    weights = logged.weights()
    return _mean(weights, weights, logged.people)


def ips(logged: Logged, most: float | None = None) -> Estimate:
    """mean(w r): unbiased wherever the old policy could show all that the new one shows."""
    weights = logged.weights(most)
    return _mean(weights * logged.rewards, weights, logged.people)


def snips(logged: Logged, most: float | None = None) -> Estimate:
    """sum(w r) / sum(w), with the standard error of a ratio (delta method). NotEnoughData when the new policy would
    have shown none of it."""
    weights = logged.weights(most)
    if not weights.any():
        raise NotEnoughData("The new policy would have shown nothing of what was shown.")
    value = float((weights * logged.rewards).sum() / weights.sum())
    return _estimate(value, weights * (logged.rewards - value) / weights.mean(), _effective(weights), logged.people)


def doubly_robust(logged: Logged, predicted: Doubles, expected: Doubles, most: float | None = None) -> Estimate:
    """mean(v + w (r - q)), with `predicted` q [n] of what was shown and `expected` v [n], the mean prediction under the
    new policy, both from a model that has not learnt these rows."""
    if not len(predicted) == len(expected) == len(logged.rewards):
        raise BadRequest("Predictions must be of the same impressions.")
    weights = logged.weights(most)
    return _mean(expected + weights * (logged.rewards - predicted), weights, logged.people)


def difference(new: Estimate, old: Estimate, people: Ints | None = None) -> Estimate:
    """How much more the new policy earns, both estimated from the same impressions: what they share falls out."""
    if len(new.influence) != len(old.influence):
        raise BadRequest("Both estimates must be of the same impressions.")
    effective = min(new.effective, old.effective)
    return _estimate(new.value - old.value, new.influence - old.influence, effective, people)
