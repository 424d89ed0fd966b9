"""Imports one file: read, staged, checked and merged in one transaction that any error takes back."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from common.errors import BadRequest
from store.importers.events import EVENTS
from store.importers.kinds import Check, Kind
from store.importers.orders import ORDERS
from store.importers.pictures import copied, open_pictures
from store.importers.products import PRODUCTS
from store.importers.promotions import PROMOTIONS
from store.importers.reader import CsvReader, Progress
from store.importers.report import Counts, Errors, ImportReport
from store.importers.reviews import REVIEWS
from store.importers.staging import stage
from store.session import connect

KINDS: dict[str, Kind] = {
    "products": PRODUCTS, "orders": ORDERS, "reviews": REVIEWS, "events": EVENTS, "promotions": PROMOTIONS
}  # fmt: skip
LOCK = 4_815_163  # any number, the same for everybody: one import at a time


class _Refused(Exception):
    """The file has errors: the transaction must be taken back."""


def _silent(done: int, total: int) -> None:
    """For callers that show no progress."""


def import_file(
    kind: str,
    path: Path,
    database_url: str,
    *,
    images_dir: Path,
    pictures: Path | None = None,
    progress: Progress = _silent,
) -> ImportReport:
    """Import a CSV file of products, orders, reviews, events or promotions, or nothing at all.

    `pictures` is the folder or zip of the files named in the column `images`; they are copied into `images_dir`.
    Errors of the file are in the report. Raises BadRequest when there is no such kind, file or zip, and
    psycopg.OperationalError when the database cannot be reached."""
    if kind not in KINDS:
        raise BadRequest(f"There is no import of {kind!r}; there are {', '.join(KINDS)}.")
    if not path.is_file():
        raise BadRequest(f"There is no file {path}.")
    started = time.monotonic()
    errors = Errors()
    rows, counts = 0, Counts()
    try:
        with connect(database_url) as connection, connection.cursor() as cursor, _database_errors(errors):
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
            reader = CsvReader(path, errors, progress)
            rows = _stage(cursor, KINDS[kind], reader, errors)
            counts = _merge(cursor, kind, reader, images_dir, pictures, errors)
            _record(cursor, kind, path, reader.sha256, rows, counts)
    except _Refused:
        counts = Counts()
    kept = sorted(errors.kept)
    return ImportReport(kind, path, rows, counts, time.monotonic() - started, kept, errors.count)


def _stage(cursor: psycopg.Cursor, kind: Kind, reader: CsvReader, errors: Errors) -> int:
    fields = kind.row.model_fields
    required = {name for name, field in fields.items() if field.is_required()}
    return stage(cursor, kind.row, reader.rows(set(fields), required), errors)


def _merge(
    cursor: psycopg.Cursor, name: str, reader: CsvReader, images_dir: Path, pictures: Path | None, errors: Errors
) -> Counts:
    kind = KINDS[name]
    if errors.count:
        raise _Refused
    for statement in kind.prepare:
        cursor.execute(statement)  # type: ignore[arg-type]
    for check in kind.checks:
        _check(cursor, check, errors)
    with _pictures(cursor, name, images_dir, pictures, errors):
        if errors.count:
            raise _Refused
        counts = kind.merge(cursor, reader.columns)
        for table in kind.tables:
            cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))
        return counts


@contextmanager
def _pictures(
    cursor: psycopg.Cursor, name: str, images_dir: Path, pictures: Path | None, errors: Errors
) -> Iterator[None]:
    if name != "products":
        yield
        return
    source = open_pictures(pictures) if pictures else None
    with copied(cursor, source, images_dir, errors):
        yield


def _check(cursor: psycopg.Cursor, check: Check, errors: Errors) -> None:
    for line, detail in cursor.execute(check.query):  # type: ignore[arg-type]
        errors.add(line, check.column, check.reason.format(detail))


@contextmanager
def _database_errors(errors: Errors) -> Iterator[None]:
    """What the database refuses although the checks passed is an error of the file; a lost connection is not."""
    try:
        yield
    except (psycopg.DataError, psycopg.IntegrityError) as error:
        errors.add(0, "", error.diag.message_primary or str(error))
        raise _Refused from error


def _record(cursor: psycopg.Cursor, kind: str, path: Path, sha256: str, rows: int, counts: Counts) -> None:
    cursor.execute(
        "INSERT INTO import_runs (kind, file, sha256, rows, created, updated, unchanged)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (kind, path.name[:200], sha256, rows, counts.created, counts.updated, counts.unchanged),
    )
