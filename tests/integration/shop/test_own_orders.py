"""Cancelling and returning: only one's own orders, only while they may be, and never twice."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from common.errors import Conflict, NotFound
from store.checkout import Wanted, place_order
from store.orders import cancel_order, count_orders, find_order, list_orders, request_return
from tests.shop_kit import SmallShop, Sold

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


async def placed(shop: SmallShop, sold: Sold, customer: int, *, units: int = 2) -> str:
    async with shop.database.begin() as session:
        key = f"{customer}-{sold.variant_id}"
        wanted = [Wanted(sold.variant_id, units)]
        return (await place_order(session, customer, wanted, client_key=key, address={})).number


async def test_a_cancelled_order_gives_its_units_back_once(shop: SmallShop) -> None:
    lamp, customer = await shop.product(stock=5), await shop.customer()
    number = await placed(shop, lamp, customer)

    async def cancel() -> str:
        try:
            async with shop.database.begin() as session:
                return (await cancel_order(session, customer, number)).status
        except Conflict:
            return "refused"

    outcomes = await asyncio.gather(*(cancel() for _ in range(4)))
    assert sorted(outcomes) == ["cancelled", "refused", "refused", "refused"]
    assert await shop.stock(lamp) == 5


async def test_what_was_delivered_is_not_cancelled(shop: SmallShop) -> None:
    lamp, customer = await shop.product(), await shop.customer()
    number = await placed(shop, lamp, customer)
    await shop.deliver(number, delivered_at=NOW)
    async with shop.database.begin() as session:
        with pytest.raises(Conflict, match="delivered"):
            await cancel_order(session, customer, number)


async def test_anothers_order_is_as_if_it_did_not_exist(shop: SmallShop) -> None:
    lamp, customer, other = await shop.product(), await shop.customer(), await shop.customer()
    number = await placed(shop, lamp, customer)
    async with shop.database.begin() as session:
        for ask in (find_order, cancel_order, request_return):
            with pytest.raises(NotFound) as theirs:
                await ask(session, other, number)
            with pytest.raises(NotFound) as nobodys:
                await ask(session, other, "S-222222")
            assert theirs.value.message == nobodys.value.message
        assert (await list_orders(session, other), await count_orders(session, other)) == ([], 0)


@pytest.mark.parametrize(("days", "may"), [(0, True), (30, True), (31, False)])
async def test_a_return_is_asked_for_within_thirty_days_of_delivery(shop: SmallShop, days: int, may: bool) -> None:
    lamp, customer = await shop.product(), await shop.customer()
    number = await placed(shop, lamp, customer)
    await shop.deliver(number, delivered_at=NOW - timedelta(days=days))
    async with shop.database.begin() as session:
        if may:
            assert (await request_return(session, customer, number, now=NOW)).status == "return_requested"
        else:
            with pytest.raises(Conflict, match="more than 30 days"):
                await request_return(session, customer, number, now=NOW)


async def test_what_has_not_arrived_is_not_returned(shop: SmallShop) -> None:
    lamp, customer = await shop.product(), await shop.customer()
    number = await placed(shop, lamp, customer)
    async with shop.database.begin() as session:
        with pytest.raises(Conflict, match="not been delivered"):
            await request_return(session, customer, number)


async def test_numbers_are_found_as_people_type_them(shop: SmallShop) -> None:
    lamp, customer = await shop.product(), await shop.customer()
    number = await placed(shop, lamp, customer)
    async with shop.database.begin() as session:
        assert (await find_order(session, customer, f" {number.lower()} ")).number == number
