"""What a question about reviews asks for, and the words that an answer is made of."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from actions.context import Context, LastReviews
from actions.entities import Entities
from actions.opinion_question import goes_on_about_reviews, is_of_the_shop, opinion_question, points_at_something
from actions.review_answers import AspectOpinions, MonthOfReviews, Quote
from actions.review_words import chosen_quotes, of_side, recent_and_before, share, shortened, topics, written
from tests.fake_reviews import aspect_json, quote_json


def turn(text: str, *, intent: str = "ask_reviews", **context: Any) -> Any:
    return SimpleNamespace(
        text=text, intent=intent, was_typed=not text.startswith("/"), entities=Entities(), context=Context(**context)
    )


@pytest.mark.parametrize(
    ("text", "aspect"),
    [
        ("what do people say about its battery life", "battery life"),
        ("what do they complain about most", None),
        ("is it worth it according to customers", None),
        ("how are the reviews", None),
        ("did anyone have problems with the zip?", "zip"),
        ("what do customers think about delivery", "delivery"),
        ("show me the bad ones", None),
        ("do people like the colour", "colour"),
        ("wat do ppl say abot the camra", "camra"),
        ("are the reviews getting better", None),
        ("what is its rating", None),
        ("", None),
        ("?!", None),
    ],
)
def test_the_aspect_is_what_neither_asks_nor_talks_of_reviews(text: str, aspect: str | None) -> None:
    assert opinion_question(turn(text)).aspect == aspect


def test_a_long_story_is_cut_to_what_a_tool_takes() -> None:
    aspect = opinion_question(turn("what about the " + "x" * 500)).aspect
    assert aspect is not None
    assert len(aspect) <= 60


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("show me the bad ones", "negative"),
        ("the one star reviews", "negative"),
        ("anything negative in there", "negative"),
        ("let me see the good reviews", "positive"),
        ("5 star ratings please", "positive"),
        ("are the reviews good", None),
        ("do people like it", None),
    ],
)
def test_one_side_only(text: str, side: str | None) -> None:
    assert opinion_question(turn(text)).side == side


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("what do they complain about most", "negative"),
        ("what are the drawbacks according to buyers", "negative"),
        ("what do people like best", "positive"),
        ("what is praised", "positive"),
        ("how is it rated", None),
    ],
)
def test_what_is_asked_for_is_what_is_said_most(text: str, most: str | None) -> None:
    assert opinion_question(turn(text)).most == most


def test_trend_and_doubt() -> None:
    assert opinion_question(turn("are the reviews getting worse")).trend
    assert opinion_question(turn("can i trust these reviews")).genuine
    plain = opinion_question(turn("how are the reviews"))
    assert not plain.trend
    assert not plain.genuine


@pytest.mark.parametrize(
    ("text", "of_the_shop", "pointing"),
    [
        ("what do people say about your delivery", True, False),
        ("are people happy with your shop", True, False),
        ("what do your customers think of it", False, True),
        ("what do people say about this one", False, True),
        ("what do customers say about delivery", False, False),
    ],
)
def test_the_shop_or_something_at_hand(text: str, of_the_shop: bool, pointing: bool) -> None:
    assert is_of_the_shop(turn(text)) is of_the_shop
    assert points_at_something(turn(text)) is pointing


@pytest.mark.parametrize(
    ("text", "goes_on"),
    [
        ("and the camera?", True),
        ("what about delivery", True),
        ("How about the size and fit?", True),
        ("and the battery life", True),
        ("and how heavy is it?", False),
        ("and in blue?", False),
        ("what about the ones under 50", False),
        ("how long does delivery take", False),
        ("and what does it cost", False),
        ("and cheaper ones?", False),
        ("and others", False),
    ],
)
def test_a_few_words_go_on_about_reviews_only_after_them(text: str, goes_on: bool) -> None:
    after = turn(text, question="ask_reviews", reviews=LastReviews())
    assert goes_on_about_reviews(after) is goes_on
    assert not goes_on_about_reviews(turn(text, question="ask_price", reviews=LastReviews()))
    assert not goes_on_about_reviews(turn(text, question="ask_reviews"))


def test_what_narrows_a_search_is_no_aspect() -> None:
    blue = turn("and blue?", question="ask_reviews", reviews=LastReviews())
    blue.entities.colour = "Blue"
    assert not goes_on_about_reviews(blue)


def test_a_list_that_is_shown_ends_talk_of_reviews() -> None:
    context = Context(reviews=LastReviews(aspect="battery"))
    context.show(["p_1"])
    assert context.reviews is None


def quote(text: str, sentiment: str = "positive", **more: Any) -> Quote:
    return Quote.model_validate(quote_json("p_cup", text, sentiment, **more))


def aspect(name: str, positive: int, negative: int, *quotes: Quote) -> AspectOpinions:
    return AspectOpinions.model_validate(aspect_json(name, positive, negative, [one.model_dump() for one in quotes]))


@pytest.mark.parametrize(
    ("value", "words"), [(0.0, "0 %"), (0.001, "1 %"), (0.826, "83 %"), (0.999, "99 %"), (1.0, "100 %")]
)
def test_a_share_claims_no_more_than_it_is(value: float, words: str) -> None:
    assert share(value) == words


def test_quotes_take_turns_between_aspects_and_none_is_said_twice() -> None:
    both = quote("Nice screen, nice price.")
    screen, price = (
        aspect("screen", 3, 0, both, quote("Sharp.")),
        aspect("price", 2, 1, both, quote("Dear.", "negative")),
    )
    assert [one.text for one in chosen_quotes([screen, price])] == ["Nice screen, nice price.", "Sharp.", "Dear."]
    assert [one.text for one in chosen_quotes([screen, price], "negative")] == ["Dear."]
    assert chosen_quotes([]) == []


def test_a_quote_is_verbatim_and_only_ever_cut_at_a_word() -> None:
    assert written([quote("So  so.\nReally {odd} 0[", rating=None)], with_names=True) == (
        "• “So so. Really {odd} 0[” (Cup, 2 Nov 2026)"
    )
    long = shortened("word " * 200)
    assert len(long) <= 302
    assert long.endswith("word …")


def test_topics_are_those_said_most_with_their_counts() -> None:
    aspects = [aspect("screen", 9, 1), aspect("battery", 2, 8), aspect("price", 1, 0)]
    assert topics(of_side(aspects, "negative"), "negative") == "battery (8 of 10) and screen (1 of 10)"
    assert of_side([aspect("price", 1, 0)], "negative") == []


def test_a_trend_needs_enough_before_and_after() -> None:
    def months(*reviews: int) -> list[MonthOfReviews]:
        return [
            MonthOfReviews(month=str(date(2026, place, 1)), reviews=count, positive_share=0.5)
            for place, count in enumerate(reviews, 1)
        ]

    assert recent_and_before(months(9, 9, 9, 9)) == ((27, 0.5), (9, 0.5))
    assert recent_and_before(months(9, 9, 9)) is None
    assert recent_and_before([]) is None
