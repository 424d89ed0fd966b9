"""Aspects of sentences with the sentiment of each: words first, and where they do not say, what the models make of it.

A sentence is parted into clauses, so that each aspect gets its own polarity. In a clause a cue says both aspect and
polarity ("runs small"); a word that only names an aspect ("battery") takes the polarity of the words beside it, else of
the sentiment reader; a clause without any such word is likened to descriptions of the aspects by the sentence encoder.
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

from ml_tools.reviews.aspect_words import LISTED, Listed
from ml_tools.reviews.clauses import Known, clauses, hints, listed, plain

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
VERSION = "2"  # of these rules and words: another version reads everything anew
SURE = 0.95  # how probable a reader's polarity must be where words are silent; found on the development sentences
ALIKE = 0.65  # cosine from which a clause is about an aspect though no word names it; found there too
FEWEST_WORDS = 3  # a clause of fewer is not likened to anything
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


@dataclass(frozen=True)
class Opinion:
    """One aspect, praised or not; `confidence` 0..1."""

    aspect: str
    positive: bool
    confidence: float


@dataclass(frozen=True)
class _Said:
    """A clause as far as words tell: what they settle, and aspects that still need a polarity."""

    settled: tuple[tuple[str, bool], ...]
    open: tuple[str, ...]

    @property
    def silent(self) -> bool:
        return not self.settled and not self.open


class AspectReader:
    """Sentences -> opinions. `found` are this shop's own aspects: slug -> the words they are known by."""

    def __init__(self, reader: Reader, encode: Encode, found: Mapping[str, Sequence[str]] | None = None) -> None:
        self._reader, self._encode = reader, encode
        self.known = (*listed(), *(_known(slug, words) for slug, words in sorted((found or {}).items())))
        described = [(one.slug, text) for one in LISTED for text in one.like]
        self._slugs = [slug for slug, _ in described]
        self._places = encode([text for _, text in described])
        self._polarity: dict[str, float] = {}
        self._likened: dict[str, str | None] = {}

    def read(self, sentences: Sequence[str]) -> list[list[Opinion]]:
        """The opinions of each sentence; an aspect that is praised and blamed in one has both."""
        parted = [clauses(plain(sentence), self.known) for sentence in sentences]
        said = {clause: _said(clause, self.known) for one in parted for clause in one}
        self._look_up(said)
        return [_each_once([op for clause in one for op in self._opinions(clause, said[clause])]) for one in parted]

    def _look_up(self, said: Mapping[str, _Said]) -> None:
        """Ask the models, in one batch each, about clauses whose words do not settle it."""
        if len(self._polarity) > REMEMBERED:
            self._polarity.clear()
            self._likened.clear()
        silent = [c for c, s in said.items() if s.silent and _tellable(c)]
        unclear = [c for c in (*silent, *(c for c, s in said.items() if s.open)) if c not in self._polarity]
        for clause, reading in zip(unclear, self._reader.read(unclear) if unclear else [], strict=True):
            self._polarity[clause] = 0.5 if reading.reason in ("empty", "no_words") else reading.positive
        likened = [c for c in silent if c not in self._likened and _sure(self._polarity[c])]
        if likened:
            scores = self._encode(likened) @ self._places.T
            best = scores.argmax(axis=1)
            for clause, at, score in zip(likened, best, scores.max(axis=1), strict=True):
                self._likened[clause] = self._slugs[at] if score >= ALIKE else None

    def _opinions(self, clause: str, said: _Said) -> list[Opinion]:
        opinions = [Opinion(aspect, positive, 0.9) for aspect, positive in said.settled]
        polarity = self._polarity.get(clause, 0.5)
        if not _sure(polarity):
            return opinions
        aspects = list(said.open)
        if said.silent and (likened := self._likened.get(clause)):
            aspects.append(likened)
        confidence = round(max(polarity, 1 - polarity), 3)
        return opinions + [Opinion(aspect, polarity > 0.5, confidence) for aspect in aspects]


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


def _said(clause: str, known: tuple[Known, ...]) -> _Said:
    found = hints(clause, known)
    settled = tuple((one.aspect, one.positive) for one in found if one.positive is not None)
    return _Said(settled, tuple(one.aspect for one in found if one.positive is None))


def _tellable(clause: str) -> bool:
    return len(clause.split()) >= FEWEST_WORDS


def _sure(polarity: float) -> bool:
    return max(polarity, 1 - polarity) >= SURE


def _each_once(opinions: Sequence[Opinion]) -> list[Opinion]:
    best: dict[tuple[str, bool], Opinion] = {}
    for one in opinions:
        key = one.aspect, one.positive
        if key not in best or best[key].confidence < one.confidence:
            best[key] = one
    return list(best.values())
