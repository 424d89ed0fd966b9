"""The order of the candidates: words, facets, meaning, taste and appeal in one linear score.

The weights were learnt on synthetic queries (`ml_tools.search.tune`), whose templates and products are others than
those of the evaluation; that of appeal on clicks (`ml_tools.search.clicked`). Words count by their inverse document
frequency, as in BM25; that the name holds little else counts as its length does there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache

from ml_tools.search.reading import Reading
from ml_tools.search.words import stems_of
from store.search import Candidate

REMEMBERED = 50_000  # names whose stems are kept: the same ones are ranked again and again
FACET_IN_NAME = 0.85  # what a facet is worth where the name does not say it


@dataclass(frozen=True)
class Weights:
    name: float = 1.0  # share of the words that the name holds
    text: float = 0.8  # ... that any text or facet holds
    focus: float = 0.25  # how nearly the words are the name and nothing else
    # Cosine of the meanings. Twice what was learnt (0.225): those queries hold few words that a shop does not have.
    meaning: float = 0.45
    facet: float = 0.625  # share of what was understood that the facets say, not only the texts
    taste: float = 0.1
    appeal: float = 0.1
    sold_out: float = -0.1

    @classmethod
    def names(cls) -> list[str]:
        return [one.name for one in fields(cls)]


WEIGHTS = Weights()


@dataclass(frozen=True)
class Ranked:
    """`covered`: share of the words that no part speaks for which the texts hold, by weight; 1 where there are none."""

    candidate: Candidate
    score: float
    covered: float
    features: Mapping[str, float]


def ranked(
    reading: Reading, candidates: Sequence[Candidate], taste: Mapping[int, float], weights: Weights = WEIGHTS
) -> list[Ranked]:
    """Best first; equally good ones by their id."""
    found = [_ranked(reading, one, taste.get(one.product_id, 0.0), weights) for one in candidates]
    return sorted(found, key=lambda one: (-one.score, one.candidate.product_id))


def _ranked(reading: Reading, candidate: Candidate, taste: float, weights: Weights) -> Ranked:
    features = features_of(reading, candidate, taste)
    score = sum(getattr(weights, name) * value for name, value in features.items())
    return Ranked(candidate, score, _covered(reading, candidate), features)


def features_of(reading: Reading, candidate: Candidate, taste: float) -> dict[str, float]:
    """By the names of `Weights`; each about 0 to 1."""
    total = sum(token.weight for token in reading.tokens) or 1.0
    name = text = 0.0
    for place, token in enumerate(reading.tokens):
        by_facet = token.part is not None and candidate.by_facet >> token.part & 1
        in_name, in_text = candidate.in_name >> place & 1, candidate.in_text >> place & 1
        name += token.weight * (1.0 if in_name else FACET_IN_NAME if by_facet else 0.0)
        text += token.weight * (1.0 if in_text or by_facet else 0.0)
    facets = candidate.by_facet.bit_count() / max(len(reading.facets), 1)
    return {
        "name": name / total,
        "text": text / total,
        "focus": _focus(reading, candidate),
        "meaning": candidate.likeness or 0.0,
        "facet": facets,
        "taste": taste,
        "appeal": max(-2.0, min(candidate.appeal, 2.0)),
        "sold_out": 0.0 if candidate.in_stock else 1.0,
    }


def _focus(reading: Reading, candidate: Candidate) -> float:
    """F1 of the words that were typed and the name's, whatever they weigh: "3a" is not "3"."""
    name = _stems_of_name(candidate.name)
    both = len(name & reading.stems)
    return 2 * both / (len(name) + len(reading.stems)) if both else 0.0


@lru_cache(maxsize=REMEMBERED)
def _stems_of_name(name: str) -> frozenset[str]:
    return frozenset(stems_of(name))


def _covered(reading: Reading, candidate: Candidate) -> float:
    """Of the words that are left, by weight."""
    left = [(place, token) for place, token in enumerate(reading.tokens) if token.part is None]
    total = sum(token.weight for _, token in left)
    held = sum(token.weight for place, token in left if candidate.in_text >> place & 1)
    return held / total if total else 1.0


def why(one: Ranked, reading: Reading) -> list[str]:
    """Codes of what speaks for a product, the strongest first."""
    codes: list[str] = []
    if reading.tokens and one.features["name"] >= 0.99 and one.candidate.in_name:
        codes.append("name")
    for place, part in enumerate(reading.parts):
        if one.candidate.by_facet >> place & 1 and part.kind not in codes and part.op != "not":
            codes.append(part.kind)
    if reading.left and one.covered >= 0.5 and "name" not in codes:
        codes.append("text")
    if reading.left and one.covered < 0.5:
        codes.append("meaning")
    if one.features["taste"] > 0.3:
        codes.append("taste")
    if one.features["appeal"] > 0.5:
        codes.append("popular")
    return codes
