"""What looks like a picture: sent, narrowed in words, replaced by a product of the list, and honest when it fails."""

from pathlib import Path

import pytest

from actions.tool_answers import AlikeProduct
from actions.tools import ToolAnswerInvalid, ToolUnavailable
from actions.visual_search import why
from common.errors import BadRequest, NotEnoughData, NotFound
from store.session import Database
from tests.actions_kit import Shop, entity
from tests.fake_tools import proposals_json

SNEAKERS = {
    "kind": {"name": "sports shoes", "confidence": 0.97, "sure": True},
    "colour": {"name": "navy blue", "confidence": 0.62, "sure": False},
}


@pytest.fixture(scope="module")
def filled() -> dict[str, str]:
    """Ids by name of the products below, put into the module's database by the first test that asks."""
    return {}


@pytest.fixture
async def shop(database: Database, tmp_path: Path, filled: dict[str, str]) -> Shop:
    shop = Shop(database, tmp_path / "keys")
    if not filled:
        for name, price in (("Runner", "40.00"), ("Trainer", "60.00"), ("Boot", "120.00")):
            filled[name] = await shop.product(name, price, category="shoes")
        filled["Bag"] = await shop.product("Bag", "35.00", category="bags")
    shop.tools.alike = [filled[name] for name in ("Runner", "Trainer", "Boot")]
    shop.tools.seen = SNEAKERS
    return shop


def names(said) -> list[str]:
    return [card["name"] for card in said.cards]


async def test_a_picture_is_answered_by_what_it_shows_and_cards_that_say_why(shop: Shop) -> None:
    guest = shop.guest()
    said = await guest.ask("send_image", image="u_1")
    assert "navy blue sports shoes" in said.text
    assert names(said) == ["Runner", "Trainer", "Boot"]
    assert [card["why"] for card in said.cards] == [
        "same kind and colour, 90 % alike", "same colour, 80 % alike", "same colour, 70 % alike",
    ]  # fmt: skip
    assert shop.tools.looked[0]["source"] == {"upload_id": "u_1", "subject": guest.subject}


@pytest.mark.parametrize(
    ("likeness", "kind", "told"), [(1.0, True, "same kind, 99 % alike"), (0.2, True, "same kind"), (0.2, False, None)]
)
def test_a_small_likeness_is_no_reason_to_tell(likeness: float, kind: bool, told: str | None) -> None:
    assert why(AlikeProduct(product_id="p_1", likeness=likeness, same_kind=kind, same_colour=False)) == told


async def test_words_beside_the_picture_narrow_the_search(shop: Shop) -> None:
    amount = entity("amount", {"min": None, "max": 50})
    said = await shop.guest().ask("find_similar", amount, text="like this under 50", image="u_1")
    assert shop.tools.looked[0]["narrowed_to"] == {"max_price": "50"}
    assert "up to $50.00" in said.text


async def test_the_same_in_blue_keeps_the_picture_and_lets_its_colour_go(shop: Shop) -> None:
    guest = shop.guest()
    await guest.ask("send_image", image="u_1")
    await guest.ask("refine_search", entity("colour", "Blue"), text="same but in blue")
    said = await guest.ask("refine_search", entity("amount", {"min": None, "max": 90}), text="under 90")
    assert shop.tools.looked[-1] == {
        "source": {"upload_id": "u_1", "subject": guest.subject},
        "narrowed_to": {"colour": "Blue", "max_price": "90"},
        "ignoring": ["colour"],
    }
    assert "utter_image_not_looked_at" not in said.names


async def test_cheaper_means_cheaper_than_all_that_was_shown(shop: Shop) -> None:
    guest = shop.guest()
    await guest.ask("send_image", image="u_1")
    await guest.ask("refine_search", text="anything cheaper?")
    assert shop.tools.looked[-1]["narrowed_to"] == {"max_price": "39.99"}


async def test_another_kind_goes_by_the_rest_of_the_picture(shop: Shop) -> None:
    guest = shop.guest()
    await guest.ask("send_image", image="u_1")
    shop.tools.nothing_close = True
    said = await guest.ask("refine_search", entity("category", "bags"), text="same colour but a bag")
    assert [asked["ignoring"] for asked in shop.tools.looked[-2:]] == [[], ["kind"]]
    assert "nothing close" not in said.text


async def test_more_like_the_second_one_goes_by_that_product(shop: Shop, filled: dict[str, str]) -> None:
    guest = shop.guest()
    await guest.ask("send_image", image="u_1")
    said = await guest.ask("find_similar", entity("ordinal", 2), text="more like the second one")
    assert shop.tools.looked[-1]["source"] == {"product_id": filled["Trainer"]}
    assert "Trainer" in said.text


async def test_the_page_that_is_open_is_what_this_means(shop: Shop, filled: dict[str, str]) -> None:
    await shop.guest().ask("find_similar", text="anything like this?", page=filled["Boot"])
    assert shop.tools.looked[-1]["source"] == {"product_id": filled["Boot"]}


