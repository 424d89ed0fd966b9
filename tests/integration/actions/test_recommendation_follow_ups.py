"""What is said after a recommendation: others, narrower, different, about another product, and why."""

from pathlib import Path

import pytest

from store.session import Database
from tests.actions_kit import Shop, entity, spotted
from tests.integration.actions.recommended import names, recommending_shop


@pytest.fixture(scope="module")
def filled() -> dict[str, str]:
    """Ids by name of the products, put into the module's database by the first test that asks."""
    return {}


@pytest.fixture
async def shop(database: Database, tmp_path: Path, filled: dict[str, str]) -> Shop:
    return await recommending_shop(database, tmp_path, filled)


async def test_show_me_others_leaves_out_what_was_shown(shop: Shop, filled: dict[str, str]) -> None:
    guest = shop.guest()
    shown, rest = shop.tools.recommended[:2], shop.tools.recommended[2:]
    shop.tools.recommended = shown
    await guest.ask("recommend", text="anything for me")
    shop.tools.recommended = shown + rest
    said = await guest.ask("refine_search", text="show me others")
    assert names(said) == ["Clutch"]
    assert shop.tools.recommending[-1]["without"] == [filled["Pump"], filled["Sandal"]]
    said = await guest.ask("refine_search", text="show me others")
    assert said.names == ["utter_recommended_nothing_new"]


async def test_in_blue_and_cheaper_narrow_the_recommendation(shop: Shop) -> None:
    guest = shop.guest()
    await guest.ask("recommend", text="anything for me")
    await guest.ask("refine_search", entity("colour", "Blue"), text="in blue")
    assert shop.tools.recommending[-1]["narrowed_to"] == {"colour": "Blue"}
    assert shop.tools.recommending[-1]["without"] == []
    await guest.ask("refine_search", text="anything cheaper?")
    assert shop.tools.recommending[-1]["narrowed_to"] == {"colour": "Blue", "max_price": "39.99"}
    assert len(shop.tools.recommending) == 3


async def test_with_nothing_cheaper_nothing_dearer_is_shown_in_its_place(shop: Shop) -> None:
    guest = shop.guest()
    await guest.ask("recommend", entity("category", "accessories"), text="recommend accessories")
    shop.tools.recommended = []
    said = await guest.ask("refine_search", text="anything cheaper?")
    assert not said.cards
    asked = [one["narrowed_to"].get("max_price") for one in shop.tools.recommending[1:]]
    assert asked
    assert set(asked) == {"39.99"}


async def test_what_it_must_be_made_of_is_searched_for_among_the_same_kind(shop: Shop) -> None:
    guest = shop.guest()
    await guest.ask("recommend", entity("category", "accessories"), text="recommend accessories")
    text = "leather ones"
    said = await guest.ask("refine_search", spotted("attribute", "material", "leather", text), text=text)
    assert len(shop.tools.recommending) == 1
    assert "accessories" in said.text


async def test_something_different_is_a_surprise_without_what_was_shown(shop: Shop, filled: dict[str, str]) -> None:
    guest = shop.guest()
    await guest.ask("recommend", text="anything for me")
    await guest.ask("refine_search", text="something different")
    asked = shop.tools.recommending[-1]
    assert (asked["surprise"], asked["without"]) == (True, [filled["Pump"], filled["Sandal"], filled["Clutch"]])


async def test_cheaper_than_the_one_that_was_picked_is_a_search(shop: Shop) -> None:
    guest = shop.guest()
    await guest.ask("recommend", text="anything for me")
    await guest.ask("choose_listed", entity("ordinal", 3), text="the third one")
    said = await guest.ask("refine_search", text="anything cheaper?")
    assert len(shop.tools.recommending) == 1
    assert "Clutch" in said.text


async def test_a_search_afterwards_is_what_is_refined(shop: Shop) -> None:
    guest = shop.guest()
    await guest.ask("recommend", text="anything for me")
    await guest.ask("search_products", entity("category", "accessories"), text="accessories")
    await guest.ask("refine_search", entity("amount", {"min": None, "max": 70}), text="under 70")
    assert len(shop.tools.recommending) == 1


async def test_more_like_the_second_one_goes_by_its_looks(shop: Shop, filled: dict[str, str]) -> None:
    guest = shop.guest()
    await guest.ask("recommend", text="anything for me")
    await guest.ask("find_similar", entity("ordinal", 2), text="more like the second one")
    assert shop.tools.looked[-1]["source"] == {"product_id": filled["Sandal"]}


async def test_the_same_about_another_product(shop: Shop, filled: dict[str, str]) -> None:
    guest = shop.guest()
    await guest.ask("goes_with", entity("product", filled["Gown"]), text="what goes with the gown")
    await guest.ask("follow_up_product", entity("product", filled["Clutch"]), text="and the clutch?")
    assert shop.tools.recommending[-1]["product_ids"] == [filled["Clutch"]]


@pytest.mark.parametrize(
    ("ordinal", "told"),
    [
        (1, "because it is often bought together with Gown"),
        (2, "because customers who chose Gown often chose it next"),
        (3, "because it is different from what you usually look at"),
    ],
)
async def test_why_is_answered_from_the_kept_reason(shop: Shop, ordinal: int, told: str) -> None:
    guest = shop.guest()
    await guest.ask("recommend", text="anything for me")
    said = await guest.ask("why_recommended", entity("ordinal", ordinal), text="why do you recommend that?")
    assert told in said.text
    assert len(said.messages) == 1


async def test_why_of_all_of_them_of_another_and_of_nothing(shop: Shop, filled: dict[str, str]) -> None:
    guest = shop.guest()
    assert (await guest.ask("why_recommended", text="why?")).names == ["utter_because_of_nothing"]
    await guest.ask("recommend", text="anything for me")
    assert len((await guest.ask("why_recommended", text="why do you recommend these?")).messages) == 3
    said = await guest.ask("why_recommended", entity("product", filled["Gown"]), text="why the gown?")
    assert said.names == ["utter_not_recommended"]
    said = await guest.ask("why_recommended", entity("ordinal", 9), text="why the ninth?")
    assert said.names == ["utter_nothing_listed"]
