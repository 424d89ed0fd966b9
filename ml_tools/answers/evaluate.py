"""How good answers are on labelled questions: right, from the right source, or made up; beside plain retrieval.

A false answer is one to a question that nothing answers, or one that is not from a source that does.
"""

import time
from collections.abc import Callable, Sequence

import numpy as np

from common.policies import policies
from ml_tools.answers.composing import compose
from ml_tools.answers.labelled import Asked, Labelled
from ml_tools.answers.passages import passages
from ml_tools.answers.question import Question
from ml_tools.answers.ranking import Ranker
from ml_tools.answers.schemas import Answer
from ml_tools.sentence_encoder.encoder import SentenceEncoder

Answerer = Callable[[Asked], Answer | None]
Metrics = dict[str, dict[str, float]]


def ours(ranker: Ranker, encoder: SentenceEncoder) -> Answerer:
    def answered(asked: Asked) -> Answer | None:
        question = Question.of(asked.labelled.question)
        ranked = ranker.rank(question, passages(asked.product, asked.reviews, policies()), encoder)
        return compose(question, ranked, asked.reviews, ranker.threshold)

    return answered


def measure(asked: Sequence[Asked], answerers: dict[str, Answerer]) -> Metrics:
    """Shares of 0..1 by measure and model, and milliseconds of one question with warm vectors."""
    table: Metrics = {}
    for model, answer in answerers.items():
        for one in asked:
            answer(one)
        told, seconds = [], []
        for one in asked:
            started = time.perf_counter()
            told.append((one.labelled, answer(one)))
            seconds.append(time.perf_counter() - started)
        for name, value in _scores(told).items():
            table.setdefault(name, {})[model] = round(value, 4)
        table.setdefault("milliseconds_median", {})[model] = round(float(np.median(seconds)) * 1000, 2)
    return table


def _scores(told: Sequence[tuple[Labelled, Answer | None]]) -> dict[str, float]:
    answerable = [(label, answer) for label, answer in told if not label.unknown]
    unanswerable = [answer for label, answer in told if label.unknown]
    right = [answer is not None and label.right(answer) for label, answer in answerable]
    sourced = [answer is not None and label.well_sourced(answer) for label, answer in answerable]
    given = [answer is not None for _, answer in answerable]
    false = [answer is not None and (label.unknown or not label.well_sourced(answer)) for label, answer in told]
    refused = [answer is None for answer in unanswerable]
    return {
        "accuracy": _share(right + refused),
        "answered_rightly": _share(right),
        "right_source": _share(sourced),
        "right_when_answered": sum(right) / max(1, sum(given)),
        "unknown_recognised": _share(refused),
        "false_answers": _share(false),
    }


def _share(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits) if hits else float("nan")


def errors(asked: Sequence[Asked], answer: Answerer) -> list[str]:
    """One line a question that was answered wrongly, for who works on it."""
    lines = []
    for one in asked:
        told = answer(one)
        if (told is None) if one.labelled.unknown else (told is not None and one.labelled.right(told)):
            continue
        expected = "|".join(sorted(one.labelled.kinds | one.labelled.names))
        said = f"{told.confidence} {told.sources[0].name}: {told.text[:140]}" if told else "unknown"
        lines.append(f"{one.labelled.product} | {one.labelled.question} | {expected} | {said}")
    return lines
