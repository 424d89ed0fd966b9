"""One short vector a product from its picture, its text and its attributes, and a place in it for what comes later.

The space is a principal component analysis of the three side by side, each of unit length, so that a product that
nobody has touched, or that came in after the training, lies among those it resembles.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from ml_tools.recommender.features import TextEncoder, pictures_of, text_of, unit, words_of
from ml_tools.recommender.interactions import Floats, ProductFeatures
from store.recommendations import Described
from store.tables.visual import DIMENSIONS as PICTURE_DIMENSIONS

TEXT_DIMENSIONS = 384
KEPT = 64  # dimensions of the space
MOST_WORDS = 1000
LEAST_PRODUCTS = 2  # a word of one product alone likens it to nothing
FITTED_ON = 20_000  # products, drawn at random, that the components are found on
BATCH = 4096
PART_WEIGHTS = {"words": 1.0, "picture": 0.8, "text": 0.8}


@dataclass(frozen=True)
class Vocabulary:
    """Words by column, and how much each tells (the rarer, the more)."""

    words: Mapping[str, int]
    weights: Floats

    @classmethod
    def of(cls, products: Sequence[Sequence[str]]) -> "Vocabulary":
        counts = Counter(word for words in products for word in set(words))
        kept = [word for word, count in counts.most_common(MOST_WORDS) if count >= LEAST_PRODUCTS]
        weights = np.array([np.log((1 + len(products)) / (1 + counts[word])) + 1 for word in kept], dtype=np.float32)
        return cls({word: at for at, word in enumerate(kept)}, weights)

    def matrix(self, products: Sequence[Sequence[str]]) -> csr_matrix:
        """[products, words]: how often each known word stands there."""
        rows, columns = [], []
        for at, words in enumerate(products):
            known = [self.words[word] for word in words if word in self.words]
            rows += [at] * len(known)
            columns += known
        return csr_matrix(
            (np.ones(len(rows), dtype=np.float32), (rows, columns)), shape=(len(products), len(self.words))
        )


@dataclass(frozen=True)
class ContentSpace:
    """`directions` [words + 256 + 384, d] takes the parts side by side to a place; `centre` is their mean."""

    vocabulary: Vocabulary
    picture_version: str | None  # the visual search whose vectors the space was made from
    centre: Floats
    directions: Floats

    @property
    def dimensions(self) -> int:
        return self.directions.shape[1]

    def places(self, features: ProductFeatures) -> Floats:
        """[products, d]: unit vectors."""
        assert features.attributes is not None
        count = features.attributes.shape[0]
        found = np.zeros((count, self.dimensions), dtype=np.float32)
        for start in range(0, count, BATCH):
            rows = np.arange(start, min(start + BATCH, count))
            found[rows] = (_side_by_side(self.vocabulary, features, rows) - self.centre) @ self.directions
        return unit(found)


def features_of(products: Sequence[Described], vocabulary: Vocabulary, encode: TextEncoder | None) -> ProductFeatures:
    """What is known of products; `text` only where there is an encoder."""
    text = encode([text_of(product) for product in products]) if encode and products else None
    return ProductFeatures(
        image=pictures_of(products, PICTURE_DIMENSIONS),
        text=text,
        attributes=vocabulary.matrix([words_of(product) for product in products]),
    )


def fit_space(features: ProductFeatures, vocabulary: Vocabulary, picture_version: str | None) -> ContentSpace:
    """The components of a random part of the products; deterministic."""
    assert features.attributes is not None
    count, width = features.attributes.shape[0], len(vocabulary.words) + PICTURE_DIMENSIONS + TEXT_DIMENSIONS
    if not count:
        return ContentSpace(
            vocabulary, picture_version, np.zeros(width, dtype=np.float32), np.zeros((width, 1), dtype=np.float32)
        )
    rows = np.sort(np.random.default_rng(0).permutation(count)[:FITTED_ON])
    sample = _side_by_side(vocabulary, features, rows)
    # With one product, or products all alike, nothing tells them apart: the centre stays at zero, so that each has a
    # direction at all.
    centre = sample.mean(axis=0) if len(np.unique(sample[:100], axis=0)) > 1 else np.zeros(width, dtype=np.float32)
    sample = sample - centre
    _, directions = np.linalg.eigh(sample.T @ sample)
    return ContentSpace(vocabulary, picture_version, centre, np.ascontiguousarray(directions[:, : -KEPT - 1 : -1]))


def _side_by_side(vocabulary: Vocabulary, features: ProductFeatures, rows: NDArray[np.int64]) -> Floats:
    """[rows, words + 256 + 384]: the parts, each a unit vector times its weight; zeros where a product lacks one."""
    assert features.attributes is not None
    words = unit(np.asarray(features.attributes[rows].todense(), dtype=np.float32) * vocabulary.weights)
    picture = _rows(features.image, rows, PICTURE_DIMENSIONS)
    text = _rows(features.text, rows, TEXT_DIMENSIONS)
    parts = (words * PART_WEIGHTS["words"], picture * PART_WEIGHTS["picture"], text * PART_WEIGHTS["text"])
    return np.concatenate(parts, axis=1)


def _rows(part: Floats | None, rows: NDArray[np.int64], width: int) -> Floats:
    return np.zeros((len(rows), width), dtype=np.float32) if part is None else part[rows]
