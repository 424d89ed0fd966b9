"""How long an answer to a question on a product takes over HTTP, in the demo store.

    python -m benchmarks.answers [--requests 300] [--json]

Needs the demo store (`DATABASE_URL`). One client, one question after the other: each product is asked once, so that
little of what its reviews say was encoded before ("first"), and then once more ("again").
"""

import argparse
import asyncio
import json
import statistics
import time

import httpx
from rich.console import Console
from sqlalchemy import select

from common.logs import configure_logging
from common.settings import settings
from ml_tools.answers.api import AnswersTool
from ml_tools.app import create_app
from ml_tools.settings import ToolsSettings
from store.session import Database
from store.tables import Product

QUESTIONS = ("is it waterproof?", "how heavy is it?", "what do people say about the quality", "can I return it?")
WARM = 10


async def milliseconds(requests: int) -> dict[str, list[float]]:
    """Of each request, in order, of the first and of the second round."""
    import uvicorn

    config = settings()
    if not config.database_url:
        raise SystemExit("DATABASE_URL is not set: the questions are about products of a shop.")
    database = Database(config.database_url)
    async with database.read() as session:
        products = list(await session.scalars(select(Product.public_id).where(Product.active).order_by(Product.id)))
    app = create_app(database, [AnswersTool(config, ToolsSettings(), database)])
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, access_log=False))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn sets a flag, and nothing to wait for
        await asyncio.sleep(0.05)
    await app.state.loading
    port = server.servers[0].sockets[0].getsockname()[1]
    asked = [(products[at % len(products)], QUESTIONS[at % len(QUESTIONS)]) for at in range(requests)]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        for product, question in asked[-WARM:]:
            await _ask(client, product, question)
        taken = {turn: [await _ask(client, *one) for one in asked] for turn in ("first", "again")}
    server.should_exit = True
    await serving
    return taken


async def _ask(client: httpx.AsyncClient, product: str, question: str) -> float:
    started = time.perf_counter()
    response = await client.post("/answers", json={"product_id": product, "question": question})
    response.raise_for_status()
    return (time.perf_counter() - started) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    configure_logging("benchmark", "WARNING")
    taken = asyncio.run(milliseconds(chosen.requests))
    result = {
        turn: {"p50": round(statistics.median(all_of), 1), "p95": round(statistics.quantiles(all_of, n=20)[-1], 1)}
        for turn, all_of in taken.items()
    }
    if chosen.json:
        print(json.dumps(result))
        return
    for turn, found in result.items():
        Console().print(f"{turn}: p50 {found['p50']} ms, p95 {found['p95']} ms")


if __name__ == "__main__":
    main()
