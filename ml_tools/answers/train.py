"""Learns how to weigh passages, and from when on not to answer: `python -m ml_tools.answers.train`.

Needs the demo store (`DATABASE_URL`). The pairs of each labelled question with its passages are what a logistic
regression learns from; the threshold is set on questions that the regression of its fold has not seen.
"""

import asyncio
import hashlib
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold

from common.policies import policies
from common.settings import ROOT, settings
from ml_tools.answers.composing import compose
from ml_tools.answers.labelled import Asked, look_up, read_labelled
from ml_tools.answers.passages import Passage, passages
from ml_tools.answers.question import Question
from ml_tools.answers.ranking import FEATURES, Ranker, features
from ml_tools.artefacts import Manifest
from ml_tools.sentence_encoder.encoder import SentenceEncoder
from store.session import LONG_STATEMENT_TIMEOUT_MS, Database

QUESTIONS = ROOT / "data" / "answers" / "questions.csv"
FOLDS = 5
DRAWS = 4  # the folds are drawn several times: few questions lie near the threshold
# A made-up answer costs as much as this many "I don't know".
COST_OF_FALSE = 2.0
THRESHOLDS = np.round(np.arange(0.05, 0.96, 0.01), 2)
C = 1.0

Pairs = tuple[list[Passage], np.ndarray, np.ndarray]  # passages, (n, features), (n,) whether it answers


def pairs(asked: Asked, encoder: SentenceEncoder) -> Pairs:
    found, _, rows = features(
        Question.of(asked.labelled.question), passages(asked.product, asked.reviews, policies()), encoder
    )
    answers = np.array([not asked.labelled.unknown and asked.labelled.supported(one) for one in found])
    return found, rows, answers


def fit(examples: Sequence[Pairs]) -> tuple[np.ndarray, float]:
    """Weights (features,) and bias. Every question weighs the same, its passages share what it weighs."""
    rows = np.concatenate([one[1] for one in examples])
    right = np.concatenate([one[2] for one in examples])
    shares = [np.where(one[2], 1 / max(1, one[2].sum()), 3 / max(1, (~one[2]).sum())) for one in examples]
    model = LogisticRegression(C=C, max_iter=2000).fit(rows, right, sample_weight=np.concatenate(shares))
    return model.coef_[0], float(model.intercept_[0])


def gains(asked: Asked, ranker: Ranker, encoder: SentenceEncoder) -> np.ndarray:
    """What each of THRESHOLDS gains on a question: 1 for right, -COST_OF_FALSE for a false answer, 0 for unknown
    (1 where unknown is right)."""
    question = Question.of(asked.labelled.question)
    ranked = ranker.rank(question, passages(asked.product, asked.reviews, policies()), encoder)
    return np.array([_gain(asked, compose(question, ranked, asked.reviews, float(one))) for one in THRESHOLDS])


def _gain(asked: Asked, answer: object) -> float:
    if answer is None:
        return float(asked.labelled.unknown)
    right = not asked.labelled.unknown and asked.labelled.right(answer)  # type: ignore[arg-type]
    return 1.0 if right else -COST_OF_FALSE


def train(asked: Sequence[Asked], encoder: SentenceEncoder) -> tuple[Ranker, float]:
    """The ranker, and the mean gain at its threshold on questions that were not learnt from."""
    examples = [pairs(one, encoder) for one in asked]
    manifest = Manifest(name="product-answers", version="1", files={}, licence="Apache-2.0")
    gained = np.zeros(len(THRESHOLDS))
    for draw in range(DRAWS):
        for learn, judge in KFold(FOLDS, shuffle=True, random_state=draw).split(examples):
            weights, bias = fit([examples[at] for at in learn])
            ranker = Ranker(manifest, weights, bias, 0.5)
            gained += sum(gains(asked[at], ranker, encoder) for at in judge)
    gained /= DRAWS * len(asked)
    best = np.flatnonzero(gained >= gained.max() - 0.01)
    threshold = float(THRESHOLDS[best[len(best) // 2]])  # the middle of those that are about as good
    return Ranker(manifest, *fit(examples), threshold), float(gained.max())


def write(ranker: Ranker, folder: Path, trained_on: str, quality: dict[str, float]) -> None:
    weights = dict(zip(FEATURES, (round(float(one), 4) for one in ranker.weights), strict=True))
    content = json.dumps({"weights": weights, "bias": round(ranker.bias, 4), "threshold": ranker.threshold}, indent=2)
    manifest = ranker.manifest.model_copy(
        update={
            "files": {"ranker.json": hashlib.sha256(f"{content}\n".encode()).hexdigest()},
            "trained_at": datetime.now(UTC), "trained_on": trained_on, "quality": quality,
        }
    )  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ranker.json").write_text(f"{content}\n")
    (folder / "manifest.json").write_text(manifest.model_dump_json(indent=2) + "\n")


async def main() -> int:
    config = settings()
    if not config.database_url:
        sys.stderr.write("DATABASE_URL is not set: the questions are about products of the demo store.\n")
        return 2
    database = Database(config.database_url, timeout_ms=LONG_STATEMENT_TIMEOUT_MS)
    asked = await look_up(database, read_labelled(QUESTIONS))
    await database.close()
    encoder = SentenceEncoder(config.models_dir, threads=config.threads)
    ranker, gain = train(asked, encoder)
    quality = {"questions": len(asked), "gain_unseen": round(gain, 3), "threshold": ranker.threshold}
    write(ranker, config.models_dir / "answers", f"{len(asked)} questions on products of the demo store", quality)
    sys.stdout.write(json.dumps(quality) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
