"""Somebody angry or sad is met in kind words and offered a human; a plain question is answered plainly."""

from typing import Any

import pytest

from actions.mood import mood_of
from tests.actions_kit import Said, Shop, Talk

ANGRY = {"name": "angry", "confidence": 0.93}
SAD = {"name": "sad", "confidence": 0.81}
NEUTRAL = {"name": "neutral", "confidence": 0.97}


async def ordered(shop: Shop) -> Talk:
    """A shopper with an order."""
    customer = await shop.customer()
    await shop.order(customer, await shop.product("Cup"))
    return shop.shopper(customer)


def kind(said: Said) -> list[str]:
    return [name for name in said.names if name.startswith("utter_kind_to_")]


def offers_human(said: Said) -> bool:
    return "/talk_to_human" in [choice["payload"] for choice in said.choices]


async def test_an_angry_question_about_an_order_gets_kind_words_the_answer_and_a_human(shop: Shop) -> None:
    shopper = await ordered(shop)
    said = await shopper.ask("ask_order_status", text="where the hell is my order!!", mood=ANGRY)
    assert said.names[0] == "utter_kind_to_angry"
    assert any(name.startswith("utter_order_") for name in said.names)
    assert said.rows
    assert said.names[-1] == "utter_offer_human"
    assert offers_human(said)


async def test_a_sad_message_gets_other_words(shop: Shop) -> None:
    said = await shop.guest().ask("out_of_scope", text="I feel so sad today", mood=SAD)
    assert said.names[0] == "utter_kind_to_sad"
    assert offers_human(said)


@pytest.mark.parametrize("mood", [NEUTRAL, {"name": "happy", "confidence": 0.9}, None])
async def test_a_plain_question_is_answered_plainly(shop: Shop, mood: dict[str, Any] | None) -> None:
    shopper = await ordered(shop)
    said = await shopper.ask("ask_order_status", text="where is my order", mood=mood)
    assert kind(said) == []
    assert not offers_human(said)


async def test_kind_words_are_never_said_twice_in_a_row(shop: Shop) -> None:
    shopper = await ordered(shop)
    said = [await shopper.ask("ask_order_status", text="hurry up!!", mood=ANGRY) for _ in range(3)]
    assert [len(kind(one)) for one in said] == [1, 0, 1]
    assert all(offers_human(one) for one in said)


async def test_an_insult_is_met_with_patience_and_a_human_once(shop: Shop) -> None:
    said = await shop.guest().ask("insult", text="you stupid bot", mood=ANGRY)
    assert said.names == ["utter_insult"]
    assert [choice["payload"] for choice in said.choices] == ["/talk_to_human"]


async def test_a_human_who_is_asked_for_is_not_offered(shop: Shop) -> None:
    guest = shop.guest()
    await shop.conversation_row(guest)
    said = await guest.ask("talk_to_human", text="a human, NOW", mood=ANGRY)
    assert said.names == ["utter_handed_over"]


async def test_after_two_turns_that_were_not_understood_a_human_is_offered(shop: Shop) -> None:
    shopper = await ordered(shop)
    first = await shopper.ask("out_of_scope", text="who won the cup", mood=NEUTRAL)
    second = await shopper.ask("out_of_scope", text="sing me a song", mood=NEUTRAL)
    assert (offers_human(first), offers_human(second)) == (False, True)
    await shopper.ask("ask_capabilities", text="what can you do", mood=NEUTRAL)
    again = await shopper.ask("out_of_scope", text="who won the cup", mood=NEUTRAL)
    assert not offers_human(again)


async def test_staff_are_not_sent_to_their_own_colleagues(shop: Shop) -> None:
    said = await shop.marketer().ask("out_of_scope", text="this is ridiculous", mood=ANGRY)
    assert kind(said)
    assert not offers_human(said)


@pytest.mark.parametrize("raw", ["angry", {"name": "hangry", "confidence": 1}, {"name": "sad"}, {"confidence": 2}, []])
def test_a_mood_of_another_shape_counts_as_none(raw: object) -> None:
    assert mood_of({"mood": raw}) == "neutral"


async def test_what_arrived_broken_gets_kind_words_the_shops_terms_a_return_and_a_human(shop: Shop) -> None:
    said = await shop.guest().ask("report_damage", text="the gift arrived broken", mood=NEUTRAL)
    assert said.names == ["utter_sorry_for_damage", "utter_warranty", "utter_returns_policy"]
    assert [choice["payload"] for choice in said.choices] == ["/return_order", "/talk_to_human"]


async def test_who_is_sad_about_it_is_met_once_and_offered_a_human_once(shop: Shop) -> None:
    said = await shop.guest().ask("report_damage", text="my grandma's present came broken, I could cry", mood=SAD)
    assert said.names == ["utter_kind_to_sad", "utter_warranty", "utter_returns_policy"]
    assert [choice["payload"] for choice in said.choices].count("/talk_to_human") == 1


async def test_a_return_that_was_chosen_then_is_of_an_order_of_ones_own(shop: Shop) -> None:
    shopper = await ordered(shop)
    said = await shopper.ask("report_damage", text="it does not work")
    chosen = await shopper.pick(said.choices[0])
    assert chosen.names[0] in {"utter_nothing_to_return", "utter_return_order_confirm"}
