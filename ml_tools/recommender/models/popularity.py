"""What most customers chose: the plainest recommender, and the last resort of all others."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ml_tools.recommender.interactions import Floats, Interactions, Ints, interactions_of
from ml_tools.recommender.models.base import Progress, Shippable


class Popularity(Shippable):
    """How often each product was chosen; where all products were chosen equally often, so be it."""

    name, paper = "popularity", "the baseline of Cremonesi et al., RecSys 2010"

    def _fit(self, data: Interactions, progress: Progress) -> None:
        self._counts = np.bincount(data.products, weights=data.strengths, minlength=data.product_count).astype(
            np.float32
        )

    def scores(self, histories: Sequence[Ints]) -> Floats:
        return np.tile(self._counts, (len(histories), 1))

    def state(self) -> Mapping[str, NDArray[np.generic]]:
        return {"counts": self._counts}

    def restore(self, state: Mapping[str, NDArray[np.generic]], product_count: int) -> "Popularity":
        self.data = interactions_of([], product_count)
        self._counts = np.asarray(state["counts"], dtype=np.float32)
        return self
