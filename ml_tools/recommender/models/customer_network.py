"""The frame of networks with a vector for every customer: learnt ones for known customers, folded in for all others."""

from abc import abstractmethod
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from ml_tools.recommender.interactions import Floats, Interactions, Ints
from ml_tools.recommender.models.als import cosines
from ml_tools.recommender.models.base import Progress, Recommender
from ml_tools.recommender.models.foldin import HistoryMap
from ml_tools.recommender.models.linear import prior

SEED = 0
ROWS = 64  # histories scored at once
NEWEST = 0.85  # decay of a history on its way to a vector


class CustomerNetwork(Recommender):
    """A known customer's vector is the mean of what training learnt of them, which is their taste in the long run, and
    of what their history folds in to, which is what they look at now. Without any events, popularity's trace is all
    there is to say.
    """

    def _fit(self, data: Interactions, progress: Progress) -> None:
        self._prior = prior(data)
        self._trained = len(data) > 0
        if not self._trained:
            return
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(SEED)
            self._train(data, progress)
        with torch.inference_mode():
            learnt = self._customer_vectors().numpy().copy()
            self._product_features = self._product_vectors().numpy().copy()
        self._map = HistoryMap(data, learnt, self._product_features, decay=NEWEST)
        self._customers = (learnt + self._map(data.histories())) / 2

    @abstractmethod
    def _train(self, data: Interactions, progress: Progress) -> None: ...

    @abstractmethod
    def _customer_vectors(self) -> Tensor:
        """[customers, v]."""

    @abstractmethod
    def _product_vectors(self) -> Tensor:
        """[products, f]."""

    @abstractmethod
    def _logits(self, customers: Tensor, products: Tensor) -> Tensor:
        """Customers' vectors [n, v] and products [n, k] -> [n, k]."""

    @abstractmethod
    def _all_logits(self, customers: Tensor) -> Tensor:
        """Customers' vectors [n, v] -> [n, products]."""

    def scores(self, histories: Sequence[Ints]) -> Floats:
        if not self._trained:
            return np.tile(self._prior, (len(histories), 1))
        return self._scores_of(self._map(histories))

    def customer_scores(self, customers: Sequence[int]) -> Floats:
        if not self._trained:
            return np.tile(self._prior, (len(customers), 1))
        return self._scores_of(self._customers[np.asarray(customers)])

    def candidate_scores(self, customers: Sequence[int], candidates: Ints) -> Floats:
        if not self._trained:
            return self._prior[candidates]
        vectors = torch.from_numpy(self._customers[np.asarray(customers)])
        with torch.inference_mode():
            scores: Floats = self._logits(vectors, torch.from_numpy(np.asarray(candidates, dtype=np.int64))).numpy()
        return scores

    def similarities(self, product: int) -> Floats:
        """Cosine of the products' vectors."""
        return cosines(self._product_features, product) + self._prior if self._trained else self._prior

    def _scores_of(self, vectors: Floats) -> Floats:
        with torch.inference_mode():
            blocks = [self._all_logits(block).numpy() for block in torch.from_numpy(vectors).split(ROWS)]
        return np.concatenate([*blocks, np.zeros((0, len(self._prior)), dtype=np.float32)])
