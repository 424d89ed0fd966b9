"""Which prices and promotions a shop has tried: only from those can be learnt what the next ones will do."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from store.tables import Product


@dataclass(frozen=True)
class Scope:
    """Which products to look at: one (public id), those of some categories (slugs), or with neither all."""

    product_id: str | None = None
    categories: Sequence[str] = field(default=())


@dataclass(frozen=True)
class PricesSeen:
    """List prices of some products over a period. `changed` of the `products` had more than one price.

    `lowest` and `highest` are the furthest that any of them was from its price of today, as a ratio (0.9 is 10 % less);
    both 1 where nothing changed.
    """

    products: int
    changed: int
    lowest: float
    highest: float


@dataclass(frozen=True)
class PromotionsSeen:
    """Promotions with a discount that were on some products over a period; `days` on which any was on.

    The discounts are percents, 0 where there was none.
    """

    promotions: int
    days: int
    smallest: float
    largest: float


_PRICES = text("""
WITH wanted AS (
    SELECT p.id, p.price FROM products p JOIN categories c ON c.id = p.category_id
    WHERE (CAST(:product_id AS text) IS NULL OR p.public_id = :product_id)
      AND (cardinality(CAST(:categories AS text[])) = 0 OR c.slug = ANY(CAST(:categories AS text[]))) AND p.price > 0
), steps AS (
    SELECT h.product_id, h.price / wanted.price AS ratio, h.valid_from,
           lead(h.valid_from) OVER (PARTITION BY h.product_id ORDER BY h.valid_from) AS until
    FROM price_history h JOIN wanted ON wanted.id = h.product_id WHERE h.price > 0
), seen AS (
    SELECT product_id, min(ratio) AS lowest, max(ratio) AS highest FROM steps
    WHERE valid_from <= :end AND (until IS NULL OR until > :start) GROUP BY 1
)
SELECT (SELECT count(*) FROM wanted), count(*) FILTER (WHERE lowest < highest),
       coalesce(min(lowest) FILTER (WHERE lowest < highest), 1),
       coalesce(max(highest) FILTER (WHERE lowest < highest), 1) FROM seen
""")

_PROMOTIONS = text("""
WITH wanted AS (
    SELECT p.id, p.category_id, c.parent_id FROM products p JOIN categories c ON c.id = p.category_id
    WHERE (CAST(:product_id AS text) IS NULL OR p.public_id = :product_id)
      AND (cardinality(CAST(:categories AS text[])) = 0 OR c.slug = ANY(CAST(:categories AS text[])))
), seen AS (
    SELECT pr.discount_percent AS off, greatest(pr.starts_on, CAST(:start AS date)) AS first,
           least(pr.ends_on, CAST(:end AS date)) AS last
    FROM promotions pr
    WHERE pr.discount_percent > 0 AND pr.starts_on <= :end AND pr.ends_on >= :start
      AND EXISTS (
        SELECT 1 FROM wanted WHERE pr.product_id = wanted.id OR pr.product_id IS NULL
          AND (pr.category_id IS NULL OR pr.category_id IN (wanted.category_id, wanted.parent_id)))
)
SELECT (SELECT count(*) FROM seen),
       (SELECT count(DISTINCT day) FROM seen, generate_series(first, last, interval '1 day') AS day),
       coalesce(min(off), 0), coalesce(max(off), 0) FROM seen
""")


async def prices_seen(session: AsyncSession, scope: Scope, start: date, end: date) -> PricesSeen:
    """The list prices on the days from `start` to `end`."""
    row = (await session.execute(_PRICES, _asked(scope, start, end))).one()
    return PricesSeen(row[0], row[1], float(row[2]), float(row[3]))


async def promotions_seen(session: AsyncSession, scope: Scope, start: date, end: date) -> PromotionsSeen:
    """The promotions on any of the products on the days from `start` to `end`."""
    row = (await session.execute(_PROMOTIONS, _asked(scope, start, end))).one()
    return PromotionsSeen(row[0], row[1], float(row[2]), float(row[3]))


def _asked(scope: Scope, start: date, end: date) -> dict[str, Any]:
    return {"product_id": scope.product_id, "categories": list(scope.categories), "start": start, "end": end}


async def currencies_of(session: AsyncSession, public_ids: Sequence[str]) -> list[str]:
    """The currencies of products' prices, the most frequent first."""
    count = func.count()
    query = select(Product.currency).where(Product.public_id.in_(public_ids)).group_by(Product.currency)
    return list(await session.scalars(query.order_by(count.desc(), Product.currency)))
