"""Turns that lean on earlier ones: which product is meant, the same question again, picking from a list."""

from tests.actions_kit import Shop, entity


async def test_without_a_product_the_question_comes_back(shop: Shop) -> None:
    said = await shop.guest().ask("ask_price")
    assert said.names == ["utter_which_product"]


async def test_it_is_the_product_that_was_talked_about(shop: Shop) -> None:
    cup = await shop.product("Cup", "7.50", attributes={"weight_g": 300})
    guest = shop.guest()
    await guest.ask("ask_price", entity("product", cup))
    assert "300 g" in (await guest.ask("ask_specification", entity("attribute", "weight"))).text


async def test_a_newly_opened_product_page_is_what_it_means(shop: Shop) -> None:
    cup, lamp = await shop.product("Cup", "7.50"), await shop.product("Lamp", "50.00")
    guest = shop.guest()
    await guest.ask("ask_price", entity("product", cup))
    assert "$50.00" in (await guest.ask("ask_price", page=lamp)).text
    await guest.ask("ask_price", entity("product", cup), page=lamp)
    assert "$7.50" in (await guest.ask("ask_price", page=lamp)).text


async def test_an_unknown_product_gets_the_nearest_names_and_picking_one_answers(shop: Shop) -> None:
    note = await shop.product("Galaxy Note20", "999.00")
    guest = shop.guest()
    near = entity("product_unknown", "galaxy note 99", candidates=[{"id": note, "name": "Galaxy Note20", "score": 0.7}])
    said = await guest.ask("ask_price", near)
    assert said.names == ["utter_did_you_mean"]
    assert [choice["title"] for choice in said.choices] == ["Galaxy Note20"]
    assert "$999.00" in (await guest.pick(said.choices[0])).text


async def test_an_unknown_product_is_never_answered_with_the_one_in_focus(shop: Shop) -> None:
    cup = await shop.product("Cup", "7.50")
    guest = shop.guest()
    await guest.ask("ask_price", entity("product", cup))
    said = await guest.ask("ask_price", entity("product_unknown", "unobtainium"))
    assert said.names == ["utter_unknown_product"]
    assert "7.50" not in said.everything


async def test_the_first_one_typed_answers_the_open_question(shop: Shop) -> None:
    note = await shop.product("Galaxy Note20", "999.00")
    guest = shop.guest()
    near = entity("product_unknown", "note 99", candidates=[{"id": note, "name": "Galaxy Note20", "score": 0.7}])
    await guest.ask("ask_price", near)
    assert "$999.00" in (await guest.ask("choose_listed", entity("ordinal", 1))).text


async def test_names_that_fit_several_products_mention_the_others(shop: Shop) -> None:
    black, blue = await shop.product("Nova Black", "10.00"), await shop.product("Nova Blue", "12.00")
    others = [{"id": black, "name": "Nova Black"}, {"id": blue, "name": "Nova Blue"}]
    guest = shop.guest()
    said = await guest.ask("ask_price", entity("product", black, candidates=others))
    assert "$10.00" in said.text
    assert [choice["title"] for choice in said.choices] == ["Nova Blue"]
    assert "$12.00" in (await guest.pick(said.choices[0])).text


async def test_and_the_other_one_repeats_the_question(shop: Shop) -> None:
    cup = await shop.product("Cup", "7.50", attributes={"weight_g": 300})
    jug = await shop.product("Jug", "20.00", attributes={"weight_g": 900})
    guest = shop.guest()
    await guest.ask("ask_specification", entity("product", cup), entity("attribute", "weight"))
    said = await guest.ask("follow_up_product", entity("product", jug))
    assert "900 g" in said.text
    await guest.ask("ask_price", entity("product", cup))
    assert "$20.00" in (await guest.ask("follow_up_product", entity("product", jug))).text


async def test_one_question_about_two_products_is_answered_for_both(shop: Shop) -> None:
    cup, jug = await shop.product("Cup", "7.50"), await shop.product("Jug", "20.00")
    guest = shop.guest()
    said = await guest.ask("ask_price", entity("product", cup), entity("product", jug))
    assert "Cup costs $7.50." in said.text
    assert "Jug costs $20.00." in said.text
    assert guest.slot["focus"] == [cup, jug]
    assert "Cup" in (await guest.ask("ask_stock")).text


