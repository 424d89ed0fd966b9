"""Chromium, pages that fail a test when the browser reports an error, and a shop in this process to look at."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from store.session import Database
from tests.gateway_kit import Gateway, running_gateway
from tests.shop_kit import SmallShop

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",  # the tests may run as root, where Chromium has no sandbox
    "--disable-quic",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@dataclass
class Visitor:
    """One person's browser; `complaints` holds what the console reported, blocked content among it."""

    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)

    def listen(self) -> None:
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda m: self.complaints.append(m.text) if m.type == "error" else None)
        self.page.on("dialog", lambda dialog: self.complaints.append(f"a dialog opened: {dialog.message}"))


async def _visitor(browser: Browser, viewport: dict[str, int]) -> Visitor:
    context = await browser.new_context(viewport=viewport, reduced_motion="reduce")  # type: ignore[arg-type]
    context.set_default_timeout(15_000)
    visitor = Visitor(context, await context.new_page())
    visitor.listen()
    return visitor


@pytest.fixture
async def visitor(chromium: Browser) -> AsyncIterator[Visitor]:
    """Somebody at a desk; the test fails when their browser complained."""
    someone = await _visitor(chromium, DESKTOP)
    yield someone
    await someone.context.close()
    assert someone.complaints == []


@pytest.fixture
async def phone(chromium: Browser) -> AsyncIterator[Visitor]:
    """Somebody with a small phone."""
    someone = await _visitor(chromium, PHONE)
    yield someone
    await someone.context.close()
    assert someone.complaints == []


class Server:
    """The gateway on a port that stays the same, so that it can go away and come back."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self._server: uvicorn.Server | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        config = uvicorn.Config(
            self.gateway.app, port=self.port, lifespan="off", log_level="error", timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._task = asyncio.create_task(self._server.serve())
        while not self._server.started:  # noqa: ASYNC110 (uvicorn has a flag for it, no event)
            await asyncio.sleep(0.02)

    async def stop(self) -> None:
        assert self._server
        assert self._task
        self._server.should_exit = True
        await self._task


@pytest.fixture
async def server(tmp_path: Path, database: Database) -> AsyncIterator[Server]:
    """The web process with a scripted assistant behind it."""
    async with running_gateway(tmp_path, database, limits_factor=100) as gateway:
        running = Server(gateway)
        await running.start()
        yield running
        await running.stop()


@pytest.fixture
def shop(database: Database) -> SmallShop:
    return SmallShop(database)
