"""How long a forecast takes: one product as chat asks for it (HTTP, SQL and all), and all products of the shop at once.

    DATABASE_URL=postgresql://... .venv/bin/python -m benchmarks.forecasts [--series 500] [--peers] [--json]

Needs a store with sales, such as the demo store, and takes the model that was trained for it, if there is one. The app
runs in this process, after its usual warm-up, so that what is measured is the tool. `many`: reading the newest 120 days
of all products from SQL and forecasting 45 days of each, days and sums with both bands; where the shop has fewer
products than `--series` some are forecast twice. `--peers` fits statsforecast's AutoETS and Theta to the same series.
"""

import argparse
import asyncio
import json
import statistics
import time
from datetime import UTC, datetime

import httpx
import numpy as np
import psutil
from sqlalchemy import select
from statsforecast.models import AutoETS, AutoTheta

from common.logs import configure_logging
from common.settings import settings
from ml_tools.app import create_app, every_tool
from ml_tools.forecasting.advice.outlooks import foreseen
from ml_tools.forecasting.demand.panel import Panel
from ml_tools.forecasting.demand.reading import Reading, read
from ml_tools.forecasting.models.base import HISTORY_DAYS
from ml_tools.forecasting.schemas import About
from ml_tools.forecasting.serving import newest_readable
from ml_tools.forecasting.shipping import ServedModel
from ml_tools.settings import tools_settings
from store.session import Database
from store.tables import Product

HORIZON_DAYS = 45
REPEATS = 40
WEEK = 7


async def measure(series: int, *, peers: bool) -> dict[str, float]:
    """Seconds to load, milliseconds per forecast, chart and table, seconds for many, and the process's memory."""
    config = settings()
    if config.database_url is None:
        raise SystemExit("DATABASE_URL is not set.")
    database = Database(config.database_url)
    app = create_app(database, every_tool(config, tools_settings(), database))
    started = time.perf_counter()
    async with app.router.lifespan_context(app):
        await app.state.loading
        found = {"load_seconds": time.perf_counter() - started}
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://tools", timeout=60) as client:
            found |= await one_product(client, await product_ids(database))
            found |= await whole_shop(client)
        model = newest_readable(config.trained_dir)
        found |= await many(database, model, series)
        if peers:
            found |= await peers_of(database, series)
        return found | {"memory_mb": psutil.Process().memory_info().rss / 2**20}


async def product_ids(database: Database) -> list[str]:
    async with database.read() as session:
        return list(await session.scalars(select(Product.public_id).order_by(Product.id).limit(REPEATS)))


async def one_product(client: httpx.AsyncClient, ids: list[str]) -> dict[str, float]:
    """Each of some products once: the forecast, its chart, its table."""
    first, _ = await timed(client, {"product_id": ids[0]})
    asked = [await timed(client, {"product_id": product}) for product in ids]
    made = [answer.json() for _, answer in asked if answer.status_code == 200]
    forecast = sorted(milliseconds for milliseconds, _ in asked)
    charts = [await fetched(client, answer["chart_url"]) for answer in made]
    both = [spent + chart for (spent, answer), chart in zip(asked, charts, strict=False) if answer.status_code == 200]
    return {
        "first_ms": first,
        "one_product_p50_ms": statistics.median(forecast),
        "one_product_p95_ms": forecast[int(0.95 * len(forecast))],
        "chart_p50_ms": statistics.median(charts),
        "with_chart_p50_ms": statistics.median(both),
        "table_p50_ms": statistics.median([await fetched(client, answer["csv_url"]) for answer in made]),
        "products_refused": len(ids) - len(made),
    }


async def whole_shop(client: httpx.AsyncClient) -> dict[str, float]:
    return {"whole_shop_p50_ms": statistics.median([(await timed(client, {}))[0] for _ in range(5)])}


async def timed(client: httpx.AsyncClient, about: dict[str, str]) -> tuple[float, httpx.Response]:
    started = time.perf_counter()
    answer = await client.post("/forecasts", json={**about, "horizon_days": HORIZON_DAYS})
    return 1000 * (time.perf_counter() - started), answer


async def fetched(client: httpx.AsyncClient, url: str) -> float:
    started = time.perf_counter()
    (await client.get(url)).raise_for_status()
    return 1000 * (time.perf_counter() - started)


async def many(database: Database, model: ServedModel | None, series: int) -> dict[str, float]:
    """From SQL to both bands of every day and every sum; as often as it takes to make `series` series."""
    seconds, made = 0.0, 0
    while made < series:
        started = time.perf_counter()
        reading = await all_sales(database)
        found = foreseen(reading, model, bias=np.ones(len(reading.panel)))
        rows = np.arange(len(reading.panel))
        for level in (0.025, 0.1, 0.9, 0.975):
            found.prediction.daily(rows, level)
            found.prediction.cumulative(rows, level)
        share = min(1.0, (series - made) / len(rows))
        seconds += share * (time.perf_counter() - started)
        made += len(rows)
    return {"many_series": series, "many_seconds": seconds}


async def all_sales(database: Database) -> Reading:
    today = datetime.now(UTC).date()
    async with database.read() as session:
        return await read(session, About(), days=HISTORY_DAYS, horizon=HORIZON_DAYS, today=today)


async def peers_of(database: Database, series: int) -> dict[str, float]:
    """The fit of AutoETS and AutoTheta alone, without reading; scaled up where the shop has fewer products."""
    panel = (await all_sales(database)).panel
    sample = panel.of(np.arange(min(series, len(panel))))
    started = time.perf_counter()
    for units in filled(sample):
        for model in (AutoETS(WEEK), AutoTheta(WEEK)):
            model.forecast(y=units, h=HORIZON_DAYS)
    return {"statsforecast_seconds": (time.perf_counter() - started) * series / len(sample)}


def filled(panel: Panel) -> list[np.ndarray]:
    """Units with unknown days at the product's mean; constant series, which statsforecast cannot fit, are left out."""
    means = np.nan_to_num(np.nanmean(np.where(panel.observed.any(axis=1)[:, None], panel.units, 0.0), axis=1))
    known = np.where(panel.observed, panel.units, means[:, None])
    return [units for units in known if np.ptp(units) > 0]


def main() -> None:
    parser = argparse.ArgumentParser(description="How long a forecast takes.")
    parser.add_argument("--series", type=int, default=500)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    configure_logging("benchmark", "WARNING")
    measured = asyncio.run(measure(arguments.series, peers=arguments.peers))
    found = {name: round(value, 2) for name, value in measured.items()}
    lines = "\n".join(f"{name:24} {value:>10,}" for name, value in found.items())
    print(json.dumps(found) if arguments.json else lines)


if __name__ == "__main__":
    main()
