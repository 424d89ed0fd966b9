"""Which promotions are shown: Thompson sampling from a finite set of draws, so that every propensity is exact.

A belief is drawn from DRAWS times when it is published. A request takes one of the draws at random and shows what is
best under it; with probability `floor` it shows a random choice instead. The propensity of a promotion is the share of
draws under which it is shown, with the floor's part: no estimate, since the draws are all that chance chooses from.

Pacing is a part of the draws: under each draw a promotion takes part with the probability that its pace says (Agarwal
et al., Budget Pacing for Targeted Online Advertisements at LinkedIn, KDD 2014).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml_tools.promotions.belief import Belief, local_prior_drawn
from ml_tools.promotions.signals import Signals

Floats = NDArray[np.floating]
DRAWS = 128
_NEVER = -np.inf


class Draws:
    """What the weights may be: [DRAWS, d] of those that all share, [DRAWS, b] by promotion. In single precision:
    a request copies those of its promotions."""

    def __init__(self, belief: Belief, *, seed: int = 0, count: int = DRAWS) -> None:
        rng = np.random.default_rng(seed)
        shared, local = belief.drawn(rng, count)
        self._shared, self._local = shared.astype(np.float32), local.astype(np.float32)
        self._rows = {int(promotion): row for row, promotion in enumerate(belief.promotions)}
        self._chances = rng.random((len(belief), count), dtype=np.float32)
        self._seed, self._count = seed, count
        self._new: dict[int, tuple[Floats, Floats]] = {}

    def scores(self, promotions: Sequence[int], signals: Signals) -> Floats:
        """[n, DRAWS]: the logit of a click on each promotion under each draw."""
        rows = [self._rows.get(one, -1) for one in promotions]
        if min(rows, default=0) >= 0:
            local = self._local[rows]
        else:
            local = np.stack([self._of(one, row)[0] for one, row in zip(promotions, rows, strict=True)])
        own = np.matmul(local, signals.local.astype(np.float32)[:, :, None])[:, :, 0]
        return np.asarray(signals.shared.astype(np.float32) @ self._shared.T + own)

    def taking_part(self, promotions: Sequence[int], paces: Sequence[float]) -> NDArray[np.bool_]:
        """[n, DRAWS]: whether a promotion takes part under a draw."""
        if min(paces, default=1.0) >= 1:
            return np.ones((len(promotions), self._count), dtype=bool)
        chances = np.stack([self._of(one, self._rows.get(one, -1))[1] for one in promotions])
        return np.asarray(chances < np.asarray(paces)[:, None])

    def _of(self, promotion: int, row: int) -> tuple[Floats, Floats]:
        if row >= 0:
            return self._local[row], self._chances[row]
        if promotion not in self._new:
            rng = np.random.default_rng((self._seed, promotion))
            chances = rng.random(self._count, dtype=np.float32)
            self._new[promotion] = local_prior_drawn(rng, self._count).astype(np.float32), chances
        return self._new[promotion]


@dataclass(frozen=True)
class Choice:
    """Rows that are shown, best first, and the probability of each of being among them; `explored`: by the floor."""

    rows: list[int]
    propensities: list[float]
    explored: bool


def choose(rng: np.random.Generator, scores: Floats, taking_part: NDArray[np.bool_], n: int, *, floor: float) -> Choice:
    """Up to `n` of the rows of [candidates, draws]; fewer, or none, where paces leave fewer."""
    candidates, draws = scores.shape
    if not candidates or n < 1:
        return Choice([], [], explored=False)
    scores = np.where(taking_part, scores, _NEVER)
    draw = int(rng.integers(draws))
    explored = bool(rng.random() < floor)
    if explored:
        rows = rng.permutation(np.flatnonzero(taking_part[:, draw]))[:n]
    else:
        order = np.argsort(-scores[:, draw], kind="stable")[:n]
        rows = order[scores[order, draw] > _NEVER]
    chances = propensities(scores, taking_part, rows, n, floor=floor)
    return Choice(rows.tolist(), chances.tolist(), explored)


def propensities(
    scores: Floats, taking_part: NDArray[np.bool_], rows: NDArray[np.integer], n: int, *, floor: float
) -> Floats:
    """Of these rows: the probability of being among the `n` that are shown."""
    if n == 1:
        best = scores.argmax(axis=0)
        chosen = (best[None, :] == rows[:, None]) & taking_part[rows]
    else:
        least = np.partition(scores, -min(n, len(scores)), axis=0)[-min(n, len(scores))]
        chosen = (scores[rows] >= least) & taking_part[rows]
    at_random = np.minimum(1, n / np.maximum(taking_part.sum(axis=0), 1)) * taking_part[rows]
    return np.asarray((1 - floor) * chosen.mean(axis=1) + floor * at_random.mean(axis=1))


def probabilities(scores: Floats, rows: Sequence[int]) -> Floats:
    """The expected probability of a click on these rows, over all draws."""
    return np.asarray((1 / (1 + np.exp(-scores[list(rows)]))).mean(axis=1))
