"""How long a search takes over HTTP, and how fast a catalogue is taken up.

    python -m benchmarks.search_serving [--products 10000,200000] [--requests 300] [--json]

Makes a store of so many products with names, kinds, colours, materials, sizes and specifications, lets the search read
all of them, and asks the tools process: one client, one request after the other, names, typos, attributes with prices,
units and sentences by turns. Texts repeat: with `--vectors drawn` the vectors are drawn around one per distinct text
instead of being computed, so that 200,000 products need no hour."""

import argparse
import asyncio
import itertools
import json
import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psycopg
from rich.console import Console

from benchmarks.visual_search import tools_process
from common.logs import configure_logging
from common.settings import settings
from ml_tools.search.texts import read_missing
from ml_tools.sentence_encoder.encoder import SentenceEncoder
from store.embedded import EmbeddedPostgres
from store.migrate import upgrade
from store.product_appeal import count_appeal
from store.search_terms import count_terms
from store.session import Database

KINDS = ("Sneakers", "Boots", "Dresses", "Shirts", "Trousers", "Jackets", "Handbags", "Watches", "Smartphones", "Lamps")
COLOURS = (
    "Black",
    "White",
    "Navy Blue",
    "Red",
    "Green",
    "Grey",
    "Brown",
    "Beige",
    "Pink",
    "Yellow",
    "Purple",
    "Silver",
)
MATERIALS = ("Leather", "Cotton", "Wool", "Linen", "Steel", "Nylon", "Silk", "Denim")
SYLLABLES = ("al", "ber", "cor", "dan", "el", "far", "gol", "har", "in", "jun", "kel", "lor", "mar", "nor", "os", "per")
BRANDS = [f"{a}{b}{c}".capitalize() for a, b, c in itertools.product(SYLLABLES[:6], SYLLABLES[6:12], SYLLABLES[12:])]
LINES = [f"{a}{b}".capitalize() for a, b in itertools.product(SYLLABLES, SYLLABLES)]
ASKED = (
    "{brand} {line} {kind}", "{colour} {kind} under 100", "{typo} {kind}", "{material} {kind} for men below $150",
    "something warm for a winter trip", "{kind} without {material}", "6 inch phone with 128gb", "cheap {kind}",
    "{brand} {colour} {kind} between 50 and 200",
)  # fmt: skip
WARM, N = 20, 24
AROUND = 0.35  # how far drawn vectors lie from their text's
notices = Console(stderr=True)


def rows(products: int, draw: random.Random) -> list[tuple[Any, ...]]:
    found = []
    for number in range(products):
        kind, colour, material = draw.choice(KINDS), draw.choice(COLOURS), draw.choice(MATERIALS)
        brand = draw.choice(BRANDS)
        attributes: dict[str, Any] = {"colour": colour, "material": material, "audience": draw.choice(("men", "women"))}
        if kind == "Smartphones":
            attributes |= {
                "display_inches": round(draw.uniform(5, 7), 1),
                "battery_mah": draw.randrange(3000, 6000, 100),
            }
        name = f"{brand} {draw.choice(LINES)} {material} {kind}"
        found.append((f"p_{number}", f"s{number}", name, brand, KINDS.index(kind) + 1,
                      round(draw.lognormvariate(4.4, 0.6), 2),
                      json.dumps(attributes)))  # fmt: skip
    return found


def fill(url: str, products: int, draw: random.Random) -> None:
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        for kind in KINDS:
            cursor.execute("INSERT INTO categories (slug, name) VALUES (%s, %s)", (kind.lower(), kind))
        columns = "public_id, sku, name, brand, category_id, price, attributes"
        with _staged(cursor, columns) as copy:
            for row in rows(products, draw):
                copy.write_row(row)
        cursor.execute(
            f"INSERT INTO products ({columns}, currency, description)"  # noqa: S608 - columns of our own
            f" SELECT {columns}, 'USD', 'Made to last, and comes in ' || (attributes ->> 'colour') FROM staged"
        )
        cursor.execute(
            "INSERT INTO variants (product_id, sku, price, stock, colour, size, storage)"
            " SELECT id, sku || '-' || n, price, mod(id + n, 5), attributes ->> 'colour',"
            " CASE WHEN category_id <> 9 THEN"
            " (ARRAY['S', 'M', 'L'])[n] END, CASE WHEN category_id = 9 THEN (ARRAY['64GB', '128GB', '256GB'])[n] END"
            " FROM products, generate_series(1, 3) AS n"
        )


