"""How fast a catalogue's pictures are embedded, against ONNX Runtime on the same files with nothing around it.

    python -m benchmarks.embed_catalogue [--images 2000] [--rounds 3] [--ray] [--json]

`bare`: decode, resize, run the network in batches of the same size, keep the vectors in memory. `job`: the job that the
tools process runs, from files to rows in the store. `ray`: the same function over the same files through Ray Data (the
extra `scale`), as it would run on many machines.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from PIL import Image
from rich.console import Console

from common.settings import settings
from ml_tools.visual_search.drawn import drawn_goods
from ml_tools.visual_search.embedding import BATCH, embed_missing
from ml_tools.visual_search.model import VisualModel, load_model
from ml_tools.visual_search.pictures import read_picture
from store.embedded import EmbeddedPostgres
from store.migrate import upgrade
from store.session import Database

ROUNDS = 3


def write_pictures(folder: Path, count: int) -> list[Path]:
    """JPEGs of 512 x 512, drawn by this project's code, each a little different."""
    pixels, _ = drawn_goods(seeds=[401])
    rng = np.random.default_rng(1)
    paths = []
    for number in range(count):
        image = np.asarray(Image.fromarray(pixels[number % len(pixels)]).resize((512, 512)))
        noisy = np.clip(image + rng.normal(0, 4, image.shape), 0, 255).astype(np.uint8)
        paths.append(folder / f"{number}.jpg")
        Image.fromarray(noisy).save(paths[-1], quality=88)
    return paths


def bare(model: VisualModel, paths: list[Path]) -> float:
    """Images a second."""
    started = time.perf_counter()
    for at in range(0, len(paths), BATCH):
        model.encoder.run(np.stack([read_picture(path.read_bytes()) for path in paths[at : at + BATCH]]))
    return len(paths) / (time.perf_counter() - started)


def fill(url: str, paths: list[Path]) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO categories (slug, name) VALUES ('c', 'C')")
        connection.execute(
            "INSERT INTO products (public_id, sku, name, category_id, price, currency)"
            " SELECT 'p_' || n, 's' || n, 'P' || n, 1, 1, 'USD' FROM generate_series(1, %s) AS n",
            (len(paths),),
        )
        with connection.cursor().copy("COPY product_images (product_id, position, path, sha256) FROM STDIN") as copy:
            for number, path in enumerate(paths, start=1):
                copy.write_row((number, 0, path.name, f"{number:064d}"))


def job(model: VisualModel, paths: list[Path], url: str) -> float:
    """Images a second, of the job on a store where nothing is embedded."""
    with psycopg.connect(url) as connection:
        connection.execute("TRUNCATE image_embeddings")

    async def run() -> int:
        database = Database(url)
        try:
            return await embed_missing(database, model, paths[0].parent)
        finally:
            await database.close()

    started = time.perf_counter()
    done = asyncio.run(run())
    assert done == len(paths)
    return done / (time.perf_counter() - started)


def with_ray(paths: list[Path]) -> float:
    from ml_tools.visual_search.bulk import embed_files

    started = time.perf_counter()
    assert embed_files([str(path) for path in paths], workers=1) == len(paths)
    return len(paths) / (time.perf_counter() - started)


def measure(count: int, *, rounds: int = ROUNDS, ray: bool) -> dict[str, Any]:
    config = settings()
    model = load_model(config.trained_dir, config.models_dir, device="cpu", threads=config.threads)
    with tempfile.TemporaryDirectory(prefix="shopclerk-benchmark-", ignore_cleanup_errors=True) as home:
        folder = Path(home) / "images"
        folder.mkdir()
        paths = write_pictures(folder, count)
        server = EmbeddedPostgres(Path(home))
        try:
            url = server.url("embed")
            upgrade(url)
            fill(url, paths)
            pairs = [(bare(model, paths), job(model, paths, url)) for _ in range(rounds)]
            found = {
                "images": count,
                "bare_images_per_second": statistics.median(first for first, _ in pairs),
                "job_images_per_second": statistics.median(second for _, second in pairs),
                "job_to_bare": statistics.median(second / first for first, second in pairs),
            }
            return found | ({"ray_images_per_second": with_ray(paths)} if ray else {})
        finally:
            server.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=2000)
    parser.add_argument("--rounds", type=int, choices=range(1, 21), metavar="N", default=ROUNDS)
    parser.add_argument("--ray", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = measure(options.images, rounds=options.rounds, ray=options.ray)
    if options.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        Console().print(f"{name:24} {value:>10,.3f}" if isinstance(value, float) else f"{name:24} {value:>10,}")


if __name__ == "__main__":
    main()
