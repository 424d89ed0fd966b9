"""Promotions learnt anew from a shop's history: as the running shop would have seen it, and taken up by it."""

import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import numpy as np
import pytest

from common.settings import Settings
from ml_tools.promotions.api import PromotionsTool
from ml_tools.promotions.models.boosted import Boosted
from ml_tools.promotions.online import Learner, read
from ml_tools.promotions.past import Past, examples
from ml_tools.promotions.signals import LOCAL, SHARED, Bases, Profile, Signals, signals
from ml_tools.promotions.train import train
from ml_tools.settings import ToolsSettings
from store import promotion_history as history
from store.jobs import LEARN_PROMOTIONS, TRAIN_PROMOTIONS
from store.promotion_events import Shown, take_events
from store.promotions import Asker, eligible, interests_of
from store.session import Database, connect
from store.tables import (
    Impression,
    Promotion,
    PromotionBelief,
)
from tests.promotion_kit import PromotionShop, client_of, rank, tool_on, without_promotions

NOW = datetime.now(UTC)


@pytest.fixture
async def shop(database: Database) -> PromotionShop:
    return await without_promotions(database)


async def imported(database: Database, promotion: Promotion, count: int, clicks: int, **whom: int | str) -> None:
    """Impressions as an import brings them: without signals or keys."""
    async with database.begin() as session:
        session.add_all(
            Impression(
                promotion_id=promotion.id, slot="home_row", shown_at=NOW - timedelta(minutes=count - n), propensity=0.5,
                clicked_at=NOW if n < clicks else None, **whom,
            )
            for n in range(count)
        )  # fmt: skip


async def test_a_history_is_learnt_and_the_running_shop_goes_on_from_there(
    shop: PromotionShop, database: Database, empty_database_url: str
) -> None:
    await shop.product(await shop.category())
    loved, ignored = await shop.promotion(), await shop.promotion()
    await imported(database, loved, 300, 150, session="g_1")
    await imported(database, ignored, 300, 3, session="g_2")
    with connect(empty_database_url) as connection:
        learnt = train(connection, patience=0)
    means = dict(zip(learnt.belief.promotions.tolist(), learnt.belief.means[:, 0], strict=True))
    assert (learnt.version, learnt.examples) == (1, 600)
    assert means[loved.id] > means[ignored.id] + 0.5
    learner = Learner(database, patience=timedelta(0))
    assert await learner.learn() == 0, "nothing is learnt twice"
    async with database.begin() as session:
        await take_events(session, [Shown("im_new", loved.public_id, "cart", "cart", 0.5, NOW)])
    assert await learner.learn() == 1


async def test_signals_of_the_past_are_those_of_that_moment(
    shop: PromotionShop, database: Database, empty_database_url: str
) -> None:
    """What an impression now gets when it is served, and when it is learnt from history, is the same."""
    category, other = await shop.category(), await shop.category()
    product, elsewhere = await shop.product(category, brand="Ada"), await shop.product(other)
    promotion = await shop.promotion(category_id=category.id)
    customer = await shop.customer()
    await shop.look(product, customer=customer, times=3)
    await shop.look(elsewhere, customer=customer)
    await shop.order(customer, product)
    await imported(database, promotion, 3, 1, customer_id=customer.id)
    asker = Asker(customer.public_id, None, "home_row")
    async with database.read() as session:
        interests = await interests_of(session, asker)
        candidates = [one for one in await eligible(session, asker, interests) if one.seen == 3]
    with connect(empty_database_url) as connection:
        bases = Bases.of(history.touched_by_all(connection))
        past = Past.of(history.touches(connection), history.products(connection))
        reached = history.complete_until(connection, patience=0)
        shown = history.shown(connection, reached, most=100)
        a_minute_on = datetime.now(UTC).timestamp() + 60  # the order was placed just now, whenever this module began
        now = shown[-1]._replace(impression_id=10**9, at=a_minute_on, clicked=False)
        found = list(examples([*shown, now], past, history.every_promotion(connection), bases))
    profile = Profile.of(interests, customer=True)
    served = [] if candidates else [promotion]
    assert [one.clicked for one in found] == [True, False, False, False]
    seen = dict(zip(SHARED, found[-1].signals[1 : 1 + len(SHARED)], strict=True))
    assert seen["seen"] == pytest.approx(np.log(4), abs=1e-3)
    assert served == [promotion], "it was seen three times today, which is its cap"
    async with database.begin() as session:
        (await session.get_one(Promotion, promotion.id)).daily_cap = 9
    async with database.read() as session:
        (candidate,) = [
            one for one in await eligible(session, asker, interests) if one.public_id == promotion.public_id
        ]
    expected = signals(bases, profile, [candidate], slot="home_row", today=NOW.date()).row(0)
    assert found[-1].signals == pytest.approx(expected)


