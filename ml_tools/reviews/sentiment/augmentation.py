"""What else teaches, made anew each epoch: two reviews in one are mixed if they disagree; titles come and go."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ml_tools.reviews.sentiment.data import Review

PAIRED_SHARE, TITLED_SHARE = 0.08, 0.5
JOINTS = (" ", " but ", " However, ", " Also, ")


def epoch_of(reviews: Sequence[Review], rng: np.random.Generator, *, rated_share: float = 1.0) -> list[Review]:
    """Reviews once, with or without their title, and pairs of short ones; of those with stars only a share."""
    kept = rng.random(len(reviews)) < rated_share
    shown = [one for one, keep in zip(reviews, kept, strict=True) if keep or one.mixed is None]
    titled = rng.random(len(shown)) < TITLED_SHARE
    singles = [replace(one, text=one.titled if show else one.text) for one, show in zip(shown, titled, strict=True)]
    return singles + pairs(shown, round(len(shown) * PAIRED_SHARE), rng)


def pairs(reviews: Sequence[Review], count: int, rng: np.random.Generator) -> list[Review]:
    """Halves of two reviews in one text; half of the pairs disagree (mixed), half agree (not mixed).

    What disagrees has no weight for positive or not: `positive` is 0.5 there.
    """
    short = [one for one in reviews if len(one.text) < 320 and not one.mixed and one.positive in (0.0, 1.0)]
    good, bad = [one for one in short if one.positive], [one for one in short if not one.positive]
    if not good or not bad:
        return []
    made = []
    for place in range(count):
        first, second = (good, bad) if place % 4 < 2 else (bad, good)
        if place % 2:
            second = first
        one, other = first[rng.integers(len(first))], second[rng.integers(len(second))]
        text = one.text.rstrip(" .") + JOINTS[rng.integers(len(JOINTS))] + other.text
        agree = one.positive == other.positive
        made.append(Review(text, one.positive if agree else 0.5, mixed=float(not agree), weight=0.5))
    return made
