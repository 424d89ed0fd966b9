"""How probable it is that a passage answers a question: words, meaning, and the kind of question, weighed together.

The weights are those of a logistic regression over labelled pairs of questions and passages
(`ml_tools.answers.train`); its probability is what the threshold for "I don't know" is set on.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path

import numpy as np

from ml_tools.answers.passages import Passage
from ml_tools.answers.question import Question
from ml_tools.answers.topics import lexicon
from ml_tools.answers.words import has_figure
from ml_tools.artefacts import Manifest, open_artefact
from ml_tools.sentence_encoder.encoder import SentenceEncoder

FEATURES = (
    "cosine", "covered", "covered_literally", "asked_for", "value_named", "figure_there", "figure_missing",
    "is_review", "is_description", "is_policy", "opinion_of_review", "opinion_of_other", "policy_named",
    "included_of_specification", "word_unknown", "cosine_rank", "fully_covered",
)  # fmt: skip
MOST_COMPARED = 96  # passages whose meaning is compared; of reviews those that share most words come first


@dataclass(frozen=True)
class Ranked:
    passage: Passage
    probability: float
    cosine: float
    covered: float


@dataclass(frozen=True)
class Ranker:
    manifest: Manifest
    weights: np.ndarray  # (features,)
    bias: float
    threshold: float

    @classmethod
    def open(cls, folder: Path) -> "Ranker":
        artefact = open_artefact(folder)
        kept = artefact.json("ranker.json")
        weights = np.array([kept["weights"][name] for name in FEATURES])
        return cls(artefact.manifest, weights, float(kept["bias"]), float(kept["threshold"]))

    def rank(self, question: Question, found: Sequence[Passage], encoder: SentenceEncoder) -> list[Ranked]:
        """The passages that were compared, the most probable first."""
        compared, cosines, rows = features(question, found, encoder)
        chances = 1 / (1 + np.exp(-(rows @ self.weights + self.bias)))
        order = np.argsort(-chances, kind="stable")
        covered = rows[:, FEATURES.index("covered")]
        return [Ranked(compared[at], float(chances[at]), float(cosines[at]), float(covered[at])) for at in order]


def features(
    question: Question, found: Sequence[Passage], encoder: SentenceEncoder
) -> tuple[list[Passage], np.ndarray, np.ndarray]:
    """The passages that are compared, their cosines (n,), and a row of FEATURES for each (n, features)."""
    rarity = _rarities(question, found)
    compared = _worth_comparing(question, found, rarity)
    vectors = encoder([question.text, *(passage.text for passage in compared)])
    cosines = vectors[1:] @ vectors[0] if compared else np.zeros(0)
    ranks = np.argsort(np.argsort(-cosines))
    unknown = _share_unknown(question, found, rarity)
    rows = [
        _row(question, passage, float(cosine), int(rank), unknown, rarity)
        for passage, cosine, rank in zip(compared, cosines, ranks, strict=True)
    ]
    return compared, cosines, np.array(rows).reshape(len(rows), len(FEATURES))


def _rarities(question: Question, found: Sequence[Passage]) -> dict[str, float]:
    """Inverse document frequencies of the question's words among the distinct passages."""
    texts = {passage.text: passage for passage in found}
    counted = Counter(word for passage in texts.values() for word in question.content if word in passage.content)
    return {word: log(1 + (1 + len(texts)) / (1 + counted[word])) for word in question.content}


def _worth_comparing(question: Question, found: Sequence[Passage], rarity: dict[str, float]) -> list[Passage]:
    """All that is not a review's, and the sentences of reviews that share most with the question; each text once."""
    others = [passage for passage in found if passage.kind != "review"]
    distinct = {passage.text.lower(): passage for passage in reversed(found) if passage.kind == "review"}
    newest_first = list(reversed(distinct.values()))
    reviews = sorted(newest_first, key=lambda one: -_covered(one.content, rarity))
    return others + reviews[: max(MOST_COMPARED - len(others), MOST_COMPARED // 3)]


def _covered(stems: frozenset[str], rarity: dict[str, float]) -> float:
    """The share of the question's words, by rarity, that are among these."""
    whole = sum(rarity.values())
    return sum(weight for word, weight in rarity.items() if word in stems) / whole if whole else 0.0


def _share_unknown(question: Question, found: Sequence[Passage], rarity: dict[str, float]) -> float:
    """The share of the question's words, by rarity, that nothing here holds or is asked by."""
    known = frozenset().union(*(passage.content | passage.asks for passage in found)) | lexicon().opinions
    values = frozenset().union(*(topic.values for passage in found for topic in _topics(passage)))
    return 1.0 - _covered(known | values, rarity) if rarity else 1.0


def _topics(passage: Passage) -> list:  # type: ignore[type-arg]
    return lexicon().of(passage.key) if passage.kind == "specification" else []


def _row(
    question: Question, passage: Passage, cosine: float, rank: int, unknown: float, rarity: dict[str, float]
) -> list[float]:
    asks = frozenset(question.content) & passage.asks
    values = frozenset().union(*(topic.values for topic in _topics(passage))) & frozenset(question.content)
    covered = _covered(passage.content | passage.asks | values, rarity)
    literally = _covered(passage.content, rarity)
    figure_there = has_figure(passage.quote)
    asks_figure = question.quantity
    specification, review = passage.kind == "specification", passage.kind == "review"
    return [
        cosine,
        covered,
        literally,
        float(bool(asks)) * len(asks) / max(1, len(question.content)),
        float(bool(values)),
        float(asks_figure and figure_there),
        float(asks_figure and not figure_there),
        float(review),
        float(passage.kind == "description"),
        float(passage.kind == "policy"),
        float(question.opinion and review),
        float(question.opinion and not review),
        float(passage.kind == "policy" and bool(asks)),
        float(question.included and specification and passage.key != "advantages"),
        unknown,
        1.0 / (1 + rank),
        float(bool(rarity) and covered > 0.999),
    ]
