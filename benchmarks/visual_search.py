"""How fast a photo becomes ranked products over HTTP, and what the index costs in recall, beside other indexes.

    python -m benchmarks.visual_search [--products 10000,100000] [--requests 200] [--json]

Makes a store of so many products with a picture's vector each, starts the tools process on it, and posts photos as the
chat does, one client, one after the other. The vectors are real ones (of goods drawn by this project's code) mixed and
disturbed. Then the same vectors and queries go to faiss and usearch, in this process, without any HTTP or filters.
"""

import argparse
import asyncio
import base64
import io
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psycopg
from PIL import Image
from rich.console import Console
from rich.table import Table

from common.settings import ROOT, settings
from ml_tools.visual_search.calibration import Floats
from ml_tools.visual_search.drawn import drawn_goods
from ml_tools.visual_search.model import VisualModel, load_model
from ml_tools.visual_search.network import DIMENSIONS, PARTS
from store.embedded import EmbeddedPostgres
from store.embeddings import lookalikes
from store.migrate import upgrade
from store.products import ProductFilters
from store.session import Database

K = 10
QUERIES = 300
notices = Console(stderr=True)


def vectors_like(real: Floats, count: int, rng: np.random.Generator) -> Floats:
    """`count` unit vectors: parts of real ones put together anew, each part disturbed a little and unit again."""
    columns, start = [], 0
    for size in PARTS.values():
        part = real[rng.integers(len(real), size=count), start : start + size]
        length = np.linalg.norm(part, axis=1, keepdims=True)
        noisy = part / length + rng.normal(0, 0.35 / np.sqrt(size), part.shape)
        columns.append(noisy / np.linalg.norm(noisy, axis=1, keepdims=True) * length)
        start += size
    return np.concatenate(columns, axis=1).astype(np.float32)


def fill(url: str, vectors: Floats, version: str) -> None:
    """Products with one variant, one picture and one vector each, in a few categories, colours and prices."""
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("INSERT INTO categories (slug, name) SELECT 'c' || n, 'C' || n FROM generate_series(1, 40) AS n")
        cursor.execute(
            "INSERT INTO products (public_id, sku, name, category_id, price, currency)"
            " SELECT 'p_' || n, 's' || n, 'Product ' || n, 1 + mod(n, 40), 10 + mod(n, 200), 'USD'"
            " FROM generate_series(0, %s) AS n ORDER BY n",
            (len(vectors) - 1,),
        )
        cursor.execute(
            "INSERT INTO variants (product_id, sku, colour, price, stock)"
            " SELECT id, sku, (ARRAY['Black', 'Blue', 'Red', 'White', 'Green'])[1 + mod(id, 5)], price, mod(id, 4)"
            " FROM products"
        )
        cursor.execute(
            "INSERT INTO product_images (product_id, position, path, sha256)"
            " SELECT id, 0, 'none.jpg', repeat('0', 64) FROM products"
        )
        ids = [row[0] for row in cursor.execute("SELECT product_id FROM product_images ORDER BY product_id").fetchall()]
        rows = dict(cursor.execute("SELECT product_id, id FROM product_images").fetchall())
        with cursor.copy(
            "COPY image_embeddings (image_id, product_id, sha256, model_version, embedding) FROM STDIN"
        ) as copy:
            for product_id, vector in zip(ids, vectors, strict=True):
                text = "[" + ",".join(f"{value:.5f}" for value in vector) + "]"
                copy.write_row((rows[product_id], product_id, "0" * 64, version, text))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


@contextmanager
def tools_process(url: str, home: Path) -> Iterator[str]:
    """The tools process on a free port, once its visual search answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "DATABASE_URL": url, "TOOLS_PORT": str(port), "SHOPCLERK_HOME": str(home)}
    with (home / "tools.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "ml_tools"], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    try:
        _wait_until_ready(f"http://127.0.0.1:{port}", home / "tools.log")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def _wait_until_ready(address: str, log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            states = httpx.get(f"{address}/models", timeout=2).json()
            if all(state["status"] != "loading" for state in states):
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    raise SystemExit(f"The tools did not start: {log.read_text()[-1000:]}")


def photos(pixels: np.ndarray, count: int, rng: np.random.Generator) -> list[bytes]:
    """JPEGs of 800 x 800 as a phone's photo is after the browser has shrunk it."""
    found = []
    for at in rng.integers(len(pixels), size=count):
        out = io.BytesIO()
        Image.fromarray(pixels[at]).resize((800, 800)).save(out, "JPEG", quality=88)
        found.append(out.getvalue())
    return found


def milliseconds(address: str, pictures: list[bytes], narrowed_to: dict[str, Any]) -> dict[str, float]:
    """From the bytes of a photo to ranked products, over HTTP."""
    took = []
    with httpx.Client(base_url=address, timeout=30) as client:
        for number, picture in enumerate(pictures):
            started = time.perf_counter()
            asked = {"picture": base64.b64encode(picture).decode(), "n": K, "narrowed_to": narrowed_to}
            answer = client.post("/visual-search", json=asked)
            answer.raise_for_status()
            assert answer.json()["products"]
            if number >= 10:  # warm
                took.append(1000 * (time.perf_counter() - started))
    return {"p50_ms": statistics.median(took), "p95_ms": sorted(took)[int(0.95 * len(took))]}


