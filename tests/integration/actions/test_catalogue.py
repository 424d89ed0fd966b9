"""What is said of a product is what the store holds."""

from tests.actions_kit import Shop, entity

PHONE = [
    ("Black", "128GB", None, "799.00", 4),
    ("Black", "256GB", None, "899.00", 20),
    ("Red", "128GB", None, "799.00", 0),
]
SHIRT = [("White", None, "M", "29.90", 3), ("White", None, "S", "29.90", 12), ("White", None, "XL", "29.90", 0)]


async def test_a_price_range_names_both_ends_and_every_option(shop: Shop) -> None:
    phone = await shop.product("Nova 5", "799.00", variants=PHONE)
    said = await shop.guest().ask("ask_price", entity("product", phone))
    assert "$799.00 to $899.00" in said.text
    assert ["Black, 256GB", "$899.00"] in said.rows


async def test_a_price_for_one_storage_is_that_variants(shop: Shop) -> None:
    phone = await shop.product("Nova 5", "799.00", variants=PHONE)
    said = await shop.guest().ask("ask_price", entity("product", phone), entity("storage", "256GB"))
    assert "$899.00" in said.text
    assert "$799.00" not in said.text


async def test_a_running_promotion_gives_todays_price_and_says_since_when(shop: Shop) -> None:
    lamp = await shop.product("Moon lamp", "50.00")
    await shop.promotion("Lamp week", "20", product=lamp)
    said = await shop.guest().ask("ask_price", entity("product", lamp))
    assert "$40.00" in said.text
    assert "$50.00" in said.text
    assert "Lamp week" in said.text


async def test_several_pieces_are_added_up(shop: Shop) -> None:
    cup = await shop.product("Cup", "7.50")
    said = await shop.guest().ask("ask_price", entity("product", cup), entity("quantity", 4))
    assert "$30.00" in said.text


async def test_a_variant_that_does_not_exist_is_said_so_with_what_there_is(shop: Shop) -> None:
    phone = await shop.product("Nova 5", "799.00", variants=PHONE)
    said = await shop.guest().ask("ask_stock", entity("product", phone), entity("colour", "Green"))
    assert "Green" in said.text
    assert "Black and Red" in said.text


async def test_stock_is_told_by_variant_and_little_of_it_is_called_little(shop: Shop) -> None:
    shirt = await shop.product("Oxford shirt", "29.90", variants=SHIRT)
    said = await shop.guest().ask("ask_stock", entity("product", shirt))
    assert "15" in said.text
    assert ["White, M", "only 3 left"] in said.rows
    assert ["White, XL", "sold out"] in said.rows
    in_m = await shop.guest().ask("ask_stock", entity("product", shirt), entity("size", "M"))
    assert "only 3 left" in in_m.text


async def test_letters_of_a_name_are_not_taken_for_its_size_or_colour(shop: Shop) -> None:
    variants = [("Red", None, "M", "29.90", 3), ("Navy", None, "M", "29.90", 40), ("Navy", None, "S", "29.90", 50)]
    dress = await shop.product("Embroidered summer dress", "29.90", variants=variants)
    in_m = await shop.guest().ask("ask_stock", entity("product", dress), entity("size", "M"))
    assert "43" in in_m.text
    in_red = await shop.guest().ask("ask_stock", entity("product", dress), entity("colour", "Red"))
    assert "only 3 left" in in_red.text
    no_l = await shop.guest().ask("ask_size", entity("product", dress), entity("size", "L"))
    assert no_l.names == ["utter_no_such_variant"]


async def test_a_storage_that_belongs_to_the_name_narrows_nothing(shop: Shop) -> None:
    phone = await shop.product("Nova Note 256 GB Mystic Bronze", "899.00")
    named = entity("product", phone), entity("storage", "256GB"), entity("colour", "Bronze")
    assert (await shop.guest().ask("ask_price", *named)).text == "Nova Note 256 GB Mystic Bronze costs $899.00."


async def test_a_sold_out_variant_names_those_in_stock(shop: Shop) -> None:
    shirt = await shop.product("Oxford shirt", "29.90", variants=SHIRT)
    said = await shop.guest().ask("ask_stock", entity("product", shirt), entity("size", "XL"))
    assert "sold out" in said.text
    assert "White, M" in said.text


