"""Which of the likeliest products stand in one answer: different ones, and now and then one that few have seen."""

import hashlib

import numpy as np

from ml_tools.recommender.interactions import Floats, Ints

SAME_CATEGORY = 0.3  # likeness that being of one category adds


def likeness_of(content: Floats, categories: Ints) -> Floats:
    """[n, n], about 0 to 1: cosines of content vectors [n, d], more for products of one category [n]."""
    cosines = np.clip(content @ content.T, 0, 1)
    same = (categories[:, None] == categories[None, :]).astype(np.float32)
    return np.asarray((1 - SAME_CATEGORY) * cosines + SAME_CATEGORY * same, dtype=np.float32)


def diversified(scores: Floats, likeness: Floats, n: int, diversity: float) -> Ints:
    """Positions of up to `n`, by maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998):

    each time the one with the highest (1 - diversity) score - diversity (its greatest likeness to those chosen), with
    scores [m] brought to 0..1 and likeness [m, m]. A diversity of 0 is the order of the scores.
    """
    count = min(n, len(scores))
    if count == 0:
        return np.zeros(0, dtype=np.int32)
    low, high = float(scores.min()), float(scores.max())
    relevance = (scores - low) / (high - low) if high > low else np.zeros_like(scores)
    nearest = np.zeros(len(scores), dtype=np.float32)
    free = np.ones(len(scores), dtype=bool)
    chosen = []
    for _ in range(count):
        value = np.where(free, (1 - diversity) * relevance - diversity * nearest, -np.inf)
        best = int(np.argmax(value))
        chosen.append(best)
        free[best] = False
        nearest = np.maximum(nearest, likeness[best])
    return np.array(chosen, dtype=np.int32)


def draw_for(*what: object) -> np.random.Generator:
    """A generator that gives the same draws to the same customer on the same day."""
    digest = hashlib.sha256("|".join(map(str, what)).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))


def slots_to_explore(n: int, share: float, draw: np.random.Generator) -> int:
    """How many of `n` products come from outside: `share` of them on average, and never the only one."""
    exact = n * share
    slots = int(exact) + int(draw.random() < exact - int(exact))
    return min(slots, n - 1)


def interleaved(likeliest: list[int], explored: list[int], draw: np.random.Generator) -> list[int]:
    """One list: the first is always a likely one, the explored ones stand anywhere after it."""
    if not likeliest:
        return explored
    places = set((1 + draw.permutation(len(likeliest) + len(explored) - 1)[: len(explored)]).tolist())
    rest, new = iter(likeliest), iter(explored)
    return [next(new) if at in places else next(rest) for at in range(len(likeliest) + len(explored))]
