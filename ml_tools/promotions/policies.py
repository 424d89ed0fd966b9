"""By which rule promotions are chosen: the names that experiments and judgements know.

Every rule is a table of scores [candidates, draws] and a share of random choices, handed to `policy.choose`: so that
the propensities of all of them are counted in the same way, and none is estimated.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from common.errors import BadRequest
from ml_tools.promotions.policy import probabilities
from ml_tools.promotions.signals import SHARED, Signals

Floats = NDArray[np.floating]

SERVED = "thompson"  # to whoever is in no experiment
EPSILON = 0.1  # of epsilon-greedy: the share that is chosen at random
_DISCOUNT = SHARED.index("discount")
_TIE = 1e-3  # discounts differ by more; among equals the likelier click comes first


def _as_drawn(scores: Floats, seen: Signals) -> Floats:
    return scores


def _expected(scores: Floats, seen: Signals) -> Floats:
    """The same under every draw: the probability of a click over all of them."""
    expected = probabilities(scores, range(len(scores)))
    return np.broadcast_to(expected[:, None], scores.shape)


def _discounted(scores: Floats, seen: Signals) -> Floats:
    return seen.shared[:, _DISCOUNT, None] + _TIE * _expected(scores, seen)


@dataclass(frozen=True)
class Rule:
    """`ranked` makes the table of scores from that of the draws' logits; `least_random` is the share of showings that
    are chosen at random, where the shop's own share (`floor`) is lower."""

    name: str
    ranked: Callable[[Floats, Signals], Floats]
    least_random: float = 0.0

    def floor(self, shop: float) -> float:
        return max(self.least_random, shop)


RULES: Mapping[str, Rule] = {
    rule.name: rule
    for rule in (
        Rule(SERVED, _as_drawn),
        Rule("greedy", _expected),
        Rule("epsilon-greedy", _expected, EPSILON),
        Rule("discount", _discounted),
        Rule("random", _expected, 1.0),
    )
}


def rule_of(name: str) -> Rule:
    """BadRequest for a name that none has."""
    if name not in RULES:
        raise BadRequest(f"There is no policy {name!r}: choose one of {', '.join(RULES)}.")
    return RULES[name]
