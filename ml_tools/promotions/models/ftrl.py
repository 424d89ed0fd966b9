"""Logistic regression learnt row after row: follow the regularised leader, proximally.

Every weight has a step of its own that shrinks with what was learnt of it, and stays exactly 0 until enough speaks for
it. Categories are hashed, so that the table never grows. Rows are read in small batches: the gradients of one are taken
at the same weights, and added.
"""

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from ml_tools.promotions.batch import Batch, Doubles, Ints
from ml_tools.promotions.features import Arrays, Design, Slots, prefixed, under
from ml_tools.promotions.models.base import ClickModel, Progress, Settings

BITS = 18
ROWS = 32  # read at once
L1 = 0.1
BETA = 1.0


class Ftrl(ClickModel):
    name = "ftrl"
    paper = "McMahan et al., Ad Click Prediction: a View from the Trenches, KDD 2013"
    grid: ClassVar[tuple[Settings, ...]] = tuple(
        {"alpha": alpha, "l2": l2, "passes": passes}
        for alpha, l2, passes in ((0.05, 10.0, 1), (0.05, 3.0, 1), (0.1, 10.0, 3), (0.1, 20.0, 6), (0.1, 3.0, 2))
    )

    def _learn(self, batch: Batch, progress: Progress) -> None:
        self._design = Design.learnt(batch, hashed=BITS)
        self._leader, self._squares = np.zeros(self._design.width), np.zeros(self._design.width)  # z and n in the paper
        slots = self._design.slots(batch)
        for done in range(int(self.settings["passes"])):
            self._read(slots, batch.labels)
            progress(f"{self.name}: pass {done + 1}")

    def _update(self, batch: Batch) -> None:
        self._read(self._design.slots(batch), batch.labels)

    def _read(self, slots: Slots, clicks: Doubles) -> None:
        for start in range(0, len(clicks), ROWS):
            self._step(slots.take(slice(start, start + ROWS)), clicks[start : start + ROWS])

    def _step(self, slots: Slots, clicks: Doubles) -> None:
        """Algorithm 1, for the columns of a few rows."""
        columns, places = np.unique(slots.columns, return_inverse=True)
        places = places.reshape(slots.columns.shape)
        weights = self._weights(columns)
        error = expit((weights[places] * slots.values).sum(axis=1) + self.base) - clicks
        every = error[:, None] * slots.values
        gradient = np.bincount(places.ravel(), every.ravel(), len(columns))
        squares = np.bincount(places.ravel(), (every**2).ravel(), len(columns))
        before = self._squares[columns]
        sigma = (np.sqrt(before + squares) - np.sqrt(before)) / self.settings["alpha"]
        self._leader[columns] += gradient - sigma * weights
        self._squares[columns] = before + squares

    def _weights(self, columns: Ints) -> Doubles:
        """[columns]: the leader's weights, in closed form."""
        leader, squares = self._leader[columns], self._squares[columns]
        strength = (BETA + np.sqrt(squares)) / self.settings["alpha"] + self.settings["l2"]
        return np.where(np.abs(leader) <= L1, 0.0, (np.sign(leader) * L1 - leader) / strength)

    def log_odds(self, batch: Batch) -> Doubles:
        slots = self._design.slots(batch)
        return np.asarray((self._weights(slots.columns) * slots.values).sum(axis=1) + self.base, dtype=np.float64)

    def _state(self) -> dict[str, NDArray[np.generic]]:
        learnt = np.flatnonzero(self._squares)
        own = {"columns": learnt, "leader": self._leader[learnt], "squares": self._squares[learnt]}
        return {**prefixed("design/", self._design.arrays()), **own}

    def _restore(self, state: Arrays) -> None:
        self._design = Design.of(under(state, "design/"))
        self._leader, self._squares = np.zeros(self._design.width), np.zeros(self._design.width)
        columns = np.asarray(state["columns"], dtype=np.int64)
        self._leader[columns], self._squares[columns] = state["leader"], state["squares"]
