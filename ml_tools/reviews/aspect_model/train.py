"""Fits the model of aspects that ships in models/ to the labelled sentences; seconds.

    python -m ml_tools.reviews.aspect_model.train [--data FOLDER]

Measured, and its threshold chosen, on the part "choice" after learning from "development" and "tuning"; what ships has
learnt from all three. The test part is not read.
"""

import argparse
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from common.errors import BadRequest
from common.settings import settings
from ml_tools.artefacts import Manifest, ship, tensors_of
from ml_tools.reviews.aspect_model.card import card_text
from ml_tools.reviews.aspect_model.labelled import Labelled, Pair, labelled
from ml_tools.reviews.aspect_model.model import TOOL, WEIGHTS, WORDS, AspectModel, Vocabulary, ngrams, shown
from ml_tools.reviews.aspect_model.words import Said, hinted, said
from ml_tools.reviews.clauses import listed

FEWEST = 15  # labelled sentences of an aspect that the model judges; of fewer the words alone tell
FEWEST_TIMES = 2  # sentences that have an n-gram that counts
STRENGTH = 3.0  # C of the logistic regressions
THRESHOLDS = (0.25, 0.3, 0.35, 0.4, 0.45, 0.5)
NAME, CARD = "review-aspects", "MODEL_CARD.md"
LICENCE = "Apache-2.0; fitted to sentences of amazon-reviews (MIT) and womens-clothing-reviews (CC0)"
TRAINED_ON = "3,650 labelled sentences of amazon-reviews and womens-clothing-reviews"


def judged_pairs(rows: Sequence[Labelled]) -> list[Pair]:
    """Both polarities of each aspect that has FEWEST labelled sentences, in the order of their names."""
    counts = Counter(aspect for row in rows for aspect in {aspect for aspect, _ in row.pairs})
    return [(aspect, praised) for aspect in sorted(counts) if counts[aspect] >= FEWEST for praised in (True, False)]


def vocabulary_of(texts: Sequence[str]) -> Vocabulary:
    """The n-grams of FEWEST_TIMES texts and more, with the logarithm of how rare each is."""
    counts = Counter(one for text in texts for one in set(ngrams(text)))
    kept = sorted(one for one, count in counts.items() if count >= FEWEST_TIMES)
    rarity = np.array([np.log((1 + len(texts)) / (1 + counts[one])) + 1 for one in kept], dtype=np.float32)
    return Vocabulary({one: at for at, one in enumerate(kept)}, rarity)


def by_words(rows: Sequence[Labelled]) -> list[Said]:
    return [said(row.text, hinted(row.text, listed()), listed()) for row in rows]


def fit(
    rows: Sequence[Labelled], words: Sequence[Said], pairs: Sequence[Pair]
) -> tuple[Vocabulary, NDArray[np.float32], NDArray[np.float32]]:
    """The vocabulary, the weights (features, pairs) and the bias (pairs,), as they ship: in float16."""
    vocabulary = vocabulary_of([row.text for row in rows])
    features = shown(vocabulary, pairs, [row.text for row in rows], words)
    weights, bias = np.zeros((features.shape[1], len(pairs))), np.full(len(pairs), -10.0)
    for at, pair in enumerate(pairs):
        labels = np.array([pair in row.pairs for row in rows])
        if labels.any():
            learnt = LogisticRegression(C=STRENGTH, solver="liblinear").fit(features, labels)
            weights[:, at], bias[at] = learnt.coef_[0], learnt.intercept_[0]
    return vocabulary, _short(weights), _short(bias)


def _short(numbers: np.ndarray) -> NDArray[np.float32]:
    return np.asarray(numbers.astype(np.float16), dtype=np.float32)


def f1(gold: Sequence[frozenset[Pair]], got: Sequence[set[Pair]]) -> float:
    """Of all pairs together; 0 where there are none."""
    right = sum(len(one & other) for one, other in zip(gold, got, strict=True))
    both = sum(map(len, gold)) + sum(map(len, got))
    return 2 * right / both if both else 0.0


def chosen(model: AspectModel, rows: Sequence[Labelled], words: Sequence[Said]) -> tuple[float, float]:
    """The threshold of THRESHOLDS with the highest F1 over the model's pairs, and that F1."""
    gold = [row.pairs & frozenset(model.pairs) for row in rows]
    probabilities = model.probabilities([row.text for row in rows], words)
    scores = {}
    for one in THRESHOLDS:
        got = [{model.pairs[int(column)] for column in np.flatnonzero(row > one)} for row in probabilities]
        scores[one] = f1(gold, got)
    best = max(scores, key=lambda one: scores[one])
    return best, scores[best]


def train(learning: Sequence[Labelled], choosing: Sequence[Labelled], target: Path) -> Manifest:
    """Fit, measure, and write the artefact into `target`; returns its manifest."""
    pairs = judged_pairs(learning)
    first, second = by_words(learning), by_words(choosing)
    threshold, reached = chosen(AspectModel(pairs, *fit(learning, first, pairs), 0.5), choosing, second)
    known = frozenset(pairs)
    alone = f1([row.pairs & known for row in choosing], [set(one.cues & known) for one in second])
    vocabulary, weights, bias = fit([*learning, *choosing], [*first, *second], pairs)
    content, _ = tensors_of({name: array.astype(np.float16) for name, array in (
        ("weights", weights), ("bias", bias), ("rarity", vocabulary.rarity))})  # fmt: skip
    told = {"pairs": pairs, "threshold": threshold, "ngrams": list(vocabulary.places)}
    measured = {"sentences": len(choosing), "F1": round(reached, 4), "words alone F1": round(alone, 4)}
    return write(target, {WEIGHTS: content, WORDS: json.dumps(told, indent=0).encode()}, measured)


def write(target: Path, files: Mapping[str, bytes], measured: Mapping[str, float | int | None]) -> Manifest:
    """The artefact and its card."""
    manifest = ship(target, files, name=NAME, version="1", trained_on=TRAINED_ON, licence=LICENCE, quality=measured)
    (target / CARD).write_text(card_text(manifest))
    return manifest


def main() -> None:
    config = settings()
    parser = argparse.ArgumentParser(description="Fit the aspects that ship in models/ to labelled sentences.")
    parser.add_argument("--data", type=Path, default=config.shopclerk_data)
    asked = parser.parse_args()
    try:
        learning, choosing = labelled(asked.data, ["development", "tuning"]), labelled(asked.data, ["choice"])
    except BadRequest as error:
        raise SystemExit(error.message) from error
    print(train(learning, choosing, config.models_dir / TOOL).model_dump_json(indent=2))  # noqa: T201 (its output)


if __name__ == "__main__":
    main()
