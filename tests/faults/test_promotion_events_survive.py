"""Promotion events whose process is killed again and again: none is lost, none counts or is learnt twice."""

import asyncio
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from sqlalchemy import func, select

from common.settings import ROOT
from ml_tools.promotions.online import Learner, read
from ml_tools.promotions.signals import LOCAL, SHARED, VERSION
from store.promotion_learning import kept_belief
from store.session import Database
from store.tables import Impression, PromotionBelief, PromotionClick, PromotionDay
from tests.promotion_kit import PromotionShop

BATCHES, BATCH = 60, 20
KILLS = 4


class Intake:
    """The process, which can be killed and started again on the same socket."""

    def __init__(self, url: str, folder: str) -> None:
        self._url, self._path = url, str(Path(folder) / "s")
        self.kills = 0
        self.process = self._started()

    def _started(self) -> "subprocess.Popen[bytes]":
        Path(self._path).unlink(missing_ok=True)
        command = [sys.executable, "-m", "tests.faults.promotion_intake", self._url, self._path]
        return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)

    def kill_and_start(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)
        self.kills += 1
        self.process = self._started()

    def end(self) -> None:
        self.process.kill()
        self.process.wait(10)

    async def send(self, body: dict[str, Any]) -> None:
        """Send until it is answered, as a caller that was not answered must."""
        async with asyncio.timeout(60):
            while True:
                with suppress(httpx.TransportError):
                    transport = httpx.AsyncHTTPTransport(uds=self._path)
                    async with httpx.AsyncClient(transport=transport, base_url="http://tools", timeout=10) as client:
                        (await client.post("/promotions/events", json=body)).raise_for_status()
                        return
                await asyncio.sleep(0.02)


def batch(number: int, promotions: list[str]) -> dict[str, Any]:
    """Impressions, every third of them clicked; every fifth click comes a batch late."""
    rng, at = np.random.default_rng(number), datetime.now(UTC).isoformat()
    keys = [f"im_{number}_{n}" for n in range(BATCH)]
    impressions = [
        {
            "impression_id": key, "promotion_id": promotions[n % len(promotions)], "slot": "cart", "surface": "cart",
            "shown_at": at, "propensity": 0.5,
            "signals": [VERSION, *rng.normal(size=len(SHARED) + len(LOCAL)).round(3).tolist()],
        }
        for n, key in enumerate(keys)
    ]  # fmt: skip
    clicked = [key for n, key in enumerate(keys) if n % 3 == 0 and n % 5]
    late = [f"im_{number - 1}_{n}" for n in range(BATCH) if n % 15 == 0] if number else []
    return {"impressions": impressions, "clicks": [{"impression_id": key, "at": at} for key in clicked + late]}


@pytest.mark.timeout(180)
async def test_killed_at_any_moment_nothing_is_lost_or_counted_twice(
    database: Database, empty_database_url: str
) -> None:
    shop = PromotionShop(database)
    await shop.product(await shop.category())
    promotions = [(await shop.promotion()).public_id for _ in range(3)]
    with tempfile.TemporaryDirectory(prefix="intake-") as folder:
        intake = Intake(empty_database_url, folder)
        try:
            for number in range(BATCHES):
                sending = asyncio.create_task(intake.send(batch(number, promotions)))
                if number % (BATCHES // KILLS) == BATCHES // KILLS // 2:
                    await asyncio.sleep(0.004 * intake.kills)  # while it writes and learns, or just before
                    await asyncio.to_thread(intake.kill_and_start)
                await sending
        finally:
            intake.end()
    await Learner(database, patience=timedelta(0)).learn()
    clicks = sum(len(batch(number, promotions)["clicks"]) for number in range(BATCHES))
    async with database.begin() as session:
        shown = await session.scalar(select(func.count()).select_from(Impression))
        clicked = await session.scalar(select(func.count()).select_from(PromotionClick))
        counted = (
            await session.execute(select(func.sum(PromotionDay.impressions), func.sum(PromotionDay.clicks)))
        ).one()
        kept = await kept_belief(session, "promotions")
    assert intake.kills == KILLS
    assert (shown, clicked) == (BATCHES * BATCH, clicks)
    assert tuple(counted) == (BATCHES * BATCH, clicks)
    assert kept is not None
    assert kept.examples == BATCHES * BATCH
    await _the_belief_is_that_of_one_calm_pass(database, kept)


async def _the_belief_is_that_of_one_calm_pass(database: Database, kept: Any) -> None:
    """Learnt anew in one go, it comes to nearly the same: batches of another size are all that differs."""
    async with database.begin() as session:
        await session.delete(await session.get_one(PromotionBelief, "promotions"))
    await Learner(database, patience=timedelta(0)).learn()
    async with database.begin() as session:
        calm = await kept_belief(session, "promotions")
    assert calm is not None
    assert calm.examples == kept.examples
    stormy, once = read(kept).belief, read(calm).belief
    assert stormy.promotions.tolist() == once.promotions.tolist()
    assert np.abs(stormy.mean - once.mean).max() < 0.15
    assert np.abs(np.log(np.diag(stormy.a) / np.diag(once.a))).max() < 0.1
