"""Many products' daily sales in one statement, as the forecasting tool's panels are made from them.

A day is a UTC date, counted as its distance from the first day that was asked for. Cancelled and returned orders never
count. Lists are as sparse as the sales: days without an entry sold nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from store.tables import Category


@dataclass(frozen=True)
class SoldProduct:
    """A product on sale, as a forecast needs to know it; `category` is a slug."""

    id: int
    public_id: str
    name: str
    category: str
    category_id: int
    parent_category_id: int | None
    price: float
    currency: str
    listed: date  # since when it is in the catalogue


@dataclass(frozen=True)
class ProductSales:
    """A product's days with sales (`days`, `units`: negative where more came back), days out of stock, and prices from
    their first day on. Positions may be negative for prices, which also hold from before."""

    days: list[int]
    units: list[int]
    sold_out: list[int]
    price_from: list[int]
    prices: list[float]
    sold_before: bool  # it had sold before the first day, too
    last_before: date | None  # when it last did, where it has not sold since


@dataclass(frozen=True)
class PromotionDays:
    """A promotion; without a product and a category it is on the whole shop."""

    title: str
    first: date
    last: date  # inclusive
    percent: float
    product_id: int | None
    category_id: int | None

    def covers(self, product: SoldProduct) -> bool:
        """Whether it holds for a product: by itself, by its category or that one's parent, or shop-wide."""
        if self.product_id is not None:
            return self.product_id == product.id
        return self.category_id in (None, product.category_id, product.parent_category_id)


# One statement for all three kinds of subject: only the condition differs.
_PRODUCTS = """
SELECT p.id, p.public_id, p.name, c.slug, p.category_id, c.parent_id, p.price::float8, p.currency,
       (p.created_at AT TIME ZONE 'UTC')::date
FROM products p JOIN categories c ON c.id = p.category_id
"""
_ONE_PRODUCT = text(_PRODUCTS + "WHERE p.public_id = :public_id")
_ALL_PRODUCTS = text(_PRODUCTS + "WHERE p.active ORDER BY p.id")
_OF_CATEGORY = """WHERE p.active AND p.category_id IN (
    WITH RECURSIVE wanted AS (
        SELECT id FROM categories WHERE slug = :slug
        UNION SELECT c.id FROM categories c JOIN wanted ON c.parent_id = wanted.id
    ) SELECT id FROM wanted
) ORDER BY p.id"""
_CATEGORY_PRODUCTS = text(_PRODUCTS + _OF_CATEGORY)

_SALES = text("""
WITH wanted AS (SELECT unnest(CAST(:product_ids AS bigint[])) AS id), daily AS (
    SELECT l.product_id, (o.placed_at AT TIME ZONE 'UTC')::date - CAST(:start AS date) AS day,
           sum(l.units)::int AS units
    FROM order_lines l JOIN orders o ON o.id = l.order_id
    WHERE l.product_id = ANY(CAST(:product_ids AS bigint[])) AND o.status NOT IN ('cancelled', 'returned')
      AND o.placed_at >= CAST(:start AS date)::timestamp AT TIME ZONE 'UTC'
      AND o.placed_at < (CAST(:end AS date) + 1)::timestamp AT TIME ZONE 'UTC'
    GROUP BY 1, 2
), sold AS (
    SELECT product_id, array_agg(day ORDER BY day) AS days, array_agg(units ORDER BY day) AS units
    FROM daily GROUP BY 1
), gone AS (
    SELECT product_id, array_agg(day - CAST(:start AS date)) AS days FROM stock_days
    WHERE sold_out AND product_id = ANY(CAST(:product_ids AS bigint[])) AND day BETWEEN :start AND :end GROUP BY 1
), priced AS (
    SELECT product_id, array_agg(valid_from - CAST(:start AS date) ORDER BY valid_from) AS days,
           array_agg(price::float8 ORDER BY valid_from) AS prices
    FROM price_history WHERE product_id = ANY(CAST(:product_ids AS bigint[])) AND valid_from <= :until GROUP BY 1
)
SELECT wanted.id, sold.days, sold.units, gone.days, priced.days, priced.prices,
       EXISTS (
           SELECT 1 FROM order_lines l JOIN orders o ON o.id = l.order_id
           WHERE l.product_id = wanted.id AND l.units > 0 AND o.status NOT IN ('cancelled', 'returned')
             AND o.placed_at < CAST(:start AS date)::timestamp AT TIME ZONE 'UTC'
       ) AS sold_before,
       CASE WHEN sold.days IS NULL THEN (
           SELECT (max(o.placed_at) AT TIME ZONE 'UTC')::date FROM order_lines l JOIN orders o ON o.id = l.order_id
           WHERE l.product_id = wanted.id AND l.units > 0 AND o.status NOT IN ('cancelled', 'returned')
             AND o.placed_at < CAST(:start AS date)::timestamp AT TIME ZONE 'UTC'
       ) END AS last_before
FROM wanted LEFT JOIN sold ON sold.product_id = wanted.id LEFT JOIN gone ON gone.product_id = wanted.id
LEFT JOIN priced ON priced.product_id = wanted.id
""")

