"""How long a statement may take: seconds where somebody waits, minutes where a whole shop is read."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from store.session import LONG_STATEMENT_TIMEOUT_MS, Database


async def test_a_request_gives_up_before_whoever_waits_does(database: Database) -> None:
    async with database.read() as session:
        assert await session.scalar(text("SHOW statement_timeout")) == "5s"


async def test_a_training_may_read_for_minutes(empty_database_url: str) -> None:
    database = Database(empty_database_url, pool_size=1, timeout_ms=LONG_STATEMENT_TIMEOUT_MS)
    try:
        async with database.read() as session:
            assert await session.scalar(text("SHOW statement_timeout")) == "15min"
    finally:
        await database.close()


async def test_a_statement_that_takes_longer_is_ended(empty_database_url: str) -> None:
    database = Database(empty_database_url, pool_size=1, timeout_ms=50)
    try:
        async with database.read() as session:
            with pytest.raises(OperationalError, match="statement timeout"):
                await session.execute(text("SELECT pg_sleep(20)"))
    finally:
        await database.close()
