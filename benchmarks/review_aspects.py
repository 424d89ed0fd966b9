"""Aspects with their sentiment, on sentences of real reviews that were labelled one by one.

    python -m benchmarks.review_aspects [--part test] [--json]

`data/reviews/aspect_labels.csv` holds no review text: a sentence is known by its file, row, place and sha1, and is read
from SHOPCLERK_DATA. A pair (aspect, sentiment) counts where both are right. "development" and "tuning" were learnt
from, "choice" chose and weighed, "test" was left alone. The peer names aspects by the same words and takes its polarity
from VADER over the whole sentence.
"""

import argparse
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from common.errors import BadRequest
from common.settings import ROOT, settings
from ml_tools.reviews.aspect_model.labelled import PARTS, Labelled, labelled
from ml_tools.reviews.aspect_model.model import AspectModel
from ml_tools.reviews.aspects import AspectReader
from ml_tools.reviews.clauses import hints, listed, plain

DRAWS = 1000

Pairs = set[tuple[str, bool]]


def data_folder() -> Path:
    return Path(os.environ.get("SHOPCLERK_DATA", ROOT.parent / "shared" / "data"))


def rows_of(part: str) -> list[Labelled]:
    """The sentences of a part; exits with a word where the data is not there or is not the same."""
    try:
        return labelled(data_folder(), [part])
    except BadRequest as error:
        raise SystemExit(error.message) from error


def f1(
    gold: Sequence[frozenset[tuple[str, bool]]], got: Sequence[Pairs], rows: np.ndarray | None = None
) -> dict[str, float]:
    """Precision, recall and F1 over all pairs together."""
    chosen = range(len(gold)) if rows is None else rows.tolist()
    right = sum(len(gold[at] & got[at]) for at in chosen)
    given, wanted = sum(len(got[at]) for at in chosen), sum(len(gold[at]) for at in chosen)
    precision, recall = right / given if given else 0.0, right / wanted if wanted else 0.0
    both = 2 * right / (given + wanted) if given + wanted else 0.0
    return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(both, 4)}


def interval(gold: Sequence[frozenset[tuple[str, bool]]], got: Sequence[Pairs]) -> list[float]:
    """95 % bootstrap interval of F1 over sentences."""
    rng = np.random.default_rng(7)
    drawn = [f1(gold, got, rng.integers(0, len(gold), len(gold)))["f1"] for _ in range(DRAWS)]
    return [round(float(value), 3) for value in np.percentile(drawn, [2.5, 97.5])]


def ours(texts: Sequence[str]) -> list[Pairs]:
    from ml_tools.reviews.sentiment.reader import SentimentReader

    models = settings().models_dir
    reader = AspectReader(SentimentReader.open(models), AspectModel.open(models))
    return [{(one.aspect, one.positive) for one in found} for found in reader.read(texts)]


def words_only(texts: Sequence[str]) -> list[Pairs]:
    """Our words and clauses without any model: what the models add."""
    from ml_tools.reviews.clauses import clauses

    known = listed()
    return [
        {(h.aspect, h.positive) for c in clauses(plain(text), known) for h in hints(c, known) if h.positive is not None}
        for text in texts
    ]


def with_vader(texts: Sequence[str]) -> list[Pairs]:
    """The aspects that the words name, with VADER's polarity of the sentence (compound above .05 or below -.05)."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    judge, known = SentimentIntensityAnalyzer(), listed()
    found: list[Pairs] = []
    for text in texts:
        compound = judge.polarity_scores(text)["compound"]
        aspects = {one.slug for one in known if one.words and one.words.search(plain(text))}
        found.append({(aspect, compound > 0) for aspect in aspects} if abs(compound) >= 0.05 else set())
    return found


MODELS: dict[str, Callable[[Sequence[str]], list[Pairs]]] = {
    "ours": ours, "ours, words only": words_only, "lexicon + VADER": with_vader
}  # fmt: skip


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--part", choices=PARTS, default="test")
    arguments.add_argument("--json", action="store_true")
    asked = arguments.parse_args()
    rows = rows_of(asked.part)
    gold = [one.pairs for one in rows]
    result: dict[str, object] = {"part": asked.part, "sentences": len(rows), "pairs": sum(map(len, gold))}
    for name, model in MODELS.items():
        try:
            got = model([one.text for one in rows])
        except ImportError:
            result[name] = "not installed"
            continue
        result[name] = {**f1(gold, got), "interval": interval(gold, got)}
    if asked.json:
        print(json.dumps(result))
        return
    for key, value in result.items():
        print(f"{key:20} {value}")


if __name__ == "__main__":
    main()
