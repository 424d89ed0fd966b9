"""F5, F6, F7 and F8 at the gateway: whatever is away, people get words with an id, soon."""

import asyncio
import time
from pathlib import Path

import httpx
import pytest

from store.conversations import ABANDONED_AFTER
from store.session import Database
from tests.gateway_kit import Gateway, running_gateway, say
from web.chat.turns import DEADLINE_SECONDS, WAIT_SECONDS
from web.chat.words import words

ANSWERS = {
    "refused": (httpx.ConnectError("refused"), "away"),
    "cut in the middle": (httpx.RemoteProtocolError("cut"), "away"),
    "reading takes too long": (httpx.ReadTimeout("slow"), "slow"),
    "500": (httpx.Response(500, text="Traceback secret"), "away"),
    "503": (httpx.Response(503), "away"),
    "401": (httpx.Response(401), "away"),
    "html": (httpx.Response(200, text="<html>"), "empty"),
    "nothing": (httpx.Response(200, content=b""), "empty"),
    "no messages": (httpx.Response(200, json={"messages": []}), "empty"),
    "another shape": (httpx.Response(200, json=[1, 2]), "empty"),
    "only broken parts": (httpx.Response(200, json={"messages": [{"type": "text"}, {}]}), "empty"),
    "NaN": (httpx.Response(200, content=b'{"messages": [{"type": "text", "text": NaN}]}'), "empty"),
    "endless": (httpx.Response(200, content=b" " * 3_000_000), "empty"),
}


@pytest.mark.parametrize("name", ANSWERS)
async def test_no_answer_becomes_words_with_an_id(gateway: Gateway, name: str) -> None:
    """200, an apology that holds the request's id and nothing of the error, and the turn is recorded as failed."""
    fault, reason = ANSWERS[name]

    def answer(turn):
        if isinstance(fault, Exception):
            raise fault
        return fault

    gateway.assistant.answer = answer
    guest = await gateway.guest()
    response = await guest.send(text="hello")
    body = response.json()
    assert response.status_code == 200
    assert body["failed"] is True
    assert body["messages"] == say(words(reason, request_id=response.headers["X-Request-ID"]))
    assert "secret" not in response.text
    (turn,) = await guest.history()
    assert (turn["failed"], turn["messages"]) == (True, body["messages"])


async def test_the_next_turn_works_when_the_assistant_is_back(gateway: Gateway) -> None:
    """Nothing is left behind by a failure."""
    guest = await gateway.guest()
    usual, gateway.assistant.answer = gateway.assistant.answer, lambda turn: httpx.Response(502)
    await guest.ask("one")
    gateway.assistant.answer = usual
    assert await guest.ask("two") == say("You said two")


async def test_a_silent_assistant_is_cut_off_at_the_deadline(tmp_path: Path, database: Database) -> None:
    """Words come at the gateway's deadline, however long the assistant would take."""
    async with running_gateway(tmp_path, database, deadline=0.3) as gateway:
        guest = await gateway.guest()
        gateway.assistant.hold()
        started = time.monotonic()
        response = await guest.send(text="hello")
    assert time.monotonic() - started < 3
    assert response.json()["messages"] == say(words("slow", request_id=response.headers["X-Request-ID"]))


def test_the_deadlines_nest() -> None:
    """Waiting in line leaves time to answer, and a turn is over before another gateway takes it up again."""
    assert WAIT_SECONDS + 3 < DEADLINE_SECONDS < ABANDONED_AFTER.total_seconds()


async def test_turns_under_way_are_finished_at_the_end(tmp_path: Path, database: Database) -> None:
    """F17: stopping waits for them, and their answers are kept."""
    async with running_gateway(tmp_path, database) as gateway:
        guest = await gateway.guest()
        gateway.assistant.hold()
        post = asyncio.create_task(guest.send(text="hello"))
        await gateway.assistant.came.acquire()
        post.cancel()  # whoever asked has gone
        asyncio.get_running_loop().call_later(0.2, gateway.assistant.release)
    (row,) = await gateway.sql(
        "SELECT t.response FROM turns t JOIN conversations c ON c.id = t.conversation_id WHERE c.public_id = :id",
        id=gateway.caller().conversation_id,
    )
    assert row.response == say("You said hello")


async def test_without_the_database_the_gateway_lives_and_says_so(tmp_path: Path) -> None:
    """F8: live is 200, ready is 503, requests get a retryable 503 with Retry-After; never a 500 or a trace."""
    away = Database("postgresql://nobody@127.0.0.1:1/none", pool_size=2)
    async with running_gateway(tmp_path, away) as gateway:
        http = gateway.client()
        assert (await http.get("/health/live")).status_code == 200
        assert (await http.get("/health/ready")).status_code == 503
        for response in (
            await http.post("/api/session"),
            await http.post("/api/session/login", json={"email": "a@example.org", "password": "p"}),
            await http.post("/api/chat", json={"text": "hi"}, headers={"Authorization": "Bearer x"}),
        ):
            assert response.status_code == 503
            assert response.json()["error"]["code"] == "unavailable"
            assert response.json()["error"]["retryable"] is True
            assert int(response.headers["Retry-After"]) > 0
