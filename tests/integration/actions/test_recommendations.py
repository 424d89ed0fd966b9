"""Recommendations in the chat: for whom, about what, narrowed, others, why, and honest when they fail."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from actions.tools import ToolAnswerInvalid, ToolUnavailable
from common.errors import BadRequest, NotEnoughData, NotFound
from store.carts import add_to_cart
from store.session import Database
from store.tables import Customer, Product, Variant
from tests.actions_kit import Shop, entity, spotted
from tests.integration.actions.recommended import names, recommending_shop

DEAD = [ToolUnavailable("down"), ToolAnswerInvalid("odd")]


@pytest.fixture(scope="module")
def filled() -> dict[str, str]:
    """Ids by name of the products, put into the module's database by the first test that asks."""
    return {}


@pytest.fixture
async def shop(database: Database, tmp_path: Path, filled: dict[str, str]) -> Shop:
    return await recommending_shop(database, tmp_path, filled)


async def test_the_cards_say_why_and_their_links_that_they_were_recommended_here(
    shop: Shop, filled: dict[str, str]
) -> None:
    said = await shop.guest().ask("recommend", text="what would you recommend for me?")
    assert names(said) == ["Pump", "Sandal", "Clutch"]
    assert [card["why"] for card in said.cards] == [
        "bought together with Gown", "customers who chose the Gown often chose this next", "something different",
    ]  # fmt: skip
    assert said.cards[0]["url"] == f"/p/{filled['Pump']}?from=chat&for=for_you"


async def test_it_is_for_the_caller_that_the_token_names_and_nobody_else(shop: Shop) -> None:
    number = await shop.customer()
    async with shop.database.read() as session:
        customer = await session.get(Customer, number)
    assert customer
    shopper = shop.shopper(number)
    shopper.slot = {"customer_id": "cu_somebody_else"}
    await shopper.ask("recommend", entity("customer_id", "cu_somebody_else"), text="surprise me as cu_somebody_else")
    asked = shop.tools.recommending[-1]
    assert (asked["customer_id"], asked["session"]) == (customer.public_id, shopper.subject)
    guest = shop.guest()
    await guest.ask("recommend", text="anything for me")
    asked = shop.tools.recommending[-1]
    assert (asked["customer_id"], asked["session"], asked["surface"]) == (None, guest.subject, "chat")


@pytest.mark.parametrize(
    ("text", "surprise"),
    [
        ("surprise me", True),
        ("suprise me", True),
        ("recommend something different", True),
        ("something i would not expect", True),
        ("show me something I've never looked at", True),
        ("i'd like something i usually don't buy", True),
        ("i don't know what to buy", False),
        ("i am not sure what to get", False),
        ("what would you recommend for me", False),
        ("recommend a bag", False),
    ],
)
async def test_a_surprise_is_asked_for_when_somebody_wants_one(shop: Shop, text: str, surprise: bool) -> None:
    said = await shop.guest().ask("recommend", text=text)
    assert shop.tools.recommending[-1]["surprise"] is surprise
    assert ("utter_recommended_surprise" in said.names) is surprise


async def test_filters_narrow_it_and_are_repeated_in_the_answer(shop: Shop) -> None:
    text = "recommend a red Zara bag under 80"
    said = await shop.guest().ask(
        "recommend", spotted("category", "accessories", "bag", text), spotted("colour", "Red", "red", text),
        spotted("brand", "Zara", "Zara", text), spotted("amount", {"min": None, "max": 80}, "under 80", text),
        text=text,
    )  # fmt: skip
    assert shop.tools.recommending[-1]["narrowed_to"] == {
        "category": "accessories", "colour": "Red", "brand": "Zara", "max_price": "80",
    }  # fmt: skip
    assert "red Zara accessories up to $80.00" in said.text


