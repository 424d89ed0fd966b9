"""Which promotions may be shown: none that is over, spent, sold out, capped or meant for others."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest
from sqlalchemy import delete, update

from store.promotion_events import Shown, take_events
from store.session import Database
from store.tables import Impression, Promotion, PromotionAccount, PromotionClick, PromotionDay, Variant
from tests.promotion_kit import PromotionShop, client_of, rank, tool_on


@pytest.fixture
async def shop(database: Database) -> PromotionShop:
    async with database.begin() as session:  # promotions of other tests would take part
        for table in (PromotionClick, Impression, PromotionDay, PromotionAccount, Promotion):
            await session.execute(delete(table))
        await session.execute(update(Variant).values(stock=0))
    return PromotionShop(database)


@pytest.fixture
async def client(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(tool_on(database)) as client:
        yield client


async def shown(client: httpx.AsyncClient, **asked: Any) -> set[str]:
    """The ids of all that may be shown."""
    return {one["promotion_id"] for one in (await rank(client, n=10, **asked))["promotions"]}


async def test_only_what_runs_today(shop: PromotionShop, client: httpx.AsyncClient) -> None:
    await shop.product(await shop.category())
    for starts, ends in ((-9, -1), (1, 9)):
        await shop.promotion(starts=starts, ends=ends)
    today = [await shop.promotion(starts=starts, ends=ends) for starts, ends in ((0, 0), (-9, 0), (0, 9))]
    assert await shown(client) == {one.public_id for one in today}


@pytest.mark.parametrize(
    ("budget", "spent", "may"),
    [(None, 1000, True), (10, 0, True), (10, "9.75", True), (10, "9.76", False), (10, 11, False), (0, 0, False)],
)
async def test_only_what_has_budget_for_one_click_more(
    shop: PromotionShop, client: httpx.AsyncClient, database: Database, budget: Any, spent: Any, may: bool
) -> None:
    await shop.product(await shop.category())
    promotion = await shop.promotion(budget=budget)
    async with database.begin() as session:
        session.add(PromotionAccount(promotion_id=promotion.id, spent=Decimal(spent)))
    assert (promotion.public_id in await shown(client)) is may


async def test_only_what_can_be_bought(shop: PromotionShop, client: httpx.AsyncClient) -> None:
    """By product, category, the category above it, and the whole shop."""
    department = await shop.category()
    full, empty, retired = [await shop.category(department) for _ in range(3)]
    sold, out, gone = (
        await shop.product(full), await shop.product(empty, stock=0), await shop.product(retired, active=False)
    )  # fmt: skip
    offers = [{"product_id": one.id} for one in (sold, out, gone)]
    offers += [{"category_id": one.id} for one in (department, full, empty, retired)]
    promotions = [await shop.promotion(**on) for on in (*offers, {})]
    may = [one.public_id in await shown(client) for one in promotions]
    assert may == [True, False, False, True, True, False, False, True]


async def test_a_shop_that_is_sold_out_promotes_nothing(shop: PromotionShop, client: httpx.AsyncClient) -> None:
    category = await shop.category()
    await shop.product(category, stock=0)
    for on in ({}, {"category_id": category.id}):
        await shop.promotion(**on)
    assert await shown(client) == set()


async def test_nobody_sees_one_more_often_than_its_cap_on_a_day(
    shop: PromotionShop, client: httpx.AsyncClient, database: Database
) -> None:
    await shop.product(await shop.category())
    promotion, customer = await shop.promotion(daily_cap=2), await shop.customer()

    async def show(number: int, **whom: Any) -> None:
        event = Shown(f"im_cap_{number}", promotion.public_id, "cart", "cart", 0.5, datetime.now(UTC), **whom)
        async with database.begin() as session:
            await take_events(session, [event])

    asked = {"customer_id": customer.public_id, "session": "a_1"}
    await show(1, customer=customer.public_id, session="a_1")  # by both: it still counts once
    assert await shown(client, **asked) == {promotion.public_id}
    await show(2, session="a_1")
    assert await shown(client, **asked) == set()
    assert await shown(client, session="a_1") == set()
    assert await shown(client, customer_id=customer.public_id) == {promotion.public_id}, "one of the two was nobody's"
    assert await shown(client, session="g_other") == {promotion.public_id}
    assert await shown(client) == {promotion.public_id}


async def test_new_and_known_customers(shop: PromotionShop, client: httpx.AsyncClient) -> None:
    product = await shop.product(await shop.category())
    new, known = [(await shop.promotion(audience={"customers": kind})).public_id for kind in ("new", "known")]
    buyer, other = await shop.customer(), await shop.customer()
    await shop.order(buyer, product)
    assert await shown(client, customer_id=buyer.public_id) == {known}
    for whom in ({"customer_id": other.public_id}, {"customer_id": "cu_unknown"}, {"session": "g_1"}, {}):
        assert await shown(client, **whom) == {new}


async def test_segments(shop: PromotionShop, client: httpx.AsyncClient) -> None:
    await shop.product(await shop.category())
    promotion = await shop.promotion(audience={"segments": ["gold", "silver"]})
    gold, tin, without = await shop.customer(segment="gold"), await shop.customer(segment="tin"), await shop.customer()
    assert await shown(client, customer_id=gold.public_id) == {promotion.public_id}
    for whom in (tin.public_id, without.public_id, "cu_unknown"):
        assert await shown(client, customer_id=whom) == set()


async def test_categories_that_were_looked_at(shop: PromotionShop, client: httpx.AsyncClient) -> None:
    """`categories` must have been touched; `audience` is a department that is only kept from those who like others."""
    department, other = await shop.category(), await shop.category()
    category = await shop.category(department)
    product, elsewhere = await shop.product(category), await shop.product(other)
    touched = (await shop.promotion(audience={"categories": [category.slug, "nothing"]})).public_id
    above = (await shop.promotion(audience={"categories": [department.slug]})).public_id
    kept = (await shop.promotion(audience={"audience": department.slug})).public_id
    await shop.look(product, visitor="g_looked")
    await shop.look(elsewhere, visitor="g_elsewhere")
    assert await shown(client, session="g_looked") == {touched, above, kept}
    assert await shown(client, session="g_elsewhere") == set()
    assert await shown(client, session="g_nobody") == {kept}


async def test_slots(shop: PromotionShop, client: httpx.AsyncClient) -> None:
    await shop.product(await shop.category())
    promotion = await shop.promotion(audience={"slots": ["cart", "chat"]})
    assert await shown(client, slot="cart", surface="cart") == {promotion.public_id}
    assert await shown(client, slot="home_hero") == set()


@pytest.mark.parametrize(
    "audience",
    [{"moon": "full"}, {"segments": 5}, {"segments": {"gold": 1}}, {"categories": "c"}, {"customers": "some"},
     {"slots": True}, {"customers": None}],
)  # fmt: skip
async def test_a_rule_that_nobody_understands_shows_it_to_nobody(
    shop: PromotionShop, client: httpx.AsyncClient, audience: Any
) -> None:
    await shop.product(await shop.category())
    await shop.promotion(audience=audience)
    assert await shown(client, customer_id=(await shop.customer(segment="gold")).public_id) == set()


async def test_a_product_page_does_not_promote_its_own_product(shop: PromotionShop, client: httpx.AsyncClient) -> None:
    category = await shop.category()
    here, other = await shop.product(category), await shop.product(category)
    own, beside = [(await shop.promotion(product_id=one.id)).public_id for one in (here, other)]
    context = {"product_ids": [here.public_id, "p_unknown"]}
    assert await shown(client, slot="product_side", surface="product", context=context) == {beside}
    assert await shown(client, slot="cart", surface="cart", context=context) == {own, beside}
    (first, *_) = (await rank(client, slot="product_side", surface="product", context=context))["promotions"]
    assert first["why"] == "this_page"


@pytest.mark.parametrize(
    "asked",
    [{"slot": "moon"}, {"n": 0}, {"n": 11}, {"customer_id": ""}, {"customer_id": "x" * 41}, {"colour": "red"},
     {"context": {"product_ids": ["p"] * 51}}, {"surface": None}],
)  # fmt: skip
async def test_what_makes_no_sense_is_refused(client: httpx.AsyncClient, asked: dict[str, Any]) -> None:
    assert (await rank(client, 422, **asked))["error"]["code"] == "invalid_request"
