"""Offers in the chat: what the tool chooses, noted as shown; what is reduced when it has nothing; what costs least."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from actions.tools import ToolAnswerInvalid, ToolUnavailable
from common.errors import BadRequest
from store.session import Database
from tests.actions_kit import Said, Shop, entity
from tests.integration.actions import promoting
from tests.integration.actions.promoting import impressions

DEAD = [ToolUnavailable("down"), ToolAnswerInvalid("odd"), BadRequest("no")]


@dataclass
class Stock:
    """Ids of the shop's products and promotions."""

    boot: str
    pump: str
    phone: str
    boots: str
    everything: str
    over: str


@pytest.fixture(scope="module")
def filled() -> dict[str, Stock]:
    return {}


@pytest.fixture
async def shop(database: Database, tmp_path: Path, filled: dict[str, Stock]) -> Shop:
    shop = Shop(database, tmp_path / "keys")
    if not filled:
        for slug, parent in (("shoes", None), ("boots", "shoes"), ("heels", "shoes"), ("phones", None)):
            await promoting.category(database, slug, parent)
        filled["it"] = Stock(
            boot=await shop.product("Hike Boot", "100.00", category="boots"),
            pump=await shop.product("Pump", "50.00", category="heels", brand="Nova"),
            phone=await shop.product("Phone One", "300.00", category="phones", brand="Apple"),
            boots=await promoting.promotion(database, "Boots: 20% off", on="boots"),
            everything="", over=await promoting.promotion(database, "Last year", starts=-90, ends=-80),
        )  # fmt: skip
    return shop


@pytest.fixture
def stock(shop: Shop, filled: dict[str, Stock]) -> Stock:
    return filled["it"]


def names(said: Said) -> list[str]:
    return [card["name"] for card in said.cards]


async def test_an_offer_says_what_it_takes_off_until_when_of_what_and_is_noted(shop: Shop, stock: Stock) -> None:
    shop.tools.promoted = [stock.boots]
    guest = shop.guest()
    said = await guest.ask("ask_deals", text="any deals today?")
    assert said.names == ["utter_offers", "utter_offer"]
    assert "Boots: 20% off (until" in said.text
    assert names(said) == ["Hike Boot"]
    assert said.cards[0]["price"] == 80.0
    [noted] = await impressions(shop, guest.subject)
    assert (noted.slot, noted.surface, noted.propensity, noted.model) == ("chat", "chat", 0.5, "bayesian-logistic:7")
    assert said.cards[0]["url"] == f"/promotion/{stock.boots}?shown={noted.key}&product={stock.boot}"
    assert guest.slot is not None
    assert guest.slot["listed"] == [stock.boot]


async def test_who_asks_and_about_what_goes_to_the_tool(shop: Shop, stock: Stock) -> None:
    customer = await shop.customer()
    talk = shop.shopper(customer)
    await talk.ask("ask_price", entity("product", stock.pump))
    await talk.ask("ask_deals", text="any offers for me")
    asked = shop.tools.ranked[-1]
    assert (asked["slot"], asked["surface"], asked["session"]) == ("chat", "chat", talk.subject)
    assert asked["customer_id"].startswith("cu_")
    assert asked["context"] == {"product_ids": [stock.pump], "category": None}


@pytest.mark.parametrize("kind", ["boots", "shoes"])
async def test_of_a_kind_only_its_offers_are_shown(shop: Shop, stock: Stock, kind: str) -> None:
    shop.tools.promoted = [stock.boots]
    said = await shop.guest().ask("ask_deals", entity("category", kind), text=f"deals on {kind}")
    assert said.names == ["utter_offers_on", "utter_offer"]
    assert shop.tools.ranked[-1]["context"]["category"] == kind


async def test_an_offer_of_another_kind_is_neither_shown_nor_noted(shop: Shop, stock: Stock) -> None:
    shop.tools.promoted = [stock.boots]
    guest = shop.guest()
    said = await guest.ask("ask_deals", entity("category", "heels"), text="deals on heels")
    assert said.names == ["utter_no_deals"]
    assert names(said) == ["Pump"]
    assert await impressions(shop, guest.subject) == []


async def test_what_is_over_is_never_shown(shop: Shop, stock: Stock) -> None:
    shop.tools.promoted = [stock.over]
    said = await shop.guest().ask("ask_deals", text="any deals")
    assert "Last year" not in said.everything
    assert said.names == ["utter_reduced_any"]


@pytest.mark.parametrize("failure", DEAD)
async def test_without_the_tool_what_is_reduced_is_shown(shop: Shop, stock: Stock, failure: Exception) -> None:
    shop.tools.error = failure
    said = await shop.guest().ask("ask_deals", text="any deals today?")
    assert said.names == ["utter_offers_unavailable"]
    assert names(said) == ["Hike Boot"]
    assert said.cards[0]["why"].startswith("20 % off until")


async def test_nothing_to_show_is_said_kindly_with_what_costs_least(shop: Shop, stock: Stock) -> None:
    said = await shop.guest().ask("ask_deals", entity("category", "phones"), text="phones on sale?")
    assert said.names == ["utter_no_deals"]
    assert names(said) == ["Phone One"]


async def test_nothing_at_all_offers_something_else(shop: Shop, stock: Stock) -> None:
    said = await shop.guest().ask("ask_deals", entity("category", "hats"), text="deals on hats")
    assert said.names == ["utter_no_deals_nothing"]
    assert [choice["payload"] for choice in said.choices] == ["/best_sellers", "/recommend"]


async def test_a_brand_or_a_limit_narrows_what_is_reduced(shop: Shop, stock: Stock) -> None:
    said = await shop.guest().ask("ask_deals", entity("brand", "Nova"), text="nova deals")
    assert (said.names, names(said)) == (["utter_no_deals"], ["Pump"])
    said = await shop.guest().ask("ask_deals", entity("amount", {"max": "90"}), text="deals under 90")
    assert (said.names, names(said)) == (["utter_reduced"], ["Hike Boot"])
    assert shop.tools.ranked == []


async def test_of_a_product_it_is_said_whether_it_is_reduced(shop: Shop, stock: Stock) -> None:
    guest = shop.guest()
    said = await guest.ask("ask_deals", entity("product", stock.boot), text="any deal on the hike boot")
    assert "20 % off: $80.00 instead of $100.00" in said.text
    said = await guest.ask("ask_deals", entity("product", stock.pump), text="any deal on the pump")
    assert said.names == ["utter_no_deal_on"]
    assert (await guest.ask("ask_deals", text="is it on sale")).names == ["utter_no_deal_on"]
    assert (await guest.ask("ask_deals", text="any deals this week")).names != ["utter_no_deal_on"]


async def test_the_price_says_that_there_is_no_offer_when_that_was_asked(shop: Shop, stock: Stock) -> None:
    pump = entity("product", stock.pump)
    said = await shop.guest().ask("ask_price", pump, text="is there a discount on the pump")
    assert said.names == ["utter_price", "utter_price_no_promotion"]
    assert (await shop.guest().ask("ask_price", pump, text="how much is the pump")).names == ["utter_price"]
