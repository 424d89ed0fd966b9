"""The catalogue as the assistant reads it: names and vocabulary through SQL functions, or nothing while it is away."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg2
import psycopg2.extensions

logger = logging.getLogger(__name__)

CANDIDATES = "SELECT public_id, name, coalesce(brand, ''), similarity FROM product_candidates(%s, %s)"
TERMS = "SELECT kind, term, value FROM catalogue_terms WHERE term IS NOT NULL AND term <> ''"
STATEMENT_MS = 400
AWAY_SECONDS = 3.0


@dataclass(frozen=True)
class Candidate:
    product_id: str
    name: str
    brand: str
    similarity: float


class CatalogueDatabase:
    """One connection, made when needed. After a failure nothing is asked for 3 seconds, so that turns stay quick."""

    def __init__(
        self, database_url: str | None, connect: Callable[..., Any] = psycopg2.connect,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._url, self._connect, self._clock = database_url, connect, clock
        self._connection: Any = None
        self._away_until = 0.0
        self._lock = threading.Lock()

    def candidates(self, words: str, limit: int) -> list[Candidate] | None:
        """Products that the words may name, best first; None while the database is away."""
        rows = self._rows(CANDIDATES, (words, limit))
        return None if rows is None else [Candidate(*row) for row in rows]

    def terms(self) -> list[tuple[str, str, str]] | None:
        """(kind, term, value) of the whole vocabulary, None while the database is away."""
        return self._rows(TERMS, ())

    def _rows(self, query: str, parameters: Sequence[Any]) -> list[Any] | None:
        with self._lock:
            if self._url is None or self._clock() < self._away_until:
                return None
            for attempt in (1, 2):  # a connection that the server closed meanwhile fails once, a new one does not
                try:
                    return self._execute(query, parameters)
                except psycopg2.Error as error:
                    fresh, reason = self._drop(), str(error).strip().partition("\n")[0]
                    if fresh or attempt == 2:
                        break
            self._away_until = self._clock() + AWAY_SECONDS
            logger.warning("The catalogue cannot be read, so no product is recognised: %s", reason)
            return None

    def _execute(self, query: str, parameters: Sequence[Any]) -> list[Any]:
        if self._connection is None:
            options = f"-c statement_timeout={STATEMENT_MS} -c default_transaction_read_only=on"
            self._connection = self._connect(self._url, connect_timeout=1, options=options)
            self._connection.autocommit = True
            self._used = False
        with self._connection.cursor() as cursor:
            cursor.execute(query, parameters)
            rows: list[Any] = cursor.fetchall()
        self._used = True
        return rows

    def _drop(self) -> bool:
        """Forget the connection; True when it had never answered, so that trying again is useless."""
        connection, self._connection = self._connection, None
        if connection is None:
            return True
        try:
            connection.close()
        except psycopg2.Error as error:
            logger.debug("A broken connection did not close: %s", error)
        return not self._used


class Vocabulary:
    """The shop's own terms, {kind: {term: value}}, read again in the background when older than `fresh_seconds`."""

    def __init__(
        self, database: CatalogueDatabase, fresh_seconds: float = 30.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._database, self._fresh, self._clock = database, fresh_seconds, clock
        self._terms: dict[str, dict[str, str]] = {}
        self._read_at: float | None = None
        self._reading = threading.Lock()

    def terms(self) -> dict[str, dict[str, str]]:
        """The newest vocabulary at hand; only the very first call waits for the database."""
        if self._read_at is None:
            self.refresh()
        elif self._clock() - self._read_at > self._fresh and not self._reading.locked():
            threading.Thread(target=self.refresh, daemon=True, name="catalogue-vocabulary").start()
        return self._terms

    def refresh(self) -> None:
        with self._reading:
            rows = self._database.terms()
            if rows is not None:
                terms: dict[str, dict[str, str]] = {}
                for kind, term, value in rows:
                    terms.setdefault(kind, {})[term] = value
                self._read_at = self._clock()
                if terms != self._terms:
                    self._terms = terms