_OPEN_DAYS = text("""
SELECT d.day::date - CAST(:start AS date)
FROM generate_series(CAST(:start AS date), CAST(:end AS date), interval '1 day') AS d(day)
WHERE EXISTS (
    SELECT 1 FROM orders o WHERE o.status NOT IN ('cancelled', 'returned')
      AND o.placed_at >= d.day::date::timestamp AT TIME ZONE 'UTC'
      AND o.placed_at < (d.day::date + 1)::timestamp AT TIME ZONE 'UTC'
)
""")

_PROMOTIONS = text("""
SELECT title, starts_on, ends_on, discount_percent::float8, product_id, category_id FROM promotions
WHERE starts_on <= :until AND ends_on >= :start AND discount_percent > 0 ORDER BY starts_on, id
""")

_ORDERS_OF_DAY = text("""
SELECT CAST(:newest AS date) - 7 * week, (
    SELECT count(*) FROM orders o WHERE o.status NOT IN ('cancelled', 'returned')
      AND o.placed_at >= (CAST(:newest AS date) - 7 * week)::timestamp AT TIME ZONE 'UTC'
      AND o.placed_at < (CAST(:newest AS date) - 7 * week + 1)::timestamp AT TIME ZONE 'UTC'
) FROM generate_series(0, 4) AS week
""")

# What sells like a product without a past: its nearest look-alikes in the category (cosine distance of the products'
# first pictures), and in their absence the whole category.
_ALIKE = text("""
WITH wanted AS (
    SELECT p.id, p.category_id, own.embedding, own.model_version
    FROM products p LEFT JOIN LATERAL (
        SELECT e.embedding, e.model_version FROM image_embeddings e JOIN product_images i ON i.id = e.image_id
        WHERE e.product_id = p.id AND e.embedding IS NOT NULL ORDER BY i.position LIMIT 1
    ) own ON true WHERE p.id = ANY(CAST(:product_ids AS bigint[]))
), recent AS MATERIALIZED (
    SELECT l.product_id, sum(greatest(l.units, 0))::float8 / :days AS level
    FROM orders o JOIN order_lines l ON l.order_id = o.id
    WHERE o.status NOT IN ('cancelled', 'returned')
      AND o.placed_at >= (CAST(:end AS date) - CAST(:days AS int) + 1)::timestamp AT TIME ZONE 'UTC'
      AND o.placed_at < (CAST(:end AS date) + 1)::timestamp AT TIME ZONE 'UTC'
    GROUP BY 1
), levels AS MATERIALIZED (
    SELECT p.id, p.category_id, recent.level FROM recent JOIN products p ON p.id = recent.product_id
    WHERE p.active AND recent.level > 0 AND p.category_id IN (SELECT category_id FROM wanted)
)
SELECT wanted.id, coalesce(near.level, typical.level) FROM wanted
LEFT JOIN LATERAL (
    SELECT avg(nearest.level) AS level FROM (
        SELECT levels.level FROM image_embeddings e
        JOIN product_images i ON i.id = e.image_id AND i.position = 0 JOIN levels ON levels.id = e.product_id
        WHERE wanted.embedding IS NOT NULL AND e.model_version = wanted.model_version
          AND levels.category_id = wanted.category_id AND levels.id <> wanted.id
        ORDER BY e.embedding <=> wanted.embedding LIMIT :count
    ) nearest
) near ON true
LEFT JOIN LATERAL (
    SELECT avg(levels.level) AS level FROM levels
    WHERE levels.category_id = wanted.category_id AND levels.id <> wanted.id
) typical ON true
""")


