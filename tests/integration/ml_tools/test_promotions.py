"""Promotions over HTTP: who may see what, what is reported, what is learnt of it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from ml_tools.promotions.api import PromotionsTool
from ml_tools.promotions.online import Learner, read
from store.promotion_events import note_order
from store.promotion_pacing import pace_budgets
from store.session import Database
from store.tables import (
    Impression,
    PromotionAccount,
    PromotionBelief,
    PromotionDay,
)
from tests.promotion_kit import TODAY, PromotionShop, client_of, rank, report, shown_from, tool_on, without_promotions


@pytest.fixture
async def shop(database: Database) -> PromotionShop:
    return await without_promotions(database)


@pytest.fixture
def tool(database: Database) -> PromotionsTool:
    return tool_on(database)


@pytest.fixture
async def client(tool: PromotionsTool) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(tool) as client:
        yield client


def click(shown: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"impression_id": shown["impression_id"], "at": datetime.now(UTC).isoformat()} | more


async def kept(database: Database) -> PromotionBelief:
    async with database.begin() as session:
        return await session.get_one(PromotionBelief, "promotions")


async def test_a_shop_without_promotions_shows_none(shop: PromotionShop, client: httpx.AsyncClient) -> None:
    answer = await rank(client)
    assert answer["promotions"] == []
    assert answer["model"] == {"name": "bayesian-logistic", "version": "0"}
    assert answer["as_of"] is None


async def test_one_promotion_is_shown_to_somebody_unknown(shop: PromotionShop, client: httpx.AsyncClient) -> None:
    await shop.product(await shop.category())
    only = await shop.promotion()
    (shown,) = (await rank(client, n=3))["promotions"]
    assert (shown["promotion_id"], shown["place"], shown["propensity"]) == (only.public_id, 0, 1.0)
    assert 0 < shown["probability"] < 0.5


async def test_events_are_counted_once_and_learnt_once(
    shop: PromotionShop, client: httpx.AsyncClient, tool: PromotionsTool, database: Database
) -> None:
    await shop.product(await shop.category())
    promotion, customer = await shop.promotion(), await shop.customer()
    (shown,) = (await rank(client, customer_id=customer.public_id))["promotions"]
    event = shown_from(shown, customer_id=customer.public_id)
    clicks = [click(shown), click(shown)]
    taken = [await report(client, impressions=[event, event], clicks=clicks) for _ in range(3)]
    assert [(one["impressions"], one["clicks"]) for one in taken] == [(1, 1), (0, 0), (0, 0)]
    learner = Learner(database, patience=timedelta(0))
    assert [await learner.learn(), await learner.learn()] == [1, 0]
    async with database.begin() as session:
        account = await session.get_one(PromotionAccount, promotion.id)
        (day,) = (await session.scalars(select(PromotionDay))).all()
    belief = await kept(database)
    assert account.spent == promotion.cost_per_click == Decimal("0.25")
    assert (day.impressions, day.clicks, day.conversions) == (1, 1, 0)
    assert (belief.examples, belief.version) == (1, 1)
    await tool.service.serving.refresh()
    answer = await rank(client)
    assert (answer["model"]["version"], answer["as_of"]) == ("1", str(TODAY))


async def test_an_impression_is_learnt_once_it_is_ripe_and_a_late_click_corrects_it(
    shop: PromotionShop, client: httpx.AsyncClient, database: Database
) -> None:
    await shop.product(await shop.category())
    promotion = await shop.promotion()
    (first,), (second,) = [(await rank(client))["promotions"] for _ in range(2)]
    await report(client, impressions=[shown_from(first), shown_from(second)], clicks=[click(second)])
    learner = Learner(database, patience=timedelta(minutes=2))
    assert await learner.learn() == 0, "a click may still come"
    assert await learner.learn(datetime.now(UTC) + timedelta(minutes=3)) == 2
    before = read(await kept(database)).belief.means[0, 0]  # type: ignore[arg-type]
    await report(client, clicks=[click(first)])
    assert await learner.learn() == 1
    assert await learner.learn() == 0
    row = await kept(database)
    after = read(row).belief  # type: ignore[arg-type]
    assert (row.examples, after.promotions.tolist()) == (2, [promotion.id])
    assert after.means[0, 0] > before


async def test_clicks_and_conversions_belong_to_what_was_shown(
    shop: PromotionShop, client: httpx.AsyncClient, database: Database
) -> None:
    product = await shop.product(await shop.category())
    promotion, customer, other = await shop.promotion(), await shop.customer(), await shop.customer()
    (shown,) = (await rank(client, customer_id=customer.public_id))["promotions"]
    order, others = await shop.order(customer, product, promotion), await shop.order(other, product, promotion)
    bought = {"impression_id": shown["impression_id"], "order_number": order.number}

    async def taken(**events: Any) -> tuple[int, int, int]:
        answer = await report(client, **events)
        return answer["impressions"], answer["clicks"], answer["conversions"]

    assert await taken(clicks=[click(shown)], conversions=[bought]) == (0, 0, 0), "nothing was shown"
    assert await taken(impressions=[shown_from(shown, customer_id=customer.public_id)], conversions=[bought]) == (
        1,
        0,
        0,
    )
    early = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
    assert await taken(clicks=[click(shown, at=early)]) == (0, 1, 0)
    assert await taken(conversions=[bought]) == (0, 0, 0), "the order was placed before the click"
    later = await shop.order(customer, product, promotion)
    assert await taken(conversions=[{**bought, "order_number": others.number}]) == (0, 0, 0), "somebody else bought"
    assert await taken(conversions=[{**bought, "order_number": later.number}] * 2) == (0, 0, 1)
    assert await taken(conversions=[{**bought, "order_number": later.number}]) == (0, 0, 0)


async def test_an_order_is_credited_to_the_click_that_led_to_it(
    shop: PromotionShop, client: httpx.AsyncClient, database: Database
) -> None:
    product = await shop.product(await shop.category())
    promotion, customer = await shop.promotion(), await shop.customer()
    (shown,) = (await rank(client, customer_id=customer.public_id))["promotions"]
    await report(client, impressions=[shown_from(shown, customer_id=customer.public_id)], clicks=[click(shown)])
    order = await shop.order(customer, product, promotion)
    async with database.begin() as session:
        credited = [await note_order(session, order.id) for _ in range(2)]
        (day,) = (await session.scalars(select(PromotionDay))).all()
    assert (credited, day.conversions) == ([1, 0], 1)


@pytest.mark.parametrize(
    "change",
    [{"propensity": 0}, {"propensity": 1.5}, {"signals": [1.0]}, {"signals": [1e9] * 31}, {"impression_id": "a b"},
     {"shown_at": "2026-05-04T12:00:00"}, {"slot": "moon"}, {"place": -1}, {"more": 1}],
)  # fmt: skip
async def test_an_event_that_makes_no_sense_is_refused_with_all_beside_it(
    shop: PromotionShop, client: httpx.AsyncClient, database: Database, change: dict[str, Any]
) -> None:
    await shop.product(await shop.category())
    await shop.promotion()
    (shown,) = (await rank(client))["promotions"]
    good, wrong = shown_from(shown), shown_from(shown, impression_id="im_wrong") | change
    assert (await report(client, 422, impressions=[good, wrong]))["error"]["code"] == "invalid_request"
    async with database.begin() as session:
        assert (await session.scalars(select(Impression))).all() == []


async def test_too_many_events_at_once_are_refused(client: httpx.AsyncClient) -> None:
    event = {"impression_id": "im_1", "at": datetime.now(UTC).isoformat()}
    await report(client, 422, clicks=[event] * 2001)


async def test_a_budget_is_spread_over_the_days_that_are_left(shop: PromotionShop, database: Database) -> None:
    """100 a day are left; at noon 50 may have been spent. Who is ahead takes part less, who is behind, more."""
    noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    ahead, behind, free = [
        await shop.promotion(ends=9, budget=budget, cost_per_click=Decimal(1)) for budget in (1000, 1000, None)
    ]
    async with database.begin() as session:
        for promotion, spent, pace in ((ahead, 60, 1.0), (behind, 40, 0.5), (free, 900, 1.0)):
            session.add(PromotionAccount(promotion_id=promotion.id, spent=Decimal(spent), pace=pace))
            session.add(PromotionDay(promotion_id=promotion.id, day=noon.date(), spent=Decimal(spent)))

    async def paces() -> list[float]:
        async with database.begin() as session:
            await pace_budgets(session, noon)
            session.expire_all()
            return [(await session.get_one(PromotionAccount, one.id)).pace for one in (ahead, behind, free)]

    assert await paces() == pytest.approx([1 / 1.1, 0.55, 1.0])
    for _ in range(60):
        last = await paces()
    assert last == pytest.approx([0.01, 1.0, 1.0])


async def test_a_slow_pace_keeps_a_promotion_back(
    shop: PromotionShop, client: httpx.AsyncClient, database: Database
) -> None:
    await shop.product(await shop.category())
    promotion = await shop.promotion()
    async with database.begin() as session:
        session.add(PromotionAccount(promotion_id=promotion.id, pace=0.25))
    found = [one for _ in range(200) for one in (await rank(client))["promotions"]]
    assert 25 < len(found) < 80
    assert {one["propensity"] for one in found} != {1.0}
    assert all(one["propensity"] == pytest.approx(0.25, abs=0.12) for one in found)
