"""Reports on promotions over HTTP: counted from real rows, held against expectation, resolved from words."""

import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import delete, select, update

from common.http import install
from common.settings import Settings
from ml_tools.promotions.campaigns.api import CampaignsTool
from ml_tools.promotions.campaigns.learning import count, refresh
from ml_tools.settings import ToolsSettings
from store.promotion_counting import changed_days
from store.promotion_events import Clicked, Shown, note_order, take_events
from store.session import Database
from store.tables import (
    CampaignKnowledge,
    Category,
    Customer,
    Impression,
    Order,
    OrderLine,
    Promotion,
    PromotionAccount,
    PromotionClick,
    PromotionDay,
    PromotionResult,
)
from tests.promotion_kit import NOW, TODAY, PromotionShop

HOUR = timedelta(hours=1)
THEN = datetime.combine(TODAY - timedelta(days=1), datetime.min.time(), UTC) + 12 * HOUR


@pytest.fixture
async def shop(database: Database) -> PromotionShop:
    async with database.begin() as session:
        await session.execute(update(OrderLine).values(promotion_id=None))
        for table in (CampaignKnowledge, PromotionClick, Impression, PromotionDay, PromotionAccount, Promotion):
            await session.execute(delete(table))
    return PromotionShop(database)


@pytest.fixture
async def client(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    tool = CampaignsTool(Settings(_env_file=None), ToolsSettings(_env_file=None), database)
    tool.load()
    app = FastAPI()
    install(app, "tools")
    app.include_router(tool.router)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://tools") as client:
        yield client


async def ask(client: httpx.AsyncClient, what: str, status: int = 200, **asked: Any) -> dict[str, Any]:
    answer = await client.post(f"/promotions/{what}", json=asked)
    assert answer.status_code == status, answer.text
    return answer.json()


async def show(
    database: Database, promotion: Promotion, shown: int, clicks: int, *, slot: str = "home_hero",
    customer: Customer | None = None, at: datetime = THEN, place: int = 0,
) -> list[str]:  # fmt: skip
    """Impressions of which the first are clicked a minute later; returns their keys."""
    keys = [f"im_{secrets.token_hex(8)}" for _ in range(shown)]
    given = [
        Shown(key=key, promotion=promotion.public_id, slot=slot, surface="home", propensity=0.5, shown_at=at,
              customer=customer.public_id if customer else None, place=place)
        for key in keys
    ]  # fmt: skip
    async with database.begin() as session:
        await take_events(session, given, [Clicked(key, at + timedelta(minutes=1)) for key in keys[:clicks]])
    return keys


async def test_a_shop_in_which_nothing_was_shown(shop: PromotionShop, client: httpx.AsyncClient) -> None:
    """Before the job has ever run, and after it has found nothing."""
    for _ in range(2):
        report = await ask(client, "report")
        assert (report["rows"], report["total_promotions"], report["as_of"]) == ([], 0, None)
        campaigns = await ask(client, "campaigns")
        assert (campaigns["rows"], campaigns["tree"], campaigns["total_campaigns"]) == ([], [], 0)
        assert await refresh(shop.database, 1.0) == 0


async def test_what_was_shown_is_counted_by_place_and_by_what_people_buy(
    shop: PromotionShop, database: Database, client: httpx.AsyncClient
) -> None:
    """A person's segment is as of the midnight before; what they look at after the click does not count."""
    shoes, lamps = await shop.category(), await shop.category()
    shoe, lamp = await shop.product(shoes), await shop.product(lamps)
    fan = await shop.customer()
    await shop.look(lamp, customer=fan, times=9)  # an hour ago: after the impressions of yesterday
    old = await shop.order(fan, shoe)
    async with database.begin() as session:
        await session.execute(update(Order).where(Order.id == old.id).values(placed_at=NOW - timedelta(days=9)))
    promotion = await shop.promotion(starts=-3, category_id=shoes.id, cost_per_click=Decimal("0.50"))
    await show(database, promotion, 1, 1, customer=fan)
    await show(database, promotion, 1, 0, customer=fan, at=THEN + HOUR, place=2)
    await show(database, promotion, 3, 0, slot="cart")
    assert await count(database, NOW) == 1
    async with database.read() as session:
        rows = (
            await session.scalars(select(PromotionResult).where(PromotionResult.promotion_id == promotion.id))
        ).all()
    found = {(r.slot, r.place, r.seen, r.segment_id): (r.impressions, r.clicks) for r in rows}
    assert found == {
        ("home_hero", 0, 0, shoes.id): (1, 1), ("home_hero", 1, 1, shoes.id): (1, 0), ("cart", 0, 0, 0): (3, 0),
    }  # fmt: skip
    (row,) = (await ask(client, "report", promotion=promotion.public_id))["rows"]
    assert (row["impressions"], row["clicks"], row["spent"]) == (5, 1, 0.5)
    (row,) = (await ask(client, "report", segment=shoes.slug))["rows"]
    assert (row["impressions"], row["segment"]) == (2, shoes.slug)
    assert (await ask(client, "report", segment=lamps.slug))["rows"] == []
    (row,) = (await ask(client, "report", slot="cart"))["rows"]
    assert (row["impressions"], row["slot"], row["ctr"], row["ctr_low"]) == (3, "cart", 0.0, 0.0)
    by_slot = await ask(client, "report", promotion=promotion.public_id, by="slot")
    assert sorted((one["slot"], one["impressions"]) for one in by_slot["rows"]) == [("cart", 3), ("home_hero", 2)]
    assert by_slot["total_promotions"] == 1


async def test_days_are_counted_anew_when_events_come_and_while_orders_may_come_back(
    shop: PromotionShop, database: Database
) -> None:
    promotion = await shop.promotion(starts=-3)
    await show(database, promotion, 2, 1)
    assert [await count(database, NOW), await count(database, NOW)] == [1, 0]
    await show(database, promotion, 1, 0)
    assert [await count(database, NOW), await count(database, NOW)] == [1, 0]
    async with database.read() as session:
        assert len(await changed_days(session, NOW + timedelta(days=2), most=10)) == 1
        assert await changed_days(session, NOW + timedelta(days=80), most=10) == []
        total = sum(await session.scalars(select(PromotionResult.impressions)))
    assert total == 3


async def test_revenue_is_of_what_the_promotion_sold_and_goes_with_a_return(
    shop: PromotionShop, database: Database, client: httpx.AsyncClient
) -> None:
    product = await shop.product(await shop.category())
    promotion, customer = await shop.promotion(starts=-3, product_id=product.id), await shop.customer()
    await show(database, promotion, 1, 1, customer=customer)
    order = await shop.order(customer, product, promotion)
    async with database.begin() as session:
        session.add(OrderLine(order_id=order.id, product_id=product.id, units=1, unit_price=Decimal(99)))
        assert await note_order(session, order.id) == 1
    await refresh(database, 1.0)
    (row,) = (await ask(client, "campaigns"))["rows"]
    assert (row["revenue"], row["spent"], row["roas"], row["conversions"]) == (10.0, 0.25, 40.0, 1)
    assert row["low"] <= row["predicted_roas"] <= row["high"]
    async with database.begin() as session:
        await session.execute(update(Order).where(Order.id == order.id).values(status="returned"))
    await refresh(database, 1.0, now=NOW + timedelta(days=2))
    (row,) = (await ask(client, "campaigns"))["rows"]
    assert (row["revenue"], row["roas"]) == (0.0, 0.0)


async def test_a_promotion_that_is_clicked_more_than_others_in_the_same_slot_is_above(
    shop: PromotionShop, database: Database, client: httpx.AsyncClient
) -> None:
    for clicks in (20, 22, 18, 21, 19, 20, 60):
        promotion = await shop.promotion(starts=-3, title=f"Lamps with {clicks} clicks")
        await show(database, promotion, 300, clicks)
    await refresh(database, 1.0)
    answer = await ask(client, "report", n=3)
    assert (answer["as_of"], answer["total_promotions"], len(answer["rows"])) == (str(THEN.date()), 7, 3)
    best = answer["rows"][0]
    assert (best["title"], best["verdict"], best["ctr"]) == ("Lamps with 60 clicks", "above", 0.2)
    assert best["ctr_low"] < 0.2 < best["ctr_high"]
    assert best["expected_ctr"] == pytest.approx(0.067, abs=0.02)
    assert "more_clicks" in best["why"]
    assert {row["verdict"] for row in answer["rows"][1:]} <= {"as_expected", "too_little"}
    assert answer["model"]["version"] == "1"


async def test_words_mean_a_promotion_or_are_answered_with_candidates(
    shop: PromotionShop, database: Database, client: httpx.AsyncClient
) -> None:
    boots = await shop.promotion(title="Winter boots: 30% off")
    for percent in (10, 20):
        await shop.promotion(title=f"Save {percent}% on garden chairs")
    answer = await ask(client, "report", promotion="the wintr boots banner")
    assert answer["promotion"]["id"] == boots.public_id
    answer = await ask(client, "report", promotion="the garden chairs ad")
    assert (answer["promotion"], len(answer["candidates"]), answer["rows"]) == (None, 2, [])
    answer = await ask(client, "report", promotion="garden chairs 20%")
    assert answer["promotion"]["name"].startswith("Save 20% on garden chairs (")
    answer = await ask(client, "report", promotion="zeppelins")
    assert (answer["promotion"], answer["candidates"]) == (None, [])


async def test_a_segment_is_offered_what_runs_and_can_be_bought(
    shop: PromotionShop, database: Database, client: httpx.AsyncClient
) -> None:
    key = secrets.token_hex(4)
    async with database.begin() as session:
        category = Category(slug=f"kites-{key}", name=f"Kites {key}")
        session.add(category)
    product = await shop.product(category)
    for _ in range(3):
        await shop.order(await shop.customer(), product)
    good = await shop.promotion(category_id=category.id, starts=-3)
    weak = await shop.promotion(starts=-3)
    await shop.promotion(category_id=category.id, starts=-9, ends=-1)
    await shop.promotion(product_id=(await shop.product(category, stock=0)).id)
    await show(database, good, 300, 60)
    await show(database, weak, 300, 6)
    await refresh(database, 1.0)
    answer = await ask(client, "for-segment", segment=f"kites {key} customers")
    assert (answer["segment"]["id"], answer["customers"]) == (category.slug, 3)
    assert [row["promotion_id"] for row in answer["rows"]] == [good.public_id, weak.public_id]
    assert all(row["low"] < row["expected_ctr"] < row["high"] for row in answer["rows"])
    nobody = await ask(client, "for-segment", segment="zeppelins")
    assert (nobody["segment"], nobody["rows"], nobody["customers"]) == (None, [], 0)


@pytest.mark.parametrize(
    ("what", "asked"),
    [("report", {"days": 0}), ("report", {"sort": "luck"}), ("report", {"slot": "moon"}), ("report", {"promotion": ""}),
     ("for-segment", {}), ("campaigns", {"n": 0}), ("campaigns", {"more": 1})],
)  # fmt: skip
async def test_what_makes_no_sense_is_refused(client: httpx.AsyncClient, what: str, asked: dict[str, Any]) -> None:
    assert (await ask(client, what, 422, **asked))["error"]["code"] == "invalid_request"
