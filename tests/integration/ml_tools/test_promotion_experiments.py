"""Tests of promotion policies: who is in which arm, what it chooses with which propensity, and what comes of it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from sqlalchemy import delete, func, select, update

from store.erasure import erase_customer
from store.experiments import ArmPlan, ExperimentReport, experiment_report, start_experiment, stop_experiment
from store.session import Database
from store.tables import (
    Experiment,
    Exposure,
    Impression,
    Order,
)
from tests.promotion_kit import PromotionShop, client_of, rank, report, shown_from, tool_on, without_promotions

ARMS = (ArmPlan("thompson", "thompson", 0.5), ArmPlan("by chance", "random", 0.5))


@pytest.fixture
async def shop(database: Database) -> AsyncIterator[PromotionShop]:
    async with database.begin() as session:
        await session.execute(delete(Experiment))
    yield await without_promotions(database)
    async with database.begin() as session:
        await session.execute(delete(Experiment))


@pytest.fixture
async def client(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(tool_on(database)) as client:
        yield client


async def started(database: Database, *surfaces: str, arms: tuple[ArmPlan, ...] = ARMS) -> None:
    async with database.begin() as session:
        await start_experiment(session, "Banners", arms, surfaces or ("promotions",))


async def read(database: Database) -> ExperimentReport:
    async with database.read() as session:
        return await experiment_report(session, "Banners", now=datetime.now(UTC) + timedelta(minutes=1))


async def exposures(database: Database) -> list[Exposure]:
    async with database.read() as session:
        return list(await session.scalars(select(Exposure).order_by(Exposure.id)))


def policy_of(answer: dict[str, Any]) -> str:
    _, _, policy = answer["model"]["name"].partition(":")
    return policy or "thompson"


async def test_each_person_is_served_by_one_policy_which_the_answer_names(
    shop: PromotionShop, client: httpx.AsyncClient, database: Database
) -> None:
    await shop.product(await shop.category())
    for discount in (10, 20, 30, 40):
        await shop.promotion(discount_percent=Decimal(discount))
    await started(database)
    first = [policy_of(await rank(client, session=f"g_{n}")) for n in range(40)]
    again = [policy_of(await rank(client, session=f"g_{n}", surface="cart", slot="cart")) for n in range(40)]
    assert first == again
    assert 8 < first.count("random") < 32
    chosen = [await rank(client, session=f"g_{first.index('random')}") for _ in range(30)]
    assert {one["propensity"] for answer in chosen for one in answer["promotions"]} == {0.25}
    assert len({one["promotion_id"] for answer in chosen for one in answer["promotions"]}) > 2
    assert policy_of(await rank(client)) == "thompson", "somebody unknown is in no test"


async def test_a_rule_shows_what_it_says(shop: PromotionShop, client: httpx.AsyncClient, database: Database) -> None:
    await shop.product(await shop.category())
    most = [await shop.promotion(discount_percent=Decimal(off)) for off in (10, 50, 20)][1]
    arms = (ArmPlan("a", "discount", 0.5), ArmPlan("b", "discount", 0.5))
    await started(database, arms=arms)
    shown = [one for n in range(20) for one in (await rank(client, session=f"g_{n}"))["promotions"]]
    best = [one for one in shown if one["promotion_id"] == most.public_id]
    assert len(best) > 15
    assert best[0]["propensity"] == pytest.approx(0.98 + 0.02 / 3, abs=1e-5)


async def test_without_a_test_there_what_serves_goes_on(
    shop: PromotionShop, client: httpx.AsyncClient, database: Database
) -> None:
    """One of recommenders, one elsewhere, one that is over, and a policy that nobody knows any more."""
    await shop.product(await shop.category())
    await shop.promotion()
    async with database.begin() as session:
        await start_experiment(session, "Lists", (ArmPlan("a", "hybrid", 0.5), ArmPlan("b", "item-knn", 0.5)), ["home"])
    await started(database, "promotions-cart", arms=(ArmPlan("a", "random", 0.5), ArmPlan("b", "random", 0.5)))
    assert policy_of(await rank(client, session="g_1")) == "thompson"
    assert policy_of(await rank(client, session="g_1", surface="cart", slot="cart")) == "random"
    async with database.begin() as session:
        await stop_experiment(session, "Banners")
        await start_experiment(session, "Old", (ArmPlan("a", "gone", 0.5), ArmPlan("b", "lost", 0.5)), ["promotions"])
    assert policy_of(await rank(client, session="g_1", surface="cart", slot="cart")) == "thompson"


async def test_what_was_really_shown_is_an_exposure_once(
    shop: PromotionShop, client: httpx.AsyncClient, database: Database
) -> None:
    await shop.product(await shop.category())
    await shop.promotion()
    customer = await shop.customer()
    (before,) = (await rank(client, session="g_1"))["promotions"]
    await started(database)
    (one,) = (await rank(client, customer_id=customer.public_id, session="g_2"))["promotions"]
    await rank(client, session="g_3")  # chosen, and never shown
    event = shown_from(one, customer_id=customer.public_id, session="g_2")
    for _ in range(3):
        await report(client, impressions=[event, event])
    early = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    await report(client, impressions=[shown_from(before, session="g_1", shown_at=early)])
    await report(client, impressions=[shown_from(before, impression_id="im_nobody")])
    (found,) = await exposures(database)
    assert (found.unit, found.customer_id, found.session) == (customer.public_id, customer.id, "g_2")
    assert (found.surface, found.product_ids) == ("promotions-home", [])
    async with database.read() as session:
        assert (
            await session.scalar(select(Impression.key).where(Impression.id == found.impression_id))
            == event["impression_id"]
        )
        assert await session.scalar(select(func.count(Impression.id))) == 3


async def test_clicks_orders_and_revenue_are_those_of_what_was_shown(
    shop: PromotionShop, client: httpx.AsyncClient, database: Database
) -> None:
    """A click is the impression's own; an order counts at the promotion's price, within a week, and if it was kept."""
    product = await shop.product(await shop.category())
    promotion, other = await shop.promotion(), await shop.promotion(starts=-9, ends=-2)
    await started(database)
    buyer, elsewhere, cancelled, idle = [await shop.customer() for _ in range(4)]
    for customer in (buyer, elsewhere, cancelled, idle):
        (one,) = (await rank(client, customer_id=customer.public_id))["promotions"]
        await report(client, impressions=[shown_from(one, customer_id=customer.public_id)])
        if customer is not idle:
            click = {"impression_id": one["impression_id"], "at": datetime.now(UTC).isoformat()}
            await report(client, clicks=[click, click])
    await shop.order(buyer, product, promotion)
    await shop.order(elsewhere, product, other)
    returned = await shop.order(cancelled, product, promotion)
    async with database.begin() as session:
        await session.execute(update(Order).where(Order.id == returned.id).values(status="returned"))
    found = await read(database)
    assert (found.surface, found.of_promotions, found.currency) == ("promotions", True, "USD")
    assert sum(arm.units for arm in found.arms) == sum(arm.exposures for arm in found.arms) == 4
    assert sum(round(arm.ctr.mean * arm.exposures) for arm in found.arms) == 3
    assert sum(round(arm.conversion.mean * arm.units) for arm in found.arms) == 1
    assert sum(arm.revenue.mean * arm.units for arm in found.arms) == pytest.approx(10)


async def test_an_erased_customer_is_nobody_in_the_test(
    shop: PromotionShop, client: httpx.AsyncClient, database: Database
) -> None:
    await shop.product(await shop.category())
    await shop.promotion()
    customer = await shop.customer()
    await started(database)
    (one,) = (await rank(client, customer_id=customer.public_id))["promotions"]
    await report(client, impressions=[shown_from(one, customer_id=customer.public_id)])
    async with database.begin() as session:
        await erase_customer(session, customer.public_id)
    (found,) = await exposures(database)
    assert (found.customer_id, found.unit.startswith("gone")) == (None, True)
    assert sum(arm.units for arm in (await read(database)).arms) == 1
