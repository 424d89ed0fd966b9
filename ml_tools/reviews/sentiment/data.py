"""Reviews with labels, and their split: by a hash of the words, so that a copy of a review stays on its side.

What enters: a CSV with a column of texts and one of labels. Of the two public sets, 12 in 100 are never trained on
("test"), 5 in 100 choose and calibrate ("validation"), the rest teaches ("train").
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from common.errors import BadRequest

Part = Literal["train", "validation", "test"]
TEST_SHARE, VALIDATION_SHARE = 12, 5
_WORDS = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True)
class Review:
    """One labelled text. `mixed`: 1 says good and bad, 0 says one of them, None: not known."""

    text: str
    positive: float
    mixed: float | None = None
    weight: float = 1.0
    title: str = ""

    @property
    def titled(self) -> str:
        """The text as a shopper reads it, its title first."""
        return f"{self.title}. {self.text}" if self.title else self.text


def bucket(text: str) -> int:
    """0 to 99, the same for texts with the same words, whatever their case and punctuation."""
    words = " ".join(_WORDS.findall(text.lower()))
    return int.from_bytes(hashlib.sha256(words.encode()).digest()[:4], "big") % 100


def part_of(text: str) -> Part:
    place = bucket(text)
    if place < TEST_SHARE:
        return "test"
    return "validation" if place < TEST_SHARE + VALIDATION_SHARE else "train"


def part(reviews: Sequence[Review], name: Part) -> list[Review]:
    """The reviews of one part, each wording once: a second copy teaches and measures nothing."""
    seen: set[str] = set()
    found = []
    for one in reviews:
        words = " ".join(_WORDS.findall(one.text.lower()))
        if part_of(one.text) == name and words not in seen:
            seen.add(words)
            found.append(one)
    return found


def amazon(data: Path) -> list[Review]:
    """`amazon-reviews`: positive or not."""
    table = _table(data / "amazon-reviews" / "reviews.csv.gz")
    return [Review(str(text), float(label)) for text, label in zip(table["text"], table["positive"], strict=True)]


def clothing(data: Path) -> list[Review]:
    """`womens-clothing-reviews`: recommended or not; three stars count as mixed. Rows without a text are left out."""
    table = _table(data / "womens-clothing-reviews" / "reviews.csv.gz").fillna({"Title": "", "Review Text": ""})
    columns = (table["Title"], table["Review Text"], table["Rating"], table["Recommended IND"])
    return [
        Review(str(text), float(recommended), mixed=float(rating == 3), title=str(title))
        for title, text, rating, recommended in zip(*columns, strict=True)
        if str(text).strip()
    ]


PUBLIC = {"amazon": amazon, "clothing": clothing}
FOLDERS = {"amazon": "amazon-reviews", "clothing": "womens-clothing-reviews"}


def read_reviews(path: Path, text: str, label: str) -> list[Review]:
    """Any table of reviews; BadRequest says which column or which label is not as it must be."""
    table = _table(path)
    for column in (text, label):
        if column not in table.columns:
            raise BadRequest(f"{path.name} has no column {column!r}; there are {', '.join(map(str, table.columns))}.")
    rows = table[[text, label]].dropna()
    rows = rows[rows[text].astype(str).str.strip() != ""]
    if rows.empty:
        raise BadRequest(f"{path.name} has no row with both {text!r} and {label!r}.")
    labels = [binary(value) for value in rows[label]]
    if any(one is None for one in labels):
        wrong = rows[label][[one is None for one in labels]].iloc[0]
        raise BadRequest(f"{label!r} holds {wrong!r}; labels are 0 or 1, positive or negative, or 1 to 5 stars.")
    if set(rows[label].unique()) - {0, 1, "0", "1"} and set(map(str, rows[label])) <= {"1", "2", "3", "4", "5"}:
        labels = [float(float(value) >= 4) for value in rows[label]]
    return [Review(str(one), float(value or 0.0)) for one, value in zip(rows[text], labels, strict=True)]


_NAMES = {"1": 1.0, "0": 0.0, "positive": 1.0, "negative": 0.0, "pos": 1.0, "neg": 0.0, "true": 1.0, "false": 0.0,
          "yes": 1.0, "no": 0.0}  # fmt: skip


def binary(value: Any) -> float | None:
    """A label as 1 or 0; stars count from four upwards as 1; None for what is no label."""
    word = str(value).strip().lower().removesuffix(".0")
    if word in _NAMES:
        return _NAMES[word]
    return float(int(word) >= 4) if word in {"2", "3", "4", "5"} else None


def _table(path: Path) -> Any:
    import pandas

    if not path.is_file():
        raise BadRequest(f"{path.parent.name}/{path.name} is not there.")
    try:
        return pandas.read_parquet(path) if path.suffix == ".parquet" else pandas.read_csv(path)
    except (ValueError, OSError) as error:
        raise BadRequest(f"{path.name} cannot be read as a table: {error}.") from error
