"""The gateway with stand-ins around it, for this folder's tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from store.session import Database
from tests.gateway_kit import Gateway, running_gateway


@pytest.fixture
async def gateway(tmp_path: Path, database: Database) -> AsyncIterator[Gateway]:
    async with running_gateway(tmp_path, database) as running:
        yield running
