"""Sentences that were labelled one by one with what they say of which aspects.

`data/reviews/aspect_labels.csv` holds no review text: a sentence is known by its file, row, place and sha1, and is read
from SHOPCLERK_DATA. The words were fitted to the parts "development" and "tuning", "choice" chose between ways, "test"
judges.
"""

import csv
import gzip
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from common.errors import BadRequest
from common.settings import ROOT
from ml_tools.reviews.sentences import sentences

LABELS = ROOT / "data" / "reviews" / "aspect_labels.csv"
TEXT = {"amazon-reviews": "text", "womens-clothing-reviews": "Review Text"}
PARTS = ("development", "tuning", "choice", "test")

Pair = tuple[str, bool]


@dataclass(frozen=True)
class Labelled:
    """A sentence with what it says of which aspects: (aspect, praised)."""

    text: str
    pairs: frozenset[Pair]


def labelled(data: Path, parts: Sequence[str], labels: Path = LABELS) -> list[Labelled]:
    """The sentences of some parts; BadRequest where the data is not there or is not what was labelled."""
    texts = {name: _texts(data, name) for name in TEXT}
    return [_sentence(row, texts[row["file"]]) for row in _rows(labels) if row["part"] in parts]


def _rows(labels: Path) -> list[dict[str, str]]:
    with labels.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _texts(data: Path, name: str) -> list[str]:
    path = data / name / "reviews.csv.gz"
    if not path.is_file():
        raise BadRequest(f"There is no {path}: SHOPCLERK_DATA names the folder of data sets.")
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return [row[TEXT[name]] for row in csv.DictReader(file)]


def _sentence(row: dict[str, str], texts: Sequence[str]) -> Labelled:
    place, sentence = int(row["row"]), int(row["sentence"])
    said = sentences(texts[place]) if place < len(texts) else []
    text = said[sentence].text if sentence < len(said) else ""
    if hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest() != row["sha1"]:
        raise BadRequest(f"Row {place} of {row['file']} is not the text that was labelled.")
    pairs = (label.split(":") for label in row["labels"].split())
    return Labelled(text, frozenset((aspect, said == "positive") for aspect, said in pairs))
