"""Session-kNN: what happened next in the sessions that were most like this one."""

from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ml_tools.recommender.interactions import Floats, Interactions, Ints, interactions_of
from ml_tools.recommender.models.base import Progress, Shippable
from ml_tools.recommender.models.linear import newest_first, prior

Index = NDArray[np.int64]

HEARD = 1e-3  # a shared product that counts less than this, the newest being 1, is not looked up


class SessionKNN(Shippable):
    """Sessions that share products with this one vote for the products around the shared ones.

    - A shared product counts exp(-age / recency), age being how many distinct products came after it, times its rarity
      (inverse document frequency); the sum is divided by sqrt(length) of the other session.
    - The `neighbours` most alike vote. A vote fades by exp(-distance / reach) with the distance from the newest shared
      product in the other session (more by `backwards` for what came before it), and counts by rarity again.
    - A product is looked up in its `sample` newest sessions only, and the last `window` events of a session count, so
      that no session and no bestseller makes an answer slow. Sessions are taken to be in time order.
    """

    name = "session_knn"
    paper = "STAN: Garg et al., SIGIR 2019; VS-kNN: Ludewig and Jannach, UMUAI 2018"

    def __init__(
        self,
        neighbours: int = 500,
        sample: int = 2000,
        window: int = 50,
        recency: float = 1.5,
        reach: float = 8.0,
        backwards: float = 0.5,
        rarity: float = 1.0,
    ) -> None:
        self._neighbours, self._sample, self._window = neighbours, sample, window
        self._recency, self._reach, self._backwards, self._rarity = recency, reach, backwards, rarity

    def _fit(self, data: Interactions, progress: Progress) -> None:
        progress(f"session-kNN: indexing {data.customer_count} sessions")
        self._index(data.starts, data.products, data.product_count)
        self._prior = prior(data)

    def _index(self, starts: Index, products: Ints, product_count: int) -> None:
        """By product, where it occurs: `_places` points into the events, oldest session first."""
        self._starts, self._products = starts, products
        self._session = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
        self._root_length = np.sqrt(np.maximum(1, np.diff(starts))).astype(np.float32)
        self._places = np.argsort(products, kind="stable")
        counts = np.bincount(products, minlength=product_count)
        self._place_starts = np.concatenate([[0], np.cumsum(counts)])
        rarity = np.log1p((len(starts) - 1) / np.maximum(counts, 1))
        self._weight = (rarity**self._rarity).astype(np.float32)

    def scores(self, histories: Sequence[Ints]) -> Floats:
        found = np.tile(self._prior, (len(histories), 1))
        for row, history in zip(found, histories, strict=True):
            row += self._votes(newest_first(history[-self._window :])[: self._heard])
        return found

    @property
    def _heard(self) -> int:
        """How many of the newest products still count: looking the others up costs most of an answer's time."""
        return 1 + int(-np.log(HEARD) * self._recency)

    def _votes(self, shared: Ints) -> Floats:
        """[products], of the distinct products of a session, the newest first."""
        places = [self._newest_places(product) for product in shared]
        if sum(map(len, places)) == 0:
            return np.zeros(len(self._prior), dtype=np.float32)
        counts = [len(of_product) for of_product in places]
        weights = np.exp(-np.arange(len(shared)) / self._recency) * self._weight[shared]
        sessions, likeness, anchors = self._alike(np.concatenate(places), np.repeat(weights, counts))
        return self._around(sessions, likeness, anchors)

    def _newest_places(self, product: int) -> Index:
        first, last = self._place_starts[product], self._place_starts[product + 1]
        return self._places[max(first, last - self._sample) : last]

    def _alike(self, places: Index, weights: Floats) -> tuple[Index, Floats, Index]:
        """The nearest sessions, how near they are, and where in each the newest shared product stands."""
        sessions, which = np.unique(self._session[places], return_inverse=True)
        likeness = (np.bincount(which, weights) / self._root_length[sessions]).astype(np.float32)
        anchors = np.empty(len(sessions), dtype=np.int64)
        anchors[which[::-1]] = places[::-1]  # places are newest first, and the last one written stays
        if len(sessions) > self._neighbours:
            nearest = np.argpartition(-likeness, self._neighbours - 1)[: self._neighbours]
            return sessions[nearest], likeness[nearest], anchors[nearest]
        return sessions, likeness, anchors

    def _around(self, sessions: Index, likeness: Floats, anchors: Index) -> Floats:
        first = np.maximum(self._starts[sessions], anchors - self._window)
        lengths = np.minimum(self._starts[sessions + 1], anchors + self._window) - first
        voter = np.repeat(np.arange(len(sessions)), lengths)
        events = np.arange(len(voter)) - np.repeat(np.cumsum(lengths) - lengths, lengths) + first[voter]
        distance = (events - anchors[voter]).astype(np.float32)
        fading = np.exp(-np.abs(distance) / self._reach) * np.where(distance < 0, self._backwards, 1)
        products = self._products[events]
        votes = likeness[voter] * fading * self._weight[products] * (distance != 0)
        return np.bincount(products, votes, minlength=len(self._prior)).astype(np.float32)

    def state(self) -> Mapping[str, NDArray[np.generic]]:
        parameters = [self._neighbours, self._sample, self._window, self._recency, self._reach, self._backwards]
        return {
            "starts": self._starts,
            "products": self._products,
            "prior": self._prior,
            "parameters": np.array([*parameters, self._rarity], dtype=np.float64),
        }

    def restore(self, state: Mapping[str, NDArray[np.generic]], product_count: int) -> Self:
        self.data = interactions_of([], product_count)
        counts, weights = state["parameters"][:3], state["parameters"][3:]
        self._neighbours, self._sample, self._window = (int(value) for value in counts)
        self._recency, self._reach, self._backwards, self._rarity = (float(value) for value in weights)
        self._prior = np.asarray(state["prior"], dtype=np.float32)
        self._index(np.asarray(state["starts"]), np.asarray(state["products"]), product_count)
        return self