async def test_a_verb_like_a_place_adds_no_product_to_the_one_that_is_named(shop: Shop) -> None:
    """ "How long does the Cup's battery last?" after a list is about the cup alone."""
    cup, jug = await shop.product("Cup", attributes={"battery_mah": 4300}), await shop.product("Jug")
    guest = shop.guest()
    await guest.ask("compare_products", entity("product", cup), entity("product", jug))
    last = entity("ordinal", -1)
    said = await guest.ask("ask_specification", entity("product", cup), entity("attribute", "battery"), last)
    assert "4,300 mAh" in said.text
    assert "Jug" not in said.text


async def test_a_follow_up_without_a_question_shows_the_product(shop: Shop) -> None:
    jug = await shop.product("Jug", "20.00")
    said = await shop.guest().ask("follow_up_product", entity("product", jug))
    assert [card["id"] for card in said.cards] == [jug]
    assert "Jug is $20.00." in said.text


async def test_a_shown_product_with_dearer_variants_is_told_from_its_lowest_price(shop: Shop) -> None:
    variants = [(None, "128GB", None, "799.00", 4), (None, "256GB", None, "899.00", 4)]
    phone = await shop.product("Nova 5", "799.00", variants=variants)
    said = await shop.guest().ask("follow_up_product", entity("product", phone))
    assert "Nova 5 starts at $799.00" in said.text


async def test_a_product_that_is_gone_is_said_to_be_gone(shop: Shop) -> None:
    said = await shop.guest().ask("ask_price", entity("product", "p_notthere"))
    assert said.names == ["utter_product_gone"]


async def test_a_place_past_the_list_is_asked_back(shop: Shop) -> None:
    cup, jug, bowl = [await shop.product(name) for name in ("Cup", "Jug", "Bowl")]
    guest = shop.guest()
    assert (await guest.ask("ask_price", entity("ordinal", 7))).names == ["utter_which_product"]
    await guest.ask("compare_products", entity("product", cup), entity("product", jug))
    await guest.ask("ask_price", entity("product", bowl))
    said = await guest.ask("ask_price", entity("ordinal", 7))
    assert said.names == ["utter_nothing_listed"]
    assert "2 entries" in said.text


async def test_the_second_one_of_a_comparison_is_its_second_product(shop: Shop) -> None:
    cup, jug = await shop.product("Cup", "7.50"), await shop.product("Jug", "20.00")
    guest = shop.guest()
    await guest.ask("compare_products", entity("product", cup), entity("product", jug))
    assert "$20.00" in (await guest.ask("ask_price", entity("ordinal", 2))).text


async def test_how_long_it_lasts_is_about_the_product_talked_about(shop: Shop) -> None:
    """With nothing listed, "last" is no place in a list."""
    cup = await shop.product("Cup", attributes={"battery_mah": 4300})
    guest = shop.guest()
    await guest.ask("ask_price", entity("product", cup))
    said = await guest.ask("ask_specification", entity("attribute", "battery"), entity("ordinal", -1))
    assert "4,300 mAh" in said.text


async def test_a_broken_context_slot_is_an_empty_context(shop: Shop) -> None:
    guest = shop.guest()
    guest.slot = {"focus": ["'; DROP TABLE products"], "role": "marketer"}
    assert (await guest.ask("ask_price")).names == ["utter_which_product"]


async def test_two_likely_meanings_are_offered_with_what_was_named(shop: Shop) -> None:
    cup = await shop.product("Cup", "7.50")
    ranking = [{"name": name} for name in ("unsure", "forecast_sales", "ask_price", "ask_stock", "greet")]
    guest = shop.guest()
    said = await guest.ask("unsure", entity("product", cup), ranking=ranking)
    assert [choice["title"] for choice in said.choices] == ["Its price", "Whether it is in stock"]
    assert "$7.50" in (await guest.pick(said.choices[0])).text
