"""How long it takes to rank 200 promotions for one customer, in the process and over HTTP, and how fast events come in.

    python -m benchmarks.promotion_serving [--promotions 200] [--products 10000] [--requests 300] [--events 40000]
        [--json]

Makes a store with customers that have a history, and so many promotions that all of them may be shown: of products,
categories, everything; with budgets, with audiences. Events are sent over HTTP in batches from several clients at once,
and counted in the store afterwards; then they are learnt.
"""

import argparse
import asyncio
import json
import os
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import httpx
import psycopg
from rich.console import Console

from benchmarks.recommender_serving import fill
from benchmarks.visual_search import tools_process
from common.logs import configure_logging
from ml_tools.promotions.online import Learner
from ml_tools.promotions.schemas import RankRequest
from ml_tools.promotions.service import PromotionService
from ml_tools.promotions.serving import Serving
from ml_tools.promotions.signals import VERSION, WIDTH
from store.embedded import EmbeddedPostgres
from store.migrate import upgrade
from store.session import Database

WARM = 20
CUSTOMERS = 5000
BATCH = 500  # events a request
CLIENTS = 4
notices = Console(stderr=True)


def add_promotions(url: str, promotions: int) -> None:
    """A third each of products that are in stock, of categories, and of everything."""
    with psycopg.connect(url) as connection:
        connection.execute(
            "INSERT INTO promotions (public_id, reference, title, product_id, category_id, discount_percent, starts_on,"
            " ends_on, budget, audience)"
            " SELECT 'pr_' || n, 'R' || n, 'Offer ' || n,"
            " CASE WHEN mod(n, 3) = 0 THEN (SELECT product_id FROM variants WHERE stock > 0 OFFSET n LIMIT 1) END,"
            " CASE WHEN mod(n, 3) = 1 THEN (SELECT id FROM categories OFFSET mod(n, 40) LIMIT 1) END,"
            " 5 + mod(n, 30), current_date - mod(n, 9), current_date + 9, CASE WHEN mod(n, 2) = 0 THEN 100000 END,"
            ' CASE WHEN mod(n, 4) = 0 THEN \'{"customers": "new", "slots": ["home_hero", "cart"]}\'::jsonb'
            " ELSE '{}' END FROM generate_series(1, %s) AS n",
            (promotions,),
        )
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def spread(took: list[float]) -> dict[str, float]:
    ordered = sorted(took[WARM:])
    return {"p50_ms": statistics.median(ordered), "p95_ms": ordered[int(0.95 * len(ordered))]}


def asked(number: int) -> dict[str, Any]:
    return {"customer_id": f"cu_{1 + number % CUSTOMERS}", "slot": "home_hero", "surface": "home", "n": 1}


async def in_process(url: str, requests: int) -> dict[str, float]:
    database = Database(url, pool_size=4)
    service = PromotionService(database, Serving(database), floor=0.02)
    took = []
    try:
        for number in range(requests + WARM):
            request = RankRequest(**asked(number))
            started = time.perf_counter()
            answer = await service.rank(request)
            took.append(1000 * (time.perf_counter() - started))
            assert len(answer.promotions) == 1
    finally:
        await database.close()
    return spread(took)


def over_http(client: httpx.Client, requests: int) -> dict[str, float]:
    took = []
    for number in range(requests + WARM):
        started = time.perf_counter()
        client.post("/promotions/rank", json=asked(number)).raise_for_status()
        took.append(1000 * (time.perf_counter() - started))
    return spread(took)


def batches(events: int, promotions: int) -> list[dict[str, Any]]:
    """Four impressions to a click; an impression has all that a ranked one has."""
    at, found = datetime.now(UTC).isoformat(), []
    signals = [VERSION, 1.0, *[0.1] * (WIDTH - 2)]
    for first in range(0, events * 4 // 5, BATCH * 4 // 5):
        numbers = range(first, first + BATCH * 4 // 5)
        impressions = [
            {
                "impression_id": f"im_{n}", "promotion_id": f"pr_{1 + n % promotions}", "slot": "home_hero",
                "surface": "home", "shown_at": at, "propensity": 0.1, "customer_id": f"cu_{1 + n % CUSTOMERS}",
                "signals": signals,
            }
            for n in numbers
        ]  # fmt: skip
        clicks = [{"impression_id": f"im_{n}", "at": at} for n in numbers if n % 4 == 0]
        found.append({"impressions": impressions, "clicks": clicks})
    return found


async def send(address: str, everything: list[dict[str, Any]]) -> float:
    """Events a second, from the first request to the last answer."""
    waiting = list(everything)

    async def client() -> None:
        async with httpx.AsyncClient(base_url=address, timeout=30) as http:
            while waiting:
                (await http.post("/promotions/events", json=waiting.pop())).raise_for_status()

    started = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    sent = sum(len(one["impressions"]) + len(one["clicks"]) for one in everything)
    return sent / (time.perf_counter() - started)


async def learn(url: str) -> dict[str, float]:
    database = Database(url, pool_size=4)
    started = time.perf_counter()
    learnt = await Learner(database, patience=timedelta(0)).learn()
    await database.close()
    return {"impressions": learnt, "a_second": learnt / (time.perf_counter() - started)}


def counted(url: str) -> dict[str, int]:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*), count(clicked_at) FROM impressions").fetchone()
        days = connection.execute("SELECT sum(impressions), sum(clicks) FROM promotion_days").fetchone()
    assert row
    assert days
    return {"impressions": row[0], "clicks": row[1], "counted_impressions": days[0], "counted_clicks": days[1]}


def measure(promotions: int, products: int, requests: int, events: int, home: Path) -> dict[str, Any]:
    server = EmbeddedPostgres(home)
    try:
        url = server.url("promotions")
        upgrade(url)
        fill(url, products, CUSTOMERS)
        add_promotions(url, promotions)
        notices.print(f"{promotions} promotions of {products:,} products are in the store")
        found: dict[str, Any] = {"promotions": promotions, "products": products}
        found["in_process"] = asyncio.run(in_process(url, requests))
        with tools_process(url, home) as address:
            with httpx.Client(base_url=address, timeout=30) as client:
                found["over_http"] = over_http(client, requests)
            everything = batches(events, promotions)
            found["events_a_second"] = asyncio.run(send(address, everything))
        found["stored"] = counted(url)
        found["learnt"] = asyncio.run(learn(url))
        return found
    finally:
        server.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--promotions", type=int, default=200)
    parser.add_argument("--products", type=int, default=10_000)
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--events", type=int, default=40_000)
    parser.add_argument("--json", action="store_true")
    asked_for = parser.parse_args()
    configure_logging("benchmark", "WARNING")
    with tempfile.TemporaryDirectory(prefix="promotion-serving-", ignore_cleanup_errors=True) as home:
        found = measure(asked_for.promotions, asked_for.products, asked_for.requests, asked_for.events, Path(home))
    if asked_for.json:
        print(json.dumps(found))
    else:
        Console().print_json(json.dumps(found))


if __name__ == "__main__":
    main()