async def test_the_first_job_learns_the_history_in_a_process_of_its_own(
    shop: PromotionShop, database: Database, empty_database_url: str, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMOTIONS_PATIENCE", "0")  # the process has settings of its own
    await shop.product(await shop.category())
    await imported(database, await shop.promotion(), 20, 5, session="g_1")
    config = Settings(_env_file=None, database_url=empty_database_url, shopclerk_home=tmp_path)
    limits = ToolsSettings(_env_file=None, promotions_patience=0)
    tool = PromotionsTool(config, limits, database)
    tool.load()
    job = tool.jobs()[LEARN_PROMOTIONS]
    assert await job() == 0
    async with database.begin() as session:
        kept = await session.get_one(PromotionBelief, "promotions")
    assert (kept.examples, len(read(kept).belief)) == (20, 1)
    assert tool.card().model.version == "0", "it is read with the first request"
    broken = PromotionsTool(config, limits, database, training=(sys.executable, "-c", "raise SystemExit('broken')"))
    async with database.begin() as session:
        await session.delete(await session.get_one(PromotionBelief, "promotions"))
    broken.load()
    job = broken.jobs()[LEARN_PROMOTIONS]
    assert await job() == 20, "imported impressions pass by the online learning, which goes on"


async def crossed(database: Database, promotion: Promotion, count: int) -> None:
    """Impressions that are clicked where two signals differ, which no line can tell."""
    rng = np.random.default_rng(1)
    shared, local = np.zeros(len(SHARED)), np.zeros(len(LOCAL))
    shared[0] = local[0] = 1
    async with database.begin() as session:
        for n in range(count):
            first, second = rng.choice([-1.0, 1.0], 2)
            shared[SHARED.index("discount")], shared[SHARED.index("history")] = first, second
            clicked = rng.random() < (0.75 if first != second else 0.05)
            session.add(
                Impression(
                    promotion_id=promotion.id, slot="home_row", propensity=0.5, session=f"g_{n}",
                    shown_at=NOW - timedelta(minutes=count - n), clicked_at=NOW if clicked else None,
                    signals=list(Signals(shared[None], local[None]).row(0)),
                )
            )  # fmt: skip


async def test_the_click_model_that_wins_serves_beneath_the_belief_and_a_night_without_gain_changes_nothing(
    shop: PromotionShop, database: Database, empty_database_url: str
) -> None:
    await shop.product(await shop.category())
    await crossed(database, await shop.promotion(), 1200)
    makers = {"boosted": lambda: Boosted(leaves=4, trees=40, rate=0.2)}
    async with client_of(tool_on(database)) as client:
        before = await rank(client, session="g_new")
        with connect(empty_database_url) as connection:
            assert train(connection, patience=0, makers=makers).examples == 1200
        after = await taken_up(client)
    (shown,) = after["promotions"]
    assert before["model"]["name"] == "bayesian-logistic"
    assert before["promotions"][0]["signals"][len(SHARED)] == 0
    assert after["model"]["name"] == "bayesian-logistic+boosted"
    assert shown["signals"][len(SHARED)] != 0, "the model's word is kept with the impression"
    assert shown["propensity"] == 1.0, "there is but one"
    with connect(empty_database_url) as connection:
        assert train(connection, patience=0, refresh=True, makers={}) is not None, "it lost: it is given up"
        assert train(connection, patience=0, refresh=True, makers={}) is None


async def taken_up(client: httpx.AsyncClient) -> dict[str, Any]:
    """An answer of what is kept now; requests before it are answered from the old while it is read."""
    for _ in range(500):
        answer = await rank(client, session="g_new")
        if answer["model"]["version"] != "0":
            return answer
    raise AssertionError("What was trained was not taken up.")


async def test_every_night_the_models_are_tried_in_a_process_of_its_own(
    shop: PromotionShop, database: Database, empty_database_url: str, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMOTIONS_PATIENCE", "0")
    await imported(database, await shop.promotion(), 20, 5, session="g_1")
    config = Settings(_env_file=None, database_url=empty_database_url, shopclerk_home=tmp_path)
    tool = PromotionsTool(config, ToolsSettings(_env_file=None), database)
    assert await tool.jobs()[TRAIN_PROMOTIONS]() == 1
    async with database.read() as session:
        assert await session.get(PromotionBelief, "promotions") is None, "nothing was better, nothing was changed"
    broken = PromotionsTool(config, ToolsSettings(_env_file=None), database, training=("false",))
    assert await broken.jobs()[TRAIN_PROMOTIONS]() == 0