async def test_more_pieces_than_there_are_is_a_no_with_the_number(shop: Shop) -> None:
    cup = await shop.product("Cup", "7.50", stock=4)
    said = await shop.guest().ask("ask_stock", entity("product", cup), entity("quantity", 6))
    assert said.names == ["utter_stock_too_few"]
    assert "only 4" in said.text


async def test_sizes_come_in_their_order_and_name_the_sold_out_one(shop: Shop) -> None:
    shirt = await shop.product("Oxford shirt", "29.90", variants=SHIRT)
    said = await shop.guest().ask("ask_size", entity("product", shirt))
    assert "S, M and XL" in said.text
    assert "Sold out at the moment are XL" in said.text


async def test_a_phone_has_measures_instead_of_sizes(shop: Shop) -> None:
    phone = await shop.product("Nova 5", attributes={"dimensions": "161 x 75 x 8 mm", "display_inches": 6.7})
    said = await shop.guest().ask("ask_size", entity("product", phone))
    assert "161 x 75 x 8 mm" in said.text
    assert "6.7-inch" in said.text


async def test_one_attribute_is_answered_with_its_unit(shop: Shop) -> None:
    phone = await shop.product("Nova 5", attributes={"weight_g": 208, "battery_mah": 4300, "ram_gb": 8})
    for asked, answer in (("weight", "208 g"), ("weight_g", "208 g"), ("battery", "4,300 mAh"), ("ram", "RAM: 8 GB")):
        said = await shop.guest().ask("ask_specification", entity("product", phone), entity("attribute", asked))
        assert answer in said.text


async def test_an_attribute_that_is_not_known_is_said_to_be_unknown(shop: Shop) -> None:
    phone = await shop.product("Nova 5", attributes={"weight_g": 208})
    said = await shop.guest().ask("ask_specification", entity("product", phone), entity("attribute", "battery_mah"))
    assert said.names == ["utter_specification_unknown"]
    assert "battery" in said.text


async def test_the_whole_specification_is_a_table_without_selling_points(shop: Shop) -> None:
    phone = await shop.product("Nova 5", attributes={"weight_g": 208, "os": "Android 13", "advantages": ["Bright"]})
    said = await shop.guest().ask("ask_specification", entity("product", phone))
    assert said.rows == [["Operating system", "Android 13"], ["Weight", "208 g"]]


async def test_advantages_are_the_stores_and_todays_saving(shop: Shop) -> None:
    lamp = await shop.product("Moon lamp", "50.00", attributes={"advantages": ["Dimmable", "Made to last"]})
    await shop.promotion("Lamp week", "10", product=lamp)
    said = await shop.guest().ask("ask_advantages", entity("product", lamp))
    assert "Dimmable" in said.text
    assert "$5.00 off" in said.text


async def test_a_comparison_puts_what_differs_first(shop: Shop) -> None:
    one = await shop.product("Nova 5", "799.00", attributes={"os": "Android 13", "weight_g": 208})
    two = await shop.product("Nova 6", "899.00", attributes={"os": "Android 13", "weight_g": 190})
    said = await shop.guest().ask("compare_products", entity("product", one), entity("product", two))
    assert said.parts("table")[0]["columns"] == ["", "Nova 5", "Nova 6"]
    assert [row[0] for row in said.rows] == ["Price", "In stock", "Weight", "Operating system"]
    assert "Nova 5 is the cheapest, by $100.00" in said.text


async def test_a_comparison_with_one_name_takes_the_product_talked_about(shop: Shop) -> None:
    one, two = await shop.product("Nova 5"), await shop.product("Nova 6")
    guest = shop.guest()
    await guest.ask("ask_price", entity("product", one))
    said = await guest.ask("compare_products", entity("product", two))
    assert said.parts("table")[0]["columns"] == ["", "Nova 6", "Nova 5"]


async def test_a_comparison_of_one_asks_with_what(shop: Shop) -> None:
    one, two = await shop.product("Nova 5"), await shop.product("Nova 6")
    guest = shop.guest()
    said = await guest.ask("compare_products", entity("product", one))
    assert said.names == ["utter_compare_with_what"]
    assert (await guest.ask("follow_up_product", entity("product", two))).parts("table")
