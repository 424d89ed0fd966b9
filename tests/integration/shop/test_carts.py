"""A cart belongs to one session, adds up, stays within bounds and comes along when its guest signs in."""

from decimal import Decimal

import pytest

from common.errors import BadRequest, NotFound
from store.carts import add_to_cart, cart_items, count_units, empty_cart, move_cart, set_units
from store.checkout import MAX_LINES
from store.offers import shop_day
from tests.shop_kit import SmallShop


async def test_the_same_item_adds_up_to_at_most_99(shop: SmallShop) -> None:
    lamp = await shop.product()
    async with shop.database.begin() as session:
        for units in (1, 2, 98):
            await add_to_cart(session, "g_adds", lamp.variant_id, units)
        assert await count_units(session, "g_adds") == 99


async def test_a_full_cart_takes_more_of_what_lies_in_it_and_nothing_else(shop: SmallShop) -> None:
    kinds = [(await shop.product()).variant_id for _ in range(MAX_LINES + 1)]
    async with shop.database.begin() as session:
        for variant_id in kinds[:MAX_LINES]:
            await add_to_cart(session, "g_full", variant_id, 1)
        await add_to_cart(session, "g_full", kinds[0], 1)
        assert await count_units(session, "g_full") == MAX_LINES + 1
        with pytest.raises(BadRequest, match="50 different"):
            await add_to_cart(session, "g_full", kinds[-1], 1)


async def test_a_cart_shows_todays_price_and_what_is_left(shop: SmallShop) -> None:
    lamp = await shop.product(price="20.00", stock=3)
    await shop.promotion(25, shop_day(), shop_day(), product_id=lamp.product_id)
    async with shop.database.begin() as session:
        await add_to_cart(session, "g_price", lamp.variant_id, 2)
        (item,) = await cart_items(session, "g_price")
    assert (item.list_price, item.price, item.total, item.stock) == (Decimal(20), Decimal(15), Decimal(30), 3)


async def test_units_change_and_zero_takes_the_item_out(shop: SmallShop) -> None:
    lamp = await shop.product()
    async with shop.database.begin() as session:
        await add_to_cart(session, "g_units", lamp.variant_id, 1)
        await set_units(session, "g_units", lamp.variant_id, 7)
        assert await count_units(session, "g_units") == 7
        await set_units(session, "g_units", lamp.variant_id, 0)
        assert await cart_items(session, "g_units") == []


async def test_carts_do_not_see_each_other(shop: SmallShop) -> None:
    lamp = await shop.product()
    async with shop.database.begin() as session:
        await add_to_cart(session, "g_one", lamp.variant_id, 1)
        await set_units(session, "g_two", lamp.variant_id, 5)
        await empty_cart(session, "g_two")
        assert await count_units(session, "g_one") == 1
        assert await count_units(session, "g_two") == 0


async def test_a_guests_cart_moves_to_the_account(shop: SmallShop) -> None:
    lamp, vase = await shop.product(), await shop.product()
    async with shop.database.begin() as session:
        await add_to_cart(session, "a_moves", lamp.variant_id, 1)
        await add_to_cart(session, "g_moves", lamp.variant_id, 2)
        await add_to_cart(session, "g_moves", vase.variant_id, 1)
        await move_cart(session, "g_moves", "a_moves")
        assert {i.variant_id: i.units for i in await cart_items(session, "a_moves")} == {
            lamp.variant_id: 3,
            vase.variant_id: 1,
        }
        assert await count_units(session, "g_moves") == 0


async def test_what_is_not_sold_is_not_taken(shop: SmallShop) -> None:
    gone, lamp = await shop.product(active=False), await shop.product()
    async with shop.database.begin() as session:
        with pytest.raises(NotFound):
            await add_to_cart(session, "g_gone", gone.variant_id, 1)
        with pytest.raises(BadRequest):
            await add_to_cart(session, "g_gone", lamp.variant_id, 100)
