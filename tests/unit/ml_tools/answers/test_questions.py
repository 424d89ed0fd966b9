"""How a question is read."""

import pytest

from ml_tools.answers.question import LONGEST_READ, Question
from ml_tools.answers.words import content_of, plain_text, stem


@pytest.mark.parametrize("asked", ["is it heavy?", "Does it have 5G", "can I swim with it", "isn't it heavy"])
def test_a_question_for_yes_or_no(asked: str) -> None:
    assert Question.of(asked).yes_no


@pytest.mark.parametrize("asked", ["how heavy is it", "which colours are there", "what is it made of"])
def test_a_question_for_more(asked: str) -> None:
    assert not Question.of(asked).yes_no


def test_a_long_story_is_asked_by_its_question() -> None:
    story = "I once had a phone that I liked a lot. " * 200 + "Is it waterproof? Thanks for looking into that for me."
    assert Question.of(story).text == "Is it waterproof?"


def test_ten_thousand_letters_without_a_question_are_cut() -> None:
    assert len(Question.of("waterproof " * 1000).text) <= LONGEST_READ


@pytest.mark.parametrize(
    "asked", ["ist das Handy wasserdicht?", "combien coûte ce manteau ?", "¿Es resistente al agua?"]
)
def test_another_language_is_noticed(asked: str) -> None:
    assert Question.of(asked).foreign


@pytest.mark.parametrize(
    ("asked", "value", "sign"), [("more than 8 GB?", 8, 1), ("under 1.5 kg?", 1.5, -1), ("8gb", 8, 0)]
)
def test_figures(asked: str, value: float, sign: int) -> None:
    figure = Question.of(asked).figure
    assert figure is not None
    assert (figure.value, figure.sign) == (value, sign)


def test_forms_of_a_word_share_a_stem() -> None:
    assert len({stem(word) for word in ("weigh", "weighs", "weighing", "weighed")}) == 1
    assert content_of("What is the weight of it?") == content_of("weights")


def test_markup_is_dropped_however_it_is_written() -> None:
    assert plain_text("<p>Soft &amp; <b>warm</b></p><script>alert(1)</script>") == "Soft & warm"
    assert plain_text("&lt;img src=x onerror=alert(1)&gt;light") == "light"