async def product_on_sale(session: AsyncSession, public_id: str) -> SoldProduct | None:
    """The product with this public id, on sale or not; None when there is none."""
    row = (await session.execute(_ONE_PRODUCT, {"public_id": public_id})).one_or_none()
    return None if row is None else SoldProduct(*row)


async def products_on_sale(session: AsyncSession, category: str | None) -> list[SoldProduct]:
    """All active products of a category (slug) and its sub-categories, or without one of the whole shop."""
    query = _ALL_PRODUCTS if category is None else _CATEGORY_PRODUCTS
    rows = await session.execute(query, {} if category is None else {"slug": category})
    return [SoldProduct(*row) for row in rows]


async def category_name(session: AsyncSession, slug: str) -> str | None:
    """What people call a category; None when there is none."""
    return await session.scalar(select(Category.name).where(Category.slug == slug))


async def read_sales(
    session: AsyncSession, product_ids: Sequence[int], start: date, end: date, until: date
) -> dict[int, ProductSales]:
    """The sales of products from `start` to `end`, and their prices to `until`: one statement for all of them."""
    asked = {"product_ids": list(product_ids), "start": start, "end": end, "until": until}
    rows = await session.execute(_SALES, asked)
    return {row[0]: _sales_of(*row[1:]) for row in rows}


def _sales_of(
    days: list[int] | None,
    units: list[int] | None,
    sold_out: list[int] | None,
    price_from: list[int] | None,
    prices: list[float] | None,
    sold_before: bool,
    last_before: date | None,
) -> ProductSales:
    """Without rows there are no lists either."""
    return ProductSales(
        days or [], units or [], sold_out or [], price_from or [], prices or [], sold_before, last_before
    )


async def open_days(session: AsyncSession, start: date, end: date) -> list[int]:
    """The days on which the shop sold anything, as positions from `start`."""
    return list(await session.scalars(_OPEN_DAYS, {"start": start, "end": end}))


async def promotion_days(session: AsyncSession, start: date, until: date) -> list[PromotionDays]:
    """Every promotion with a discount that is on between two days, past and planned."""
    return [PromotionDays(*row) for row in await session.execute(_PROMOTIONS, {"start": start, "until": until})]


async def orders_on_namesakes(session: AsyncSession, newest: date) -> dict[date, int]:
    """How many orders the shop had on a day, and on the same weekday of the four weeks before."""
    rows = await session.execute(_ORDERS_OF_DAY, {"newest": newest})
    return {row[0]: row[1] for row in rows}


async def levels_alike(
    session: AsyncSession, product_ids: Sequence[int], end: date, *, days: int, count: int
) -> dict[int, float | None]:
    """What products like each one sell a day, over the newest `days`: the mean of its `count` nearest look-alikes in
    the category, without pictures of the whole category; None where nothing else in the category sells."""
    asked = {"product_ids": list(product_ids), "end": end, "days": days, "count": count}
    return {row[0]: row[1] for row in await session.execute(_ALIKE, asked)}