async def store_search(url: str, queries: Floats, *, exact: bool) -> tuple[list[list[str]], float]:
    """Public ids by query, and milliseconds a query (median), of the store's own statement."""
    database = Database(url)
    found, took = [], []
    try:
        async with database.read() as session:
            for query in queries:
                started = time.perf_counter()
                nearest = await lookalikes(session, query.tolist(), ProductFilters(), limit=K, exact=exact)
                took.append(1000 * (time.perf_counter() - started))
                found.append([one.product_id for one in nearest])
    finally:
        await database.close()
    return found, statistics.median(took)


def other_indexes(vectors: Floats, threads: int) -> dict[str, Callable[[Floats], list[int]]]:
    """Searches for one query by cosine, by name; those whose package is not installed are left out."""
    found: dict[str, Callable[[Floats], list[int]]] = {}
    try:
        import faiss
    except ImportError:
        notices.print("faiss is not installed: left out")
    else:
        faiss.omp_set_num_threads(threads)
        flat = faiss.IndexFlatIP(DIMENSIONS)
        flat.add(vectors)
        found["faiss flat"] = lambda query: flat.search(query[None], K)[1][0].tolist()
        graph = faiss.IndexHNSWFlat(DIMENSIONS, 16, faiss.METRIC_INNER_PRODUCT)
        graph.hnsw.efConstruction, graph.hnsw.efSearch = 96, 120
        graph.add(vectors)
        found["faiss HNSW"] = lambda query: graph.search(query[None], K)[1][0].tolist()
    try:
        from usearch.index import Index
    except ImportError:
        notices.print("usearch is not installed: left out")
    else:
        index = Index(ndim=DIMENSIONS, metric="ip", connectivity=16, expansion_add=96, expansion_search=120)
        index.add(np.arange(len(vectors)), vectors, threads=threads)
        found["usearch"] = lambda query: index.search(query, K).keys.tolist()
    try:
        import hnswlib
    except ImportError:
        notices.print("hnswlib is not installed: left out")
    else:
        world = hnswlib.Index("ip", DIMENSIONS)
        world.init_index(len(vectors), M=16, ef_construction=96)
        world.add_items(vectors, num_threads=threads)
        world.set_ef(120)
        found["hnswlib"] = lambda query: world.knn_query(query[None], K)[0][0].tolist()
    return found


def recall(found: list[list[Any]], truth: list[list[Any]]) -> float:
    return statistics.fmean(len(set(ours) & set(theirs)) / K for ours, theirs in zip(found, truth, strict=True))


def measure(products: int, requests: int, model: VisualModel, pixels: np.ndarray, home: Path) -> dict[str, Any]:
    rng = np.random.default_rng(products)
    real = np.concatenate(
        [[sight.vector for sight in model.see(pixels[at : at + 64])] for at in range(0, len(pixels), 64)]
    )
    vectors, queries = vectors_like(real, products, rng), vectors_like(real, QUERIES, rng)
    server = EmbeddedPostgres(home)
    try:
        url = server.url(f"visual_{products}")
        upgrade(url)
        started = time.perf_counter()
        fill(url, vectors, model.version)
        result: dict[str, Any] = {"products": products, "fill_seconds": time.perf_counter() - started}
        exact, exact_ms = asyncio.run(store_search(url, queries, exact=True))
        index, index_ms = asyncio.run(store_search(url, queries, exact=False))
        result["indexes"] = {
            "pgvector exact": {"recall": 1.0, "ms": exact_ms},
            "pgvector HNSW": {"recall": recall(index, exact), "ms": index_ms},
        }
        for name, search in other_indexes(vectors, settings().threads).items():
            took, found = [], []
            for query in queries:
                started = time.perf_counter()
                found.append([f"p_{at}" for at in search(query)])
                took.append(1000 * (time.perf_counter() - started))
            result["indexes"][name] = {"recall": recall(found, exact), "ms": statistics.median(took)}
        pictures = photos(pixels, requests + 10, rng)
        with tools_process(url, home) as address:
            result["http"] = milliseconds(address, pictures, {})
            result["http, filtered"] = milliseconds(address, pictures, {"category": "c7", "max_price": "150"})
    finally:
        server.stop()
    return result


def show(results: list[dict[str, Any]]) -> None:
    console = Console()
    for result in results:
        table = Table("index", "recall@10", "ms a query (median)", title=f"{result['products']:,} products")
        for name, figures in result["indexes"].items():
            table.add_row(name, f"{figures['recall']:.3f}", f"{figures['ms']:.2f}")
        console.print(table)
        for name in ("http", "http, filtered"):
            p50, p95 = result[name]["p50_ms"], result[name]["p95_ms"]
            console.print(f"photo to ranked products, {name}: p50 {p50:.1f} ms, p95 {p95:.1f} ms")
        names = [name for name in ("faiss flat", "usearch") if name in result["indexes"]]
        ours = result["indexes"]["pgvector exact" if result["products"] <= 20_000 else "pgvector HNSW"]["ms"]
        for name in names:
            console.print(
                f"the store's search takes {ours / result['indexes'][name]['ms']:.1f} times as long as {name}"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", default="10000,100000")
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    config = settings()
    model = load_model(config.trained_dir, config.models_dir, device="cpu", threads=config.threads)
    pixels, _ = drawn_goods(seeds=[301])
    results = []
    for count in options.products.split(","):
        with tempfile.TemporaryDirectory(prefix="shopclerk-benchmark-", ignore_cleanup_errors=True) as home:
            results.append(measure(int(count), options.requests, model, pixels, Path(home)))
    print(json.dumps(results)) if options.json else show(results)


if __name__ == "__main__":
    main()
