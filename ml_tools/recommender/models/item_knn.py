"""Item-kNN: products are alike when the same customers chose them."""

import numpy as np
from scipy.sparse import csr_matrix

from ml_tools.recommender.interactions import Interactions
from ml_tools.recommender.models.base import Progress
from ml_tools.recommender.models.linear import LinearModel, chosen, stacked, strongest

BLOCK = 512  # products whose similarities are held at once before all but the neighbours are dropped


class ItemKNN(LinearModel):
    """Cosine of products over customers, shrunk so that two customers in common are no proof; sparse throughout.

    s(i, j) = |both| / (sqrt(|i| |j|) + shrink), where a customer of many products counts less. Each product passes
    its score on to its `neighbours` nearest ones only.
    """

    name, paper = "item_knn", "Sarwar et al., WWW 2001; shrinkage as in Bell and Koren, ICDM 2007"

    def __init__(self, neighbours: int = 100, shrink: float = 10.0, decay: float = 0.7) -> None:
        super().__init__(decay)
        self._neighbours, self._shrink = neighbours, shrink

    def _weights_of(self, data: Interactions, progress: Progress) -> csr_matrix:
        customers = chosen(data)
        by_product = customers.T.tocsr()
        lengths = np.sqrt(np.diff(by_product.indptr)).astype(np.float32)
        blocks = []
        for first in range(0, data.product_count, BLOCK):
            common = (by_product[first : first + BLOCK] @ customers).tocsr()
            blocks.append(strongest(self._cosines(common, lengths, first), self._neighbours))
            progress(f"item-kNN: {min(first + BLOCK, data.product_count)} of {data.product_count} products")
        return stacked(blocks, data.product_count)

    def _cosines(self, common: csr_matrix, lengths: np.ndarray, first: int) -> csr_matrix:
        rows = np.repeat(np.arange(common.shape[0]), np.diff(common.indptr)) + first
        common.data = common.data / (lengths[rows] * lengths[common.indices] + self._shrink)
        common.data[rows == common.indices] = 0
        common.eliminate_zeros()
        return common
