"""A shop with a trained recommender, for the modules that ask it."""

import pytest
from sqlalchemy import func, select

from ml_tools.recommender.train import train_from_store
from store.tables import Product
from tests.recommender_kit import MAKERS, Shop, client_of, tool_on


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    return tmp_path_factory.mktemp("models")


@pytest.fixture
async def shop(database, empty_database_url, models):
    """The shop, trained once a module; each test adds what it needs."""
    async with database.begin() as session:
        if not await session.scalar(select(func.count()).select_from(Product)):
            await Shop(session).fill()
    if not any(models.iterdir()):
        await train_from_store(empty_database_url, models, None, makers=MAKERS)
    return database


@pytest.fixture
async def client(shop, models):
    async with client_of(tool_on(shop, models)) as client:
        yield client
