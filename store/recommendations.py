"""What the recommender reads: somebody's newest touches of products, what is sold now, and all that it learns from.

A touch is one thing that somebody did with one product: an event (view, click, cart, purchase) or a line of an order.
Ids are the tables' own here; answers carry public ids, which the filter hands over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

import pandas as pd
import psycopg
from sqlalchemy import ARRAY, BigInteger, String, any_, bindparam, literal, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from store.products import ProductFilters, conditions
from store.tables import Category, Customer, ImageEmbedding, Product, ProductImage

NEWEST_TOUCHES = 50
MOST_BOUGHT = 500
MOST_MATCHING = 20_000
MOST_NEWCOMERS = 2000
ORDERED = "order"  # the kind of a touch that is a line of an order
ASKED = "asked"  # ... that is a product of the request itself

_TOUCHES = text("""
    WITH who AS MATERIALIZED (SELECT (SELECT id FROM customers WHERE public_id = :customer) AS id),
    touched AS (
        (SELECT product_id, kind, at FROM events
         WHERE customer_id = (SELECT id FROM who) AND product_id IS NOT NULL ORDER BY at DESC LIMIT :newest)
        UNION ALL
        (SELECT product_id, kind, at FROM events
         WHERE session = :visitor AND product_id IS NOT NULL ORDER BY at DESC LIMIT :newest)
        UNION ALL
        (SELECT l.product_id, 'order', o.placed_at FROM orders AS o JOIN order_lines AS l ON l.order_id = o.id
         WHERE o.customer_id = (SELECT id FROM who) AND o.status <> 'cancelled' AND l.units > 0
         ORDER BY o.placed_at DESC LIMIT :bought)
        UNION ALL
        SELECT id, 'asked', now() FROM products WHERE public_id = ANY(:asked)
    )
    SELECT t.product_id, p.public_id, t.kind, t.at FROM touched AS t JOIN products AS p ON p.id = t.product_id
""").bindparams(bindparam("asked", type_=ARRAY(String)))

_NEWCOMERS = text("""
    SELECT count(*), max(updated_at), (SELECT count(embedding) FROM image_embeddings WHERE product_id > :newest_known)
    FROM products WHERE id > :newest_known
""")

_EVENTS = """
    SELECT coalesce('c' || customer_id, 's' || session) AS who, product_id AS product, kind,
           extract(epoch FROM at)::bigint AS at
    FROM events WHERE product_id IS NOT NULL AND (customer_id IS NOT NULL OR session IS NOT NULL)
    ORDER BY at DESC LIMIT {most}
"""
_LINES = """
    SELECT 'c' || o.customer_id AS who, l.product_id AS product, 'order' AS kind,
           extract(epoch FROM o.placed_at)::bigint AS at, o.id AS "order"
    FROM orders AS o JOIN order_lines AS l ON l.order_id = o.id
    WHERE o.status <> 'cancelled' AND l.units > 0
    ORDER BY o.placed_at DESC LIMIT {most}
"""


@dataclass(frozen=True)
class Touch:
    product_id: int
    public_id: str
    kind: str
    at: datetime


@dataclass(frozen=True)
class Offered:
    """A product that may be recommended now."""

    product_id: int
    public_id: str
    created_at: datetime


@dataclass(frozen=True)
class Newcomers:
    """How many products came in, when one was changed last, and how many of their pictures have a vector."""

    products: int
    changed_at: datetime | None
    pictures: int


@dataclass(frozen=True)
class Described:
    """What is known of a product without anybody having touched it; `picture` is its first picture's vector [256]."""

    product_id: int
    name: str
    brand: str | None
    category: str  # slug
    description: str
    attributes: dict[str, Any]
    price: float
    created_at: datetime
    picture: Sequence[float] | None


async def touches_of(
    session: AsyncSession, *, customer: str | None, visitor: str | None, asked: Sequence[str] = ()
) -> list[Touch]:
    """The newest touches of a customer (public id) and of a visit, and the products of the request; oldest first.

    One statement, so that whatever was committed before it counts. Somebody unknown has none.
    """
    parameters = {
        "customer": customer,
        "visitor": visitor,
        "newest": NEWEST_TOUCHES,
        "bought": MOST_BOUGHT,
        "asked": list(asked),
    }
    rows = await session.execute(_TOUCHES, parameters)
    return sorted((Touch(*row) for row in rows), key=lambda touch: touch.at)


