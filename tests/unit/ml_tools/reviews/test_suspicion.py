"""Copies, weights, shares and the places of reviews."""

import dataclasses

import pytest

from ml_tools.reviews.fingerprints import bands, similarity
from ml_tools.reviews.suspicion import LEAST, WEIGHTS, Circumstances, doubts, weight
from store.review_shares import anchor, aspect_name, review_url, share_of

LONG = "this is the very best kettle that we have ever had in our small kitchen at home"
NOTHING_ODD = Circumstances(1, LONG, 5, "positive", 0.99, [], 1, 1, 1.0)


def test_copies_share_a_band_and_others_do_not() -> None:
    assert set(bands(LONG)) & set(bands(LONG + " really"))
    other = "the colour faded after one wash and nobody of the service answered my three long letters"
    assert not set(bands(LONG)) & set(bands(other))
    assert similarity(LONG, LONG.upper() + "!") == 1.0
    assert bands("Love it!") == []
    assert similarity("Love it!", "Love it!") == 0.0


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({}, []),
        ({"earlier_alike": [LONG]}, ["copy"]),
        ({"of_writer": 5}, ["same_writer"]),
        ({"of_product": 8, "usual": 1.2}, ["burst"]),
        ({"of_product": 8, "usual": 4.0}, []),  # a product that sells: its usual day
        ({"rating": 1}, ["contradicts"]),
        ({"rating": 1, "confidence": 0.6}, []),
        ({"rating": 3}, []),
        ({"rating": None}, []),
        ({"rating": 5, "sentiment": "negative", "of_writer": 9}, ["same_writer", "contradicts"]),
    ],
)
def test_what_is_odd(changes: dict, reasons: list[str]) -> None:
    assert doubts(dataclasses.replace(NOTHING_ODD, **changes)) == reasons


def test_reasons_multiply_and_nothing_is_ever_left_out() -> None:
    assert weight([]) == 100
    assert weight(["copy"]) == round(100 * WEIGHTS["copy"])
    assert weight(["copy", "burst"]) < weight(["burst"])
    assert weight(list(WEIGHTS)) == LEAST


def test_wilsons_interval_is_wide_for_few_and_narrow_for_many() -> None:
    few, many = share_of(100, 0), share_of(80_000, 20_000)
    assert few is not None
    assert many is not None
    assert (few.value, few.low, few.high, few.vague) == (1.0, 0.2065, 1.0, True)
    assert (many.value, many.low, many.high, many.vague) == (0.8, 0.7741, 0.8236, False)
    assert share_of(0, 0) is None


def test_no_two_reviews_share_a_place() -> None:
    references = ["a b", "a_20b", "a%20b", "ä", "a/b", "A", "a"]
    assert len({anchor(one) for one in references}) == len(references)
    assert review_url("p_1", 'x"#&') == "/p/p_1?review=x%22%23%26#" + anchor('x"#&')


def test_names() -> None:
    assert aspect_name("size_fit", {}) == "Size and fit"
    assert aspect_name("ease_of_use", {}) == "Ease of use"
    assert aspect_name("own_lid", {"own_lid": "Lids"}) == "Lids"
    assert aspect_name("own_lid", {}) == "Lid"
