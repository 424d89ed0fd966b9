"""From product to product by what people did: few links each, so that an answer can name the product it comes from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix

from ml_tools.recommender.features import steps_within
from ml_tools.recommender.interactions import Floats, Interactions, Ints
from ml_tools.recommender.models.linear import stacked, strongest

LINKS = 40  # a product
SHRINK = 5.0  # pairs that must be seen before a link counts for much
REACH = 3  # steps
STRONG = 0.95  # the quantile of strengths that counts as 1
BLOCK = 2048


@dataclass(frozen=True)
class Links:
    """[products, products]: how strongly the column follows from the row, 0 to 1; sparse."""

    matrix: csr_matrix

    def from_product(self, product: int) -> tuple[Ints, Floats]:
        """The products that a product leads to, with their strengths."""
        found = slice(self.matrix.indptr[product], self.matrix.indptr[product + 1])
        return self.matrix.indices[found], self.matrix.data[found]

    def between(self, sources: Ints, targets: Ints) -> Floats:
        """[sources, targets]: the strengths of these links alone, 0 where there is none."""
        strengths = np.zeros((len(sources), len(targets)), dtype=np.float32)
        order = np.argsort(targets, kind="stable")
        ordered = targets[order]
        for at, source in enumerate(sources):
            products, values = self.from_product(int(source))
            place = np.searchsorted(ordered, products)
            inside = place < len(ordered)
            inside[inside] = ordered[place[inside]] == products[inside]
            strengths[at, order[place[inside]]] = values[inside]
        return strengths

    def arrays(self) -> Mapping[str, NDArray[np.generic]]:
        return {
            "starts": self.matrix.indptr.astype(np.int64),
            "products": self.matrix.indices.astype(np.int32),
            "strengths": self.matrix.data.astype(np.float32),
        }

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[np.generic]], product_count: int) -> "Links":
        parts = (arrays["strengths"], arrays["products"], arrays["starts"])
        return cls(csr_matrix(parts, shape=(product_count, product_count)))


def bought_together(lines: pd.DataFrame, catalogue: NDArray[np.int64]) -> Links:
    """Links between products of one order."""
    return _cosines(_incidence(lines["order"], lines["product"], catalogue))


def complements(lines: pd.DataFrame, catalogue: NDArray[np.int64], categories: Ints) -> Links:
    """The same between products of different categories alone, which look-alikes would crowd out."""
    return _cosines(_incidence(lines["order"], lines["product"], catalogue), categories)


def bought_by_the_same(lines: pd.DataFrame, catalogue: NDArray[np.int64]) -> Links:
    """Links between products that the same customers bought, in one order or in several."""
    return _cosines(_incidence(lines["who"], lines["product"], catalogue))


def chosen_next(data: Interactions) -> Links:
    """Links from a product to those that came soon after it in the same history."""
    shape = (data.product_count, data.product_count)
    first, second, weights = steps_within(data, REACH)
    pairs = csr_matrix(coo_matrix((weights, (first, second)), shape=shape))
    counts = np.bincount(data.products, minlength=data.product_count).astype(np.float32)
    rows = np.repeat(np.arange(data.product_count), np.diff(pairs.indptr))
    pairs.data = pairs.data / (np.sqrt(counts[rows] * counts[pairs.indices]) + SHRINK)
    return _comparable(strongest(pairs, LINKS))


def _incidence(owners: pd.Series, products: pd.Series, catalogue: NDArray[np.int64]) -> csr_matrix:
    """[owners, products]: 1 where an owner has a product of the catalogue."""
    owner, names = pd.factorize(owners)
    row = np.searchsorted(catalogue, products.to_numpy())
    known = row < len(catalogue)
    known[known] = catalogue[row[known]] == products.to_numpy()[known]
    ones = np.ones(int(known.sum()), dtype=np.float32)
    matrix = csr_matrix((ones, (owner[known], row[known])), shape=(len(names), len(catalogue)))
    matrix.data[:] = 1
    return matrix


def _cosines(matrix: csr_matrix, apart: Ints | None = None) -> Links:
    """Cosine of columns, shrunk; the strongest LINKS of each, never to itself, nor to one of the same `apart`."""
    by_product = matrix.T.tocsr()
    counts = np.diff(by_product.indptr).astype(np.float32)
    groups = np.arange(by_product.shape[0], dtype=np.int32) if apart is None else apart
    blocks = [_block(by_product, matrix, counts, groups, start) for start in range(0, by_product.shape[0], BLOCK)]
    return _comparable(stacked(blocks, by_product.shape[0]))


def _comparable(strengths: csr_matrix) -> Links:
    """1 is a strong link of its kind (one link in twenty is stronger), so that kinds of links can be compared."""
    strong = float(np.quantile(strengths.data, STRONG)) if strengths.nnz else 1.0
    strengths.data = np.minimum(strengths.data / strong, 1).astype(np.float32)
    return Links(strengths)


def _block(by_product: csr_matrix, matrix: csr_matrix, counts: Floats, groups: Ints, start: int) -> csr_matrix:
    common = (by_product[start : start + BLOCK] @ matrix).tocsr()
    rows = np.repeat(np.arange(common.shape[0]), np.diff(common.indptr)) + start
    common.data = common.data / (np.sqrt(counts[rows] * counts[common.indices]) + SHRINK)
    common.data[groups[rows] == groups[common.indices]] = 0
    common.eliminate_zeros()
    return strongest(common, LINKS)


def summed(links: Links, sources: Sequence[int] | Ints, weights: Floats, product_count: int) -> Floats:
    """[products]: the links from all sources, each times its weight."""
    total = np.zeros(product_count, dtype=np.float32)
    for source, weight in zip(sources, weights, strict=True):
        products, strengths = links.from_product(int(source))
        total[products] += weight * strengths
    return total
