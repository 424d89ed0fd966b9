"""Labels, columns, and a split whose parts share no wording."""

from pathlib import Path

import numpy as np
import pytest

from common.errors import BadRequest
from ml_tools.reviews.sentiment.augmentation import epoch_of, pairs
from ml_tools.reviews.sentiment.batches import batches, head_and_tail
from ml_tools.reviews.sentiment.data import Review, binary, part, part_of, read_reviews

TEXTS = [f"review number {number} says what it says" for number in range(2000)]


def test_a_wording_stands_in_one_part_whatever_its_case_and_punctuation() -> None:
    for text in TEXTS[:200]:
        assert part_of(text) == part_of(text.upper() + "!!!")


def test_parts_are_disjoint_cover_everything_and_have_their_shares() -> None:
    reviews = [Review(text, 1.0) for text in TEXTS]
    found = {name: {one.text for one in part(reviews, name)} for name in ("train", "validation", "test")}  # type: ignore[arg-type]
    assert sum(map(len, found.values())) == len(set().union(*found.values())) == len(TEXTS)
    assert len(found["test"]) / len(TEXTS) == pytest.approx(0.12, abs=0.03)
    assert len(found["validation"]) / len(TEXTS) == pytest.approx(0.05, abs=0.02)


def test_a_copy_counts_once() -> None:
    copies = [Review("Good phone.", 1.0), Review("good phone", 0.0)]
    assert len(part(copies, part_of("Good phone."))) == 1


@pytest.mark.parametrize(
    ("value", "label"),
    [
        (1, 1.0),
        (0, 0.0),
        ("positive", 1.0),
        (" Negative ", 0.0),
        (5, 1.0),
        (4.0, 1.0),
        (3, 0.0),
        (True, 1.0),
        ("x", None),
    ],
)
def test_labels_and_stars_are_understood(value: object, label: float | None) -> None:
    assert binary(value) == label


def test_one_star_is_negative_where_the_column_holds_stars(tmp_path: Path) -> None:
    path = tmp_path / "stars.csv"
    path.write_text("text,rating\ngood,5\nbad,1\nso so,3\nfine,4\n")
    assert [one.positive for one in read_reviews(path, "text", "rating")] == [1.0, 0.0, 0.0, 1.0]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("body,label\ngood,1\n", "no column 'text'"),
        ("text,label\n,1\n", "no row"),
        ("text,label\ngood,maybe\n", "'maybe'"),
    ],
)
def test_a_file_of_another_form_is_refused_with_what_is_wrong(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "reviews.csv"
    path.write_text(content)
    with pytest.raises(BadRequest, match=message):
        read_reviews(path, "text", "label")


def test_pairs_are_mixed_exactly_when_they_disagree() -> None:
    reviews = [Review(f"good {n}", 1.0) for n in range(20)] + [Review(f"bad {n}", 0.0) for n in range(20)]
    made = pairs(reviews, 40, np.random.default_rng(1))
    assert len(made) == 40
    for one in made:
        both = "good" in one.text and "bad" in one.text
        assert one.mixed == float(both)
        assert one.positive == (0.5 if both else float("good" in one.text))


def test_an_epoch_shows_a_share_of_what_has_stars_and_all_of_the_rest() -> None:
    plain = [Review(f"plain {n} " + "x" * 400, 1.0) for n in range(100)]
    starred = [Review(f"starred {n} " + "x" * 400, 1.0, mixed=0.0) for n in range(400)]
    shown = epoch_of([*plain, *starred], np.random.default_rng(1), rated_share=0.25)
    assert sum(one.mixed is None for one in shown) == 100
    assert 60 <= sum(one.mixed is not None for one in shown) <= 140


def test_batches_hold_every_row_once_within_the_budget() -> None:
    rng = np.random.default_rng(3)
    encoded = [[1] * int(length) for length in rng.integers(1, 150, 300)]
    for order in (None, rng):
        found = list(batches(encoded, budget=600, rng=order))
        assert sorted(row for batch in found for row in batch.rows) == list(range(300))
        assert all(batch.ids.size <= 600 for batch in found)
        assert all(batch.mask.sum(1).tolist() == [len(encoded[row]) for row in batch.rows] for batch in found)


def test_a_long_text_keeps_its_beginning_and_its_end() -> None:
    kept = head_and_tail(list(range(100)), 30)
    assert kept == [*range(20), *range(90, 100)]
    assert head_and_tail([1, 2], 30) == [1, 2]
