"""The model: a logistic regression for each pair (aspect, praised or not) over n-grams of words and what the aspect
words say, so that it learns where they are mistaken and what they miss.

N-grams weigh as in TF-IDF (Salton and Buckley, 1988): 1 + log of their count, times the inverse of how many sentences
have them, at unit length.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ml_tools.artefacts import Artefact, open_artefact
from ml_tools.errors import BrokenArtefact
from ml_tools.reviews.aspect_model.labelled import Pair
from ml_tools.reviews.aspect_model.words import Said
from ml_tools.reviews.clauses import plain

TOOL = "review_aspects"
WEIGHTS, WORDS = "model.safetensors", "words.json"
LONGEST = 3  # words of an n-gram
MOST_WORDS = 400  # of a sentence: more is no sentence
_WORD = re.compile(r"[a-z']+|\d+")


@dataclass(frozen=True)
class Verdict:
    """An aspect that a sentence praises, or does not; `probability` 0..1."""

    aspect: str
    positive: bool
    probability: float


@dataclass(frozen=True)
class Vocabulary:
    """`places`: n-gram -> column; `rarity` (n-grams,): the inverse document frequency of each."""

    places: Mapping[str, int]
    rarity: NDArray[np.float32]

    def vectors(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """(texts, n-grams), rows of unit length, or of none where no n-gram is known."""
        rows: list[int] = []
        columns: list[int] = []
        values: list[float] = []
        for row, text in enumerate(texts):
            counts = Counter(self.places[one] for one in ngrams(text) if one in self.places)
            weights = {at: (1 + np.log(count)) * self.rarity[at] for at, count in counts.items()}
            length = np.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
            rows += [row] * len(weights)
            columns += weights
            values += [weight / length for weight in weights.values()]
        shape = (len(texts), len(self.places))
        return sparse.csr_matrix((np.array(values, dtype=np.float32), (rows, columns)), shape=shape)


def ngrams(text: str) -> Iterator[str]:
    """The sequences of one to LONGEST words."""
    words = _WORD.findall(plain(text))[:MOST_WORDS]
    for size in range(1, LONGEST + 1):
        for start in range(len(words) - size + 1):
            yield " ".join(words[start : start + size])


def shown(
    vocabulary: Vocabulary, pairs: Sequence[Pair], texts: Sequence[str], said: Sequence[Said]
) -> sparse.csr_matrix:
    """(texts, features): the n-grams, a column for each pair that the words settle, and one where they name it."""
    settled = [[float(pair in one.cues) for pair in pairs] for one in said]
    named = [[float(aspect in one.named) for aspect, _ in pairs] for one in said]
    of_words = np.concatenate([np.reshape(settled, (-1, len(pairs))), np.reshape(named, (-1, len(pairs)))], axis=1)
    return sparse.hstack([vocabulary.vectors(texts), sparse.csr_matrix(of_words.astype(np.float32))]).tocsr()


class AspectModel:
    """Safe to call from several threads at once."""

    def __init__(
        self,
        pairs: Sequence[Pair],
        vocabulary: Vocabulary,
        weights: NDArray[np.float32],
        bias: NDArray[np.float32],
        threshold: float,
    ) -> None:
        """`weights` (features, pairs), `bias` (pairs,)."""
        self.pairs, self._vocabulary, self._threshold = tuple(pairs), vocabulary, threshold
        self._weights, self._bias = weights, bias

    @classmethod
    def open(cls, models: Path) -> "AspectModel":
        """The one that ships; BrokenArtefact when a file is damaged or is not what it should be."""
        return cls.of(open_artefact(models / TOOL))

    @classmethod
    def of(cls, artefact: Artefact) -> "AspectModel":
        try:
            words, tensors = artefact.json(WORDS), artefact.tensors(WEIGHTS)
            pairs = [(str(aspect), bool(positive)) for aspect, positive in words["pairs"]]
            places = {str(one): at for at, one in enumerate(words["ngrams"])}
            weights, bias, rarity = (tensors[name].astype(np.float32) for name in ("weights", "bias", "rarity"))
            threshold = float(words["threshold"])
        except (KeyError, TypeError, ValueError) as error:
            raise BrokenArtefact(f"{artefact.manifest.name} is not a model of aspects.") from error
        if weights.shape != (len(places) + 2 * len(pairs), len(pairs)) or rarity.shape != (len(places),):
            raise BrokenArtefact(f"{artefact.manifest.name} has weights for other words.")
        return cls(pairs, Vocabulary(places, rarity), weights, bias, threshold)

    @property
    def aspects(self) -> frozenset[str]:
        """Those of which it judges."""
        return frozenset(aspect for aspect, _ in self.pairs)

    def probabilities(self, texts: Sequence[str], said: Sequence[Said]) -> NDArray[np.float32]:
        """(texts, pairs)."""
        logits = shown(self._vocabulary, self.pairs, texts, said) @ self._weights + self._bias
        return np.asarray(1 / (1 + np.exp(-logits)), dtype=np.float32)

    def verdicts(self, texts: Sequence[str], said: Sequence[Said]) -> list[list[Verdict]]:
        """What each text says of which aspects; `said` is what the words say of it."""
        found: list[list[Verdict]] = [[] for _ in texts]
        probabilities = self.probabilities(texts, said)
        for row, column in zip(*np.nonzero(probabilities > self._threshold), strict=True):
            aspect, positive = self.pairs[column]
            found[row].append(Verdict(aspect, positive, round(float(probabilities[row, column]), 3)))
        return found
