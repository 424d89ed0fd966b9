"""The policies that promotion_loop.py holds against each other; each learns from what itself has shown only."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from benchmarks.simulated_clicks import Month
from ml_tools.promotions.belief import Examples, prior
from ml_tools.promotions.policy import Draws, choose
from ml_tools.promotions.signals import Bases, Profile, Signals, signals
from store.demo.impressions import SLOTS
from store.promotions import Candidate

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Policy(Protocol):
    def choose(self, visit: int, among: Ints, seen: Ints) -> int:
        """The place in `among` of what is shown; `seen` is how often this customer saw each."""

    def learn(self, promotion: int, clicked: bool) -> None:
        """What came of the last choice."""

    def publish(self, passed: float) -> None:
        """Some time has passed, in days: whoever learns in batches does so now."""


class Seer:
    """What a policy that learns from signals may see: the promotions, and everybody's history, nothing of the truth."""

    def __init__(self, month: Month, bases: Bases, profiles: Sequence[Profile], today: date) -> None:
        self._month, self._bases, self._profiles, self._today = month, bases, profiles, today

    def see(self, visit: int, among: Ints, seen: Ints) -> Signals:
        month = self._month
        candidates = [self._candidate(int(one), int(times)) for one, times in zip(among, seen, strict=True)]
        profile = self._profiles[month.customer[visit]]
        today = self._today + timedelta(days=int(month.day[visit]))
        return signals(self._bases, profile, candidates, slot=SLOTS[month.slot[visit]], today=today)

    def _candidate(self, promotion: int, seen: int) -> Candidate:
        one = self._month.candidates[promotion]
        return Candidate(
            one.promotion_id, one.public_id, one.title, one.discount_percent, one.starts_on, one.product_id,
            one.category, one.department, one.brand, seen, 0, one.pace,
        )  # fmt: skip


class Uniform:
    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)

    def choose(self, visit: int, among: Ints, seen: Ints) -> int:
        return int(self._rng.integers(len(among)))

    def learn(self, promotion: int, clicked: bool) -> None:
        return None

    def publish(self, passed: float) -> None:
        return None


class MostClicked(Uniform):
    """What has most clicks per showing so far; `epsilon` of the time any. A new one counts as shown 20 times with the
    average's success."""

    def __init__(self, seed: int, promotions: int, *, epsilon: float = 0.0) -> None:
        super().__init__(seed)
        self._clicks, self._shown, self._epsilon = np.zeros(promotions), np.zeros(promotions), epsilon

    def choose(self, visit: int, among: Ints, seen: Ints) -> int:
        if self._rng.random() < self._epsilon:
            return super().choose(visit, among, seen)
        average = (self._clicks.sum() + 1) / (self._shown.sum() + 20)
        return int(np.argmax((self._clicks[among] + 20 * average) / (self._shown[among] + 20)))

    def learn(self, promotion: int, clicked: bool) -> None:
        self._clicks[promotion] += clicked
        self._shown[promotion] += 1


class LinUCB(Uniform):
    """A ridge regression a promotion on the same signals, and its upper bound (Li et al., A Contextual-Bandit Approach
    to Personalized News Article Recommendation, WWW 2010, algorithm 1)."""

    def __init__(self, seed: int, promotions: int, seer: Seer, *, alpha: float = 0.3) -> None:
        super().__init__(seed)
        self._seer, self._alpha = seer, alpha
        width = len(self._vectors(seer.see(0, np.array([0]), np.array([0])))[0])
        self._inverse = np.repeat(np.eye(width)[None], promotions, axis=0)
        self._b = np.zeros((promotions, width))
        self._last = np.zeros(width)

    def choose(self, visit: int, among: Ints, seen: Ints) -> int:
        x = self._vectors(self._seer.see(visit, among, seen))
        inverse = self._inverse[among]
        known = np.einsum("kij,kj->ki", inverse, x)
        bound = (known * self._b[among]).sum(axis=1) + self._alpha * np.sqrt((known * x).sum(axis=1))
        best = int(np.argmax(bound))
        self._last = x[best]
        return best

    def learn(self, promotion: int, clicked: bool) -> None:
        """By Sherman and Morrison."""
        known = self._inverse[promotion] @ self._last
        self._inverse[promotion] -= np.outer(known, known) / (1 + self._last @ known)
        self._b[promotion] += clicked * self._last

    @staticmethod
    def _vectors(seen: Signals) -> Floats:
        return np.concatenate([seen.shared, seen.local[:, 1:]], axis=1)


class Thompson(Uniform):
    """What this shop serves: the same signals, belief, draws and floor; it starts from nothing."""

    def __init__(self, seed: int, promotions: int, seer: Seer, *, floor: float) -> None:
        super().__init__(seed)
        self._seer, self._floor, self._published = seer, floor, 0
        self._belief = prior().knowing(np.arange(promotions))
        self._draws = Draws(self._belief, seed=seed)
        self._last: tuple[Floats, Floats] | None = None
        self._rows: list[tuple[Floats, Floats, int, bool]] = []

    def choose(self, visit: int, among: Ints, seen: Ints) -> int:
        found = self._seer.see(visit, among, seen)
        scores = self._draws.scores(among.tolist(), found)
        taking_part = np.ones(scores.shape, dtype=bool)
        row = choose(self._rng, scores, taking_part, 1, floor=self._floor).rows[0]
        self._last = found.shared[row], found.local[row]
        return row

    def learn(self, promotion: int, clicked: bool) -> None:
        assert self._last is not None
        self._rows.append((*self._last, promotion, clicked))

    def publish(self, passed: float) -> None:
        if not self._rows:
            return
        shared, local, rows, clicks = (np.array(column, dtype=np.float64) for column in zip(*self._rows, strict=True))
        examples = Examples(rows.astype(np.int64), Signals(shared, local), clicks)
        self._belief = self._belief.aged(passed).learnt(examples)
        self._published += 1
        self._draws = Draws(self._belief, seed=self._published)
        self._rows = []
