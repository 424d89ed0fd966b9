"""The action server speaks rasa-sdk's protocol and lets in and out only what belongs to it."""

import json
import re
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

import actions.tools
import web.chat.forecast_files
from actions.bootstrap import Services
from actions.server import KEEP_ALIVE_SECONDS, MAX_CALL_BYTES, create_app
from common.caller import Caller, Role, TokenVerifier
from common.settings import ROOT
from store.session import Database
from tests.actions_kit import Shop


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(None, tmp_path / "keys")


@pytest.fixture
async def http(shop: Shop, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The server's app; its database is not there."""
    nowhere = Database("postgresql://nobody@127.0.0.1:1/none")
    services = Services(nowhere, shop.tools, TokenVerifier(tmp_path / "keys"))  # type: ignore[arg-type]
    transport = httpx.ASGITransport(create_app(services), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://actions.test") as client:
        yield client
    await nowhere.close()


def call(shop: Shop, action: str, **changes: Any) -> dict[str, Any]:
    token = shop.signer.sign(Caller("g_1", Role.GUEST, "c_1"))
    message = {"text": "hi", "intent": {"name": "x"}, "entities": [], "metadata": {"token": token}}
    tracker = {"sender_id": "c_1", "slots": {}, "latest_message": message, "events": []}
    return {"next_action": action, "sender_id": "c_1", "tracker": tracker, "version": "3.6.21", **changes}


async def test_an_action_runs_and_its_words_come_back(http: httpx.AsyncClient, shop: Shop) -> None:
    answer = await http.post("/webhook", json=call(shop, "action_image"))
    assert answer.status_code == 200
    assert [message["response"] for message in answer.json()["responses"]] == ["utter_send_picture"]
    assert answer.json()["events"] == []
    assert "access-control-allow-origin" not in answer.headers


async def test_an_action_that_fails_says_so_and_shows_nothing_of_it(http: httpx.AsyncClient, shop: Shop) -> None:
    """F7: without a database the answer is words with an id; no exception, no tracker, no token in it."""
    secret = call(shop, "action_best_sellers")
    answer = await http.post("/webhook", json=secret)
    assert answer.status_code == 200
    assert [message["response"] for message in answer.json()["responses"]] == ["utter_action_failed"]
    assert secret["tracker"]["latest_message"]["metadata"]["token"] not in answer.text
    assert "psycopg" not in answer.text


def test_idle_connections_are_closed_by_who_calls_not_by_who_answers() -> None:
    """Else a call now and then meets a connection that is just being closed, and is lost."""
    kept = re.search(r"keepalive_timeout=(\d+)", (ROOT / "assistant" / "action_endpoint.py").read_text())
    assert kept
    assert int(kept[1]) < KEEP_ALIVE_SECONDS
    tools_close_after = uvicorn.Config("ml_tools").timeout_keep_alive  # the tools set none of their own
    for limits in (actions.tools.KEPT, web.chat.forecast_files.KEPT):
        assert limits.keepalive_expiry < tools_close_after


BAD = {
    "not json": (b"{", {}),
    "a list": (b"[]", {}),
    "no tracker": (json.dumps({"next_action": "action_image"}).encode(), {}),
    "no sender": (json.dumps({"next_action": "action_image", "tracker": {}}).encode(), {}),
    "deflated": (zlib.compress(b"{}"), {"content-encoding": "deflate"}),
    "gzipped": (b"{}", {"content-encoding": "gzip"}),
    "deep": (b"[" * 100_000, {}),
    "nothing": (b"", {}),
}


@pytest.mark.parametrize("case", BAD)
async def test_what_is_not_a_call_is_refused_in_the_envelope(http: httpx.AsyncClient, case: str) -> None:
    """S14."""
    body, headers = BAD[case]
    answer = await http.post("/webhook", content=body, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "invalid_request"


async def test_a_body_has_a_bound(http: httpx.AsyncClient) -> None:
    answer = await http.post("/webhook", content=b" " * (MAX_CALL_BYTES + 1))
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")


@pytest.mark.parametrize("action", ["action_none_such", "run", "__class__"])
async def test_an_unknown_action_is_not_found(http: httpx.AsyncClient, shop: Shop, action: str) -> None:
    answer = await http.post("/webhook", json=call(shop, action))
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


async def test_a_call_that_names_no_action_is_refused(http: httpx.AsyncClient, shop: Shop) -> None:
    assert (await http.post("/webhook", json=call(shop, ""))).status_code == 422


async def test_it_is_live_without_a_database_and_not_ready(http: httpx.AsyncClient) -> None:
    """F8."""
    assert (await http.get("/health/live")).status_code == 200
    assert (await http.get("/health/ready")).status_code == 503


async def test_metrics_name_the_actions(http: httpx.AsyncClient, shop: Shop) -> None:
    await http.post("/webhook", json=call(shop, "action_image"))
    assert 'shopclerk_action_seconds_count{action="action_image",outcome="ok"}' in (await http.get("/metrics")).text


@pytest.mark.parametrize("path", ["/actions", "/docs", "/openapi.json", "/"])
async def test_nothing_else_is_served(http: httpx.AsyncClient, path: str) -> None:
    assert (await http.get(path)).status_code == 404
