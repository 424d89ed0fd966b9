"""The search's evaluation as a command: on public catalogues, each in a store of its own that is thrown away."""

import asyncio
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from common.errors import BadRequest
from common.logs import configure_logging
from common.settings import settings
from ml_tools.capacity import Capacity
from ml_tools.search.catalogues import WRITERS
from ml_tools.search.evaluate import OURS, Metrics, evaluated, searcher_of
from ml_tools.search.peers import BM25, EMBEDDINGS
from ml_tools.search.peers import peers as every_peer
from ml_tools.search.queries import queries
from ml_tools.search.refreshing import refresh
from ml_tools.search.service import NAME, VERSION, SearchService
from ml_tools.sentence_encoder.encoder import SentenceEncoder
from store.embedded import EmbeddedPostgres
from store.importers.run import import_file
from store.migrate import upgrade
from store.search_catalogue import whole_catalogue
from store.session import LONG_STATEMENT_TIMEOUT_MS, Database

EACH = 200  # queries of a kind and catalogue
MOST = 100  # products that a peer answers with

Progress = Callable[[str], None]


def evaluate_search(
    names: Sequence[str], *, each: int, peers: bool, progress: Progress, products: Path | None = None
) -> dict[str, Any]:
    """The result as `report` prints it, over the catalogues that are there (`names`, or all), or over a file of
    products; raises BadRequest for an unknown catalogue or a file that cannot be imported."""
    unknown = [name for name in names if name not in WRITERS]
    if unknown:
        raise BadRequest(f"No catalogue is called {', '.join(unknown)}; there are {', '.join(WRITERS)}.")
    configure_logging("evaluate", "WARNING")  # what the search logs of itself is no result
    started, rows = time.perf_counter(), 0
    metrics: Metrics = {}
    used: list[str] = []
    with tempfile.TemporaryDirectory(prefix="shopclerk-search-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        files = {products.stem: products} if products else _written(names or list(WRITERS), home, progress)
        server = EmbeddedPostgres(home)
        try:
            for number, (name, file) in enumerate(files.items()):
                found, asked = _one(server.url(f"catalogue_{number}"), file, home, each, peers, progress)
                metrics |= {f"{name}: {measure}": values for measure, values in found.items()}
                used, rows = [*used, name], rows + asked
        finally:
            server.stop()
    return {
        "tool": "search",
        "model": {"name": NAME, "version": VERSION},
        "data": ", ".join(used) or f"nothing in {settings().shopclerk_data}",
        "rows": rows,
        "metrics": metrics,
        "seconds": round(time.perf_counter() - started, 1),
    }


def _written(names: Sequence[str], home: Path, progress: Progress) -> dict[str, Path]:
    """The catalogues that are there, as files to import."""
    data = settings().shopclerk_data
    files: dict[str, Path] = {}
    for name in names:
        if not (data / name).is_dir():
            progress(f"{name} is not in {data}: skipped")
            continue
        files[name] = home / f"{name}.csv"
        WRITERS[name](data, files[name])
    return files


def _one(url: str, file: Path, home: Path, each: int, peers: bool, progress: Progress) -> tuple[Metrics, int]:
    upgrade(url)
    report = import_file("products", file, url, images_dir=home / "images")
    if not report.ok:
        raise BadRequest(f"{file.name} cannot be imported: line {report.errors[0].line}, {report.errors[0].reason}.")
    progress(f"{file.stem}: {report.rows:,} rows imported")
    return asyncio.run(_asked(url, each, peers, progress))


async def _asked(url: str, each: int, peers: bool, progress: Progress) -> tuple[Metrics, int]:
    config, database = settings(), Database(url, pool_size=4, timeout_ms=LONG_STATEMENT_TIMEOUT_MS)
    try:
        encoder = SentenceEncoder(config.models_dir, threads=config.threads)
        await refresh(database, encoder)
        service = SearchService(database, encoder, Capacity(running=1, waiting=4))
        async with database.read() as session:
            products = await whole_catalogue(session)
        asked = queries(products, "test", each=each)
        searchers = {OURS: searcher_of(service)}
        if peers:
            searchers |= every_peer(database, products, encoder, most=MOST)
        metrics = await evaluated(asked, searchers, progress)
    finally:
        await database.close()
    return (_with_gain(metrics) if peers else metrics), len(asked)


def _with_gain(metrics: Metrics) -> Metrics:
    """What the search is above the better of BM25 and plain embeddings, as a share of that."""
    for values in metrics.values():
        better = max(values[BM25], values[EMBEDDINGS])
        values["gain"] = values[OURS] / better - 1 if better else 0.0
    return metrics
