"""How well one right product was ranked.

Equal scores are counted by expectation: the right product stands anywhere among its equals with the same chance, so
that a model gains nothing by saying the same of everything. A right product that a model gave no score is not found.
"""

import numpy as np
from numpy.typing import NDArray

from ml_tools.recommender.interactions import Floats, Ints

CUTOFFS = (10, 20)
NOT_FOUND = 2**31  # a place past every cutoff

Counts = NDArray[np.int64]
Doubles = NDArray[np.float64]


def places(scores: Floats, columns: Ints) -> tuple[Counts, Counts]:
    """Of scores [n, candidates], where column `columns[n]` is right: how many candidates stand above it, and how many
    others beside it. NOT_FOUND are above one without a score."""
    right = np.take_along_axis(scores, columns[:, None], axis=1)
    above = (scores > right).sum(axis=1)
    beside = (scores == right).sum(axis=1) - 1
    lost = ~np.isfinite(right[:, 0])
    above[lost], beside[lost] = NOT_FOUND, 0
    return above, beside


def gained(above: Counts, beside: Counts, gains: Doubles) -> Doubles:
    """[n]: the expectation of `gains[place]` (0 past its end) over the places from `above` to `above + beside`."""
    sums = np.concatenate([[0.0], np.cumsum(gains)])
    first, past = np.minimum(above, len(gains)), np.minimum(above + beside + 1, len(gains))
    return np.asarray((sums[past] - sums[first]) / (beside + 1))


def measured(above: Counts, beside: Counts) -> dict[str, float]:
    """Hit rate, recall, NDCG and MRR at 10 and 20. With one right product a question, recall is the hit rate."""
    found: dict[str, float] = {}
    for cutoff in CUTOFFS:
        place = np.arange(1, cutoff + 1)
        hit_rate = float(gained(above, beside, np.ones(cutoff)).mean())
        found[f"HR@{cutoff}"] = hit_rate
        found[f"recall@{cutoff}"] = hit_rate
        found[f"NDCG@{cutoff}"] = float(gained(above, beside, 1 / np.log2(place + 1)).mean())
        found[f"MRR@{cutoff}"] = float(gained(above, beside, 1 / place).mean())
    return found
