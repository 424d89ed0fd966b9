"""Everything that promotions can be learnt from anew: what was shown to whom, and what they had touched before."""

from datetime import date
from io import BytesIO
from typing import Any, NamedTuple

import pandas as pd
import psycopg

from store.promotion_events import LEARNING_LOCK
from store.promotion_learning import Frontier, Kept
from store.promotions import MOST_FOR_BASES, Candidate

_WHO = "coalesce('c' || {0}customer_id, 's' || {0}session)"
# A click that was imported has no row among the clicks.
_SHOWN = """
    SELECT i.id, i.promotion_id AS promotion, {who} AS who, i.customer_id IS NOT NULL AS customer, i.slot,
           extract(epoch FROM i.shown_at)::float8 AS at,
           CASE WHEN c.id IS NULL THEN i.clicked_at IS NOT NULL AND i.key IS NULL
                ELSE c.id <= %(click_id)s END AS clicked,
           i.signals, i.propensity, coalesce(i.place, 0), k.attributes ->> 'segment'
    FROM impressions AS i LEFT JOIN promotion_clicks AS c ON c.impression_id = i.id
    LEFT JOIN customers AS k ON k.id = i.customer_id
    WHERE i.id <= %(impression_id)s ORDER BY i.id DESC LIMIT %(most)s
"""
_TOUCHES = """
    SELECT {who} AS who, product_id AS product, extract(epoch FROM at)::float8 AS at, false AS line FROM events
    WHERE product_id IS NOT NULL AND (customer_id IS NOT NULL OR session IS NOT NULL)
    UNION ALL
    SELECT 'c' || o.customer_id, l.product_id, extract(epoch FROM o.placed_at)::float8, true
    FROM orders AS o JOIN order_lines AS l ON l.order_id = o.id WHERE o.status <> 'cancelled' AND l.units > 0
"""
_PRODUCTS = """
    SELECT p.id AS product, c.slug AS category, coalesce(d.slug, c.slug) AS department, p.brand
    FROM products AS p JOIN categories AS c ON c.id = p.category_id LEFT JOIN categories AS d ON d.id = c.parent_id
"""
_PROMOTIONS = """
    SELECT p.id, p.public_id, p.title, p.discount_percent::float8, p.starts_on, p.product_id, c.slug,
           coalesce(d.slug, c.slug), own.brand, 0, 0, 1.0
    FROM promotions AS p LEFT JOIN products AS own ON own.id = p.product_id
    LEFT JOIN categories AS c ON c.id = coalesce(p.category_id, own.category_id)
    LEFT JOIN categories AS d ON d.id = c.parent_id
"""
_TERMS = """
    SELECT id, starts_on, ends_on, audience, daily_cap, budget::float8, cost_per_click::float8 FROM promotions
"""
_BASES = """
    SELECT c.slug, coalesce(d.slug, c.slug), p.brand, count(*)
    FROM (SELECT product_id FROM events WHERE product_id IS NOT NULL ORDER BY id DESC LIMIT %s) AS e
    JOIN products AS p ON p.id = e.product_id JOIN categories AS c ON c.id = p.category_id
    LEFT JOIN categories AS d ON d.id = c.parent_id GROUP BY 1, 2, 3
"""
_KEPT = b"""
    SELECT version, impression_id, click_id, examples, as_of, content, sha256 FROM promotion_beliefs WHERE name = %s
"""


class PastShowing(NamedTuple):
    """An impression; `who` tells persons apart (None: unknown), `at` is in seconds, `segment` is the customer's."""

    impression_id: int
    promotion_id: int
    who: str | None
    customer: bool
    slot: str
    at: float
    clicked: bool
    signals: list[float] | None
    propensity: float
    place: int
    segment: str | None


class Terms(NamedTuple):
    """When and to whom a promotion may be shown; `budget` None: without limit."""

    starts_on: date
    ends_on: date
    audience: dict[str, Any]
    daily_cap: int
    budget: float | None
    cost_per_click: float


