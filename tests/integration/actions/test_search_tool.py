"""Searching with the tool that reads words: what it is asked, what is said of its answer, and what without it."""

from decimal import Decimal

import pytest

from actions.tools import ToolUnavailable
from tests.actions_kit import Said, Shop, entity, spotted
from tests.fake_reviews import search_json


def names(said: Said) -> list[str]:
    return [card["name"] for card in said.cards]


@pytest.fixture
async def bag(shop: Shop) -> str:
    return await shop.product("Dry bag", "40.00", category="bags")


async def test_the_tool_gets_the_words_the_filters_and_who_asks(shop: Shop, bag: str) -> None:
    shop.tools.search_json = search_json([bag], total=9)
    talk = shop.guest()
    text = "something waterproof for a summer trip under 100"
    limit = spotted("amount", {"min": None, "max": 100}, "under 100", text)
    said = await talk.ask("search_products", limit, entity("attribute", "water_resistance"), text=text)
    assert shop.tools.read == [(
        "search",
        {
            "text": text, "session": talk.subject, "n": 6, "sort": "best",
            "filters": {"max_price": 100.0, "in_stock": True},
        },
    )]  # fmt: skip
    assert 'I found 9 products for "waterproof summer trip" up to $100.00' in said.text
    assert said.cards[0]["why"] == "fits in a hand"


async def test_a_customer_is_searched_for_by_their_public_id(shop: Shop, bag: str) -> None:
    shop.tools.search_json = search_json([bag])
    await shop.shopper(await shop.customer()).ask("search_products", text="dry bag")
    assert shop.tools.read[0][1]["customer_id"].startswith("cu_")


async def test_what_was_understood_and_corrected_is_said(shop: Shop, bag: str) -> None:
    phrases = [
        {"kind": "colour", "label": "black", "without": ""},
        {"kind": "attribute", "label": "foldable", "without": ""},
    ]
    shop.tools.search_json = search_json(
        [bag], words="sack", colours=["black"], phrases=phrases, corrected=[{"from": "blak", "to": "black"}]
    )
    talk = shop.guest()
    said = await talk.ask("search_products", text="blak foldable sack")
    assert 'I read "blak" as "black".' in said.text
    assert "I understood foldable." in said.text
    assert 'I found 1 product for black "foldable sack".' in said.text
    again = await talk.ask("refine_search", entity("amount", {"max": 50}), text="under 50")
    assert "I read" not in again.text


async def test_words_that_were_only_found_are_not_said_to_be_understood(shop: Shop, bag: str) -> None:
    shop.tools.search_json = search_json([bag], words="dry sack")
    said = await shop.guest().ask("search_products", text="a dry sack")
    assert said.names == ["utter_search_found"]


async def test_the_nearest_are_said_to_be_that_with_what_they_lack(shop: Shop, bag: str) -> None:
    shop.tools.search_json = search_json([bag], nearest=True) | {"given_up": ["waterproof"]}
    said = await shop.guest().ask("search_products", text="waterproof bag of wood")
    assert "utter_search_nearest_without" in said.names
    assert "not for waterproof" in said.text
    beyond = await shop.guest().ask("search_products", entity("amount", {"max": 20}), text="waterproof under 20")
    assert "not for waterproof and up to $20.00" in beyond.text
    assert names(said) == ["Dry bag"]


async def test_with_nothing_found_all_is_asked_for_in_words_then_the_store_gives_up_one(shop: Shop, bag: str) -> None:
    shop.tools.search_json = search_json([])
    said = await shop.guest().ask(
        "search_products", entity("category", "bags"), entity("amount", {"max": 30}), text="unheard of"
    )
    assert [asked["text"] for _, asked in shop.tools.read] == ["unheard of", "unheard of"]
    assert shop.tools.read[1][1]["filters"] == {"in_stock": True}
    assert "utter_search_loosened" in said.names
    assert set(names(said)) == {"Dry bag"}


async def test_a_changed_search_that_finds_nothing_is_asked_for_in_words(shop: Shop, bag: str) -> None:
    shop.tools.search_json = search_json([bag])
    talk = shop.guest()
    await talk.ask("search_products", entity("category", "bags"), text="unheard of")
    shop.tools.search_json = search_json([])
    await talk.ask("refine_search", entity("amount", {"max": 30}), text="under 30")
    assert [asked["text"] for _, asked in shop.tools.read[1:]] == ["unheard of", "bags unheard under 30"]
    assert "ignoring" not in shop.tools.read[2][1]


