"""A/B tests in the store: one a surface, arms that stay, outcomes credited to what was shown, no name left over."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from common.errors import BadRequest, Conflict, NotFound
from store.erasure import erase_customer
from store.experiments import (
    ArmPlan,
    assign,
    experiment_report,
    expose,
    list_experiments,
    newest_experiment,
    start_experiment,
    stop_experiment,
)
from store.session import Database
from store.tables import Event, Experiment, Exposure, Order, OrderLine
from tests.integration.store.experimenting import HALVES, arm_of, begin, buy, click, newcomer, product_ids, show, totals
from tests.integration.store.rows import Goods, add_goods, empty_catalogue


@pytest.fixture
async def session(database: Database) -> AsyncIterator[AsyncSession]:
    """A transaction without tests, in a shop of two products; nothing of it stays."""
    async with database.begin() as session:
        for table in (Exposure, Experiment, Event, OrderLine, Order):
            await session.execute(delete(table))
        await empty_catalogue(session)
        await add_goods(session, [Goods("lamp"), Goods("rug")])
        yield session
        await session.rollback()


async def test_a_unit_stays_in_its_arm_and_the_arms_get_their_shares(session: AsyncSession) -> None:
    arms = (ArmPlan("control", "item-knn", 0.7), ArmPlan("learnt", "hybrid", 0.3))
    await start_experiment(session, "Autumn", arms)
    first = [(await arm_of(session, f"cu_{n}")).arm for n in range(400)]
    again = [(await arm_of(session, f"cu_{n}", "cart")).arm for n in range(400)]
    assert first == again
    assert 0.2 < first.count("learnt") / 400 < 0.4


async def test_the_next_test_shuffles_anew(session: AsyncSession) -> None:
    """Who was in an arm once is not in the same one for ever: what a test left behind would weigh on the next."""
    await start_experiment(session, "Autumn", HALVES)
    before = [(await arm_of(session, f"cu_{n}")).arm for n in range(200)]
    await stop_experiment(session, "Autumn")
    await start_experiment(session, "Winter", HALVES)
    after = [(await arm_of(session, f"cu_{n}")).arm for n in range(200)]
    assert 60 < sum(a == b for a, b in zip(before, after, strict=True)) < 140


async def test_where_no_test_runs_nobody_is_in_one(session: AsyncSession) -> None:
    await start_experiment(session, "Autumn", HALVES, ["home"])
    assert await assign(session, "cart", "cu_1") is None
    assert (await arm_of(session, "cu_1")).experiment == "Autumn"
    await stop_experiment(session, "Autumn")
    assert await assign(session, "home", "cu_1") is None


@pytest.mark.parametrize("surfaces", [["home"], ["cart", "home"], ["all"]])
async def test_on_a_surface_runs_one_test_at_a_time(session: AsyncSession, surfaces: list[str]) -> None:
    await start_experiment(session, "Autumn", HALVES, ["home"])
    with pytest.raises(Conflict, match="runs on one of these surfaces"):
        await start_experiment(session, "Winter", HALVES, surfaces)
    await start_experiment(session, "Elsewhere", HALVES, ["product"])
    await stop_experiment(session, "Autumn")
    if surfaces != ["all"]:
        await start_experiment(session, "Winter", HALVES, surfaces)


async def test_a_name_is_used_once(session: AsyncSession) -> None:
    await start_experiment(session, "Autumn", HALVES)
    await stop_experiment(session, "Autumn")
    with pytest.raises(Conflict, match="another name"):
        await start_experiment(session, "Autumn", HALVES)


@pytest.mark.parametrize(
    ("name", "arms", "surfaces"),
    [
        ("", HALVES, ["home"]),
        ("n" * 81, HALVES, ["home"]),
        ("Autumn", HALVES, []),
        ("Autumn", HALVES, ["s" * 41]),
        ("Autumn", HALVES[:1], ["home"]),
        ("Autumn", (HALVES[0], HALVES[0]), ["home"]),
        ("Autumn", (ArmPlan("a", "x", 0.5), ArmPlan("b", "x", 0.4)), ["home"]),
        ("Autumn", (ArmPlan("a", "x", 1.0), ArmPlan("b", "x", 0.0)), ["home"]),
        ("Autumn", (ArmPlan("a", "x", float("nan")), ArmPlan("b", "x", 0.5)), ["home"]),
    ],
)
async def test_a_plan_that_makes_no_sense_is_refused(
    session: AsyncSession, name: str, arms: tuple[ArmPlan, ...], surfaces: list[str]
) -> None:
    with pytest.raises(BadRequest):
        await start_experiment(session, name, arms, surfaces)
    assert await list_experiments(session) == []


async def test_stopping_what_does_not_run_is_said_so(session: AsyncSession) -> None:
    with pytest.raises(NotFound):
        await stop_experiment(session, "Autumn")
    with pytest.raises(NotFound):
        await experiment_report(session, "Autumn")


async def test_the_list_begins_with_what_runs(session: AsyncSession) -> None:
    await start_experiment(session, "Autumn", HALVES)
    await stop_experiment(session, "Autumn")
    await start_experiment(session, "Winter", HALVES, ["home", "cart"])
    winter, autumn = await list_experiments(session)
    assert (winter.name, winter.surface, winter.stopped_at) == ("Winter", "cart, home", None)
    assert (autumn.name, autumn.surface, autumn.arms) == ("Autumn", "all", HALVES)
    assert autumn.stopped_at


async def test_the_newest_test_is_found_by_what_it_is_about(session: AsyncSession) -> None:
    assert await newest_experiment(session) is None
    await start_experiment(session, "Autumn", HALVES, ["home"])
    await stop_experiment(session, "Autumn")
    await start_experiment(session, "Winter", (ArmPlan("a", "popularity", 0.5), ArmPlan("b", "ease", 0.5)), ["cart"])
    asked = {about: await newest_experiment(session, about) for about in (None, "autumn", "hybrid", "the cart", "knn")}
    assert {about: found and found.name for about, found in asked.items()} == {
        None: "Winter", "autumn": "Autumn", "hybrid": "Autumn", "the cart": "Winter", "knn": "Autumn",
    }  # fmt: skip
    assert await newest_experiment(session, "spring") is None


async def test_a_fresh_test_has_a_report_of_zeros(session: AsyncSession) -> None:
    await start_experiment(session, "Autumn", HALVES)
    report = await experiment_report(session, "Autumn")
    assert (report.surface, report.days, report.running, report.currency) == ("all", 1, True, None)
    assert [(arm.name, arm.policy, arm.units, arm.exposures) for arm in report.arms] == [
        ("control", "item-knn", 0, 0),
        ("learnt", "hybrid", 0, 0),
    ]
    assert {(c.arm, c.metric, c.lift_percent, c.decided) for c in report.comparisons} == {
        ("learnt", metric, None, "not yet") for metric in ("ctr", "conversion", "revenue")
    }


async def test_a_click_counts_once_for_the_newest_answer_that_held_the_product(session: AsyncSession) -> None:
    await begin(session)
    (lamp, rug), ada = await product_ids(session), await newcomer(session)
    for hours_ago in (5, 4, 3):
        await show(session, ada, [lamp, rug], hours_ago=hours_ago)
    for hours_ago in (2.9, 2.8):
        await click(session, ada, lamp, hours_ago=hours_ago)
    assert totals(await experiment_report(session, "Autumn"))[:2] == (3, 1)


async def test_what_is_no_click_on_a_recommendation_does_not_count(session: AsyncSession) -> None:
    """Too late, before it was shown, another product, somebody else, led by a search."""
    await begin(session)
    (lamp, rug), ada, bob = await product_ids(session), await newcomer(session), await newcomer(session)
    await show(session, ada, [lamp], hours_ago=30)
    await click(session, ada, lamp, hours_ago=5)
    await click(session, ada, lamp, hours_ago=31)
    await click(session, ada, rug, hours_ago=29)
    await click(session, bob, lamp, hours_ago=29)
    await click(session, ada, lamp, hours_ago=29, **{"from": "search"})
    assert totals(await experiment_report(session, "Autumn"))[:2] == (1, 0)
    await click(session, ada, lamp, hours_ago=7)
    assert totals(await experiment_report(session, "Autumn"))[:2] == (1, 1)


async def test_a_guest_is_counted_by_the_session(session: AsyncSession) -> None:
    await begin(session)
    lamp, _ = await product_ids(session)
    guest = await arm_of(session, "g_1")
    await expose(session, guest, "g_1", customer_id=None, visitor="g_1", surface="home", products=[lamp])
    led = {"from": "recommendation"}
    session.add(Event(kind="view", at=datetime.now(UTC), session="g_1", product_id=lamp, detail=led))
    await session.flush()
    report = await experiment_report(session, "Autumn", now=datetime.now(UTC) + timedelta(minutes=1))
    assert totals(report)[:2] == (1, 1)


async def test_an_order_of_a_shown_product_within_a_week_is_a_conversion(session: AsyncSession) -> None:
    await begin(session)
    (lamp, rug), ada = await product_ids(session), await newcomer(session)
    for hours_ago in (100, 90):
        await show(session, ada, [lamp], hours_ago=hours_ago)
    await buy(session, ada, lamp, hours_ago=80, units=3)
    await buy(session, ada, rug, hours_ago=80)
    report = await experiment_report(session, "Autumn")
    assert totals(report) == (2, 0, 1, 30)
    assert report.currency == "USD"


async def test_what_is_no_conversion_does_not_count(session: AsyncSession) -> None:
    """Ordered before, too late, cancelled, sent back, by somebody else."""
    await begin(session)
    (lamp, _), ada, bob = await product_ids(session), await newcomer(session), await newcomer(session)
    await show(session, ada, [lamp], hours_ago=200)
    await buy(session, ada, lamp, hours_ago=201)
    await buy(session, ada, lamp, hours_ago=1)
    await buy(session, ada, lamp, hours_ago=199, status="cancelled")
    await buy(session, ada, lamp, hours_ago=199, status="returned")
    await buy(session, bob, lamp, hours_ago=199)
    assert totals(await experiment_report(session, "Autumn")) == (1, 0, 0, 0)


async def test_the_report_as_of_a_day_knows_nothing_of_later_days(session: AsyncSession) -> None:
    await begin(session, days_ago=10)
    (lamp, _), ada = await product_ids(session), await newcomer(session)
    await show(session, ada, [lamp], hours_ago=50)
    await show(session, ada, [lamp], hours_ago=20)
    await click(session, ada, lamp, hours_ago=10)
    yesterday = await experiment_report(session, "Autumn", now=datetime.now(UTC) - timedelta(hours=24))
    assert totals(yesterday)[:2] == (1, 0)
    assert yesterday.days == 10
    assert totals(await experiment_report(session, "Autumn"))[:2] == (2, 1)


async def test_a_clear_winner_is_called_better(session: AsyncSession) -> None:
    """Three of four answers of the learnt arm are clicked, one of four of the control."""
    await begin(session)
    lamp, _ = await product_ids(session)
    for n in range(240):
        unit = f"g_{n}"
        assignment = await arm_of(session, unit)
        await expose(session, assignment, unit, customer_id=None, visitor=unit, surface="home", products=[lamp])
        if (n % 4 != 0) == (assignment.arm == "learnt"):
            led = {"from": "recommendation", "surface": "home"}
            session.add(Event(kind="click", at=datetime.now(UTC), session=unit, product_id=lamp, detail=led))
    await session.flush()
    report = await experiment_report(session, "Autumn", now=datetime.now(UTC) + timedelta(minutes=1))
    verdicts = {c.metric: c for c in report.comparisons}
    assert verdicts["ctr"].decided == "better"
    assert verdicts["ctr"].lift_percent
    assert verdicts["ctr"].lift_percent.lo > 50
    assert verdicts["conversion"].decided == "not yet"


async def test_the_exposures_of_an_erased_customer_name_nobody(session: AsyncSession) -> None:
    """They still count as those of one person."""
    await begin(session)
    (lamp, _), ada, bob = await product_ids(session), await newcomer(session), await newcomer(session)
    for customer in (ada, ada, bob):
        await show(session, customer, [lamp], hours_ago=5)
    receipt = await erase_customer(session, ada.public_id)
    assert receipt.rows["exposures"] == 2
    rows = (await session.execute(select(Exposure.unit, Exposure.customer_id, Exposure.session))).all()
    assert len({row.unit for row in rows}) == 2
    assert [row.unit for row in rows if row.customer_id is not None] == [bob.public_id]
    assert ada.public_id not in {row.unit for row in rows}
    assert sum(arm.units for arm in (await experiment_report(session, "Autumn")).arms) == 2