def complete_until(connection: psycopg.Connection, *, patience: float) -> Frontier:
    """How far impressions are complete and older than `patience` seconds, and clicks are complete; commits."""
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (LEARNING_LOCK,))
    row = connection.execute(
        "SELECT coalesce((SELECT min(id) - 1 FROM impressions WHERE received_at > now() - make_interval(secs => %s)),"
        " (SELECT max(id) FROM impressions), 0), coalesce((SELECT max(id) FROM promotion_clicks), 0)",
        (patience,),
    ).fetchone()
    connection.commit()
    assert row is not None
    return Frontier(*row)


def shown(connection: psycopg.Connection, reached: Frontier, *, most: int) -> list[PastShowing]:
    """The newest impressions, oldest first."""
    values = {"impression_id": reached.impression_id, "click_id": reached.click_id, "most": most}
    query = _SHOWN.format(who=_WHO.format("i."))
    return [PastShowing._make(row) for row in reversed(connection.execute(query.encode(), values).fetchall())]


def touches(connection: psycopg.Connection) -> pd.DataFrame:
    """Of everybody: who, product, at (seconds), line (of an order); by person, oldest first."""
    found = _copied(connection, _TOUCHES.format(who=_WHO.format("")))
    found["line"] = found["line"] == "t"
    return found.sort_values(["who", "at"], kind="stable", ignore_index=True)


def products(connection: psycopg.Connection) -> dict[int, tuple[str, str, str | None]]:
    """Category, department and brand of each product by its id."""
    rows = connection.execute(_PRODUCTS)
    return {product: (category, department, brand) for product, category, department, brand in rows}


def every_promotion(connection: psycopg.Connection) -> dict[int, Candidate]:
    return {row[0]: Candidate._make(row) for row in connection.execute(_PROMOTIONS)}


def terms(connection: psycopg.Connection) -> dict[int, Terms]:
    """Of every promotion, as they are today."""
    return {number: Terms._make(rest) for number, *rest in connection.execute(_TERMS)}


def touched_by_all(connection: psycopg.Connection) -> list[tuple[Any, ...]]:
    """As `store.promotions.bases`."""
    return connection.execute(_BASES, (MOST_FOR_BASES,)).fetchall()


def held(connection: psycopg.Connection, name: str, first: Kept) -> Kept:
    """What is kept, held until the transaction ends; `first` where there was nothing."""
    connection.execute(
        "INSERT INTO promotion_beliefs (name, version, impression_id, click_id, examples, content, sha256)"
        " VALUES (%s, %s, 0, 0, 0, %s, %s) ON CONFLICT DO NOTHING",
        (name, first.version, first.content, first.sha256),
    )
    found = kept(connection, name, to_change=True)
    assert found is not None
    return found


def kept(connection: psycopg.Connection, name: str, *, to_change: bool = False) -> Kept | None:
    """What is kept; None for nothing. `to_change` holds it until the transaction ends."""
    row = connection.execute(_KEPT + b" FOR UPDATE" if to_change else _KEPT, (name,)).fetchone()
    return Kept(*row) if row else None


def replaced(connection: psycopg.Connection, name: str, new: Kept) -> None:
    """Keep this instead; the caller commits."""
    connection.execute(
        "UPDATE promotion_beliefs SET version = %s, impression_id = %s, click_id = %s, examples = %s, as_of = %s,"
        " content = %s, sha256 = %s, updated_at = now() WHERE name = %s",
        (new.version, new.impression_id, new.click_id, new.examples, new.as_of, new.content, new.sha256, name),
    )


def _copied(connection: psycopg.Connection, query: str) -> pd.DataFrame:
    """A query's rows by COPY: millions of them without millions of Python objects."""
    content = BytesIO()
    with connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv, HEADER)") as copy:
        for block in copy:
            content.write(block)
    content.seek(0)
    return pd.read_csv(content, keep_default_na=False, na_values={"who": [""]})