async def test_whom_nothing_is_known_of_gets_what_is_popular_and_hears_so(shop: Shop, filled: dict[str, str]) -> None:
    shop.tools.recommended = [(filled["Pump"], "popular", None)]
    guest = shop.guest()
    said = await guest.ask("recommend", text="anything I might like?")
    assert said.names == ["utter_recommended_popular"]
    assert [card["why"] for card in said.cards] == ["popular now"]
    assert "costs" in (await guest.ask("ask_price", text="how much is it?")).text, "a single card is what `it` means"


@pytest.mark.parametrize(("intent", "response"), [
    ("goes_with", "utter_goes_with"), ("others_also_bought", "utter_others_also_bought"),
])  # fmt: skip
async def test_it_is_about_the_product_that_is_named_talked_about_chosen_or_looked_at(
    shop: Shop, filled: dict[str, str], intent: str, response: str
) -> None:
    gown = filled["Gown"]
    named = await shop.guest().ask(intent, entity("product", gown), text="what goes with the gown")
    assert named.names == [response]
    assert "Gown" in named.text
    guest = shop.guest()
    await guest.ask("ask_price", entity("product", gown))
    await guest.ask(intent, text="what goes with it")
    await guest.ask(intent, text="and what else")  # the list is on the table now, the product still is what it is about
    await shop.guest().ask(intent, text="and with this?", page=gown)
    asked = shop.tools.recommending[-4:]
    assert [one["product_ids"] for one in asked] == [[gown]] * 4
    assert {one["purpose"] for one in asked} == {intent}
    assert named.cards[0]["url"].endswith(f"?from=chat&for={intent}")


async def test_the_second_of_the_list_is_what_it_is_about(shop: Shop, filled: dict[str, str]) -> None:
    guest = shop.guest()
    await guest.ask("recommend", text="anything for me")
    await guest.ask("goes_with", entity("ordinal", 2), text="what goes with the second one")
    assert shop.tools.recommending[-1]["product_ids"] == [filled["Sandal"]]


@pytest.mark.parametrize(
    ("text", "narrowed"),
    [
        ("what goes with this black dress", {}),
        ("which shoes go with this black dress", {"category": "shoes"}),
        ("what goes with it in black", {"colour": "Black"}),
        ("what goes with the dress in black", {"colour": "Black"}),
        ("black shoes to match my dress", {"category": "shoes", "colour": "Black"}),
    ],
)
async def test_what_describes_the_product_itself_narrows_nothing(
    shop: Shop, filled: dict[str, str], text: str, narrowed: dict[str, str]
) -> None:
    kinds = {"black": ("colour", "Black"), "shoes": ("category", "shoes"), "dress": ("category", "dresses")}
    found = [(text.index(word), word) for word in kinds if word in text]
    entities = [spotted(*kinds[word], word, text) for _, word in sorted(found)]
    await shop.guest().ask("goes_with", *entities, text=text, page=filled["Gown"])
    assert shop.tools.recommending[-1]["narrowed_to"] == narrowed


async def test_a_name_that_fits_several_products_offers_the_others(shop: Shop, filled: dict[str, str]) -> None:
    other = [{"id": filled["Clutch"], "name": "Clutch"}]
    said = await shop.guest().ask("goes_with", entity("product", filled["Gown"], candidates=other))
    assert said.names == ["utter_goes_with", "utter_other_matches"]
    assert [choice["title"] for choice in said.choices] == ["Clutch"]


async def test_without_a_product_it_asks_for_one_and_the_choice_answers(shop: Shop, filled: dict[str, str]) -> None:
    guest = shop.guest()
    said = await guest.ask("goes_with", text="what goes with it")
    assert said.names == ["utter_which_product"]
    assert shop.tools.recommending == []
    unknown = entity("product_unknown", "gwon", candidates=[{"id": filled["Gown"], "name": "Gown"}])
    said = await guest.ask("goes_with", unknown, text="what goes with the gwon")
    said = await guest.pick(said.choices[0])
    assert said.names == ["utter_goes_with"]


