"""Calls of the action server share a connection and end in words, whatever the server does."""

import asyncio
from typing import Any

import pytest
from aiohttp import web

from assistant.action_endpoint import FAILURE_RESPONSE, ActionEndpoint
from assistant.observability.requests import begin_request
from assistant.tests.conftest import FakeActions, says

CALL = {"next_action": "action_price", "sender_id": "c_1", "tracker": {}}
FAILED = {"events": [], "responses": [{"response": FAILURE_RESPONSE, "request_id": "r_12345678"}]}


async def call(url: str, seconds: float = 5) -> "dict[str, Any]":
    begin_request("r_12345678")
    endpoint = ActionEndpoint(url, seconds=seconds)
    try:
        return await endpoint.request(json=CALL)
    finally:
        await endpoint.close()


async def test_gives_back_what_the_action_said(actions: FakeActions) -> None:
    assert (await call(actions.url))["responses"] == [{"text": "action_price"}]


async def test_calls_share_one_connection(actions: FakeActions) -> None:
    endpoint = ActionEndpoint(actions.url, seconds=5)
    for _ in range(5):
        await endpoint.request(json=CALL)
    await endpoint.close()
    assert (len(actions.calls), len(actions.connections)) == (5, 1)


@pytest.mark.parametrize(
    "answer",
    [
        web.json_response({"error": "secret"}, status=500),
        web.json_response({"error": "secret", "action_name": "action_price"}, status=400),
        web.Response(text="<html>proxy</html>", content_type="text/html"),
        web.json_response([]),
        web.json_response({"events": 5}),
        web.json_response(None),
    ],
    ids=["500", "rejected", "html", "list", "events", "null"],
)
async def test_a_failed_call_ends_in_words_and_leaks_nothing(answer: web.Response, actions: FakeActions) -> None:
    actions.answer = lambda call: web.Response(body=answer.body, status=answer.status, headers=answer.headers)
    assert await call(actions.url) == FAILED


async def test_a_slow_call_is_cut_at_its_deadline(actions: FakeActions) -> None:
    async def never() -> web.Response:
        await asyncio.Event().wait()
        return says("late")

    actions.answer = lambda call: never()
    assert await asyncio.wait_for(call(actions.url, seconds=0.2), 3) == FAILED


async def test_a_dead_server_ends_in_words(unused_tcp_port: int) -> None:
    assert await call(f"http://127.0.0.1:{unused_tcp_port}") == FAILED