def _staged(cursor: psycopg.Cursor, columns: str) -> Any:
    cursor.execute(
        "CREATE TEMPORARY TABLE staged (public_id text, sku text, name text, brand text, category_id int,"
        " price numeric, attributes jsonb)"
    )
    return cursor.copy(f"COPY staged ({columns}) FROM STDIN")


async def take_up(url: str, *, drawn: bool) -> float:
    """Read the texts, or draw their vectors; count the vocabulary and appeal. Returns the seconds."""
    encoder, database, started = SentenceEncoder(settings().models_dir, threads=2), Database(url), time.perf_counter()
    try:
        async with database.begin() as session:
            await count_terms(session)
        if drawn:
            _draw_vectors(url, encoder)
        else:
            await read_missing(database, encoder)
        async with database.begin() as session:
            await count_appeal(session)
    finally:
        await database.close()
    return time.perf_counter() - started


def _draw_vectors(url: str, encoder: SentenceEncoder) -> None:
    texts = [f"{material} {kind}" for material in MATERIALS for kind in KINDS]
    centres = dict(zip(texts, encoder(texts), strict=True))
    noise = np.random.default_rng(3)
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        products = cursor.execute(
            "SELECT p.id, (p.attributes ->> 'material') || ' ' || c.name FROM products AS p JOIN categories AS c"
            " ON c.id = p.category_id"
        ).fetchall()
        cursor.execute("DROP INDEX ix_product_embeddings_embedding")
        with cursor.copy("COPY product_embeddings (product_id, sha256, model_version, embedding) FROM STDIN") as copy:
            for product_id, text in products:
                vector = centres[text] + AROUND * noise.standard_normal(384).astype(np.float32) / 384**0.5
                vector /= np.linalg.norm(vector)
                copy.write_row(
                    (product_id, "0" * 64, encoder.version, "[" + ",".join(f"{v:.4f}" for v in vector) + "]")
                )
        cursor.execute("SET maintenance_work_mem = '1GB'")
        cursor.execute(
            "CREATE INDEX ix_product_embeddings_embedding ON product_embeddings USING hnsw"
            " (embedding halfvec_cosine_ops) WITH (m = 16, ef_construction = 96)"
        )


def question(number: int, draw: random.Random) -> dict[str, Any]:
    brand = draw.choice(BRANDS)
    said = ASKED[number % len(ASKED)].format(
        brand=brand, line=draw.choice(LINES), kind=draw.choice(KINDS).lower(), colour=draw.choice(COLOURS).lower(),
        material=draw.choice(MATERIALS).lower(), typo=brand[:3] + brand[4:],
    )  # fmt: skip
    return {"text": said, "n": N}


def over_http(client: httpx.Client, requests: int, draw: random.Random) -> dict[str, float]:
    took, found = [], 0
    for number in range(requests + WARM):
        asked = question(number, draw)
        started = time.perf_counter()
        answer = client.post("/search", json=asked)
        took.append(1000 * (time.perf_counter() - started))
        found += bool(answer.raise_for_status().json()["products"])
    ordered = sorted(took[WARM:])
    return {
        "p50_ms": statistics.median(ordered), "p95_ms": ordered[int(0.95 * len(ordered))],
        "answered": found / (requests + WARM),
    }  # fmt: skip


def measure(products: int, requests: int, home: Path, *, drawn: bool) -> dict[str, Any]:
    server, draw = EmbeddedPostgres(home), random.Random(7)
    try:
        url = server.url(f"search_{products}")
        upgrade(url)
        fill(url, products, draw)
        notices.print(f"{products:,} products are in the store")
        seconds = asyncio.run(take_up(url, drawn=drawn))
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
        notices.print(f"taken up in {seconds:.0f} s")
        with tools_process(url, home) as address, httpx.Client(base_url=address, timeout=30) as client:
            return {
                "products": products,
                "taken_up_seconds": seconds,
                "drawn": drawn,
                **over_http(client, requests, draw),
            }
    finally:
        server.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", default="10000,200000")
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--vectors", choices=("read", "drawn"), default="drawn")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    configure_logging("benchmark", "WARNING")
    for count in options.products.split(","):
        with tempfile.TemporaryDirectory(prefix="shopclerk-benchmark-", ignore_cleanup_errors=True) as home:
            result = measure(int(count), options.requests, Path(home), drawn=options.vectors == "drawn")
        print(
            json.dumps(result) if options.json else f"{result['products']:,} products: p50 {result['p50_ms']:.1f} ms, "
            f"p95 {result['p95_ms']:.1f} ms over HTTP; {result['answered']:.0%} found something; "
            f"taken up in {result['taken_up_seconds']:.0f} s"
        )  # fmt: skip


if __name__ == "__main__":
    main()
