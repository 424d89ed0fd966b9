"""How long a forecast takes: one product as chat asks for it (HTTP, SQL and all), and 400 products in a row.

    DATABASE_URL=postgresql://... .venv/bin/python benchmarks/forecasts.py [--products 400] [--json]

Needs a store with sales, such as the demo store. The app runs in this process, after its usual warm-up, so that what
is measured is the tool. The 400 forecasts are kept in the store, as all are.
"""

import argparse
import asyncio
import json
import statistics
import time

import httpx
import psutil
from sqlalchemy import select

from common.logs import configure_logging
from common.settings import settings
from ml_tools.app import create_app, every_tool
from ml_tools.settings import tools_settings
from store.session import Database
from store.tables import Product

HORIZON_DAYS = 45
REPEATS = 30


async def measure(products: int) -> dict[str, float]:
    """Seconds to load, milliseconds per forecast, chart and table, and the process's memory."""
    config = settings()
    if config.database_url is None:
        raise SystemExit("DATABASE_URL is not set.")
    database = Database(config.database_url)
    app = create_app(database, every_tool(config, tools_settings(), database))
    started = time.perf_counter()
    async with app.router.lifespan_context(app):
        await app.state.loading
        load_seconds = time.perf_counter() - started
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://tools", timeout=60) as client:
            ids = await product_ids(database, products)
            first, _ = await timed(client, ids[0])
            one = sorted([(await timed(client, ids[0]))[0] for _ in range(REPEATS)])
            started = time.perf_counter()
            answers = [(await timed(client, product))[1] for product in ids]
            total = time.perf_counter() - started
            chart = [await fetched(client, answers[0].json()["chart_url"]) for _ in range(5)]
    made = [answer.json() for answer in answers if answer.status_code == 200]
    return {
        "load_seconds": load_seconds,
        "first_ms": first,
        "one_product_p50_ms": statistics.median(one),
        "one_product_p95_ms": one[int(0.95 * len(one))],
        "chart_p50_ms": statistics.median(chart),
        "products": len(ids),
        "products_refused": len(ids) - len(made),
        "all_products_seconds": total,
        "smape": statistics.fmean(answer["quality"]["error"] for answer in made),
        "naive_smape": statistics.fmean(answer["quality"]["naive_error"] for answer in made),
        "coverage80": statistics.fmean(answer["quality"]["coverage80"] for answer in made),
        "memory_mb": psutil.Process().memory_info().rss / 2**20,
    }


async def product_ids(database: Database, count: int) -> list[str]:
    async with database.begin() as session:
        return list(await session.scalars(select(Product.public_id).order_by(Product.id).limit(count)))


async def timed(client: httpx.AsyncClient, product_id: str) -> tuple[float, httpx.Response]:
    started = time.perf_counter()
    answer = await client.post("/forecasts", json={"product_id": product_id, "horizon_days": HORIZON_DAYS})
    return 1000 * (time.perf_counter() - started), answer


async def fetched(client: httpx.AsyncClient, url: str) -> float:
    started = time.perf_counter()
    (await client.get(url)).raise_for_status()
    return 1000 * (time.perf_counter() - started)


def main() -> None:
    parser = argparse.ArgumentParser(description="How long a forecast takes.")
    parser.add_argument("--products", type=int, default=400)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    configure_logging("benchmark", "WARNING")
    found = {name: round(value, 2) for name, value in asyncio.run(measure(arguments.products)).items()}
    print(
        json.dumps(found) if arguments.json else "\n".join(f"{name:22} {value:>10,}" for name, value in found.items())
    )


if __name__ == "__main__":
    main()
