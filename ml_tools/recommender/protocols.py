"""Among which products the right one must be found: all of them, or 99 that the customer never chose."""

from collections.abc import Iterator
from enum import StrEnum

import numpy as np

from common.errors import NotEnoughData
from ml_tools.recommender.datasets import Split
from ml_tools.recommender.interactions import Floats, Ints
from ml_tools.recommender.measures import Counts, places
from ml_tools.recommender.models.base import NEVER, Progress, Recommender, silent

NEGATIVES = 99
SEED = 20
MOST_SCORES = 8_000_000  # held at once


class Protocol(StrEnum):
    FULL = "full"
    SAMPLED = "99"


def ranked(
    model: Recommender, split: Split, protocol: Protocol, progress: Progress = silent, allowed: Ints | None = None
) -> tuple[Counts, Counts]:
    """Per question, how many candidates the fitted model puts above the right product, and how many beside it.

    `allowed` narrows the candidates of the full protocol to some products."""
    candidates = negatives(split) if protocol is Protocol.SAMPLED else None
    above, beside = [], []
    for part in _parts(split):
        if candidates is not None:
            chosen = np.concatenate([split.targets[part, None], candidates[part]], axis=1)
            found = places(_of_chosen(model, split, part, chosen), np.zeros(len(part), dtype=np.int32))
        else:
            found = places(_of_all(_scores(model, split, part), split, part, allowed), split.targets[part])
        above.append(found[0])
        beside.append(found[1])
        progress(f"{model.name} answered {part[-1] + 1:,} of {len(split):,}")
    return np.concatenate(above), np.concatenate(beside)


def _parts(split: Split) -> Iterator[Ints]:
    size = int(np.clip(MOST_SCORES // split.learnt.product_count, 1, 1024))
    for start in range(0, len(split), size):
        yield np.arange(start, min(start + size, len(split)), dtype=np.int32)


def _scores(model: Recommender, split: Split, part: Ints) -> Floats:
    if split.customers is not None:
        return model.customer_scores(split.customers[part].tolist())
    return model.scores([split.histories[question] for question in part])


def _of_chosen(model: Recommender, split: Split, part: Ints, chosen: Ints) -> Floats:
    """Scores of `chosen` [part, k] alone; some models find all products too many."""
    if split.customers is not None:
        return model.candidate_scores(split.customers[part].tolist(), chosen)
    return np.take_along_axis(_scores(model, split, part), chosen, axis=1)


def _of_all(scores: Floats, split: Split, part: Ints, allowed: Ints | None) -> Floats:
    """Scores of what may be recommended: without the history where nobody comes back to a product."""
    scores = scores.copy()
    if not split.repeats:
        for row, question in enumerate(part):
            scores[row, split.histories[question]] = NEVER
    if allowed is not None:
        barred = np.ones(scores.shape[1], dtype=bool)
        barred[allowed] = False
        scores[:, barred] = NEVER
    return scores


def negatives(split: Split) -> Ints:
    """[questions, 99]: other products that the customer never chose, drawn evenly with a fixed seed.

    Raises NotEnoughData when a customer has not left that many."""
    generator = np.random.default_rng(SEED)
    drawn = np.zeros((len(split), NEGATIVES), dtype=np.int32)
    for question, (history, target) in enumerate(zip(split.histories, split.targets, strict=True)):
        left = np.ones(split.learnt.product_count, dtype=bool)
        left[history] = left[target] = False
        others = np.flatnonzero(left)
        if len(others) < NEGATIVES:
            raise NotEnoughData(f"The 99 protocol needs {NEGATIVES} products that a customer never chose.")
        drawn[question] = generator.choice(others, NEGATIVES, replace=False)
    return drawn
