"""Searching in words and filters, and changing a search."""

from pathlib import Path

import pytest

from store.session import Database
from tests.actions_kit import Shop, entity, spotted


@pytest.fixture(scope="module")
def filled() -> dict[str, str]:
    """Ids by name of the products below, put into the module's database by the first test that asks."""
    return {}


@pytest.fixture
async def shop(database: Database, tmp_path: Path, filled: dict[str, str]) -> Shop:
    shop = Shop(database, tmp_path / "keys")
    if not filled:
        for name, price, colour in (
            ("Linen dress", "40.00", "Red"),
            ("Silk dress", "120.00", "Red"),
            ("Cotton dress", "60.00", "Blue"),
            ("Wool dress", "80.00", "Blue"),
        ):
            variants = [(colour, None, "M", price, 3)]
            filled[name] = await shop.product(name, price, category="dresses", variants=variants)
        filled["Canvas bag"] = await shop.product("Canvas bag", "35.00", category="bags")
        filled["Gone dress"] = await shop.product("Gone dress", "10.00", category="dresses", stock=0)
    return shop


def names(said) -> set[str]:
    return {card["name"] for card in said.cards}


DRESSES = entity("category", "dresses")


async def test_a_search_keeps_to_category_colour_and_price(shop: Shop) -> None:
    said = await shop.guest().ask(
        "search_products", DRESSES, entity("colour", "Red"), entity("amount", {"min": None, "max": 50}),
        text="red dresses under 50",
    )  # fmt: skip
    assert names(said) == {"Linen dress"}
    assert "up to $50.00" in said.text
    assert "only 3 left" in said.cards[0]["why"]


async def test_what_is_sold_out_is_not_found(shop: Shop) -> None:
    assert "Gone dress" not in names(await shop.guest().ask("search_products", DRESSES))


async def test_words_that_describe_narrow_and_words_that_ask_do_not(shop: Shop) -> None:
    text = "could you please show me linen dresses?"
    dresses = spotted("category", "dresses", "dresses", text)
    assert names(await shop.guest().ask("search_products", dresses, text=text)) == {"Linen dress"}


async def test_with_nothing_found_one_filter_is_given_up_and_named(shop: Shop) -> None:
    text = "green dresses"
    green, dresses = spotted("colour", "Green", "green", text), spotted("category", "dresses", "dresses", text)
    said = await shop.guest().ask("search_products", dresses, green, text=text)
    assert "utter_search_loosened" in said.names
    assert "green" in said.text
    assert len(said.cards) == 4


async def test_what_nothing_comes_near_is_said_not_to_be_found(shop: Shop) -> None:
    said = await shop.guest().ask("search_products", text="xylophone zeppelin")
    assert said.names == ["utter_search_nothing"]
    assert "xylophone zeppelin" in said.text


async def test_a_search_that_was_picked_from_two_meanings_keeps_its_words(shop: Shop) -> None:
    guest, text = shop.guest(), "something in linen for the dresses party"
    dresses = spotted("category", "dresses", "dresses", text)
    ranking = [{"name": name} for name in ("unsure", "search_products", "ask_stock")]
    said = await guest.ask("unsure", dresses, text=text, ranking=ranking)
    found = await guest.pick(said.choices[0])
    assert guest.slot["search"]["category"] == "dresses"
    assert "linen" in found.text


async def test_a_search_for_nothing_asks_what_for(shop: Shop) -> None:
    assert (await shop.guest().ask("search_products", text="show me something")).names == ["utter_search_what"]


async def test_a_search_is_refined_by_colour_and_then_by_price(shop: Shop) -> None:
    guest = shop.guest()
    assert len((await guest.ask("search_products", DRESSES)).cards) == 4
    assert names(await guest.ask("refine_search", entity("colour", "Blue"), text="in blue")) == {
        "Cotton dress",
        "Wool dress",
    }
    under = entity("amount", {"min": None, "max": 70, "currency": "USD"})
    assert names(await guest.ask("refine_search", under, text="under 70")) == {"Cotton dress"}


async def test_a_search_is_said_with_the_categorys_own_name(shop: Shop) -> None:
    await shop.product("Evening dress", "70.00", category="women-gowns")
    said = await shop.guest().ask("search_products", entity("category", "women-gowns"))
    assert said.text == "I found 1 product for women gowns."


async def test_a_search_narrowed_by_ever_more_words_is_still_remembered(shop: Shop) -> None:
    guest = shop.guest()
    for words in ("linen " * 30, "cotton " * 30):
        await guest.ask("refine_search" if guest.slot else "search_products", text=words)
    assert len(guest.slot["search"]["words"]) <= 200
    assert (await guest.ask("refine_search", DRESSES, text="dresses")).cards


async def test_cheaper_is_cheaper_than_everything_shown(shop: Shop) -> None:
    guest = shop.guest()
    await guest.ask("search_products", DRESSES, entity("colour", "Blue"))
    said = await guest.ask("refine_search", text="anything cheaper?")
    assert said.names == ["utter_no_cheaper"]
    expensive = entity("amount", {"min": 70, "max": None})
    shown = (await guest.ask("search_products", DRESSES, expensive)).cards
    cheaper = (await guest.ask("refine_search", text="anything cheaper?")).cards
    assert max(card["price"] for card in cheaper) < min(card["price"] for card in shown)


async def test_cheaper_than_the_product_talked_about(shop: Shop, filled: dict[str, str]) -> None:
    guest = shop.guest()
    await guest.ask("ask_price", entity("product", filled["Wool dress"]))
    said = await guest.ask("refine_search", text="do you have anything cheaper?")
    assert names(said) == {"Linen dress", "Cotton dress"}


async def test_the_second_one_is_the_second_card(shop: Shop) -> None:
    guest = shop.guest()
    found = (await guest.ask("search_products", DRESSES)).cards
    said = await guest.ask("ask_price", entity("ordinal", 2))
    assert found[1]["name"] in said.text
    assert f"${found[1]['price']:.2f}" in said.text
    last = await guest.ask("choose_listed", entity("ordinal", -1))
    assert [card["id"] for card in last.cards] == [found[-1]["id"]]
    assert f"{found[-1]['name']} is ${found[-1]['price']:.2f}." in last.text


async def test_a_product_looked_for_by_name_is_shown(shop: Shop, filled: dict[str, str]) -> None:
    said = await shop.guest().ask("search_products", entity("product", filled["Canvas bag"]), text="the canvas bag")
    assert names(said) == {"Canvas bag"}
    assert said.cards[0]["url"] == f"/p/{filled['Canvas bag']}"


async def test_another_currency_is_not_passed_over(shop: Shop) -> None:
    euros = entity("amount", {"min": None, "max": 50, "currency": "EUR"})
    said = await shop.guest().ask("search_products", DRESSES, euros, text="dresses under 50 euros")
    assert "utter_other_currency" in said.names


@pytest.mark.parametrize("text", ["'; DROP TABLE products; --", "\x00\x00", "(((", "a & | ! b", "%%%", "x" * 2000])
async def test_odd_words_are_searched_for_and_nothing_more(shop: Shop, text: str) -> None:
    said = await shop.guest().ask("search_products", text=text)
    assert "utter_action_failed" not in said.names
    assert said.names
