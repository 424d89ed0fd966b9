"""What the gateway itself adds to a turn: everything but the assistant, which answers at once here.

`python -m benchmarks.gateway_overhead` prints milliseconds per turn: of the clock, and of this process's own work.
"""

import asyncio
import json
import statistics
import tempfile
import time
from pathlib import Path

from store.embedded import EmbeddedPostgres
from store.migrate import upgrade
from store.session import Database
from tests.gateway_kit import Gateway, running_gateway

WARM_UP, TURNS = 20, 200


async def measure(home: Path, url: str) -> dict[str, float]:
    """One person's turns one after the other, with three choices offered in every fourth answer."""
    async with running_gateway(home, Database(url), limits_factor=10_000) as gateway:
        _answer_with_choices_now_and_then(gateway)
        guest = await gateway.guest()
        for number in range(WARM_UP):
            await guest.ask(f"warm up {number}")
        seconds, work = [], time.process_time()
        for number in range(TURNS):
            started = time.perf_counter()
            await guest.ask(f"how much is number {number}")
            seconds.append(time.perf_counter() - started)
        work = time.process_time() - work
    cut = statistics.quantiles(seconds, n=20)
    return {
        "turns": TURNS,
        "median_ms": round(statistics.median(seconds) * 1000, 2),
        "p95_ms": round(cut[-1] * 1000, 2),
        "own_work_ms": round(work / TURNS * 1000, 2),
    }


def _answer_with_choices_now_and_then(gateway: Gateway) -> None:
    offered = [{"title": f"Choice {number}", "payload": "/affirm"} for number in range(3)]

    def answer(_: object) -> list[dict[str, object]]:
        text: dict[str, object] = {"type": "text", "text": "It costs 299.00 USD."}
        every_fourth = len(gateway.assistant.turns) % 4 == 0
        return [text, {"type": "choices", "choices": offered}] if every_fourth else [text]

    gateway.assistant.answer = answer


def main() -> None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        server = EmbeddedPostgres(Path(folder))
        url = server.url()
        upgrade(url)
        print(json.dumps(asyncio.run(measure(Path(folder), url)), indent=1))
        server.stop()


if __name__ == "__main__":
    main()
