"""What models learn from: who did what with which products, in time order, and what the products are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

Ints = NDArray[np.int32]
Floats = NDArray[np.float32]
HELD_OUT_SEED = 11


@dataclass(frozen=True)
class ProductFeatures:
    """What is known of products without anybody having touched them; rows are products, None where a shop has none.

    `image` and `text` are unit vectors (zeros where there is none); `attributes` are counts of words such as
    `brand:Samsung` and `category:phones`, one column a word.
    """

    image: Floats | None = None  # [products, 256], of the visual search
    text: Floats | None = None  # [products, 384], of the sentence encoder
    attributes: csr_matrix | None = None  # [products, words]


@dataclass(frozen=True)
class Interactions:
    """Customer c's products, oldest first, are `products[starts[c]:starts[c + 1]]`; both are numbered from 0.

    `strengths` [n] says how much each one tells (1 for a look, more for a cart or a purchase).
    """

    starts: NDArray[np.int64]  # [customers + 1]
    products: Ints  # [n]
    strengths: Floats  # [n]
    product_count: int
    features: ProductFeatures = ProductFeatures()

    @property
    def customer_count(self) -> int:
        return len(self.starts) - 1

    def __len__(self) -> int:
        return len(self.products)

    def of(self, customer: int) -> Ints:
        """The customer's history, oldest first."""
        return self.products[self.starts[customer] : self.starts[customer + 1]]

    def histories(self) -> list[Ints]:
        return [self.of(customer) for customer in range(self.customer_count)]

    def matrix(self) -> csr_matrix:
        """[customers, products]: the sum of strengths."""
        rows = np.repeat(np.arange(self.customer_count), np.diff(self.starts))
        shape = (self.customer_count, self.product_count)
        return csr_matrix((self.strengths, (rows, self.products)), shape=shape, dtype=np.float32)

    def without_last(self) -> tuple["Interactions", Ints]:
        """Everybody's history but its last product, and that product (-1 where the history is shorter than two)."""
        held = np.flatnonzero(np.diff(self.starts) >= 2)
        last = np.full(self.customer_count, -1, dtype=np.int32)
        rest, last[held] = self.without_last_of(held)
        return rest, last

    def without_last_of(self, customers: NDArray[np.integer]) -> tuple["Interactions", Ints]:
        """The histories without the last product of these customers (each once, with at least one), and those."""
        ends = self.starts[customers + 1] - 1
        kept = np.ones(len(self), dtype=bool)
        kept[ends] = False
        lengths = np.diff(self.starts)
        lengths[customers] -= 1
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        rest = Interactions(starts, self.products[kept], self.strengths[kept], self.product_count, self.features)
        return rest, self.products[ends]


def interactions_of(
    histories: Iterable[Sequence[int] | Ints], product_count: int, features: ProductFeatures | None = None
) -> Interactions:
    """Interactions of plain histories (each oldest first), all equally strong."""
    arrays = [np.asarray(history, dtype=np.int32) for history in histories]
    starts = np.concatenate([[0], np.cumsum([len(array) for array in arrays])]).astype(np.int64)
    products = np.concatenate([*arrays, np.zeros(0, dtype=np.int32)])
    strengths = np.ones(len(products), dtype=np.float32)
    return Interactions(starts, products, strengths, product_count, features or ProductFeatures())


def held_out(data: Interactions, most: int) -> tuple[Interactions, Ints, Ints]:
    """The histories without the last products of up to `most` customers, who those are, and these products."""
    able = np.flatnonzero(np.diff(data.starts) >= 2)
    generator = np.random.default_rng(HELD_OUT_SEED)
    asked = generator.permutation(able)[:most].astype(np.int32)
    rest, last = data.without_last_of(asked)
    return rest, asked, last
