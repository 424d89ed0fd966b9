"""How well sentiment is told: accuracy, macro-F1, AUC and calibration error, of our reader and of its peers alike."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np

from common.errors import BadRequest
from ml_tools.reviews.sentiment.calibration import calibration_error
from ml_tools.reviews.sentiment.data import Review
from ml_tools.reviews.sentiment.reader import SentimentReader

OURS = "review_sentiment"
Metrics = dict[str, dict[str, float]]
Progress = Callable[[str], None]


class Scorer(Protocol):
    """Something that says how probable (0..1) it is that a text is positive."""

    name: str
    learns: bool  # whether it must be shown labelled reviews first

    def fit(self, texts: Sequence[str], labels: np.ndarray) -> None: ...

    def positive(self, texts: Sequence[str]) -> np.ndarray: ...


class Ours:
    """The reader as it is served."""

    name, learns = OURS, False

    def __init__(self, reader: SentimentReader) -> None:
        self._reader = reader

    def fit(self, texts: Sequence[str], labels: np.ndarray) -> None:
        """What ships was trained before."""

    def positive(self, texts: Sequence[str]) -> np.ndarray:
        return self._reader.positive(texts)


def evaluate(
    reviews: Sequence[Review], train: Sequence[Review] | None, scorers: Sequence[Scorer], progress: Progress
) -> Metrics:
    """`{measure: {model: value}}`; scorers that learn are left out where there is nothing to learn from.

    Raises BadRequest when the reviews are all positive or all negative.
    """
    texts, labels = _parts(reviews)
    if len(set(labels.tolist())) < 2:
        raise BadRequest("All the labels are the same; give positive and negative reviews.")
    found: Metrics = {}
    for scorer in scorers:
        if scorer.learns and not train:
            progress(f"{scorer.name} must learn first and there is no --train: skipped")
            continue
        progress(scorer.name)
        if scorer.learns and train:
            scorer.fit(*_parts(train))
        started = time.perf_counter()
        positive = scorer.positive(texts)
        seconds = time.perf_counter() - started
        for measure, value in {**measures(positive, labels), "reviews/s": len(texts) / max(seconds, 1e-9)}.items():
            found.setdefault(measure, {})[scorer.name] = round(value, 4)
    return found


def measures(positive: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """Of probabilities (reviews,) and labels (reviews,) 0 or 1; 0.5 and more counts as positive."""
    from sklearn.metrics import accuracy_score, f1_score, roc_auc_score

    chosen = positive >= 0.5
    return {
        "accuracy": float(accuracy_score(labels, chosen)),
        "macro-F1": float(f1_score(labels, chosen, average="macro")),
        "AUC": float(roc_auc_score(labels, positive)),
        "ECE": calibration_error(positive, labels),
    }


def without(reviews: Sequence[Review], known: Sequence[Review]) -> list[Review]:
    """The reviews whose text does not stand among `known` ones."""
    texts = {one.text.strip().lower() for one in known}
    return [one for one in reviews if one.text.strip().lower() not in texts]


def named(prefix: str, metrics: Mapping[str, Mapping[str, float]]) -> Metrics:
    return {f"{prefix} {measure}": dict(values) for measure, values in metrics.items()}


def _parts(reviews: Sequence[Review]) -> tuple[list[str], np.ndarray]:
    return [one.titled for one in reviews], np.array([int(one.positive > 0.5) for one in reviews])
