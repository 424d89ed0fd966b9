"""Sentences, clauses, negation, and the hints that words give."""

import pytest

from ml_tools.reviews.clauses import Hint, clauses, hints, listed, negated, plain, tone
from ml_tools.reviews.sentences import sentences


def said(sentence: str) -> set[tuple[str, bool]]:
    known = listed()
    found = [hint for clause in clauses(plain(sentence), known) for hint in hints(clause, known)]
    return {(hint.aspect, hint.positive) for hint in found if hint.positive is not None}


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("The camera is great but the battery is awful.", {("camera", True), ("battery", False)}),
        ("Although the fabric is scratchy, the fit is perfect.", {("fabric", False), ("size_fit", True)}),
        ("The screen is not bad.", {("screen", True)}),
        ("The battery isn't good.", {("battery", False)}),
        ("It didn't last.", {("quality", False)}),
        ("Not comfortable at all.", {("comfort", False)}),
        ("Cute, but runs small.", {("look", True), ("size_fit", False)}),
        ("Not only soft, it is well made.", {("fabric", True), ("quality", True)}),
        ("Not too tight.", {("size_fit", True)}),
        ("Overpriced; however, delivery was fast.", {("price", False), ("delivery", True)}),
        ("It is user friendly and never crashed.", {("ease_of_use", True), ("reliability", True)}),
    ],
)
def test_each_aspect_has_its_own_polarity(sentence: str, expected: set[tuple[str, bool]]) -> None:
    assert expected <= said(sentence)
    assert {aspect for aspect, positive in said(sentence) if (aspect, not positive) in expected} == set()


@pytest.mark.parametrize("sentence", ["", "Love it!", "I bought it for my sister.", "Does it fit well?", "👍👍"])
def test_what_states_nothing_of_an_aspect_has_none(sentence: str) -> None:
    assert said(sentence) == set()


def test_an_aspect_that_is_only_named_is_left_open() -> None:
    assert hints("the battery lasts three days", listed()) == [Hint("battery", None)]


@pytest.mark.parametrize(("clause", "expected"), [("really good", True), ("nothing good", False), ("a phone", None)])
def test_tone(clause: str, expected: bool | None) -> None:
    assert tone(clause) is expected


def test_two_negations_are_none() -> None:
    clause = "it is not without good parts"
    assert not negated(clause, clause.index("good"))


def test_sentences_stand_where_they_say() -> None:
    text = "  Great phone!  It works.\n\nReally... 👍\nNo space here.Next one. <b>Bold</b>"
    found = sentences(text)
    assert [span.text for span in found] == [text[span.start : span.end] for span in found]
    assert [span.text for span in found] == [
        "Great phone!", "It works.", "Really...", "No space here.", "Next one.", "<b>Bold</b>"
    ]  # fmt: skip


def test_a_text_without_letters_has_no_sentence_and_a_long_one_is_cut() -> None:
    assert sentences("👍 !!! ...") == []
    assert len(sentences("Good. " * 5000)) == 200


def test_plain_keeps_every_place() -> None:
    text = "İt’s FINE – ﬃ"
    assert len(plain(text)) == len(text)