async def customer_number(session: AsyncSession, public_id: str) -> int | None:
    """The table's own id of a customer; None for an unknown one."""
    return await session.scalar(select(Customer.id).where(Customer.public_id == public_id))


async def offered(
    session: AsyncSession, product_ids: Sequence[int], filters: ProductFilters, without: Sequence[str] = ()
) -> dict[int, Offered]:
    """Those of the products that are sold now, pass the filters and are not `without` (public ids)."""
    wanted = Product.id == any_(literal([int(one) for one in product_ids], ARRAY(BigInteger)))
    return await _offered(session, wanted, filters, without)


async def all_offered(
    session: AsyncSession, filters: ProductFilters, without: Sequence[str] = ()
) -> dict[int, Offered]:
    """All products that pass, the newest first; at most MOST_MATCHING. For filters that leave little of the shop."""
    return await _offered(session, Product.id.is_not(None), filters, without)


async def _offered(
    session: AsyncSession, wanted: Any, filters: ProductFilters, without: Sequence[str]
) -> dict[int, Offered]:
    query = select(Product.id, Product.public_id, Product.created_at).where(wanted, *conditions(filters))
    if without:
        query = query.where(Product.public_id.not_in(without))
    rows = await session.execute(query.order_by(Product.created_at.desc(), Product.id).limit(MOST_MATCHING))
    return {row[0]: Offered(*row) for row in rows}


async def newcomers(session: AsyncSession, newest_known: int) -> Newcomers:
    """The products that came after the one with this id, so that one sees whether there is something new of them."""
    return Newcomers(*(await session.execute(_NEWCOMERS, {"newest_known": newest_known})).one())


async def described(
    session: AsyncSession, newest_known: int, picture_version: str | None, *, most: int | None = MOST_NEWCOMERS
) -> list[Described]:
    """The products on sale that came after the one with this id, the newest first; vectors of one version only."""
    rows = await session.execute(_descriptions(picture_version, newest_known).limit(most))
    return [_described(row) for row in rows]


async def every_product(session: AsyncSession, picture_version: str | None) -> list[Described]:
    """All products on sale, for a training: it may take its time."""
    await session.execute(text("SET LOCAL statement_timeout = '15min'"))
    return await described(session, 0, picture_version, most=None)


async def newest_picture_version(session: AsyncSession) -> str | None:
    """The version of the visual search that saw the newest pictures; None when none was seen yet."""
    newest = select(ImageEmbedding.model_version).where(ImageEmbedding.embedding.is_not(None))
    return await session.scalar(newest.order_by(ImageEmbedding.embedded_at.desc()).limit(1))


def events_to_learn_from(connection: psycopg.Connection, *, most: int) -> pd.DataFrame:
    """The newest events: columns who, product, kind, at (epoch seconds)."""
    return _copied(connection, _EVENTS.format(most=int(most)))


def lines_to_learn_from(connection: psycopg.Connection, *, most: int) -> pd.DataFrame:
    """The newest lines of orders: columns who, product, kind (always `order`), at, order."""
    return _copied(connection, _LINES.format(most=int(most)))


def _copied(connection: psycopg.Connection, query: str) -> pd.DataFrame:
    """A query's rows by COPY: millions of them without millions of Python objects."""
    content = BytesIO()
    with connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv, HEADER)") as copy:
        for block in copy:
            content.write(block)
    content.seek(0)
    return pd.read_csv(content, dtype={"who": "string", "kind": "category", "product": "int64", "at": "int64"})


def _descriptions(picture_version: str | None, newest_known: int) -> Any:
    first = (
        select(ImageEmbedding.embedding)
        .join(ProductImage, ProductImage.id == ImageEmbedding.image_id)
        .where(ImageEmbedding.product_id == Product.id, ImageEmbedding.model_version == picture_version)
        .where(ImageEmbedding.embedding.is_not(None))
        .order_by(ProductImage.position).limit(1).correlate(Product).scalar_subquery()
    )  # fmt: skip
    return (
        select(
            Product.id, Product.name, Product.brand, Category.slug, Product.description, Product.attributes,
            Product.price, Product.created_at, first,
        )
        .join(Category, Category.id == Product.category_id)
        .where(Product.id > newest_known, Product.active)
        .order_by(Product.id.desc())
    )  # fmt: skip


def _described(row: Any) -> Described:
    product_id, name, brand, category, description, attributes, price, created_at, picture = row
    vector = None if picture is None else [float(value) for value in picture]
    return Described(product_id, name, brand, category, description, attributes, float(price), created_at, vector)
