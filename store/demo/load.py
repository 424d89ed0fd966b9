"""Loading the demo store: draw it, write it in one transaction, draw its pictures, make its accounts."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
import psycopg
from psycopg import sql

from common.errors import Conflict
from store.demo.accounts import renew_passwords, write_accounts
from store.demo.bulk import bare_tables
from store.demo.catalogue import catalogue
from store.demo.copy import continue_ids, copy_rows, next_id
from store.demo.customers import SHOPPER
from store.demo.pictures.studio import PICTURE_SIZE, Picture, Studio
from store.demo.rows import Ids, tables
from store.demo.truth import MARK, truth_rows
from store.demo.world import draw_world
from store.promotion_events import COUNTED_ANEW
from store.session import connect

Progress = Callable[[str, float], None]
LOCK = 0x5348_4F50  # one load at a time, over all processes
_NUMBERED = ("categories", "products", "variants", "customers", "promotions", "orders", "order_lines")
_BIG = ("stock_days", "orders", "order_lines", "events", "impressions", "reviews")
_COUNTED = {
    "products": "products", "variants": "variants", "pictures": "product_images", "customers": "customers",
    "orders": "orders", "order_lines": "order_lines", "events": "events", "reviews": "reviews",
    "promotions": "promotions", "impressions": "impressions",
}  # fmt: skip


@dataclass(frozen=True)
class DemoSummary:
    """What stands in the store after a load; `already_there` when there was nothing to do."""

    products: int
    variants: int
    pictures: int
    customers: int
    orders: int
    order_lines: int
    events: int
    reviews: int
    promotions: int
    impressions: int
    first_day: date
    last_day: date
    seconds: float
    already_there: bool = False


def load(
    database_url: str,
    images_dir: Path,
    *,
    password: str,
    seed: int = 20,
    today: date,
    progress: Progress = lambda step, done: None,
    scale: float = 1.0,
    picture_size: int = PICTURE_SIZE,
) -> DemoSummary:
    """Fill a migrated, empty store with the demo; `progress` gets a step's name and the share done, 0 to 1.

    `scale` shrinks customers, orders and events (not the catalogue), `picture_size` the pictures, in pixels.
    A store that holds the demo already only gets missing pictures and the password; one with other products
    raises Conflict. Nothing is half-loaded: all rows are one transaction."""
    started = time.monotonic()
    if len(password) < 8:
        raise ValueError("the demo accounts' password must have 8 characters or more")
    with connect(database_url) as connection:
        connection.execute("SET TIME ZONE 'UTC'")
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        found = _found(connection)
        with Studio(images_dir, seed if found is None else found, picture_size) as studio:
            if found is None:
                _write(connection, studio, password, (seed, today, scale), progress)
            else:
                _mend(connection, studio, password, found, progress)
        summary = _summary(connection, time.monotonic() - started, already_there=found is not None)
    progress("done", 1.0)
    return summary


def _found(connection: psycopg.Connection) -> int | None:
    """The seed of the demo that the store holds, None for an empty store; raises Conflict for other products."""
    mark = connection.execute("SELECT value FROM demo_truth WHERE (kind, key) = (%s, %s)", MARK).fetchone()
    if mark:
        return int(mark[0]["seed"])
    if connection.execute("SELECT 1 FROM products LIMIT 1").fetchone():
        raise Conflict(
            "This store already has products of its own, so the demo store was not loaded into it. "
            "Use another database for the demo, or keep working with what is there."
        )
    return None


def _write(
    connection: psycopg.Connection, studio: Studio, password: str, drawn: tuple[int, date, float], progress: Progress
) -> None:
    """All rows; the pictures are drawn by other processes in the meantime."""
    seed, today, scale = drawn
    progress("drawing products, customers and orders", 0.02)
    studio.begin()
    world = draw_world(seed, today, scale)
    ids = Ids(**{table: next_id(connection, table) for table in _NUMBERED})
    makers = {**tables(world, ids), "demo_truth": lambda: truth_rows(world, ids)}
    with bare_tables(connection, _BIG):
        for number, (table, make) in enumerate(makers.items()):
            progress(f"writing {table.replace('_', ' ')}", 0.3 + 0.4 * number / len(makers))
            copy_rows(connection, table, make())
        progress("checking and indexing", 0.7)
    for table in _NUMBERED:
        continue_ids(connection, table)
    connection.execute(COUNTED_ANEW)
    write_accounts(connection, ids.customers + SHOPPER, password)
    pictures = studio.finish(world.catalogue, lambda done: progress("drawing pictures", 0.8 + 0.18 * done))
    copy_rows(connection, "product_images", _picture_rows(pictures, ids))
    for table in (*makers, "product_images"):
        connection.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))


def _mend(connection: psycopg.Connection, studio: Studio, password: str, seed: int, progress: Progress) -> None:
    """Give a demo that is there its password, and pictures that were lost."""
    renew_passwords(connection, password)
    goods = catalogue(seed)
    if not studio.is_complete(goods):
        studio.begin(only_missing=True)
        studio.finish(goods, lambda done: progress("drawing missing pictures", done))


def _picture_rows(pictures: list[Picture], ids: Ids) -> pd.DataFrame:
    rows = [(ids.products + p.product, p.position, p.path, p.sha256) for p in pictures]
    return pd.DataFrame(rows, columns=["product_id", "position", "path", "sha256"])


def _summary(connection: psycopg.Connection, seconds: float, *, already_there: bool) -> DemoSummary:
    """The figures as they stand in the store, so that they are true whatever was drawn."""
    counts = {field: _count(connection, table) for field, table in _COUNTED.items()}
    row = connection.execute("SELECT min(placed_at)::date, max(placed_at)::date FROM orders").fetchone()
    assert row is not None
    return DemoSummary(
        **counts, first_day=row[0], last_day=row[1], seconds=round(seconds, 1), already_there=already_there
    )


def _count(connection: psycopg.Connection, table: str) -> int:
    row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
    assert row is not None
    return int(row[0])
