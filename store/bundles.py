"""What is bought together with a product, as counts of orders."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True)
class Companion:
    """Another product on sale, and the orders of the period with it, and with both.

    `alike`: it is of the same category, so that people might as well have bought it instead.
    """

    public_id: str
    name: str
    price: float
    currency: str
    alike: bool
    orders: int
    both: int


@dataclass(frozen=True)
class BoughtTogether:
    """Orders of the period in all, and with the product; `units` of it that these had; its companions, most first.

    `compared` is how many products were in an order with it at all: the more, the more are so by chance.
    """

    all_orders: int
    orders: int
    units: int
    compared: int
    companions: list[Companion]


_TOGETHER = text("""
WITH wanted AS (SELECT id, category_id FROM products WHERE public_id = :product_id),
period AS MATERIALIZED (
    SELECT id FROM orders WHERE status NOT IN ('cancelled', 'returned')
      AND placed_at >= CAST(:start AS date)::timestamp AT TIME ZONE 'UTC'
      AND placed_at < (CAST(:end AS date) + 1)::timestamp AT TIME ZONE 'UTC'
), mine AS MATERIALIZED (
    SELECT l.order_id, sum(l.units) AS units FROM order_lines l JOIN period ON period.id = l.order_id
    WHERE l.product_id = (SELECT id FROM wanted) AND l.units > 0 GROUP BY 1
), others AS MATERIALIZED (
    SELECT l.product_id, count(DISTINCT l.order_id) AS joint FROM mine JOIN order_lines l ON l.order_id = mine.order_id
    JOIN products p ON p.id = l.product_id AND p.active
    WHERE l.units > 0 AND p.id <> (SELECT id FROM wanted) GROUP BY 1
), likely AS (
    SELECT * FROM others WHERE joint >= :at_least ORDER BY joint DESC, product_id LIMIT :most
)
SELECT (SELECT count(*) FROM period), (SELECT count(*) FROM mine), (SELECT coalesce(sum(units), 0) FROM mine),
       (SELECT count(*) FROM others), p.public_id, p.name, p.price, p.currency,
       p.category_id = (SELECT category_id FROM wanted),
       (SELECT count(DISTINCT l.order_id) FROM order_lines l JOIN period ON period.id = l.order_id
        WHERE l.product_id = p.id AND l.units > 0), likely.joint
FROM (SELECT 1) AS one LEFT JOIN likely ON true LEFT JOIN products p ON p.id = likely.product_id
ORDER BY likely.joint DESC, p.id
""")


async def bought_together(
    session: AsyncSession, product_id: str, start: date, end: date, *, at_least: int, most: int
) -> BoughtTogether:
    """The at most `most` products that were in at least `at_least` of the orders that also had the product."""
    asked = {"product_id": product_id, "start": start, "end": end, "at_least": at_least, "most": most}
    rows = (await session.execute(_TOGETHER, asked)).all()
    companions = [
        Companion(public_id, name, float(price), currency, alike, orders, both)
        for _, _, _, _, public_id, name, price, currency, alike, orders, both in rows
        if public_id is not None
    ]
    all_orders, orders, units, compared = rows[0][:4]
    return BoughtTogether(all_orders, orders, int(units), compared, companions)
