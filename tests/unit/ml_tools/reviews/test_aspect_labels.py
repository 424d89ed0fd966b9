"""Labelled sentences are found again by row and place, and nothing else passes for them."""

import csv
import gzip
import hashlib
from pathlib import Path

import pytest

from common.errors import BadRequest
from ml_tools.reviews.aspect_model.labelled import LABELS, PARTS, TEXT, labelled
from ml_tools.reviews.aspect_words import LISTED

REVIEWS = ("Soft fabric. It runs small.", "I love the colour! Too late.", "The fabric is soft, it is scratchy too.")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for name, column in TEXT.items():
        (tmp_path / name).mkdir()
        with gzip.open(tmp_path / name / "reviews.csv.gz", "wt", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([[column], *([text] for text in REVIEWS)])
    return tmp_path


def labels_of(folder: Path, *rows: tuple[str, int, int, str, str, str]) -> Path:
    path = folder / "labels.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["file", "row", "sentence", "sha1", "part", "labels"], *rows])
    return path


def sha1(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def test_a_sentence_is_read_from_its_review(data: Path) -> None:
    labels = labels_of(
        data,
        ("amazon-reviews", 0, 1, sha1("It runs small."), "tuning", "size_fit:negative look:positive"),
        ("amazon-reviews", 1, 0, sha1("I love the colour!"), "test", ""),
    )
    (one,) = labelled(data, ["tuning"], labels)
    assert one.text == "It runs small."
    assert one.pairs == {("size_fit", False), ("look", True)}
    assert labelled(data, ["choice"], labels) == []


@pytest.mark.parametrize("place", [(0, 0), (0, 9), (99, 0)])
def test_another_text_is_refused(data: Path, place: tuple[int, int]) -> None:
    labels = labels_of(data, ("amazon-reviews", *place, sha1("It runs small."), "tuning", ""))
    with pytest.raises(BadRequest, match="not the text that was labelled"):
        labelled(data, ["tuning"], labels)


def test_data_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="SHOPCLERK_DATA"):
        labelled(tmp_path, ["tuning"])


def test_what_is_labelled_are_parts_and_listed_aspects() -> None:
    known = {f"{one.slug}:{said}" for one in LISTED for said in ("positive", "negative")}
    with LABELS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["part"] for row in rows} == set(PARTS)
    assert {label for row in rows for label in row["labels"].split()} <= known
    assert len({row["sha1"] for row in rows}) == len(rows)
    # A review is in one part only: none of the test's was learnt from.
    reviews = [{(row["file"], row["row"]) for row in rows if row["part"] == part} for part in PARTS]
    assert sum(map(len, reviews)) == len(set().union(*reviews))
