"""Aspects of sentences with the sentiment of each: what words tell and what a model makes of it.

A sentence is parted into clauses, so that each aspect gets its own polarity. In a clause a cue says both aspect and
polarity ("runs small"). Of the aspects that the model judges, it tells, knowing what the words say (`aspect_model`). Of
others the words alone tell: a word that only names one ("battery") takes the polarity of the words beside it, else of
the sentiment reader where that is sure.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ml_tools.reviews.aspect_model.model import Verdict
from ml_tools.reviews.aspect_model.words import Hinted, Said, hinted, said
from ml_tools.reviews.aspect_words import LISTED, Listed
from ml_tools.reviews.clauses import Known, listed, plain

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
VERSION = "2"  # of these rules, words and model: another version reads everything anew
SURE = 0.95  # how probable a reader's polarity must be where words are silent; found on the development sentences
OF_WORDS = 0.9  # how sure an opinion is that the words settle
ALIKE = 0.65  # cosine from which a few words are about an aspect though no word names it
REMEMBERED = 50_000  # clauses: people write the same things


class Read(Protocol):
    """A reading of the sentiment reader."""

    @property
    def sentiment(self) -> str: ...
    @property
    def confidence(self) -> float: ...
    @property
    def positive(self) -> float: ...
    @property
    def reason(self) -> str | None: ...


class Reader(Protocol):
    """See `ml_tools.reviews.sentiment.reader`."""

    def read(self, texts: Sequence[str]) -> Sequence[Read]: ...


class Model(Protocol):
    """See `ml_tools.reviews.aspect_model.model`."""

    @property
    def aspects(self) -> frozenset[str]: ...
    def verdicts(self, texts: Sequence[str], said: Sequence[Said]) -> list[list[Verdict]]: ...


@dataclass(frozen=True)
class Opinion:
    """One aspect, praised or not; `confidence` 0..1."""

    aspect: str
    positive: bool
    confidence: float


class AspectReader:
    """Sentences -> opinions. `found` are this shop's own aspects: slug -> the words they are known by."""

    def __init__(self, reader: Reader, model: Model, found: Mapping[str, Sequence[str]] | None = None) -> None:
        self._reader, self._model = reader, model
        self.known = (*listed(), *(_known(slug, words) for slug, words in sorted((found or {}).items())))
        self._judged = tuple(one for one in self.known if one.slug in model.aspects)
        self._polarity: dict[str, float] = {}

    def read(self, sentences: Sequence[str]) -> list[list[Opinion]]:
        """The opinions of each sentence; an aspect that is praised and blamed in one has both."""
        found = [hinted(sentence, self.known) for sentence in sentences]
        told = [said(sentence, one, self._judged) for sentence, one in zip(sentences, found, strict=True)]
        self._look_up(found)
        verdicts = self._model.verdicts(sentences, told)
        return [
            _each_once([*(Opinion(v.aspect, v.positive, v.probability) for v in judged), *self._by_words(one)])
            for one, judged in zip(found, verdicts, strict=True)
        ]

    def _look_up(self, found: Sequence[Hinted]) -> None:
        """Ask the sentiment reader, in one batch, about open clauses that are not remembered."""
        if len(self._polarity) > REMEMBERED:
            self._polarity.clear()
        unclear = list(dict.fromkeys(clause for one in found for clause in self._open(one)))
        unclear = [clause for clause in unclear if clause not in self._polarity]
        for clause, reading in zip(unclear, self._reader.read(unclear) if unclear else [], strict=True):
            self._polarity[clause] = 0.5 if reading.reason in ("empty", "no_words") else reading.positive

    def _open(self, found: Hinted) -> list[str]:
        """The clauses in which a word names an aspect that the model does not judge, and no word says how it is."""
        return [
            clause
            for clause, hints in found
            if any(one.positive is None and one.aspect not in self._model.aspects for one in hints)
        ]

    def _by_words(self, found: Hinted) -> list[Opinion]:
        """What the words say of the aspects that the model does not judge."""
        opinions = []
        for clause, hints in found:
            polarity = self._polarity.get(clause, 0.5)
            for one in hints:
                if one.aspect in self._model.aspects:
                    continue
                if one.positive is not None:
                    opinions.append(Opinion(one.aspect, one.positive, OF_WORDS))
                elif _sure(polarity):
                    sure = round(max(polarity, 1 - polarity), 3)
                    opinions.append(Opinion(one.aspect, polarity > 0.5, sure))
        return opinions


def aspect_of(text: str, names: Mapping[str, str], encode: Encode) -> str | None:
    """The slug of the aspect that somebody means by a few words ("battery life", "does it fit"); None: none of them.

    `names` are the aspects that this shop's reviews have of their own, slug -> name."""
    lowered = plain(text)
    for slug, name in names.items():
        if name.lower() in lowered or slug == lowered:
            return slug
    for one in listed():
        if any(known and known.search(lowered) for known in (one.words, one.good, one.bad)):
            return one.slug
    named = [(one.slug, phrase) for one in LISTED for phrase in (one.name, *one.like)]
    scores = encode([text]) @ encode([phrase for _, phrase in named]).T
    best = int(scores.argmax())
    return named[best][0] if scores[0, best] >= ALIKE else None


def version_of(sentiment: str, found: Mapping[str, Sequence[str]]) -> str:
    """What reviews were read with: another one reads them anew. Found aspects do so too, as they are words as well."""
    mark = hashlib.sha256(json.dumps({k: sorted(v) for k, v in found.items()}, sort_keys=True).encode()).hexdigest()[:8]
    return f"{sentiment}+{VERSION}.{mark}"[:80]


def encoder(models: Path, *, threads: int) -> Encode:
    """The sentence encoder that ships."""
    from ml_tools.sentence_encoder.encoder import SentenceEncoder

    return SentenceEncoder(models, threads=threads)


def _known(slug: str, words: Sequence[str]) -> Known:
    return Known.of(Listed(slug, "|".join(re.escape(word) for word in words)))


def _sure(polarity: float) -> bool:
    return max(polarity, 1 - polarity) >= SURE


def _each_once(opinions: Sequence[Opinion]) -> list[Opinion]:
    best: dict[tuple[str, bool], Opinion] = {}
    for one in opinions:
        key = one.aspect, one.positive
        if key not in best or best[key].confidence < one.confidence:
            best[key] = one
    return list(best.values())
