"""How far a review is to be trusted: what is odd about it makes it weigh less; none is ever left out.

The reasons multiply. A rating that contradicts its text is often a slip; many from one writer, copies, and more in a
day than a product gets in weeks are signs of reviews that were ordered.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ml_tools.reviews.fingerprints import ALIKE, similarity

LEAST = 10  # percent
WEIGHTS = {"copy": 0.3, "same_writer": 0.4, "burst": 0.5, "contradicts": 0.6}
SAME_DAY = 5  # reviews of one writer on one day, from which on it is odd
BURST = 8  # reviews of one product on one day, all of one mind
BURST_TIMES = 6  # and so many times its usual day
SURE = 0.9  # of the text's sentiment, to say that the stars contradict it


@dataclass(frozen=True)
class Circumstances:
    """What is known around a review. `usual` is how many its product gets on a day with reviews, besides this one."""

    review_id: int
    body: str
    rating: int | None
    sentiment: str
    confidence: float
    earlier_alike: Sequence[str]  # bodies of earlier reviews that share a band
    of_writer: int
    of_product: int  # on this day, of the same sentiment
    usual: float


def doubts(about: Circumstances) -> list[str]:
    """Why a review weighs less, in a fixed order; empty for most."""
    found = {
        "copy": any(similarity(about.body, other) >= ALIKE for other in about.earlier_alike),
        "same_writer": about.of_writer >= SAME_DAY,
        "burst": about.of_product >= BURST and about.of_product >= BURST_TIMES * max(about.usual, 1.0),
        "contradicts": _contradicts(about),
    }
    return [reason for reason, holds in found.items() if holds]


def weight(reasons: Sequence[str]) -> int:
    """Percent, LEAST to 100."""
    left = 1.0
    for reason in reasons:
        left *= WEIGHTS[reason]
    return max(LEAST, round(100 * left))


def _contradicts(about: Circumstances) -> bool:
    if about.rating is None or about.confidence < SURE:
        return False
    return (about.rating <= 2 and about.sentiment == "positive") or (
        about.rating >= 4 and about.sentiment == "negative"
    )
