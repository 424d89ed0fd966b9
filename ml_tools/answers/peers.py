"""Plain retrieval over the same passages, as peers of evaluations: BM25 alone, and embeddings alone.

Each answers with the best passage as it stands, from a score on that was set on the questions that ours learnt from.
"""

import logging
from collections.abc import Callable, Sequence

import bm25s
import numpy as np

from common.policies import policies
from ml_tools.answers.composing import source
from ml_tools.answers.evaluate import Answerer
from ml_tools.answers.labelled import Asked
from ml_tools.answers.passages import Passage, passages
from ml_tools.answers.schemas import Answer
from ml_tools.answers.train import COST_OF_FALSE
from ml_tools.answers.words import content_of
from ml_tools.sentence_encoder.encoder import SentenceEncoder

logging.getLogger("bm25s").setLevel(logging.WARNING)  # it tells of every index that it builds
Scorer = Callable[[str, Sequence[Passage]], np.ndarray]


def peers(known: Sequence[Asked], encoder: SentenceEncoder) -> dict[str, Answerer]:
    """`known`: the questions on which their thresholds are set."""
    return {"bm25": _answerer(_bm25, known), "embeddings": _answerer(_embeddings(encoder), known)}


def _bm25(question: str, found: Sequence[Passage]) -> np.ndarray:
    words = list(content_of(question))
    if not words:
        return np.zeros(len(found))
    retriever = bm25s.BM25()
    retriever.index([list(content_of(passage.text)) or ["-"] for passage in found], show_progress=False)
    scores: np.ndarray = retriever.get_scores(words)
    return scores


def _embeddings(encoder: SentenceEncoder) -> Scorer:
    def scored(question: str, found: Sequence[Passage]) -> np.ndarray:
        vectors = encoder([question, *(passage.text for passage in found)])
        return vectors[1:] @ vectors[0]

    return scored


def _best(asked: Asked, scorer: Scorer) -> tuple[float, Answer]:
    found = passages(asked.product, asked.reviews, policies())
    scores = scorer(asked.labelled.question, found)
    best = int(np.argmax(scores))
    answer = Answer(text=found[best].text, sources=[source(found[best])], confidence=0.5)
    return float(scores[best]), answer


def _answerer(scorer: Scorer, known: Sequence[Asked]) -> Answerer:
    told = [(one, *_best(one, scorer)) for one in known]

    def gained(threshold: float) -> float:
        return sum(_gain(one, answer if score >= threshold else None) for one, score, answer in told)

    threshold = max(sorted({score for _, score, _ in told}), key=gained, default=0.0)

    def answered(asked: Asked) -> Answer | None:
        score, answer = _best(asked, scorer)
        return answer if score >= threshold else None

    return answered


def _gain(one: Asked, answer: Answer | None) -> float:
    if answer is None:
        return float(one.labelled.unknown)
    return 1.0 if not one.labelled.unknown and one.labelled.well_sourced(answer) else -COST_OF_FALSE
