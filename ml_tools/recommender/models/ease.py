"""EASE: the linear autoencoder in closed form."""

from collections.abc import Sequence
from typing import Self

import numpy as np
from scipy.linalg import lapack
from scipy.sparse import csr_matrix

from common.errors import TooLarge
from ml_tools.recommender.interactions import Floats, Interactions, Ints, held_out
from ml_tools.recommender.models.base import NEVER, Progress
from ml_tools.recommender.models.linear import LinearModel, chosen, stacked, strongest

MOST_PRODUCTS = 20_000  # a dense matrix of them takes 1.6 GB; the time grows with the third power
BLOCK = 1024
PENALTIES, DECAYS = (250.0, 500.0, 1000.0, 2000.0), (0.85, 0.92, 0.97)
MOST_JUDGING, JUDGED_AT = 2_000, 10


class EASE(LinearModel):
    """B = I - P diag(1/diag(P)) with P = (X'X + penalty I)^-1: each product predicted from all others, not from itself.

    The strongest `neighbours` of each product are kept, so that what ships and what scores is sparse. More than
    20,000 products are refused with TooLarge.
    """

    name, paper = "ease", "Steck, WWW 2019, equation 8"

    def __init__(self, penalty: float = 500.0, neighbours: int = 300, decay: float = 0.85) -> None:
        super().__init__(decay)
        self._penalty, self._neighbours = penalty, neighbours

    @classmethod
    def suited_to(cls, data: Interactions) -> Self:
        """EASE with the penalty and the decay that find the most last products of some customers of this shop."""
        rest, asked, targets = held_out(data, MOST_JUDGING)
        histories = [rest.of(customer) for customer in asked]
        if not len(targets):
            return cls()
        found: dict[tuple[float, float], float] = {}
        for penalty in PENALTIES:
            fitted = cls(penalty).fit(rest)
            for decay in DECAYS:
                fitted._decay = decay
                found[penalty, decay] = _share_found(fitted.scores(histories), histories, targets)
        penalty, decay = max(found, key=lambda options: found[options])
        return cls(penalty, decay=decay)

    def _weights_of(self, data: Interactions, progress: Progress) -> csr_matrix:
        if data.product_count > MOST_PRODUCTS:
            raise TooLarge(f"EASE takes at most {MOST_PRODUCTS:,} products; use item_knn or als for more.")
        if data.product_count == 0:
            return csr_matrix((0, 0), dtype=np.float32)
        customers = chosen(data)
        progress(f"EASE: inverting a matrix of {data.product_count} products")
        inverse = _inverse_of((customers.T @ customers).toarray(), self._penalty)
        return self._sparse(inverse, data.product_count)

    def _sparse(self, inverse: Floats, product_count: int) -> csr_matrix:
        diagonal = np.diag(inverse).copy()
        blocks = []
        for first in range(0, product_count, BLOCK):
            weights = -inverse[first : first + BLOCK] / diagonal
            rows = np.arange(len(weights))
            weights[rows, rows + first] = 0
            blocks.append(strongest(csr_matrix(weights), self._neighbours))
        return stacked(blocks, product_count)


def _share_found(scores: Floats, histories: Sequence[Ints], targets: Ints) -> float:
    """How often the target is among the ten best that the history does not hold."""
    for row, history in enumerate(histories):
        scores[row, history] = NEVER
    own = scores[np.arange(len(targets)), targets]
    better = (scores > own[:, None]).sum(axis=1)
    return float(((better < JUDGED_AT) & (own > NEVER)).mean())


def _inverse_of(gram: Floats, penalty: float) -> Floats:
    """(gram + penalty I)^-1 of a symmetric matrix, by Cholesky and in place: half the work of a general inverse."""
    gram[np.diag_indices_from(gram)] += penalty
    factor, failed = lapack.spotrf(gram, lower=True, overwrite_a=True)
    assert not failed, "a Gram matrix plus a positive penalty is positive definite"
    inverse, _ = lapack.spotri(factor, lower=True, overwrite_c=True)
    lower = np.tril(inverse)
    return lower + np.tril(lower, -1).T
