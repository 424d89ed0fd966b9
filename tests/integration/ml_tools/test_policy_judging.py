"""`shopclerk evaluate policy` on a store: what a shop has shown, who could have seen what, and a judgement of it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from common.settings import settings
from ml_tools.promotions.decisions import decisions
from ml_tools.promotions.past import Memory, Past
from ml_tools.promotions.signals import Bases
from store import promotion_history as history
from store.promotions import Asker, eligible, interests_of
from store.session import Database, connect
from store.tables import (
    Impression,
)
from tests.promotion_kit import PromotionShop, without_promotions

NOW = datetime.now(UTC)
SHOWN = 1600


@pytest.fixture
async def shop(database: Database) -> PromotionShop:
    return await without_promotions(database)


@pytest.fixture
def environment(empty_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("DATABASE_URL", empty_database_url)
    monkeypatch.setenv("SHOPCLERK_HOME", str(tmp_path))
    monkeypatch.setenv("PROMOTIONS_PATIENCE", "0")
    monkeypatch.setenv("COLUMNS", "200")
    settings.cache_clear()
    yield
    settings.cache_clear()


def evaluate(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["evaluate", "policy", *arguments])


async def chosen_at_random(database: Database, rates: dict[int, float], count: int = SHOWN) -> dict[int, float]:
    """Showings of the last 40 days, each promotion as likely, clicked at its rate; returns the shares that were."""
    rng, ids = np.random.default_rng(3), list(rates)
    picks, chances = rng.integers(len(ids), size=count), rng.random(count)
    async with database.begin() as session:
        for number in range(count):
            promotion, at = ids[picks[number]], NOW - timedelta(days=40 * (1 - number / count), minutes=5)
            clicked = at + timedelta(seconds=9) if chances[number] < rates[promotion] else None
            session.add(
                Impression(
                    promotion_id=promotion, slot="home_hero", session=f"g_{number}", shown_at=at,
                    propensity=1 / len(ids), clicked_at=clicked, received_at=at,
                )
            )  # fmt: skip
    clicks = np.array([chances[n] < rates[ids[pick]] for n, pick in enumerate(picks)])
    return {promotion: float(clicks[picks == row].mean()) for row, promotion in enumerate(ids)}


@pytest.mark.usefixtures("environment")
async def test_what_is_clicked_more_is_worth_more(shop: PromotionShop, database: Database) -> None:
    loved, ignored = [await shop.promotion(starts=-60) for _ in range(2)]
    liked = (await chosen_at_random(database, {loved.id: 0.3, ignored.id: 0.05}))[loved.id]
    answer = evaluate("random", "greedy", "--json")
    assert answer.exit_code == 0, answer.output
    found: dict[str, Any] = json.loads(answer.stdout)
    assert (found["tool"], found["model"]["name"], found["rows"]) == ("promotions", "thompson", 0.8 * SHOWN)
    assert found["verdicts"] == {"random": "worse", "greedy": "open"}
    metrics = found["metrics"]
    assert metrics["IPS"]["random"] == pytest.approx(metrics["earned"]["as it was shown"]), "it was shown at random"
    assert metrics["doubly robust low"]["greedy"] < liked < metrics["doubly robust high"]["greedy"]
    table = evaluate("random")
    assert "random is worse than thompson" in table.output
    assert "as it was shown" in table.output


@pytest.mark.usefixtures("environment")
async def test_a_shop_that_has_shown_too_little_hears_so(shop: PromotionShop, database: Database) -> None:
    nothing = evaluate("greedy")
    assert (nothing.exit_code, "No promotion was ever shown" in nothing.output) == (2, True)
    await chosen_at_random(database, {(await shop.promotion(starts=-60)).id: 0.2}, count=50)
    few = evaluate("greedy")
    assert (few.exit_code, "40 showings can be judged; at least 1,000" in " ".join(few.output.split())) == (2, True)
    wrong = evaluate("magic")
    assert (wrong.exit_code, "no policy 'magic'" in wrong.output) == (2, True)


AUDIENCES = [
    {}, {"audience": "SLUG"}, {"audience": "nowhere"}, {"customers": "known"}, {"customers": "new"},
    {"segments": ["gold"]}, {"segments": "gold"}, {"segments": 3}, {"categories": ["SLUG"]}, {"categories": "SLUG"},
    {"slots": ["cart"]}, {"slots": ["home_hero", "cart"]}, {"weather": "rain"}, {"slots": [{"a": 1}, "home_hero"]},
    {"audience": {"a": 1}}, {"audience": ["SLUG"]}, {"segments": ["gold"], "slots": ["home_hero"]},
]  # fmt: skip


@pytest.mark.parametrize("somebody", ["gold who bought", "who looked", "a guest"])
async def test_the_past_is_read_by_the_rules_of_today(
    shop: PromotionShop, database: Database, empty_database_url: str, somebody: str
) -> None:
    """Whoever SQL lets see a promotion now could have seen it by the history's reading, and nobody else."""
    category = await shop.category()
    product = await shop.product(category)
    customer = await shop.customer(**({"segment": "gold"} if "gold" in somebody else {}))
    for audience in AUDIENCES:
        written = json.loads(json.dumps(audience).replace("SLUG", category.slug))
        await shop.promotion(audience=written, daily_cap=5)
    if "gold" in somebody:
        await shop.order(customer, product)
    if "looked" in somebody:
        await shop.look(product, customer=customer)
    public = None if somebody == "a guest" else customer.public_id
    asker = Asker(public, "g_nobody", "home_hero")
    async with database.read() as session:
        today = {one.promotion_id for one in await eligible(session, asker, await interests_of(session, asker))}
    async with database.begin() as session:
        session.add(
            Impression(
                promotion_id=min(today), slot="home_hero", shown_at=datetime.now(UTC), propensity=0.5,
                customer_id=None if public is None else customer.id, session="g_nobody",
            )
        )  # fmt: skip
    with connect(empty_database_url) as connection:
        promotions, terms = history.every_promotion(connection), history.terms(connection)
        past = Past.of(history.touches(connection), history.products(connection))
        shown = history.shown(connection, history.complete_until(connection, patience=0), most=10)
    (found,) = decisions(shown, Memory(past, promotions, Bases()), terms)
    assert set(found.candidates) == today
    assert 1 < len(today) < len(AUDIENCES)
