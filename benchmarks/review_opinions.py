"""How fast opinions are told in a shop with a million reviews.

    python -m benchmarks.review_opinions DATABASE_URL [--reviews 1000000]

The database must be a demo store that may be filled: give a copy. Readings and opinions are made up by SQL; questions
go through the service, as a request does, without HTTP. It prints the median and the slowest of eleven answers.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import psycopg

from common.settings import settings
from ml_tools.registry import ModelName
from ml_tools.reviews.aspects import encoder
from ml_tools.reviews.opinion_schemas import ComplaintsRequest, OpinionsRequest, WorstRequest
from ml_tools.reviews.opinions import OpinionsService
from store.session import Database, connect

TIMES = 11
CHUNK = 50_000
_REVIEWS = """
    INSERT INTO reviews (reference, product_id, rating, title, body, written_at)
    SELECT 'B-' || n, p.ids[1 + (n * 7919) %% array_length(p.ids, 1)], 1 + n %% 5, '',
        'The battery is good, number ' || n || '. The screen is bad.',
        now() - make_interval(mins => ((n * 131) %% 1500000)::int)
    FROM generate_series(%(start)s::bigint, %(end)s::bigint) AS n,
        (SELECT array_agg(id ORDER BY id) AS ids FROM products) AS p
    ON CONFLICT DO NOTHING
"""
_READINGS = """
    INSERT INTO review_readings
        (review_id, product_id, category_id, written_on, rating, sentiment, probability, confidence, model_version)
    SELECT r.id, r.product_id, p.category_id, (r.written_at AT TIME ZONE 'UTC')::date, r.rating,
        (ARRAY['positive', 'negative', 'positive', 'mixed'])[1 + r.id %% 4], 0.8, 0.9, 'benchmark'
    FROM reviews AS r JOIN products AS p ON p.id = r.product_id
    WHERE NOT EXISTS (SELECT FROM review_readings AS d WHERE d.review_id = r.id)
"""
_ASPECTS = """
    INSERT INTO review_aspects
        (review_id, aspect, positive, product_id, category_id, written_on, confidence, start, "end")
    SELECT d.review_id, a.aspect, (d.review_id + a.place) %% 3 > 0, d.product_id, d.category_id, d.written_on, 0.9,
        0, 20
    FROM review_readings AS d, unnest(ARRAY['battery', 'screen', 'price', 'quality', 'size_fit', 'delivery', 'service',
        'look', 'comfort', 'fabric', 'speed', 'camera']) WITH ORDINALITY AS a(aspect, place)
    WHERE d.model_version = 'benchmark' AND (d.review_id + a.place) %% 6 = 0
    ON CONFLICT DO NOTHING
"""


def fill(url: str, reviews: int) -> None:
    with connect(url) as connection:
        for start in range(1, reviews + 1, CHUNK):
            connection.execute(_REVIEWS, {"start": start, "end": min(start + CHUNK - 1, reviews)})
        connection.execute(_READINGS, {})
        connection.execute(_ASPECTS, {})
    with psycopg.connect(url, autocommit=True) as connection:
        for table in ("reviews", "review_readings", "review_aspects", "review_days", "review_totals"):
            connection.execute(f"VACUUM (ANALYZE) {table}")  # type: ignore[arg-type]


async def measure(url: str) -> None:
    database = Database(url)
    encode = encoder(settings().models_dir, threads=2)
    service = OpinionsService(database, encode, ModelName(name="benchmark", version="1"))
    with connect(url) as connection:
        row = connection.execute("SELECT public_id FROM products ORDER BY id LIMIT 1").fetchone()
    assert row is not None
    month = datetime.now(UTC).date() - timedelta(days=29)
    questions: dict[str, Callable[[], Awaitable[object]]] = {
        "opinions, shop": lambda: service.opinions(OpinionsRequest()),
        "opinions, shop, battery": lambda: service.opinions(OpinionsRequest(aspect="battery")),
        "opinions, category": lambda: service.opinions(OpinionsRequest(category="smartphones")),
        "opinions, product": lambda: service.opinions(OpinionsRequest(product_id=row[0])),
        "worst, ever": lambda: service.worst(WorstRequest()),
        "worst, 30 days": lambda: service.worst(WorstRequest(since=month)),
        "complaints, shop": lambda: service.complaints(ComplaintsRequest()),
        "complaints, 30 days": lambda: service.complaints(ComplaintsRequest(since=month)),
    }
    for name, question in questions.items():
        taken = []
        for _ in range(TIMES):
            started = time.perf_counter()
            await question()
            taken.append(1000 * (time.perf_counter() - started))
        print(f"{name:26} p50 {statistics.median(taken):7.1f} ms   slowest {max(taken):7.1f} ms")
    await database.close()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("database_url")
    arguments.add_argument("--reviews", type=int, default=1_000_000)
    asked = arguments.parse_args()
    started = time.perf_counter()
    fill(asked.database_url, asked.reviews)
    print(f"filled in {time.perf_counter() - started:.0f} s")
    asyncio.run(measure(asked.database_url))


if __name__ == "__main__":
    main()
