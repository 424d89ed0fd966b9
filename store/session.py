"""The one way to the database: a pool of async sessions for queries, a plain psycopg connection for COPY."""

import select
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from sqlalchemy import URL, event, make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

STATEMENT_TIMEOUT_MS = 5_000  # of what somebody waits for
LONG_STATEMENT_TIMEOUT_MS = 15 * 60_000  # of a training or an evaluation, which reads a whole shop
# A filtered search goes on through the vectors' index until it has found enough (pgvector 0.8).
_OPTIONS = "-c hnsw.iterative_scan=relaxed_order -c hnsw.ef_search=120"


def sqlalchemy_url(database_url: str) -> URL:
    """`postgresql://...` as people and libpq write it, with the psycopg 3 driver that this project uses."""
    return make_url(database_url).set(drivername="postgresql+psycopg")


class Database:
    """A pool of connections. One request, one transaction: `async with database.begin() as session: ...`.

    What only reads, and needs no two statements to see the same moment, takes `read()`: it saves two round trips.
    A statement is ended after `timeout_ms`.
    """

    def __init__(self, database_url: str, *, pool_size: int = 8, timeout_ms: int = STATEMENT_TIMEOUT_MS) -> None:
        self.engine: AsyncEngine = create_async_engine(
            sqlalchemy_url(database_url),
            pool_size=pool_size,
            max_overflow=4,
            pool_timeout=3,
            connect_args={"options": f"-c statement_timeout={timeout_ms} {_OPTIONS}", "connect_timeout": 3},
        )
        event.listen(self.engine.sync_engine, "checkout", _refuse_closed)
        reading = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)
        self._reading = async_sessionmaker(reading, expire_on_commit=False)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncSession]:
        """A session in a transaction that commits at the end and rolls back on any error."""
        async with self._sessions.begin() as session:
            yield session

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session whose statements each see the newest data; it must not write."""
        async with self._reading() as session:
            yield session

    async def close(self) -> None:
        await self.engine.dispose()


def _refuse_closed(connection: Any, *_: object) -> None:
    """A pooled connection with something to read while nothing was asked was closed by the server: take a new one.

    This finds a restarted database like a ping before every use would, without its round trip.
    """
    waiting = select.poll()
    waiting.register(connection.driver_connection.fileno(), select.POLLIN)
    if waiting.poll(0):
        raise DisconnectionError("The server has closed this connection.")


def connect(database_url: str) -> psycopg.Connection:
    """A plain connection, for COPY and for long work; the caller closes it and owns its transaction."""
    return psycopg.connect(database_url)
