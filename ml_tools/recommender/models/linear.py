"""Models that are one sparse matrix of weights between products; scoring is a product of a history with it."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack

from ml_tools.recommender.interactions import Floats, Interactions, Ints, interactions_of
from ml_tools.recommender.models.base import Progress, Shippable

TIE_BREAK = 1e-6  # times popularity in 0..1: enough to order products about which a model knows nothing


class LinearModel(Shippable):
    """score(h, j) = sum over i in h of decay^age(i) W[i, j], plus a trace of popularity that orders what is left.

    `age` counts the distinct products that came after i's newest event; a `decay` of 1 forgets the order.
    """

    def __init__(self, decay: float = 1.0) -> None:
        self._decay = decay

    @abstractmethod
    def _weights_of(self, data: Interactions, progress: Progress) -> csr_matrix: ...

    def _fit(self, data: Interactions, progress: Progress) -> None:
        self._weights = self._weights_of(data, progress)
        self._prior = prior(data)

    def scores(self, histories: Sequence[Ints]) -> Floats:
        known = history_matrix(histories, self.data.product_count, self._decay)
        return np.asarray((known @ self._weights).todense(), dtype=np.float32) + self._prior

    def state(self) -> Mapping[str, NDArray[np.generic]]:
        weights = self._weights
        return {
            "values": weights.data,
            "columns": weights.indices,
            "row_starts": weights.indptr,
            "prior": self._prior,
            "decay": np.array([self._decay], dtype=np.float64),
        }

    def restore(self, state: Mapping[str, NDArray[np.generic]], product_count: int) -> Self:
        self.data = interactions_of([], product_count)
        arrays = (state["values"], state["columns"], state["row_starts"])
        self._weights = csr_matrix(arrays, shape=(product_count, product_count))
        self._prior = np.asarray(state["prior"], dtype=np.float32)
        self._decay = float(state["decay"][0])
        return self


def prior(data: Interactions) -> Floats:
    """[products]: popularity, so small that it only breaks ties."""
    counts = np.bincount(data.products, minlength=data.product_count)
    return (TIE_BREAK * counts / max(1, counts.max(initial=0))).astype(np.float32)


def chosen(data: Interactions) -> csr_matrix:
    """[customers, products]: 1 where a customer chose a product, however often."""
    matrix = data.matrix()
    matrix.data[:] = 1
    return matrix


def history_matrix(histories: Sequence[Ints], product_count: int, decay: float = 1.0) -> csr_matrix:
    """[histories, products]: decay^age of each product, where age counts the distinct products that came after it."""
    distinct = [newest_first(history) for history in histories]
    lengths = [len(products) for products in distinct]
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    products = np.concatenate([*distinct, np.zeros(0, dtype=np.int32)])
    ages = np.arange(len(products)) - np.repeat(starts[:-1], lengths)
    values = np.power(decay, ages).astype(np.float32)
    return csr_matrix((values, products, starts), shape=(len(histories), product_count))


def newest_first(history: Ints) -> Ints:
    """The distinct products of a history, the newest first."""
    backwards = np.asarray(history, dtype=np.int32)[::-1]
    _, first = np.unique(backwards, return_index=True)
    return backwards[np.sort(first)]


def strongest(matrix: csr_matrix, most: int) -> csr_matrix:
    """The `most` entries of each row with the largest absolute values."""
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    order = np.lexsort((matrix.indices, -np.abs(matrix.data), rows))
    rank = np.arange(len(order)) - matrix.indptr[rows]
    kept = np.sort(order[rank < most])
    return csr_matrix((matrix.data[kept], (rows[kept], matrix.indices[kept])), shape=matrix.shape)


def stacked(blocks: Sequence[csr_matrix], product_count: int) -> csr_matrix:
    """Blocks of rows -> one matrix [products, products]; no blocks make an empty one."""
    empty = csr_matrix((0, product_count), dtype=np.float32)
    return csr_matrix(vstack([empty, *blocks], format="csr"))