async def test_the_same_in_red_about_the_product_at_hand_goes_by_its_picture(
    shop: Shop, filled: dict[str, str]
) -> None:
    guest = shop.guest()
    await guest.ask("ask_price", entity("product", filled["Runner"]))
    await guest.ask("refine_search", entity("colour", "Red"), text="the same in red")
    assert shop.tools.looked[-1]["source"] == {"product_id": filled["Runner"]}
    assert shop.tools.looked[-1]["narrowed_to"] == {"colour": "Red"}


async def test_a_search_in_words_leaves_the_picture_behind(shop: Shop) -> None:
    guest = shop.guest()
    await guest.ask("send_image", image="u_1")
    await guest.ask("search_products", entity("category", "bags"), text="bags")
    looked = len(shop.tools.looked)
    await guest.ask("refine_search", entity("amount", {"min": None, "max": 90}), text="under 90")
    assert len(shop.tools.looked) == looked


async def test_without_any_picture_it_asks_for_one(shop: Shop) -> None:
    said = await shop.guest().ask("find_similar", text="find me something like this")
    assert said.names == ["utter_send_picture"]
    assert shop.tools.looked == []


async def test_what_the_shop_does_not_sell_is_told_with_the_nearest(shop: Shop) -> None:
    shop.tools.nothing_close = True
    said = await shop.guest().ask("send_image", image="u_1")
    assert "nothing close" in said.text
    assert "sports shoes" in said.text
    assert names(said) == ["Runner", "Trainer", "Boot"]


async def test_with_nothing_left_by_the_filters_one_is_given_up(shop: Shop) -> None:
    shop.tools.fits = lambda asked: "colour" not in asked["narrowed_to"]
    guest = shop.guest()
    await guest.ask("send_image", image="u_1")
    said = await guest.ask("refine_search", entity("colour", "Beige"), entity("amount", {"max": 200}), text="in beige")
    assert "beige" in said.text
    assert names(said) == ["Runner", "Trainer", "Boot"]
    shop.tools.fits = lambda asked: False
    assert (await guest.ask("send_image", image="u_1")).names == ["utter_alike_none"]


async def test_what_looks_unsure_is_said_unsure(shop: Shop) -> None:
    shop.tools.seen = {"kind": {"name": "sandals", "confidence": 0.3, "sure": False}}
    assert "something like sandals" in (await shop.guest().ask("send_image", image="u_1")).text


@pytest.mark.parametrize(
    ("error", "name"),
    [(NotFound("gone"), "utter_picture_gone"), (BadRequest("no picture"), "utter_picture_unreadable")],
)
async def test_a_picture_that_is_gone_or_broken_is_asked_for_again(shop: Shop, error: Exception, name: str) -> None:
    shop.tools.error = error
    guest = shop.guest()
    assert (await guest.ask("send_image", image="u_1")).names == [name]
    shop.tools.error = None
    assert (await guest.ask("find_similar", text="like this")).names == ["utter_send_picture"]


async def test_a_product_that_was_not_looked_at_yet_is_told(shop: Shop, filled: dict[str, str]) -> None:
    shop.tools.error = NotEnoughData("no picture")
    said = await shop.guest().ask("find_similar", entity("product", filled["Bag"]))
    assert said.names == ["utter_product_not_seen_yet"]
    assert "Bag" in said.text


@pytest.mark.parametrize("error", [ToolUnavailable("down"), ToolAnswerInvalid("odd")])
async def test_a_dead_tool_is_answered_in_words_with_an_id_and_the_next_best(shop: Shop, error: Exception) -> None:
    customer = await shop.customer()
    await shop.order(customer, shop.tools.alike[1], at=shop.now.replace(hour=0))
    shop.tools.error = error
    said = await shop.guest().ask("send_image", image="u_1")
    assert "r_test_request" in said.text
    assert said.names == ["utter_visual_search_unavailable"]


async def test_marketers_hear_what_was_tagged_and_what_waits(shop: Shop) -> None:
    said = await shop.marketer().ask("tag_products")
    assert "3 products" in said.text
    assert said.rows == [["Kind", "2", "1"], ["Colour", "1", "2"]]
    shop.tools.proposals = proposals_json(remaining=True)
    assert "utter_tags_more" in (await shop.marketer().ask("tag_products")).names


async def test_with_nothing_new_to_tag_it_says_what_still_waits(shop: Shop) -> None:
    shop.tools.proposals = proposals_json(0)
    said = await shop.marketer().ask("tag_products")
    assert said.names == ["utter_tags_none_new"]
    shop.tools.error = ToolUnavailable("down")
    assert "r_test_request" in (await shop.marketer().ask("tag_products")).text


async def test_shoppers_may_not_tag(shop: Shop) -> None:
    assert (await shop.shopper().ask("tag_products")).names == ["utter_for_marketers"]
