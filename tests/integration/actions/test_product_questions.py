"""Questions on a product that its specification has no row for."""

import pytest

from actions.tools import ToolUnavailable
from tests.actions_kit import Shop, entity
from tests.fake_reviews import answers_json, opinions_json


async def asked(shop: Shop, text: str, *attributes: str, **product):
    bag = await shop.product("Canvas bag", **product)
    found = [entity("attribute", attribute) for attribute in attributes]
    return bag, await shop.guest().ask("ask_specification", entity("product", bag), *found, text=text)


async def test_a_row_of_the_specification_answers_first(shop: Shop) -> None:
    shop.tools.answers_json = answers_json("Hand wash only.")
    _, said = await asked(shop, "can I wash it?", "care", attributes={"care": "Machine wash at 30"})
    assert "Care: Machine wash at 30" in said.text
    assert shop.tools.read == []


async def test_what_is_in_the_box_is_not_answered_by_a_row(shop: Shop) -> None:
    shop.tools.answers_json = answers_json()
    text = "does it come with a charger?"
    _, said = await asked(shop, text, "charging", attributes={"charging": "18 W"})
    assert said.names == ["utter_answer_unknown"]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("description", "According to the description of Canvas bag: “Fits a laptop of 15 inches.”"),
        ("specification", "According to the specification of Canvas bag: Fits a laptop of 15 inches."),
        ("policy", "According to our terms (Policy): Fits a laptop of 15 inches."),
        ("review", "According to the reviews of Canvas bag: Fits a laptop of 15 inches."),
    ],
)
async def test_what_was_read_is_said_with_its_source(shop: Shop, kind: str, words: str) -> None:
    shop.tools.answers_json = answers_json("Fits a laptop of 15 inches.", kind)
    bag, said = await asked(shop, "does my laptop fit in it?")
    assert shop.tools.read == [("answers", {"product_id": bag, "question": "does my laptop fit in it?"})]
    assert said.text == words


async def test_where_it_stands_is_linked(shop: Shop) -> None:
    bag = await shop.product("Canvas bag")
    shop.tools.answers_json = answers_json("Fits.", url=f"/p/{bag}#specs")
    said = await shop.guest().ask("ask_specification", entity("product", bag), text="does my laptop fit?")
    assert [card["url"] for card in said.cards] == [f"/p/{bag}#specs"]


async def test_what_reviews_say_is_quoted_and_can_be_gone_on_about(shop: Shop) -> None:
    bag = await shop.product("Canvas bag")
    talk = shop.guest()
    shop.tools.answers_json = answers_json("2 of 3 say so.", "review", "My laptop fits well.")
    said = await talk.ask("ask_specification", entity("product", bag), text="does my laptop fit in it?")
    assert "“My laptop fits well.”" in said.text
    shop.tools.opinions_json = opinions_json()
    await talk.ask("ask_specification", text="and the zip?")
    assert shop.tools.read[-1] == ("opinions", {"product_id": bag, "aspect": "zip", "quotes": 3})


@pytest.mark.parametrize("attributes", [(), ("water_resistance",)])
async def test_what_nobody_wrote_is_not_known_and_others_are_offered(shop: Shop, attributes: tuple[str, ...]) -> None:
    shop.tools.answers_json = answers_json()
    bag, said = await asked(shop, "does it float?", *attributes)
    assert said.names == ["utter_answer_unknown"]
    assert "I don't know" in said.text
    assert [choice["title"] for choice in said.choices] == ["What customers say", "Ask a human"]
    assert bag in said.choices[0]["payload"]


async def test_while_the_tool_is_away_the_sheet_is_shown_or_the_row_is_said_to_miss(shop: Shop) -> None:
    shop.tools.error = ToolUnavailable("away")
    _, said = await asked(shop, "does it float?", attributes={"material": "canvas"})
    assert said.rows == [["Material", "canvas"]]
    _, said = await asked(shop, "is it waterproof?", "water_resistance")
    assert said.names == ["utter_specification_unknown"]


@pytest.mark.parametrize(
    "text", ["specs of the bag", "tell me more about it", "details please", "what are the features", "what is it"]
)
async def test_who_wants_all_gets_the_sheet(shop: Shop, text: str) -> None:
    shop.tools.answers_json = answers_json("Something.")
    _, said = await asked(shop, text, attributes={"material": "canvas"})
    assert said.rows == [["Material", "canvas"]]
    assert shop.tools.read == []
