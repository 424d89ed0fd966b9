"""How long a recommendation takes a known customer, in the process and over HTTP, and what the tools' memory is.

    python -m benchmarks.recommender_serving [--products 10000,200000] [--customers 20000] [--requests 300] [--json]

Makes a store of so many products and half a million events, trains the served model on it, asks in this process and
then through the tools process, one client, one request after the other. Then a guest looks at a product, and the next
answer is compared with the one before.
"""

import argparse
import asyncio
import json
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import httpx
import psutil
import psycopg
from rich.console import Console

from benchmarks.visual_search import tools_process
from common.logs import configure_logging
from common.settings import settings
from ml_tools.capacity import Capacity
from ml_tools.recommender.assortment import Assortments
from ml_tools.recommender.schemas import RecommendationsRequest
from ml_tools.recommender.service import RecommenderService
from ml_tools.recommender.serving import Serving, one_thread_a_request
from ml_tools.recommender.train import train_from_store
from store.embedded import EmbeddedPostgres
from store.migrate import upgrade
from store.session import Database

STEPS = 25  # events a customer
GROUP = 50  # products that the same customers like
WARM = 20
N = 6
notices = Console(stderr=True)


def fill(url: str, products: int, customers: int) -> None:
    """Products in groups whose customers mostly stay in them; each group has words of its own."""
    with psycopg.connect(url) as connection:
        connection.execute("SELECT setseed(0.5)")
        connection.execute(
            "INSERT INTO categories (slug, name) SELECT 'c' || n, 'C' || n FROM generate_series(1, 40) AS n"
        )
        connection.execute(
            "INSERT INTO products (public_id, sku, name, brand, category_id, price, currency, attributes, created_at)"
            " SELECT 'p_' || n, 's' || n, 'Product ' || n, 'B' || mod(n / %(group)s, 300), 1 + mod(n / %(group)s, 40),"
            " 10 + mod(n, 200), 'USD', jsonb_build_object('style', 'S' || mod(n / %(group)s, 500), 'colour',"
            " (ARRAY['Black', 'Blue', 'Red', 'White', 'Green'])[1 + mod(n, 5)]), now() - interval '300 days'"
            " FROM generate_series(0, %(last)s) AS n ORDER BY n",
            {"group": GROUP, "last": products - 1},
        )
        connection.execute(
            "INSERT INTO variants (product_id, sku, price, stock) SELECT id, sku, price, mod(id, 6) FROM products"
        )
        connection.execute(
            "INSERT INTO customers (public_id) SELECT 'cu_' || n FROM generate_series(1, %s) AS n ORDER BY n",
            (customers,),
        )
        connection.execute(
            "INSERT INTO events (kind, at, customer_id, product_id)"
            " SELECT (ARRAY['view', 'view', 'view', 'cart', 'purchase'])[1 + floor(random() * 5)::int],"
            " now() - interval '60 days' + step * interval '1 day', c.id, p.first + floor(CASE WHEN random() < 0.8 THEN"
            " mod(c.id * 7919, %(groups)s) * %(group)s + power(random(), 2) * %(group)s"
            " ELSE random() * %(products)s END)::int"
            " FROM customers AS c, generate_series(1, %(steps)s) AS step, (SELECT min(id) AS first FROM products) AS p",
            {"groups": products // GROUP, "group": GROUP, "products": products - 1, "steps": STEPS},
        )
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def asked(number: int) -> dict[str, Any]:
    return {"customer_id": f"cu_{1 + number}", "n": N}


def spread(took: list[float]) -> dict[str, float]:
    ordered = sorted(took[WARM:])
    return {"p50_ms": statistics.median(ordered), "p95_ms": ordered[int(0.95 * len(ordered))]}


async def in_process(url: str, models: Path, requests: int) -> dict[str, float]:
    one_thread_a_request()
    database = Database(url, pool_size=4)
    serving = Serving(models)
    serving.load()
    service = RecommenderService(
        database, serving, Assortments(database, None), Capacity(running=2, waiting=8), exploration=0.1
    )
    took = []
    try:
        for number in range(requests + WARM):
            if number == WARM:
                worked = time.process_time()
            request = RecommendationsRequest(**asked(number))
            started = time.perf_counter()
            answer = await service.recommend(request)
            took.append(1000 * (time.perf_counter() - started))
            assert len(answer.products) == N
        worked = 1000 * (time.process_time() - worked) / requests
    finally:
        await database.close()
    return {**spread(took), "processor_ms": worked}


def over_http(client: httpx.Client, requests: int) -> dict[str, float]:
    took = []
    for number in range(requests + WARM):
        started = time.perf_counter()
        client.post("/recommendations", json=asked(number)).raise_for_status()
        took.append(1000 * (time.perf_counter() - started))
    return spread(took)


def before_and_after(client: httpx.Client, url: str) -> dict[str, Any]:
    """What a guest is recommended before and right after a look at one product."""
    guest = {"session": "g_benchmark", "n": N, "diversity": 0}
    before = client.post("/recommendations", json=guest).json()
    with psycopg.connect(url) as connection:
        connection.execute(
            "INSERT INTO events (kind, at, session, product_id)"
            " SELECT 'view', now(), 'g_benchmark', id FROM products WHERE public_id = 'p_60'"
        )
    started = time.perf_counter()
    after = client.post("/recommendations", json=guest).json()
    milliseconds = 1000 * (time.perf_counter() - started)
    because = [product["reason"]["because_of"] for product in after["products"]]
    changed = [product["product_id"] for product in after["products"]] != [
        product["product_id"] for product in before["products"]
    ]
    return {"changed": changed, "because_of_it": because.count("p_60"), "ms": milliseconds}


def memory(address: str) -> float:
    """Megabytes of the process that listens there."""
    port = int(address.rsplit(":", 1)[1])
    for process in psutil.process_iter():
        try:
            if any(one.laddr.port == port and one.status == "LISTEN" for one in process.net_connections("tcp")):
                return float(process.memory_info().rss / 2**20)
        except psutil.Error:
            continue
    return float("nan")


def measure(products: int, customers: int, requests: int, home: Path) -> dict[str, Any]:
    server = EmbeddedPostgres(home)
    try:
        url = server.url(f"recommender_{products}")
        upgrade(url)
        fill(url, products, customers)
        notices.print(f"{products:,} products are in the store")
        models, started = home / "models", time.perf_counter()
        trained = asyncio.run(
            train_from_store(url, models, None, quick=True, progress=lambda line: notices.print(line, markup=False))
        )
        assert trained.artefact is not None
        result: dict[str, Any] = {
            "products": products,
            "training_seconds": time.perf_counter() - started,
            "artefact_mb": sum(file.stat().st_size for file in trained.artefact.folder.iterdir()) / 2**20,
            "service": asyncio.run(in_process(url, models, requests)),
        }
        notices.print(str(result), markup=False)
        with tools_process(url, home) as address, httpx.Client(base_url=address, timeout=30) as client:
            result["http"] = over_http(client, requests)
            result["event"] = before_and_after(client, url)
            result["tools_memory_mb"] = memory(address)
    finally:
        server.stop()
    return result


def show(result: dict[str, Any]) -> None:
    console = Console()
    console.print(f"[bold]{result['products']:,} products[/bold], trained in {result['training_seconds']:.0f} s")
    for name in ("service", "http"):
        console.print(f"  {name}: p50 {result[name]['p50_ms']:.1f} ms, p95 {result[name]['p95_ms']:.1f} ms")
    console.print(f"  processor time of one request, the database's aside: {result['service']['processor_ms']:.1f} ms")
    console.print(f"  model {result['artefact_mb']:.0f} MB on disk, tools process {result['tools_memory_mb']:.0f} MB")
    event = result["event"]
    console.print(
        f"  after one look: {'another answer' if event['changed'] else 'the same answer'} in {event['ms']:.1f} ms, "
        f"{event['because_of_it']} of {N} because of it"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", default="10000,200000")
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    import torch

    configure_logging("benchmark", "WARNING")
    torch.set_num_threads(settings().threads)
    results = []
    for count in options.products.split(","):
        with tempfile.TemporaryDirectory(prefix="shopclerk-benchmark-", ignore_cleanup_errors=True) as home:
            results.append(measure(int(count), options.customers, options.requests, Path(home)))
            if not options.json:
                show(results[-1])
    if options.json:
        print(json.dumps(results))


if __name__ == "__main__":
    main()
