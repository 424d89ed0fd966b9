"""Many shoppers want the last piece: one gets it, the others are told, and the stock never goes below zero."""

import asyncio

from store.checkout import OutOfStock, Wanted, place_order
from store.session import Database
from store.tables import Order
from tests.shop_kit import SmallShop

BUYERS = 100


async def test_of_a_hundred_buyers_of_the_last_piece_exactly_one_gets_it(empty_database_url: str) -> None:
    database = Database(empty_database_url, pool_size=20)
    shop = SmallShop(database)
    lamp = await shop.product(stock=1)
    customers = [await shop.customer() for _ in range(BUYERS)]

    async def buy(customer: int) -> Order | OutOfStock:
        try:
            async with database.begin() as session:
                wanted = [Wanted(lamp.variant_id, 1)]
                return await place_order(session, customer, wanted, client_key=f"key-{customer}", address={})
        except OutOfStock as error:
            return error

    outcomes = await asyncio.gather(*(buy(customer) for customer in customers))
    assert sum(isinstance(outcome, Order) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, OutOfStock) for outcome in outcomes) == BUYERS - 1
    assert await shop.stock(lamp) == 0
    assert await shop.orders_with(lamp) == 1
    await database.close()


async def test_buyers_who_share_products_in_opposite_order_all_finish(empty_database_url: str) -> None:
    """Two orders that lock the same rows must not wait for each other in a circle."""
    database = Database(empty_database_url, pool_size=20)
    shop = SmallShop(database)
    one, other = await shop.product(stock=40), await shop.product(stock=40)
    customer = await shop.customer()

    async def buy(number: int) -> None:
        pair = [Wanted(one.variant_id, 1), Wanted(other.variant_id, 1)]
        async with database.begin() as session:
            wanted = pair if number % 2 else pair[::-1]
            await place_order(session, customer, wanted, client_key=f"pair-{number}", address={})

    await asyncio.gather(*(buy(number) for number in range(40)))
    assert (await shop.stock(one), await shop.stock(other)) == (0, 0)
    await database.close()
