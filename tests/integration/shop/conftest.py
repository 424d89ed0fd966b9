"""What the shop's tests share: a small shop on an empty store, and the web app on the demo store."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from store.session import Database
from tests.gateway_kit import ORIGIN, Gateway, running_gateway
from tests.shop_kit import SmallShop


@pytest.fixture
def shop(database: Database) -> SmallShop:
    return SmallShop(database)


@pytest.fixture
async def web(tmp_path: Path, demo_database: Database) -> AsyncIterator[Gateway]:
    async with running_gateway(tmp_path, demo_database) as running:
        yield running


@pytest.fixture
async def browser(web: Gateway) -> AsyncIterator[httpx.AsyncClient]:
    """A browser without JavaScript: it keeps cookies, says where it comes from, does not follow redirects."""
    headers = {"Origin": ORIGIN, "Accept": "text/html"}
    async with web.client(headers=headers) as client:
        yield client
