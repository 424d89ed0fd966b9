"""What all tests share: a Postgres of their own, the demo store as a template, and the whole stack, started once."""

import secrets
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from store.embedded import EmbeddedPostgres
from store.migrate import upgrade
from store.session import Database
from tests.stack import START_SECONDS, Stack

DEMO_PASSWORD = secrets.token_urlsafe(12)
TEST_SECONDS = 300  # as in pyproject.toml


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first test that needs the stack also waits for its training, which has a deadline of its own."""
    for item in items:
        if "stack" in getattr(item, "fixturenames", ()) and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(START_SECONDS + TEST_SECONDS))


class Databases:
    """Databases on the test run's own server; a clone of a template takes a fraction of a second."""

    def __init__(self, home: Path) -> None:
        self._server = EmbeddedPostgres(home)
        self._admin = self._server.url("postgres")
        self.images_dir = home / "images"
        self._templates: set[str] = set()

    def empty(self) -> str:
        """A new database with the schema and no rows."""
        return self._clone("template_empty", lambda url: upgrade(url))

    def demo(self) -> str:
        """A new database with the whole demo store."""
        return self._clone("template_demo", self._load_demo)

    def stop(self) -> None:
        self._server.stop()

    def _load_demo(self, url: str) -> None:
        from store.demo.load import load

        upgrade(url)
        today = datetime.now(UTC).date()
        load(url, self.images_dir, today=today, password=DEMO_PASSWORD, progress=lambda what, done: None)

    def _clone(self, template: str, build) -> str:
        if template not in self._templates:
            build(self._server.url(template))
            self._templates.add(template)
        name = f"test_{secrets.token_hex(6)}"
        with psycopg.connect(self._admin, autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )
        return self._server.url(name)


@pytest.fixture(scope="session")
def test_home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="shopclerk-tests-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def databases(test_home: Path) -> Iterator[Databases]:
    server = Databases(test_home)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def empty_database_url(databases: Databases) -> str:
    return databases.empty()


@pytest.fixture(scope="module")
def demo_database_url(databases: Databases) -> str:
    return databases.demo()


@pytest.fixture(scope="module")
def demo_images_dir(databases: Databases) -> Path:
    return databases.images_dir


@pytest.fixture
async def database(empty_database_url: str) -> AsyncIterator[Database]:
    database = Database(empty_database_url, pool_size=4)
    yield database
    await database.close()


@pytest.fixture
async def demo_database(demo_database_url: str) -> AsyncIterator[Database]:
    database = Database(demo_database_url, pool_size=4)
    yield database
    await database.close()


@pytest.fixture(scope="session")
def stack(test_home: Path, databases: Databases) -> Iterator[Stack]:
    """The whole stack on free ports against a demo store of its own."""
    running = Stack(test_home, databases.demo(), DEMO_PASSWORD)
    running.start()
    yield running
    running.stop()