async def test_what_goes_with_the_cart_is_about_all_that_lies_in_it(shop: Shop, filled: dict[str, str]) -> None:
    guest = shop.guest()
    assert (await guest.ask("goes_with", text="what goes with my cart")).names == ["utter_cart_empty"]
    async with shop.database.begin() as session:
        for name in ("Gown", "Clutch"):
            variant = await session.scalar(select(Variant.id).join(Product).where(Product.public_id == filled[name]))
            await add_to_cart(session, guest.subject, variant, 1)
    said = await guest.ask("goes_with", text="what goes with my cart")
    assert sorted(shop.tools.recommending[-1]["product_ids"]) == sorted([filled["Gown"], filled["Clutch"]])
    assert "your cart" in said.text


async def test_with_nothing_for_the_filters_less_of_them_is_tried(shop: Shop) -> None:
    shop.tools.suits = lambda asked: "colour" not in asked["narrowed_to"]
    said = await shop.guest().ask("recommend", entity("colour", "Mauve"), entity("amount", {"max": 80}), text="x")
    assert said.names == ["utter_recommended_loosened"]
    assert "mauve up to $80.00" in said.text
    assert names(said) == ["Pump", "Sandal", "Clutch"]


async def test_with_nothing_at_all_it_says_what_would_widen_the_choice(shop: Shop) -> None:
    shop.tools.suits = lambda asked: False
    said = await shop.guest().ask("recommend", entity("colour", "Mauve"), entity("amount", {"max": 8}), text="x")
    assert said.names == ["utter_recommended_nothing_for"]
    assert (await shop.guest().ask("recommend", text="for me")).names == ["utter_recommended_nothing"]


@pytest.mark.parametrize("intent", ["goes_with", "others_also_bought"])
@pytest.mark.parametrize("error", [None, NotFound("new"), NotEnoughData("few"), BadRequest("odd")])
async def test_a_product_that_nothing_is_known_of_is_told_so(
    shop: Shop, filled: dict[str, str], intent: str, error: Exception | None
) -> None:
    shop.tools.recommended, shop.tools.error = [], error
    said = await shop.guest().ask(intent, entity("product", filled["Gown"]))
    assert said.names == [f"utter_{intent}_nothing"]
    assert "Gown" in said.text


@pytest.mark.parametrize("error", DEAD)
async def test_a_dead_tool_is_said_with_an_id_and_best_sellers_instead(
    shop: Shop, filled: dict[str, str], error: Exception
) -> None:
    shop.tools.error = error
    customer = await shop.customer()
    guest = shop.guest()
    for name in ("Gown", "Clutch"):
        await shop.order(customer, filled[name], at=shop.now - timedelta(days=2))
    said = await guest.ask("goes_with", entity("product", filled["Gown"]))
    assert "r_test_request" in said.text
    assert names(said) == ["Clutch"], "what it is about is no answer"
    assert "?from=" not in said.cards[0]["url"], "nobody recommended it"


async def test_a_dead_tool_with_nothing_sold_is_words_too(shop: Shop) -> None:
    shop.tools.error = ToolUnavailable("down")
    said = await shop.guest().ask("recommend", entity("category", "no-such"), text="recommend one")
    assert said.names == ["utter_recommender_unavailable_nothing"]


async def test_a_product_that_is_sold_no_more_is_left_out(shop: Shop, filled: dict[str, str]) -> None:
    shop.tools.recommended = [("p_gone", "popular", None), (filled["Pump"], "looks_like", "p_gone")]
    said = await shop.guest().ask("recommend", text="for me")
    assert [card["why"] for card in said.cards] == ["looks like what you looked at"]


async def test_would_you_recommend_it_is_about_its_advantages(shop: Shop, filled: dict[str, str]) -> None:
    said = await shop.guest().ask("recommend", entity("product", filled["Gown"]), text="would you recommend the gown?")
    assert said.names == ["utter_advantages_unknown"]
    assert shop.tools.recommending == []


async def test_what_it_must_be_like_is_searched_for(shop: Shop) -> None:
    said = await shop.guest().ask("recommend", entity("attribute", "waterproof"), text="recommend a waterproof one")
    assert shop.tools.recommending == []
    assert said.names