async def test_while_the_tool_is_away_the_store_answers(shop: Shop, bag: str) -> None:
    shop.tools.error = ToolUnavailable("away")
    said = await shop.guest().ask("search_products", entity("category", "bags"), text="dry bag")
    assert set(names(said)) == {"Dry bag"}
    assert said.names[0].startswith("utter_search_found")


async def test_a_search_is_refined_with_its_words(shop: Shop, bag: str) -> None:
    shop.tools.search_json = search_json([bag])
    talk = shop.guest()
    await talk.ask("search_products", text="waterproof without zips, for a summer trip")
    await talk.ask("refine_search", entity("colour", "Blue"), text="in blue")
    await talk.ask("refine_search", entity("amount", {"max": 50}), text="under 50")
    asked = [asked for _, asked in shop.tools.read]
    assert [one["text"] for one in asked] == ["waterproof without zips, for a summer trip"] * 3
    assert [one["filters"] for one in asked] == [
        {"in_stock": True},
        {"colours": ["Blue"], "in_stock": True},
        {"colours": ["Blue"], "max_price": 50.0, "in_stock": True},
    ]
    assert [one.get("ignoring") for one in asked] == [None, ["colour"], ["colour", "price"]]
    said = await talk.ask("choose_listed", entity("ordinal", 1), text="the first one")
    assert names(said) == ["Dry bag"]


async def test_words_and_measures_go_on_with_the_sentence(shop: Shop, bag: str) -> None:
    shop.tools.search_json = search_json([bag])
    talk = shop.guest()
    await talk.ask("search_products", text="something for a summer trip")
    await talk.ask("refine_search", text="waterproof ones")
    await talk.ask("refine_search", entity("brand", "Nokia"), text="from Nokia with 8 GB RAM")
    assert [asked["text"] for _, asked in shop.tools.read[1:]] == [
        "something for a summer trip waterproof",
        "something for a summer trip waterproof at least 8 gb ram",
    ]


async def test_a_sentence_that_was_refined_at_length_is_still_remembered(shop: Shop, bag: str) -> None:
    shop.tools.search_json = search_json([bag])
    talk = shop.guest()
    await talk.ask("search_products", text="linen " * 300)
    await talk.ask("refine_search", text="waterproof ones")
    assert len(shop.tools.read[-1][1]["text"]) == 300
    assert shop.tools.read[-1][1]["text"].endswith("linen  waterproof")


async def test_a_refined_search_is_answered_by_the_store_while_the_tool_is_away(shop: Shop, bag: str) -> None:
    await shop.product("Dry sack", "90.00", category="bags")
    shop.tools.search_json = search_json([bag])
    talk = shop.guest()
    await talk.ask("search_products", text="something dry")
    shop.tools.error = ToolUnavailable("away")
    said = await talk.ask("refine_search", entity("amount", {"min": 80, "max": None}), text="over 80")
    assert names(said) == ["Dry sack"]
    shop.tools.error = None
    await talk.ask("refine_search", entity("amount", {"max": 100}), text="under 100")
    assert shop.tools.read[-1][1]["text"] == "something dry"


async def test_a_search_that_was_given_up_in_part_forgets_its_sentence(shop: Shop, bag: str) -> None:
    shop.tools.search_json = search_json([])
    talk = shop.guest()
    text = "unheard of bags"
    said = await talk.ask("search_products", spotted("category", "bags", "bags", text), text=text)
    assert "utter_search_loosened" in said.names
    await talk.ask("refine_search", entity("amount", {"max": 50}), text="under 50")
    assert "unheard" not in shop.tools.read[-2][1]["text"]


async def test_cheaper_is_asked_for_below_what_was_shown(shop: Shop, bag: str) -> None:
    other = await shop.product("Sack", "90.00", category="bags")
    talk = shop.guest()
    shop.tools.search_json = search_json([other, bag])
    await talk.ask("search_products", text="waterproof for a summer trip")
    shop.tools.search_json = search_json([])
    said = await talk.ask("refine_search", text="anything cheaper?")
    limits = [asked["filters"].get("max_price") for _, asked in shop.tools.read]
    assert limits[1] == float(Decimal("39.99"))
    assert shop.tools.read[1][1]["text"] == "waterproof for a summer trip"
    assert "utter_no_cheaper" in said.names


async def test_the_cheapest_comes_by_price(shop: Shop, bag: str) -> None:
    shop.tools.search_json = search_json([bag])
    await shop.guest().ask("search_products", text="cheapest waterproof bag")
    assert shop.tools.read[0][1]["sort"] == "price"
