"""Products like those of the history by picture, text and attributes: knows a product before anybody touched it."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags
from scipy.sparse.linalg import svds

from common.errors import BadRequest
from ml_tools.recommender.interactions import Floats, Interactions, Ints, ProductFeatures, interactions_of
from ml_tools.recommender.models.base import NEVER, Progress, Shippable

DIMENSIONS = (64, 256)  # fewest and most of the content vectors
MOST_NUMBERS = 12_800_000  # of all content vectors together: scoring 200,000 products then takes about 5 ms
MOST_WORDS = 1024  # more than these become so many dimensions as the content vectors have at most
REMEMBERED = 20  # newest products that make a history's profile
DECAY = 0.8  # weight of a product against the one after it
RIDGE = 10.0  # pairs' worth of doubt about how content leads to content
MOST_PAIRS = 500_000


class ContentKNN(Shippable):
    """Content vectors, and how the content of a history leads to that of the next product (ridge regression between
    whitened vectors): which of picture, text and attributes matter, and what goes with what, is learnt of the products
    that people did touch, and holds for those that nobody did.
    """

    name = "content_knn"
    paper = "Gantner et al., Learning Attribute-to-Feature Mappings for Cold-Start Recommendations, ICDM 2010"

    def _fit(self, data: Interactions, progress: Progress) -> None:
        self._place(content_vectors(data.features, data.product_count))
        self._targets = self.vectors @ self._leads_to(data)

    def _place(self, vectors: Floats) -> None:
        self.vectors = vectors
        self._untold = np.flatnonzero(~vectors.any(axis=1))

    def _leads_to(self, data: Interactions) -> Floats:
        """[d, d]: how much a profile's content speaks for a next product's."""
        profiles, following = self._pairs(data)
        size = self.vectors.shape[1]
        if not len(following):
            return np.eye(size, dtype=np.float32)
        before, after = profiles.astype(np.float64), self.vectors[following].astype(np.float64)
        doubt = RIDGE * np.eye(size)
        weighed = np.linalg.solve(before.T @ before + doubt, before.T @ after)
        return np.asarray(np.linalg.solve(after.T @ after + doubt, weighed.T) * len(after), dtype=np.float32)

    def _pairs(self, data: Interactions) -> tuple[Floats, Ints]:
        """Profiles [n, d] of beginnings of histories, and the products [n] that followed."""
        places = np.setdiff1d(np.arange(len(data)), data.starts[:-1])
        if len(places) > MOST_PAIRS:
            places = np.sort(np.random.default_rng(0).choice(places, MOST_PAIRS, replace=False))
        owners = np.searchsorted(data.starts, places, side="right") - 1
        profiles = np.zeros((len(places), self.vectors.shape[1]), dtype=np.float32)
        for back in range(1, REMEMBERED + 1):
            inside = places - back >= data.starts[owners]
            profiles[inside] += DECAY ** (back - 1) * self.vectors[data.products[places[inside] - back]]
        return _units(profiles), data.products[places]

    def scores(self, histories: Sequence[Ints]) -> Floats:
        profiles = self.profiles(histories)
        scores = profiles @ self._targets.T
        scores[:, self._untold] = NEVER
        scores[~profiles.any(axis=1)] = NEVER
        return np.asarray(scores, dtype=np.float32)

    def profiles(self, histories: Sequence[Ints]) -> Floats:
        """[histories, d]: unit vectors of what the newest products are; zeros where nothing is known."""
        profiles = np.zeros((len(histories), self.vectors.shape[1]), dtype=np.float32)
        for row, history in enumerate(histories):
            newest = history[-REMEMBERED:][::-1]
            profiles[row] = DECAY ** np.arange(len(newest), dtype=np.float32) @ self.vectors[newest]
        return _units(profiles)

    def state(self) -> Mapping[str, NDArray[np.generic]]:
        return {"vectors": self.vectors, "targets": self._targets}

    def restore(self, state: Mapping[str, NDArray[np.generic]], product_count: int) -> "ContentKNN":
        self.data = interactions_of([], product_count)
        self._place(np.asarray(state["vectors"], dtype=np.float32))
        self._targets = np.asarray(state["targets"], dtype=np.float32)
        if not len(self.vectors) == len(self._targets) == product_count:
            raise BadRequest("The content vectors are of other products.")
        return self


def content_vectors(features: ProductFeatures, product_count: int) -> Floats:
    """[products, up to 256]: unit vectors whose products are nearly the mean of the cosines of picture, text and
    attributes; zeros for a product of which nothing is known. Raises BadRequest for features of other products."""
    parts = [part for part in (features.image, features.text, _words(features.attributes)) if part is not None]
    if any(len(part) != product_count for part in parts):
        raise BadRequest("The features are of other products.")
    if not parts or not product_count:
        return np.zeros((product_count, 1), dtype=np.float32)
    together = np.concatenate([_units(part) for part in parts], axis=1)
    most = int(np.clip(MOST_NUMBERS // product_count, *DIMENSIONS))
    if together.shape[1] > most:
        _, directions = np.linalg.eigh(together.T @ together)
        together = together @ directions[:, -most:]
    return _units(together)


def _words(attributes: csr_matrix | None) -> Floats | None:
    """Attributes as dense vectors: rare words weigh more, and many words become few dimensions."""
    if attributes is None or not attributes.nnz:
        return None
    spread = np.asarray((attributes > 0).sum(axis=0)).ravel()
    weighed = csr_matrix(attributes @ diags(np.log(1 + attributes.shape[0] / np.maximum(spread, 1)).astype(np.float32)))
    if weighed.shape[1] <= MOST_WORDS or weighed.shape[0] <= DIMENSIONS[1]:
        return np.asarray(weighed.todense(), dtype=np.float32)
    left, sizes, _ = svds(weighed, k=DIMENSIONS[1], rng=np.random.default_rng(0))
    return np.asarray(left * sizes, dtype=np.float32)


def _units(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)
