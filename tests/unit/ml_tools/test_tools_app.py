"""One tool that fails takes no other down; what is loaded is told; the document of the API is current."""

import asyncio
import json
import threading

import httpx
import pytest
from fastapi import APIRouter

from common.errors import Unavailable
from common.settings import ROOT, Settings
from ml_tools.app import create_app, every_tool
from ml_tools.capacity import Capacity
from ml_tools.errors import BrokenArtefact
from ml_tools.registry import ModelCard, ModelName
from ml_tools.settings import ToolsSettings
from store.session import Database

OPENAPI = ROOT / "docs" / "tools.openapi.json"


class FakeTool:
    """A tool with one route; `load` does what the test says."""

    def __init__(self, name, load=lambda: None):
        self.name = name
        self.load = load
        self.router = APIRouter(prefix=f"/{name}")
        self.router.get("")(self.answer)

    async def answer(self):
        return {"tool": self.name}

    def card(self):
        return ModelCard(model=ModelName(name=self.name, version="1"), device="cpu")


def nowhere():
    return Database("postgresql://nobody@127.0.0.1:1/none", pool_size=1)


def fail(error):
    def load():
        raise error

    return load


async def asked(tools, *paths):
    """The answers of an app whose tools have finished loading."""
    app = create_app(nowhere(), tools)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://tools") as client:
            await app.state.loading
            return [await client.get(path) for path in paths]


async def test_a_tool_that_cannot_be_loaded_leaves_the_others_serving():
    broken = FakeTool("broken", fail(BrokenArtefact("seasons.json is damaged.")))
    crashed = FakeTool("crashed", fail(RuntimeError("secret path /etc")))
    answers = await asked([broken, crashed, FakeTool("sound")], "/broken", "/crashed", "/sound", "/models")
    assert [answer.status_code for answer in answers] == [503, 503, 200, 200]
    error = answers[0].json()["error"]
    assert error["code"] == "model_unavailable"
    assert "damaged" in error["message"]
    assert "secret" not in answers[1].text
    states = {state["tool"]: state for state in answers[3].json()}
    assert {name: state["status"] for name, state in states.items()} == {
        "broken": "failed",
        "crashed": "failed",
        "sound": "ready",
    }
    assert states["sound"]["card"]["model"] == {"name": "sound", "version": "1"}


async def test_while_a_tool_loads_the_process_answers_and_says_when_to_come_back():
    go = threading.Event()
    app = create_app(nowhere(), [FakeTool("slow", go.wait)])
    async with app.router.lifespan_context(app):
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://tools") as client:
            early, live = await client.get("/slow"), await client.get("/health/live")
        go.set()
    assert early.status_code == 503
    assert early.headers["Retry-After"] == "2"
    assert early.json()["error"]["retryable"] is True
    assert live.status_code == 200


async def test_too_many_computations_are_refused_at_once():
    capacity, go = Capacity(running=1, waiting=1), threading.Event()
    first, second = asyncio.create_task(capacity.run(go.wait)), asyncio.create_task(capacity.run(go.wait))
    await asyncio.sleep(0)
    with pytest.raises(Unavailable) as refused:
        await capacity.run(go.wait)
    go.set()
    assert refused.value.retry_after == 1
    assert await asyncio.gather(first, second) == [True, True]
    assert await capacity.run(lambda: 5) == 5


def test_the_api_document_is_current():
    """`python -m ml_tools.openapi` writes it."""
    config, limits = Settings(_env_file=None), ToolsSettings(_env_file=None)
    database = nowhere()
    app = create_app(database, every_tool(config, limits, database))
    assert json.loads(OPENAPI.read_text()) == json.loads(json.dumps(app.openapi()))
