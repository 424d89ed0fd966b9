"""A linear model of what comes next, in closed form: ridge regression from fading histories to next products."""

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_matrix

from common.errors import TooLarge
from ml_tools.recommender.interactions import Floats, Interactions, Ints
from ml_tools.recommender.models.base import Progress
from ml_tools.recommender.models.linear import LinearModel

MOST_PRODUCTS = 20_000  # a dense matrix of them takes 1.6 GB; the time grows with the third power
FORGOTTEN = 1e-3  # weights below this are left out of the sums


class NextLinear(LinearModel):
    """B = (X'X + penalty I)^-1 X'Y: a row of X is what was chosen before some moment, each product weighing `decay` as
    much as the one after it, and the same row of Y is what was chosen then.

    X'X and X'Y are sums over pairs of products at a distance, so that the rows themselves are never written down.
    """

    name = "next_linear"
    paper = "SLIT in Choi et al., Session-aware Linear Item-Item Models, WWW 2021, equation 8"

    def __init__(self, penalty: float = 100.0, neighbours: int = 500, decay: float = 0.8) -> None:
        super().__init__(decay)
        self._penalty, self._neighbours = penalty, neighbours

    def _weights_of(self, data: Interactions, progress: Progress) -> csr_matrix:
        if data.product_count > MOST_PRODUCTS:
            raise TooLarge(f"next_linear takes at most {MOST_PRODUCTS:,} products.")
        if not data.product_count:
            return csr_matrix((0, 0), dtype=np.float32)
        progress(f"next-linear: {data.product_count} products")
        before, following = self._sums(data)
        before[np.diag_indices_from(before)] += self._penalty
        weights = cho_solve(cho_factor(before, lower=True, overwrite_a=True), following, overwrite_b=True)
        return _strongest(weights, self._neighbours)

    def _sums(self, data: Interactions) -> tuple[Floats, Floats]:
        """X'X and X'Y, [products, products] each."""
        shape = (data.product_count, data.product_count)
        before, following = np.zeros(shape, dtype=np.float32), np.zeros(shape, dtype=np.float32)
        left = np.repeat(data.starts[1:], np.diff(data.starts)) - np.arange(len(data)) - 1  # products that come after
        seen = (1 - self._decay ** (2.0 * left)) / (1 - self._decay**2)  # how heavily rows from here on count twice
        np.add.at(before, (data.products, data.products), seen)
        furthest = max(1, int(np.log(FORGOTTEN) / np.log(self._decay)))
        for distance in range(1, furthest + 1):
            first = np.flatnonzero(left >= distance)
            pair = data.products[first], data.products[first + distance]
            following += self._decay ** (distance - 1) * _counted(pair, np.ones(len(first)), data.product_count)
            weights = np.asarray(self._decay**distance * seen[first + distance], dtype=np.float64)
            together = _counted(pair, weights, data.product_count)
            before += together + together.T
        return before, following


def _strongest(weights: Floats, most: int) -> csr_matrix:
    """The `most` entries of each row with the largest absolute values."""
    if most < weights.shape[1]:
        sizes = np.abs(weights)
        least = np.partition(sizes, -most, axis=1)[:, -most]
        weights[sizes < least[:, None]] = 0
    return csr_matrix(weights)


def _counted(pair: tuple[Ints, Ints], weights: NDArray[np.float64], count: int) -> Floats:
    """[products, products]: the sum of weights of each pair."""
    cells = pair[0].astype(np.int64) * count + pair[1]
    return np.bincount(cells, weights=weights, minlength=count * count).reshape(count, count).astype(np.float32)
