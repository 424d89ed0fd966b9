"""The started process: our routes and none of Rasa's, errors in the envelope, a stop that loses no turn."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer

from assistant.settings import ROOT
from assistant.tests.conftest import FakeActions, Postgres, Signer, says

START_SECONDS = 120
SERVE = "import sys, pathlib; from assistant import server; from assistant.settings import from_environment;" \
        "server.configure_logging(); server.serve(from_environment(), pathlib.Path(sys.argv[1]))"  # fmt: skip


@dataclass
class Running:
    process: "subprocess.Popen[bytes]"
    http: aiohttp.ClientSession
    actions: FakeActions
    signer: Signer

    async def turn(self, body: Any = None, headers: "dict[str, str] | None" = None, **json: Any) -> "tuple[int, Any]":
        token = {"Authorization": f"Bearer {self.signer.sign('c_server')}", "X-Request-ID": "r_server_test"}
        given = {"data": body} if body is not None else {"json": json}
        async with self.http.post("/channel/turns", headers={**token, **(headers or {})}, **given) as response:
            return response.status, await response.json()

    async def get(self, path: str) -> "tuple[int, str]":
        async with self.http.get(path) as response:
            return response.status, await response.text()


@pytest_asyncio.fixture(scope="module")
async def running(
    small_model: Path, postgres: Postgres, signer: Signer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Running]:
    fake = FakeActions(answer=lambda call: says("42"))
    app = web.Application()
    app.router.add_post("/webhook", fake.webhook)
    async with TestServer(app) as action_server:
        port = free_port()
        environment = {
            **{name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")},
            "DATABASE_URL": postgres.url,
            "SHOPCLERK_HOME": str(signer.keys_dir.parent),
            "ACTIONS_URL": str(action_server.make_url("")),
            "ASSISTANT_PORT": str(port),
        }
        log = (tmp_path_factory.mktemp("server") / "log").open("wb")
        command = [sys.executable, "-c", SERVE, str(small_model)]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=log, stdout=log)
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http:
            server = Running(process, http, fake, signer)
            await asyncio.wait_for(until_ready(server, Path(log.name)), START_SECONDS)
            yield server
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def until_ready(server: Running, log: Path) -> None:
    while True:
        assert server.process.poll() is None, log.read_text()
        try:
            if (await server.get("/health/ready"))[0] == 200:
                return
        except aiohttp.ClientConnectionError:
            await asyncio.sleep(0.2)


async def test_answers_a_turn(running: Running) -> None:
    status, body = await running.turn(text="how much is it", turn_id="t_1")
    assert (status, body["messages"], body["intent"]) == (200, [{"type": "text", "text": "42"}], "ask_price")
    assert running.actions.calls[-1]["tracker"]["latest_message"]["metadata"]["request_id"] == "r_server_test"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 422, "invalid_request"),
        (b'{"text": "/"}', 422, "invalid_request"),
        (b'{"payload": "/restart"}', 422, "invalid_request"),
        (b"[" * 60_000, 422, "invalid_request"),
        (b" " * 70_000, 413, "too_large"),
    ],
    ids=["broken", "slash", "restart", "deep", "large"],
)
async def test_errors_come_in_the_envelope(body: bytes, status: int, code: str, running: Running) -> None:
    answered, envelope = await running.turn(body=body)
    assert (answered, envelope["error"]["code"]) == (status, code)
    assert envelope["error"]["request_id"] == "r_server_test"
    assert envelope["error"]["message"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Authorization": ""}, 401), ({"Authorization": "Bearer x"}, 401), ({"Content-Encoding": "deflate"}, 422)],
)
async def test_strangers_and_compressed_bodies_are_refused(
    headers: "dict[str, str]", status: int, running: Running
) -> None:
    assert (await running.turn(body=b'{"text": "hello"}', headers=headers))[0] == status


@pytest.mark.parametrize(
    "path", ["/", "/webhooks/rest/webhook", "/model/parse", "/conversations/c_server/tracker", "/status", "/version"]
)
async def test_none_of_rasas_own_routes_is_there(path: str, running: Running) -> None:
    assert (await running.get(path))[0] == 404


async def test_metrics_and_health(running: Running) -> None:
    await running.turn(text="how much")
    metrics = (await running.get("/metrics"))[1]
    for name in ("turn_seconds", "parse_seconds", 'action_seconds_count{action="action_price"', "sql_seconds"):
        assert f"shopclerk_{name}" in metrics
    assert (await running.get("/health/live"))[0] == 200


async def test_listens_on_loopback_only(running: Running) -> None:
    listening = Path(f"/proc/{running.process.pid}/net/tcp").read_text().splitlines()[1:]
    port = f":{int(str(running.http._base_url).rsplit(':', 1)[1].strip('/')):04X}"
    addresses = {line.split()[1] for line in listening if line.split()[3] == "0A" and line.split()[1].endswith(port)}
    assert addresses == {f"0100007F{port}"}


async def test_memory_at_rest(running: Running) -> None:
    """Without TensorFlow the process needs about 230 MB; with it, more than 500."""
    status = Path(f"/proc/{running.process.pid}/status").read_text()
    resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    assert int(resident.split()[1]) < 400 * 1024


async def test_a_stop_lets_the_running_turn_finish(running: Running) -> None:
    """Last in this module: it ends the process."""
    arrived, release = asyncio.Event(), asyncio.Event()

    async def answer() -> web.Response:
        arrived.set()
        await release.wait()
        return says("still here")

    running.actions.answer = lambda call: answer()
    turn = asyncio.ensure_future(running.turn(text="how much"))
    await arrived.wait()
    running.process.send_signal(signal.SIGTERM)
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(asyncio.shield(turn), 1)
    release.set()
    status, body = await turn
    assert (status, body["messages"][0]["text"]) == (200, "still here")
    assert await asyncio.get_running_loop().run_in_executor(None, running.process.wait, 15) == 0
