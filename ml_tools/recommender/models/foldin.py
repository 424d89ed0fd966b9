"""Vectors for customers that a network never saw, from their histories alone."""

from collections.abc import Sequence

import numpy as np

from ml_tools.recommender.interactions import Floats, Interactions, Ints
from ml_tools.recommender.models.linear import history_matrix


class HistoryMap:
    """Least squares from what customers chose to the vectors that training gave them.

    A customer's vector is close to linear in the mean of their products' vectors, weighted by decay^age. The map is
    learnt on the customers of the training and then serves everybody else in closed form: v = v' + (f - f') W with
    means v', f' and ridge weights W. A history of nothing gets the mean vector.
    """

    def __init__(
        self, data: Interactions, customers: Floats, products: Floats, *, decay: float, ridge: float = 1e-3
    ) -> None:
        """`customers` [customers, v] and `products` [products, f], both as trained."""
        self._products, self._decay = products, decay
        histories = data.histories()
        told = np.array([len(history) > 0 for history in histories])
        features = self._features(histories)[told]
        self._mean_feature = features.mean(axis=0)
        self._mean_vector = customers[told].mean(axis=0)
        centred = features - self._mean_feature
        spread = centred.T @ centred
        spread[np.diag_indices_from(spread)] += ridge * (np.trace(spread) / len(spread) + 1e-6)
        self._weights = np.linalg.solve(spread, centred.T @ (customers[told] - self._mean_vector))

    def __call__(self, histories: Sequence[Ints]) -> Floats:
        """[histories, v]."""
        told = np.array([len(history) > 0 for history in histories], dtype=np.float32)[:, None]
        moved = (self._features(histories) - self._mean_feature) @ self._weights
        return (self._mean_vector + told * moved).astype(np.float32)

    def _features(self, histories: Sequence[Ints]) -> Floats:
        known = history_matrix(histories, len(self._products), self._decay)
        total = np.maximum(np.asarray(known.sum(axis=1)), 1e-12)
        return (known @ self._products / total).astype(np.float32)
