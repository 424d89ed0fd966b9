"""How fast a turn is, end to end, against stock Rasa on the same machine: `python -m benchmarks.chat_turns`.

The stack answers a price question through gateway, NLU, action and SQL, over HTTP; the peer is the bot of `rasa init`,
whose answers are canned. They run one after the other. Prints a table; `--json FILE` writes the figures.
"""

import argparse
import asyncio
import json
import secrets
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from benchmarks.rasa_init import WORDS, RasaInit, free_port
from common.settings import ROOT
from store.embedded import EmbeddedPostgres
from store.migrate import upgrade
from tests.stack import Stack

QUESTION = "how much is the Samsung Galaxy Note20?"
CLIENTS = 16
WARM_UP = 3
EARLY, LATE = slice(2, 8), slice(196, 206)  # around the 5th and the 200th turn: single turns are too noisy

Ask = Callable[[int], Awaitable[None]]
NewConversation = Callable[[], Awaitable[Ask]]
Figures = dict[str, float]


class WrongAnswer(Exception):
    """The bot answered with an error, or not at all: its speed says nothing."""


def stack_conversations(base_url: str, client: httpx.AsyncClient) -> NewConversation:
    """Guests of the shop, each in a conversation of their own, who ask for a price."""

    async def begin() -> Ask:
        session = (await client.post(f"{base_url}/api/session")).raise_for_status()
        headers = {"Authorization": f"Bearer {session.json()['token']}"}
        client.cookies.clear()

        async def ask(_: int) -> None:
            body = {"text": QUESTION, "client_id": secrets.token_hex(8)}
            answer = (await client.post(f"{base_url}/api/chat", json=body, headers=headers)).raise_for_status()
            if "$" not in answer.text and '"price"' not in answer.text:
                raise WrongAnswer(answer.text)

        return ask

    return begin


def stock_conversations(base_url: str, client: httpx.AsyncClient) -> NewConversation:
    """People who greet the stock bot and tell it how they are, over and over."""

    async def begin() -> Ask:
        sender = secrets.token_hex(8)

        async def ask(number: int) -> None:
            body = {"sender": sender, "message": WORDS[number % len(WORDS)]}
            answer = (await client.post(f"{base_url}/webhooks/rest/webhook", json=body)).raise_for_status()
            if not answer.json():
                raise WrongAnswer("silence")

        return ask

    return begin


async def timed(ask: Ask, turns: int) -> list[float]:
    """The milliseconds of each turn, one after the other."""
    taken = []
    for number in range(turns):
        started = time.perf_counter()
        await ask(number)
        taken.append((time.perf_counter() - started) * 1000)
    return taken


def percentile95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


async def measure(begin: NewConversation, turns: int) -> Figures:
    """All figures of one bot: alone, in a long conversation, and among 16 at once."""
    alone = await begin()
    await timed(alone, WARM_UP)
    single = await timed(alone, 3 * turns)
    long = await timed(await begin(), LATE.stop)
    asks = [await begin() for _ in range(CLIENTS)]
    await asyncio.gather(*(timed(ask, WARM_UP) for ask in asks))
    started = time.perf_counter()
    crowd = [taken for each in await asyncio.gather(*(timed(ask, turns) for ask in asks)) for taken in each]
    seconds = time.perf_counter() - started
    early, late = statistics.median(long[EARLY]), statistics.median(long[LATE])
    return {
        "one_client_median_ms": statistics.median(single),
        "one_client_p95_ms": percentile95(single),
        "turns_per_second_at_16": len(crowd) / seconds,
        "median_ms_at_16": statistics.median(crowd),
        "p95_ms_at_16": percentile95(crowd),
        "turn_5_ms": early,
        "turn_200_ms": late,
        "turn_200_over_turn_5": late / early,
    }


async def measure_at(
    url: str, conversations: Callable[[str, httpx.AsyncClient], NewConversation], turns: int
) -> Figures:
    limits = httpx.Limits(max_connections=CLIENTS * 2, max_keepalive_connections=CLIENTS * 2)
    async with httpx.AsyncClient(timeout=60, limits=limits, trust_env=False) as client:
        return await measure(conversations(url, client), turns)


def measure_stack(turns: int) -> Figures:
    """Start a whole shop of its own, with a demo store, and measure it."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        server = EmbeddedPostgres(home)
        url = server.url()
        upgrade(url)
        stack = Stack(home, url, secrets.token_urlsafe(12))
        try:
            stack.start()
            return asyncio.run(measure_at(stack.base_url, stack_conversations, turns))
        finally:
            stack.stop()
            server.stop()


def measure_stock(folder: Path, turns: int) -> Figures:
    bot = RasaInit(folder, free_port())
    seconds = bot.ensure_trained()
    with bot:
        figures = asyncio.run(measure_at(bot.url, stock_conversations, turns))
    return {**figures, "trained_in_seconds": seconds} if seconds else figures


def show(results: dict[str, Figures]) -> None:
    table = Table("", *results)
    for name in results["shopclerk"]:
        table.add_row(name.replace("_", " "), *(f"{figures[name]:.2f}" for figures in results.values()))
    console = Console()
    console.print(table)
    if "stock rasa" in results:
        times = results["shopclerk"]["turns_per_second_at_16"] / results["stock rasa"]["turns_per_second_at_16"]
        console.print(f"Turns a second at 16 conversations: {times:.1f} times stock Rasa's.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=30, help="turns of each of the 16 conversations")
    parser.add_argument("--url", help="a running shop to measure, instead of starting one")
    parser.add_argument("--no-peer", action="store_true", help="leave stock Rasa out")
    parser.add_argument("--peer-folder", type=Path, default=ROOT / "var" / "rasa-init", help="kept, trained once")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    chosen = parser.parse_args()
    results: dict[str, Any] = {}
    if not chosen.no_peer:
        results["stock rasa"] = measure_stock(chosen.peer_folder, chosen.turns)
    if chosen.url:
        results["shopclerk"] = asyncio.run(measure_at(chosen.url, stack_conversations, chosen.turns))
    else:
        results["shopclerk"] = measure_stack(chosen.turns)
    show(results)
    if chosen.json:
        chosen.json.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
