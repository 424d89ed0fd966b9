"""The one interface of all recommenders.

A model scores every product for a history; `recommend`, `next` and `similar` are the same ranking over other scores.
Because a history is all that scoring needs, whatever just happened counts in the very next answer, and a customer whom
the training never saw is no special case.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from common.errors import BadRequest, NotFound
from ml_tools.recommender.interactions import Floats, Interactions, Ints

Progress = Callable[[str], None]  # a line about how far a fit is
NEVER = np.float32(-np.inf)


def silent(_: str) -> None:
    """The progress of a fit that nobody watches."""


@dataclass(frozen=True)
class Filters:
    """Which products an answer may hold: `allowed` [products] (None: all), and whether those of the history too."""

    allowed: NDArray[np.bool_] | None = None
    known: bool = False


@dataclass(frozen=True)
class Ranking:
    """Products, best first, with their scores."""

    products: Ints
    scores: Floats

    def __len__(self) -> int:
        return len(self.products)


class Recommender(ABC):
    """`name` is what evaluations and experiments call the model; `paper` is where it comes from."""

    name: ClassVar[str]
    paper: ClassVar[str]

    data: Interactions  # what `fit` was given

    def fit(self, data: Interactions, progress: Progress = silent) -> Self:
        """Learn from interactions; an empty store and a single product are fine. Deterministic."""
        self.data = data
        self._fit(data, progress)
        return self

    @abstractmethod
    def _fit(self, data: Interactions, progress: Progress) -> None: ...

    @abstractmethod
    def scores(self, histories: Sequence[Ints]) -> Floats:
        """[histories, products]: higher is likelier next; -inf where the model has nothing to say. A history may be
        empty, and may be nobody's that `fit` saw."""

    def customer_scores(self, customers: Sequence[int]) -> Floats:
        """[customers, products]; models that learn customers themselves use what they learnt of them."""
        return self.scores([self.data.of(customer) for customer in customers])

    def candidate_scores(self, customers: Sequence[int], candidates: Ints) -> Floats:
        """Scores of candidates [customers, k] alone, for models that find all products too many."""
        return np.take_along_axis(self.customer_scores(customers), candidates, axis=1)

    def similarities(self, product: int) -> Floats:
        """[products]: how much each goes with `product`; by default what is likely after it alone."""
        return self.scores([np.array([product], dtype=np.int32)])[0]

    def recommend(self, customer: int, n: int, filters: Filters = Filters()) -> Ranking:
        """The best `n` (or as many as there are) for a customer of the training; NotFound for a number it never saw."""
        if not 0 <= customer < self.data.customer_count:
            raise NotFound("The recommender has not seen this customer.")
        return self._ranking(self.customer_scores([customer])[0], n, filters, self.data.of(customer))

    def next(self, session: Ints, n: int, filters: Filters = Filters()) -> Ranking:
        """The best `n` after what a session holds, which may be nothing."""
        self._check(session)
        return self._ranking(self.scores([session])[0], n, filters, session)

    def similar(self, product: int, n: int, filters: Filters = Filters()) -> Ranking:
        """The best `n` that go with a product, never itself."""
        itself = np.array([product], dtype=np.int32)
        self._check(itself)
        return self._ranking(self.similarities(product), n, Filters(filters.allowed), itself)

    def _check(self, products: Ints) -> None:
        if len(products) and not 0 <= int(products.min()) <= int(products.max()) < self.data.product_count:
            raise NotFound("The recommender has not seen this product.")

    @staticmethod
    def _ranking(scores: Floats, n: int, filters: Filters, history: Ints) -> Ranking:
        if n < 1:
            raise BadRequest("Ask for at least one product.")
        scores = scores.copy()
        if filters.allowed is not None:
            scores[~filters.allowed] = NEVER
        if not filters.known:
            scores[history] = NEVER
        return best(scores, n)


class Shippable(Recommender):
    """A model that can be written down as arrays (safetensors) and read again."""

    @abstractmethod
    def state(self) -> Mapping[str, NDArray[np.generic]]:
        """All that scoring needs, but for `data`."""

    @abstractmethod
    def restore(self, state: Mapping[str, NDArray[np.generic]], product_count: int) -> Self:
        """The fitted model again; `data` holds no customers then."""


def best(scores: Floats, n: int) -> Ranking:
    """The `n` highest finite scores, best first; equal ones in the order of their numbers."""
    found = np.flatnonzero(scores > NEVER)
    if len(found) > n:
        found = found[np.argpartition(-scores[found], n - 1)[:n]]
    found = found[np.lexsort((found, -scores[found]))]
    return Ranking(found.astype(np.int32), scores[found].astype(np.float32))
