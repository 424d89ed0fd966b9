"""Which model serves: the one that predicted best what it had not learnt yet, and the simplest where that is in doubt.

A model with many weights is not even tried before there are clicks enough for it, and takes over from a simpler one
only when it is better by more than a standard error: a wrong guess early on costs more than a late promotion.
"""

from collections.abc import Mapping

import numpy as np

from ml_tools.promotions.batch import Doubles

# Clicks (and as many impressions without) before a model is tried beneath the belief, the simplest first.
LEAST_CLICKS: Mapping[str, int] = {
    "ftrl": 100,
    "boosted": 200,
    "blend": 200,
    "factorisation_machine": 300,
    "dcn": 500,
}


def best_of(losses: Mapping[str, Doubles]) -> str:
    """The first name whose losses [rows] no later one undercuts by more than a standard error of the difference."""
    best, *others = losses
    for name in others:
        gain = losses[best] - losses[name]
        if gain.mean() > gain.std() / np.sqrt(len(gain)):
            best = name
    return best
