"""An order is placed whole or not at all, once per key, at the prices that hold today."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from common.errors import BadRequest, Conflict, NotFound
from store.checkout import OutOfStock, Wanted, place_order
from store.offers import shop_day
from store.orders import order_items
from store.tables import Order
from tests.shop_kit import SmallShop, Sold


async def buy(shop: SmallShop, customer: int, *wanted: Wanted, key: str) -> Order:
    async with shop.database.begin() as session:
        return await place_order(session, customer, wanted, client_key=key, address={"city": "Town"})


def pieces(sold: Sold, units: int) -> Wanted:
    return Wanted(sold.variant_id, units)


async def test_an_order_takes_stock_and_writes_lines_total_and_purchases(shop: SmallShop) -> None:
    lamp, vase = await shop.product(price="19.90", stock=5), await shop.product(price="5.05", stock=5)
    customer = await shop.customer()
    order = await buy(shop, customer, pieces(lamp, 2), pieces(vase, 1), key="whole")
    assert (order.total, order.currency, order.status) == (Decimal("44.85"), "USD", "placed")
    assert order.address == {"city": "Town"}
    assert {(line.variant_id, line.units) for line in order.lines} == {(lamp.variant_id, 2), (vase.variant_id, 1)}
    assert (await shop.stock(lamp), await shop.stock(vase)) == (3, 4)
    assert await shop.purchases_of(lamp) == 1


async def test_when_one_item_is_short_nothing_is_ordered(shop: SmallShop) -> None:
    lamp, rare = await shop.product(stock=5), await shop.product(stock=1, name="Rare vase")
    customer = await shop.customer()
    with pytest.raises(OutOfStock, match="Only 1 of Rare vase") as short:
        await buy(shop, customer, pieces(lamp, 2), pieces(rare, 2), key="short")
    assert (short.value.variant_id, short.value.left) == (rare.variant_id, 1)
    assert (await shop.stock(lamp), await shop.orders_with(lamp)) == (5, 0)


async def test_nothing_is_left_behind_when_the_caller_goes_on_after_the_error(shop: SmallShop) -> None:
    """The checkout page shows the error in the same transaction: it must not commit half an order."""
    lamp, rare = await shop.product(stock=5), await shop.product(stock=0)
    customer = await shop.customer()
    async with shop.database.begin() as session:
        with pytest.raises(OutOfStock):
            await place_order(session, customer, [pieces(lamp, 1), pieces(rare, 1)], client_key="on", address={})
    assert (await shop.stock(lamp), await shop.orders_with(lamp)) == (5, 0)


async def test_the_same_key_is_the_same_order_also_when_sent_at_once(shop: SmallShop) -> None:
    lamp, customer = await shop.product(stock=10), await shop.customer()
    twins = await asyncio.gather(*(buy(shop, customer, pieces(lamp, 1), key="once") for _ in range(5)))
    assert len({order.number for order in twins}) == 1
    assert (await shop.stock(lamp), await shop.orders_with(lamp)) == (9, 1)


async def test_a_key_serves_one_order_of_one_customer(shop: SmallShop) -> None:
    lamp, customer, other = await shop.product(), await shop.customer(), await shop.customer()
    await buy(shop, customer, pieces(lamp, 1), key="mine")
    with pytest.raises(Conflict):
        await buy(shop, customer, pieces(lamp, 2), key="mine")
    with pytest.raises(Conflict):
        await buy(shop, other, pieces(lamp, 1), key="mine")
    assert await shop.orders_with(lamp) == 1


@pytest.mark.parametrize("covers", ["product_id", "category_id", "whole shop"])
async def test_a_running_promotion_takes_its_percentage_off(shop: SmallShop, covers: str) -> None:
    lamp, customer, today = await shop.product(price="9.99"), await shop.customer(), shop_day()
    on = {} if covers == "whole shop" else {covers: getattr(lamp, covers)}
    await shop.promotion(15, today, today, **on)
    await shop.promotion(90, today + timedelta(1), today + timedelta(9), **on)
    await shop.promotion(80, today - timedelta(9), today - timedelta(1), **on)
    order = await buy(shop, customer, pieces(lamp, 1), key=f"offer {covers}")
    assert order.total == Decimal("8.49")
    assert order.lines[0].promotion_id is not None


@pytest.mark.parametrize("units", [0, -1, 100])
async def test_impossible_amounts_are_refused(shop: SmallShop, units: int) -> None:
    lamp, customer = await shop.product(stock=500), await shop.customer()
    with pytest.raises(BadRequest):
        await buy(shop, customer, pieces(lamp, units), key=f"amount {units}")


async def test_an_empty_cart_and_what_is_not_sold_any_more_are_refused(shop: SmallShop) -> None:
    gone, customer = await shop.product(active=False), await shop.customer()
    with pytest.raises(BadRequest):
        await buy(shop, customer, key="empty")
    with pytest.raises(NotFound):
        await buy(shop, customer, pieces(gone, 1), key="gone")
    with pytest.raises(NotFound):
        await buy(shop, customer, Wanted(2**40, 1), key="never")


async def test_items_in_two_currencies_do_not_share_an_order(shop: SmallShop) -> None:
    dollars, euros, customer = await shop.product(), await shop.product(currency="EUR"), await shop.customer()
    with pytest.raises(BadRequest):
        await buy(shop, customer, pieces(dollars, 1), pieces(euros, 1), key="mixed")
    assert await shop.stock(dollars) == 5


async def test_the_items_of_an_order_are_shown_to_its_owner_only(shop: SmallShop) -> None:
    lamp, customer, other = await shop.product(name="Reading lamp"), await shop.customer(), await shop.customer()
    order = await buy(shop, customer, pieces(lamp, 2), key="items")
    async with shop.database.begin() as session:
        (item,) = await order_items(session, customer, order.number)
        assert (item.name, item.units, item.product_id) == ("Reading lamp", 2, lamp.public_id)
        assert await order_items(session, other, order.number) == []
