"""A promotion after an answer: only where it fits, seldom, labelled, noted; and the answer stands whatever happens."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from actions import promoted
from actions.registry import all_actions
from actions.tools import ToolUnavailable
from common.caller import Role
from store.session import Database
from tests.actions_kit import Said, Shop, entity
from tests.integration.actions import promoting
from tests.integration.actions.promoting import impressions


@dataclass
class Stock:
    boot: str
    other: str
    pump: str
    boots: str
    heels: str
    one: str


@pytest.fixture(scope="module")
def filled() -> dict[str, Stock]:
    return {}


@pytest.fixture
async def shop(database: Database, tmp_path: Path, filled: dict[str, Stock]) -> Shop:
    shop = Shop(database, tmp_path / "keys")
    if not filled:
        for slug, parent in (("shoes", None), ("boots", "shoes"), ("heels", "shoes")):
            await promoting.category(database, slug, parent)
        boot = await shop.product("Hike Boot", "100.00", category="boots")
        filled["it"] = Stock(
            boot=boot, other=await shop.product("Rain Boot", "70.00", category="boots"),
            pump=await shop.product("Pump", "50.00", category="heels"),
            boots=await promoting.promotion(database, "Boots: 20% off", on="boots"),
            heels=await promoting.promotion(database, "Heels: 10% off", on="heels"),
            one=await promoting.promotion(database, "Hike Boot less", product=boot),
        )  # fmt: skip
        await promoting.shown_before(database, filled["it"].boots, impressions=1000, clicks=100)
    return shop


@pytest.fixture
def stock(shop: Shop, filled: dict[str, Stock]) -> Stock:
    shop.tools.promoted = [filled["it"].boots]
    return filled["it"]


def promotion_in(said: Said) -> bool:
    return "utter_promoted" in said.names


async def test_after_a_price_one_of_the_same_kind_follows_labelled_and_noted(shop: Shop, stock: Stock) -> None:
    guest = shop.guest()
    said = await guest.ask("ask_price", entity("product", stock.boot), text="how much is the hike boot")
    assert said.names == ["utter_price", "utter_price_promotion", "utter_promoted"]
    assert "Promotion: Boots: 20% off" in said.text
    assert [(card["name"], card["why"]) for card in said.cards] == [("Rain Boot", "Promotion")]
    [noted] = await impressions(shop, guest.subject)
    assert noted.key in said.cards[0]["url"]
    asked = shop.tools.ranked[-1]
    assert (asked["n"], asked["context"]["product_ids"]) == (1, [stock.boot])


async def test_one_every_few_answers_and_no_more(shop: Shop, stock: Stock) -> None:
    guest = shop.guest()
    shown = [promotion_in(await guest.ask("ask_price", entity("product", stock.boot))) for _ in range(7)]
    assert shown == [True, False, False, False, False, True, False]
    assert len(shop.tools.ranked) == 2


async def test_only_what_fits_what_was_talked_about(shop: Shop, stock: Stock) -> None:
    shop.tools.promoted = [stock.heels]  # of the same department, but no boots
    assert not promotion_in(await shop.guest().ask("ask_price", entity("product", stock.boot)))
    shop.tools.promoted = [stock.one]  # the very product: its price said so already
    assert not promotion_in(await shop.guest().ask("ask_price", entity("product", stock.boot)))
    assert promotion_in(await shop.guest().ask("ask_price", entity("product", stock.other)))
    shop.tools.promoted = []
    assert not promotion_in(await shop.guest().ask("ask_price", entity("product", stock.boot)))


async def test_only_what_is_more_probable_to_be_clicked_than_usual(shop: Shop, stock: Stock) -> None:
    shop.tools.probability = 0.09  # 100 clicks in a little more than 1,000 showings are usual
    assert not promotion_in(await shop.guest().ask("ask_price", entity("product", stock.boot)))
    shop.tools.probability = 0.12
    assert promotion_in(await shop.guest().ask("ask_price", entity("product", stock.boot)))


async def test_after_a_search_it_may_follow_too(shop: Shop, stock: Stock) -> None:
    cheap = entity("amount", {"max": "60"})
    said = await shop.guest().ask("search_products", entity("category", "boots"), cheap, text="boots under 60")
    assert [card["name"] for card in said.cards] == ["Rain Boot", "Hike Boot"]
    assert promotion_in(said)


async def test_products_that_the_answer_showed_are_not_shown_again(shop: Shop, stock: Stock) -> None:
    said = await shop.guest().ask("search_products", entity("category", "boots"), text="boots")
    assert sorted(card["name"] for card in said.cards) == ["Hike Boot", "Rain Boot"]
    assert not promotion_in(said)


@pytest.mark.parametrize(
    "intent", ["ask_stock", "talk_to_human", "ask_order_status", "ask_specification", "best_sellers"]
)
async def test_after_anything_else_none_is_asked_for(shop: Shop, stock: Stock, intent: str) -> None:
    talk = shop.shopper(await shop.customer())
    await shop.conversation_row(talk)
    assert not promotion_in(await talk.ask(intent, entity("product", stock.boot)))
    assert shop.tools.ranked == []


@pytest.mark.parametrize("role", [Role.MARKETER, Role.AGENT])
async def test_staff_are_shown_none(shop: Shop, stock: Stock, role: Role) -> None:
    assert not promotion_in(await shop.person(role).ask("ask_price", entity("product", stock.boot)))
    assert shop.tools.ranked == []


async def test_none_after_a_question_back(shop: Shop, stock: Stock) -> None:
    assert not promotion_in(await shop.guest().ask("ask_price"))
    nothing = entity("category", "hats")
    assert not promotion_in(await shop.guest().ask("search_products", nothing, text="hats"))
    assert shop.tools.ranked == []


async def test_who_is_upset_is_shown_none(shop: Shop, stock: Stock) -> None:
    angry = {"name": "angry", "confidence": 0.9}
    said = await shop.guest().ask("ask_price", entity("product", stock.boot), text="how much", mood=angry)
    assert not promotion_in(said)
    assert shop.tools.ranked == []


async def test_it_can_be_turned_off(shop: Shop, stock: Stock) -> None:
    shop.services = replace(shop.services, promote_in_chat=False)
    shop.actions = {action.intent: action for action in all_actions(shop.services)}
    assert not promotion_in(await shop.guest().ask("ask_price", entity("product", stock.boot)))
    assert shop.tools.ranked == []


async def test_the_answer_stands_when_the_tool_is_dead(shop: Shop, stock: Stock) -> None:
    shop.tools.error = ToolUnavailable("down")
    said = await shop.guest().ask("ask_price", entity("product", stock.boot))
    assert said.names == ["utter_price", "utter_price_promotion"]


async def test_the_answer_stands_when_the_tool_never_answers(
    shop: Shop, stock: Stock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promoted, "SECONDS", 0.01)
    shop.tools.promotions_silent = True
    said = await shop.guest().ask("ask_price", entity("product", stock.boot))
    assert said.names == ["utter_price", "utter_price_promotion"]


async def test_what_cannot_be_noted_is_not_shown(shop: Shop, stock: Stock, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise OperationalError("insert", {}, Exception("gone"))

    monkeypatch.setattr(promoted, "note_shown", broken)
    guest = shop.guest()
    assert not promotion_in(await guest.ask("ask_price", entity("product", stock.boot)))
    assert await impressions(shop, guest.subject) == []
