"""Words beside a picture: about what it shows, or about something that it only proves."""

from typing import Any

import pytest
import yaml

from assistant.channel.picture import ABOUT_THE_PICTURE, with_picture
from assistant.settings import ASSISTANT

COLOUR = {"entity": "colour", "value": "blue"}


def parsed(intent: str, *entities: "dict[str, Any]", confidence: float = 0.7) -> "dict[str, Any]":
    guess = {"name": intent, "confidence": confidence}
    return {"text": "x", "intent": guess, "intent_ranking": [guess], "entities": list(entities)}


@pytest.mark.parametrize("intent", sorted(ABOUT_THE_PICTURE))
def test_what_a_picture_can_be_meant_by_asks_for_what_looks_like_it(intent: str) -> None:
    parse = with_picture(parsed(intent, COLOUR))
    assert parse["intent"] == {"name": "find_similar", "confidence": 1.0}
    assert parse["entities"] == [COLOUR]
    assert parse["text"] == "x"


@pytest.mark.parametrize(
    "intent",
    ["return_order", "report_damage", "cancel_order", "ask_order_status", "talk_to_human", "ask_returns_policy",
     "ask_warranty", "insult", "goodbye", "compare_products", "best_sellers", "tag_products",
     "forecast_sales", "revenue_report"],
)  # fmt: skip
def test_what_a_picture_only_shows_or_has_nothing_to_do_with_stays(intent: str) -> None:
    assert with_picture(parsed(intent, COLOUR)) == parsed(intent, COLOUR)


def test_a_weak_guess_gives_way_to_the_picture() -> None:
    assert with_picture(parsed("talk_to_human", confidence=0.31))["intent"]["name"] == "find_similar"


def test_who_names_a_product_means_that_one() -> None:
    named = parsed("ask_price", {"entity": "product", "value": "p_1"})
    assert with_picture(named) == named


def test_every_one_of_them_is_an_intent_of_the_domain() -> None:
    domain = yaml.safe_load((ASSISTANT / "domain" / "domain.yml").read_text())
    assert {name for intent in domain["intents"] for name in intent} >= ABOUT_THE_PICTURE
