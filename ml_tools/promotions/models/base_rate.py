"""The same for everybody: how often anything was clicked. What a model must beat, and what serves at first."""

import numpy as np
from numpy.typing import NDArray

from ml_tools.promotions.batch import Batch, Doubles
from ml_tools.promotions.features import Arrays
from ml_tools.promotions.measures import log_odds
from ml_tools.promotions.models.base import PRIOR_CLICKS, PRIOR_RATE, ClickModel, Progress


class BaseRate(ClickModel):
    name = "base_rate"
    paper = "Laplace's rule of succession, with a prior of one click in fifty"

    def _learn(self, batch: Batch, progress: Progress) -> None:
        self._counts = np.array([PRIOR_CLICKS, PRIOR_CLICKS / PRIOR_RATE])  # clicks and rows
        self._update(batch)

    def _update(self, batch: Batch) -> None:
        self._counts = self._counts + np.array([batch.labels.sum(), len(batch)])

    def log_odds(self, batch: Batch) -> Doubles:
        return np.repeat(log_odds(self._counts[:1] / self._counts[1:]), len(batch))

    def _state(self) -> dict[str, NDArray[np.generic]]:
        return {"counts": self._counts}

    def _restore(self, state: Arrays) -> None:
        self._counts = np.array(state["counts"], dtype=np.float64)
