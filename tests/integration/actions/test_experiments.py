"""What marketers hear of a test of recommenders: figures with intervals, what is decided, and how to start one."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from actions.experiments import _say_decided, _say_figures
from actions.replies import Reply
from actions.turn import Turn
from common.sequential import Interval
from store.experiment_outcomes import ArmReport, Comparison
from store.experiments import ArmPlan, ExperimentReport, assign, expose, start_experiment, stop_experiment
from store.session import Database
from tests.actions_kit import Said, Shop

ARMS = [ArmPlan("item-knn", "item-knn", 0.5), ArmPlan("new", "hybrid", 0.5)]


@pytest.fixture
async def shop(database: Database, tmp_path: Path) -> AsyncIterator[Shop]:
    yield Shop(database, tmp_path / "keys", now=datetime.now(UTC) + timedelta(minutes=1))
    async with database.begin() as session:
        await session.execute(text("DELETE FROM experiments"))


async def started(shop: Shop, *, shown_to: int = 0) -> None:
    product = await shop.product("Cup")
    async with shop.database.begin() as session:
        await start_experiment(session, "Autumn", ARMS)
        number = await session.scalar(text("SELECT id FROM products WHERE public_id = :id"), {"id": product})
        for one in range(shown_to):
            arm = await assign(session, "home", f"g_{one}")
            assert arm
            await expose(
                session, arm, f"g_{one}", customer_id=None, visitor=f"g_{one}", surface="home", products=[number]
            )


async def test_with_no_test_it_says_how_to_start_one(shop: Shop) -> None:
    said = await shop.marketer().ask("experiment_report", text="how is the recommender test doing?")
    assert said.names == ["utter_no_experiment"]
    assert "shopclerk experiment start" in said.text


async def test_a_running_test_is_reported_by_arm_and_not_decided_yet(shop: Shop) -> None:
    await started(shop, shown_to=40)
    said = await shop.marketer().ask("experiment_report")
    assert "Autumn" in said.text
    assert said.names == ["utter_experiment", "utter_experiment_undecided"]
    assert [row[0] for row in said.rows] == ["item-knn", "new (hybrid)"]
    assert sum(int(row[1]) for row in said.rows) == sum(int(row[2]) for row in said.rows) == 40
    assert all(row[3].startswith("0.0 % (0.0 % to ") for row in said.rows)


async def test_a_test_that_ended_is_reported_as_over(shop: Shop) -> None:
    await started(shop)
    async with shop.database.begin() as session:
        await stop_experiment(session, "Autumn")
    said = await shop.marketer().ask("experiment_report")
    assert said.names == ["utter_experiment_over", "utter_experiment_never_decided"]


async def test_a_test_of_promotions_is_told_from_one_of_recommenders(shop: Shop) -> None:
    marketer = shop.marketer()
    none = await marketer.ask("experiment_report", text="how is the promotion test doing?")
    assert none.names == ["utter_no_promotion_experiment"]
    assert "--surface promotions" in none.text
    async with shop.database.begin() as session:
        arms = [ArmPlan("thompson", "thompson", 0.5), ArmPlan("greedy", "greedy", 0.5)]
        await start_experiment(session, "Banners", arms, ["promotions"])
    promotions = await marketer.ask("experiment_report", text="How is the promotion test doing?")
    assert promotions.names == ["utter_promotion_experiment", "utter_experiment_undecided"]
    assert [row[0] for row in promotions.rows] == ["thompson", "greedy"]
    assert "Banners" in promotions.text
    assert (await marketer.ask("experiment_report", text="and the test of recommenders?")).names == [
        "utter_no_experiment"
    ]
    await started(shop)
    for text_, name in {
        "how is the banner test doing": "Banners",
        "how is the recommender test doing": "Autumn",
    }.items():
        assert name in (await marketer.ask("experiment_report", text=text_)).text


async def test_shoppers_hear_nothing_of_it(shop: Shop) -> None:
    await started(shop)
    assert (await shop.shopper().ask("experiment_report")).names == ["utter_for_marketers"]


def told(shop: Shop, *comparisons: Comparison, running: bool = True) -> Said:
    """What is said of a report that holds these comparisons."""
    from rasa_sdk.executor import CollectingDispatcher

    share, revenue = Interval(0.042, 0.039, 0.045), Interval(3.5, 3.1, 3.9)
    arms = [ArmReport(name, "p", 1200, 5000, share, share, revenue) for name in ("old", "new")]
    report = ExperimentReport("Autumn", "all", shop.now.date(), 3, running, "USD", arms, list(comparisons))
    dispatcher = CollectingDispatcher()
    turn = Turn(None, "", [], "", {}, None, {}, None, Reply(dispatcher), shop.services, {})  # type: ignore[arg-type]
    _say_figures(turn, report)
    _say_decided(turn, report)
    return Said(dispatcher.messages, [])


BETTER = Comparison("new", "ctr", Interval(21.4, 8.2, 36.0), "better")
WORSE = Comparison("new", "revenue", Interval(-12.0, -20.0, -3.25), "worse")
OPEN = Comparison("new", "conversion", None, "not yet")


async def test_what_is_decided_is_said_with_its_interval_and_the_rest_is_open(shop: Shop) -> None:
    said = told(shop, BETTER, WORSE, OPEN)
    assert "new is better than old in CTR, by 21 % (8.2 % to 36 %)" in said.text
    assert "new is worse than old in revenue, by 12 % (3.2 % to 20 %)" in said.text
    assert "Not decided yet in conversion" in said.text
    assert said.rows[0][1:] == ["1,200", "5,000", "4.2 % (3.9 % to 4.5 %)", "4.2 % (3.9 % to 4.5 %)",
                                "$3.50 ($3.10 to $3.90)"]  # fmt: skip


async def test_with_everything_decided_nothing_is_called_open(shop: Shop) -> None:
    assert told(shop, BETTER).names == ["utter_experiment", "utter_experiment_better"]
    assert told(shop, BETTER, OPEN, running=False).names == ["utter_experiment_over", "utter_experiment_better"]
