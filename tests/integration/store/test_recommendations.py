"""What the recommender reads: the newest touches in one statement, what is sold now, and all that it learns from."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import psycopg
import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from store.products import ProductFilters
from store.recommendations import (
    NEWEST_TOUCHES,
    Newcomers,
    all_offered,
    customer_number,
    described,
    events_to_learn_from,
    every_product,
    lines_to_learn_from,
    newcomers,
    newest_picture_version,
    offered,
    touches_of,
)
from store.session import Database
from store.tables import Customer, Event, Order, OrderLine, Product
from tests.integration.store.rows import Goods, add_goods, empty_catalogue
from tests.visual_kit import VERSION, add_picture, turned

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
ANYTHING = ProductFilters(in_stock=True)


@pytest.fixture
async def session(database: Database) -> AsyncIterator[AsyncSession]:
    """A transaction on an empty shop, taken back at the end."""
    async with database.begin() as session:
        await empty_catalogue(session)
        yield session
        await session.rollback()


async def put(session: AsyncSession, *goods: Goods) -> dict[str, int]:
    await add_goods(session, goods)
    return dict((await session.execute(select(Product.name, Product.id))).all())


async def customer(session: AsyncSession, public_id: str) -> int:
    row = Customer(public_id=public_id)
    session.add(row)
    await session.flush()
    return row.id


def event(kind: str, product_id: int | None, minutes: int, **who: object) -> Event:
    return Event(kind=kind, product_id=product_id, at=NOON + timedelta(minutes=minutes), **who)


async def order(session: AsyncSession, number: str, customer_id: int, minutes: int, **more: object) -> Order:
    values = {"status": "delivered", "total": Decimal(1), "currency": "USD"} | more
    row = Order(number=number, customer_id=customer_id, placed_at=NOON + timedelta(minutes=minutes), **values)
    session.add(row)
    await session.flush()
    return row


def line(of: Order, product_id: int, units: int = 1) -> OrderLine:
    return OrderLine(order_id=of.id, product_id=product_id, units=units, unit_price=Decimal(1))


async def test_touches_are_the_customers_and_the_visits_events_orders_and_what_is_asked_for(session):
    ids = await put(session, *(Goods(name) for name in "abcdef"))
    ada, bob = await customer(session, "cu_ada"), await customer(session, "cu_bob")
    session.add_all(
        [
            event("view", ids["a"], 3, customer_id=ada),
            event("cart", ids["b"], 1, session="g_1"),
            event("view", ids["c"], 2, customer_id=bob, session="g_2"),
            event("search", None, 4, customer_id=ada),
        ]
    )
    session.add(line(await order(session, "O-1", ada, 2), ids["d"]))
    await session.flush()
    found = await touches_of(session, customer="cu_ada", visitor="g_1", asked=["p_4", "p_gone"])
    assert [(touch.product_id, touch.kind) for touch in found] == [
        (ids["b"], "cart"),
        (ids["d"], "order"),
        (ids["a"], "view"),
        (ids["e"], "asked"),
    ]
    assert [touch.public_id for touch in found] == ["p_1", "p_3", "p_0", "p_4"]


async def test_somebody_unknown_has_touched_nothing(session):
    await put(session, Goods("a"))
    assert await touches_of(session, customer="cu_nobody", visitor="g_nobody") == []
    assert await touches_of(session, customer=None, visitor=None) == []
    assert await customer_number(session, "cu_nobody") is None


async def test_cancelled_orders_and_returned_units_were_not_bought(session):
    ids = await put(session, Goods("a"), Goods("b"))
    ada = await customer(session, "cu_ada")
    session.add(line(await order(session, "O-1", ada, 1, status="cancelled"), ids["a"]))
    session.add(line(await order(session, "O-2", ada, 2), ids["b"], units=-1))
    await session.flush()
    assert await touches_of(session, customer="cu_ada", visitor=None) == []


async def test_only_the_newest_events_are_read(session):
    ids = await put(session, Goods("a"))
    ada = await customer(session, "cu_ada")
    session.add_all(event("view", ids["a"], minutes, customer_id=ada) for minutes in range(NEWEST_TOUCHES + 20))
    await session.flush()
    found = await touches_of(session, customer="cu_ada", visitor=None)
    assert len(found) == NEWEST_TOUCHES
    assert found[0].at == NOON + timedelta(minutes=20)


async def test_offered_is_what_is_sold_passes_and_is_not_refused(session):
    ids = await put(
        session,
        Goods("cheap", price="10"),
        Goods("dear", price="900"),
        Goods("gone", active=False),
        Goods("sold out", variants=((None, None, None, 0),)),
        Goods("refused", price="20"),
        Goods("not asked", price="20"),
    )
    wanted = [ids[name] for name in ids if name != "not asked"] + [10**12]
    found = await offered(session, wanted, ProductFilters(in_stock=True, max_price=Decimal(100)), ["p_4"])
    assert set(found) == {ids["cheap"]}
    assert found[ids["cheap"]].public_id == "p_0"
    assert set(await offered(session, wanted, ProductFilters())) == {
        ids[name] for name in ("cheap", "dear", "sold out", "refused")
    }
    assert await offered(session, [], ANYTHING) == {}


async def test_all_that_is_offered_comes_the_newest_first(session):
    ids = await put(session, Goods("a"), Goods("b"), Goods("c"))
    for at, name in enumerate("bca"):
        created = NOON + timedelta(days=at)
        await session.execute(update(Product).where(Product.id == ids[name]).values(created_at=created))
    assert list(await all_offered(session, ANYTHING)) == [ids["a"], ids["c"], ids["b"]]
    assert list(await all_offered(session, ANYTHING, ["p_0"])) == [ids["c"], ids["b"]]


async def test_newcomers_are_described_with_the_first_picture_of_the_right_version(session):
    ids = await put(
        session, Goods("old"), Goods("new", brand="Acme", price="12.50", attributes={"colour": "Blue"}), Goods("bare")
    )
    await add_picture(session, ids["new"], turned(90), position=1)
    await add_picture(session, ids["new"], turned(0), position=0)
    await add_picture(session, ids["bare"], turned(0), version="older")
    came_in = await newcomers(session, ids["old"])
    assert (came_in.products, came_in.pictures) == (2, 3)
    assert await newcomers(session, ids["bare"]) == Newcomers(0, None, 0)
    bare, new = await described(session, ids["old"], VERSION)
    assert (new.name, new.brand, new.price, new.attributes) == ("new", "Acme", 12.5, {"colour": "Blue"})
    assert new.category == "smartphones"
    assert list(new.picture) == pytest.approx(turned(0), abs=2e-3)
    assert bare.picture is None
    assert len(await every_product(session, VERSION)) == 3


async def test_the_version_of_the_newest_pictures_is_the_one_to_learn_from(session):
    ids = await put(session, Goods("a"))
    assert await newest_picture_version(session) is None
    await add_picture(session, ids["a"], turned(0), version="v7")
    assert await newest_picture_version(session) == "v7"


async def test_what_is_learnt_from_is_every_event_with_a_product_and_somebody(database, empty_database_url):
    async with database.begin() as session:
        await empty_catalogue(session)
        ids = await put(session, Goods("a"), Goods("b"))
        ada = await customer(session, "cu_learn")
        session.add_all(
            [
                event("view", ids["a"], 1, customer_id=ada, session="g_ada"),
                event("click", ids["b"], 2, session="g_guest"),
                event("view", ids["b"], 3),
                event("search", None, 4, customer_id=ada),
            ]
        )
        placed = await order(session, "L-1", ada, 5)
        session.add(line(placed, ids["b"]))
        order_id = placed.id
    with psycopg.connect(empty_database_url) as connection:
        events = events_to_learn_from(connection, most=100)
        lines = lines_to_learn_from(connection, most=100)
        newest = events_to_learn_from(connection, most=1)
    seconds = int(NOON.timestamp())
    assert events.values.tolist() == [
        ["sg_guest", ids["b"], "click", seconds + 120],
        [f"c{ada}", ids["a"], "view", seconds + 60],
    ]
    assert lines.values.tolist() == [[f"c{ada}", ids["b"], "order", seconds + 300, order_id]]
    assert len(newest) == 1
