"""Daily sales as the forecasting tool reads them: units, price, promotion, stock-outs, missing days.

A day is a UTC date. Cancelled orders never count. What came back counts as not sold: returned orders are left out,
and the negative lines of imported histories are taken off the newest sales before them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Date, cast, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from store.tables import Category, Order, OrderLine, Product, Promotion


@dataclass(frozen=True)
class SalesDay:
    """One product on one day. `units` may be negative only where more came back than was ever sold before."""

    day: date
    units: int
    price: float
    discount_percent: float  # of the best promotion that was on; 0 without one
    sold_out: bool  # out of stock at some time of the day: units are a lower bound of demand
    shop_sold: bool  # the shop sold anything at all; if not, the day is missing rather than zero


@dataclass(frozen=True)
class SalesSpan:
    """Between which days a product has sold; None when it never has."""

    first: date | None
    last: date | None


_DAILY = text("""
WITH d AS (
    SELECT day::date AS day FROM generate_series(CAST(:start AS date), CAST(:end AS date), interval '1 day') AS day
), wanted AS (
    SELECT p.id, p.category_id, c.parent_id AS parent_category_id, p.price
    FROM products p JOIN categories c ON c.id = p.category_id WHERE p.id = ANY(:product_ids)
), sold AS (
    SELECT l.product_id, (o.placed_at AT TIME ZONE 'UTC')::date AS day, sum(l.units) AS units
    FROM order_lines l JOIN orders o ON o.id = l.order_id
    WHERE l.product_id = ANY(:product_ids) AND o.status NOT IN ('cancelled', 'returned')
      AND o.placed_at >= CAST(:start AS date)::timestamp AT TIME ZONE 'UTC'
      AND o.placed_at < (CAST(:end AS date) + 1)::timestamp AT TIME ZONE 'UTC'
    GROUP BY 1, 2
), open_days AS (
    SELECT d.day, EXISTS (
        SELECT 1 FROM orders o WHERE o.status NOT IN ('cancelled', 'returned')
          AND o.placed_at >= d.day::timestamp AT TIME ZONE 'UTC'
          AND o.placed_at < (d.day + 1)::timestamp AT TIME ZONE 'UTC'
    ) AS shop_sold FROM d
)
SELECT wanted.id, d.day, coalesce(sold.units, 0) AS units,
       coalesce((SELECT h.price FROM price_history h WHERE h.product_id = wanted.id AND h.valid_from <= d.day
                 ORDER BY h.valid_from DESC LIMIT 1), wanted.price) AS price,
       coalesce((SELECT max(p.discount_percent) FROM promotions p
                 WHERE d.day BETWEEN p.starts_on AND p.ends_on
                   AND (p.product_id = wanted.id OR p.product_id IS NULL AND (
                        p.category_id IS NULL OR p.category_id IN (wanted.category_id, wanted.parent_category_id)))), 0)
           AS discount_percent,
       coalesce(stock.sold_out, false) AS sold_out, d.shop_sold
FROM wanted CROSS JOIN open_days d
LEFT JOIN sold ON sold.product_id = wanted.id AND sold.day = d.day
LEFT JOIN stock_days stock ON stock.product_id = wanted.id AND stock.day = d.day
ORDER BY wanted.id, d.day
""")


async def daily_sales(
    session: AsyncSession, product_ids: Sequence[int], start: date, end: date
) -> dict[int, list[SalesDay]]:
    """Every day from `start` to `end` (inclusive) of each product that exists, in order, without holes."""
    rows = await session.execute(_DAILY, {"product_ids": list(product_ids), "start": start, "end": end})
    series: dict[int, list[SalesDay]] = {}
    for product_id, day, units, price, discount, sold_out, shop_sold in rows:
        row = SalesDay(day, int(units), float(price), float(discount), sold_out, shop_sold)
        series.setdefault(product_id, []).append(row)
    return {product_id: _net_returns(days) for product_id, days in series.items()}


def _net_returns(days: list[SalesDay]) -> list[SalesDay]:
    """Take a day's negative units off the newest days before it; what finds no sale stays negative on its day."""
    units = [row.units for row in days]
    for position in range(len(units)):
        before = position - 1
        while units[position] < 0 and before >= 0:
            taken = min(-units[position], max(units[before], 0))
            units[before] -= taken
            units[position] += taken
            before -= 1
    return [
        row
        if row.units == net
        else SalesDay(row.day, net, row.price, row.discount_percent, row.sold_out, row.shop_sold)
        for row, net in zip(days, units, strict=True)
    ]


async def newest_sales_day(session: AsyncSession, before: date) -> date | None:
    """The newest day earlier than `before` on which the shop sold anything; None for a shop without orders."""
    moment = await session.scalar(select(func.max(Order.placed_at)).where(_KEPT, Order.placed_at < _midnight(before)))
    return _day_of(moment)


async def oldest_sales_day(session: AsyncSession) -> date | None:
    """The first day on which the shop sold anything; None for a shop without orders."""
    return _day_of(await session.scalar(select(func.min(Order.placed_at)).where(_KEPT)))


async def shop_units(session: AsyncSession, start: date, end: date) -> dict[date, int]:
    """Units that the whole shop sold on each day from `start` to `end` on which it sold anything."""
    query = select(_DAY, _UNITS).join(OrderLine.order).where(_KEPT, *_between(start, end)).group_by(_DAY)
    return {day: int(units) for day, units in await session.execute(query)}


async def sales_span(session: AsyncSession, product_id: int, until: date) -> SalesSpan:
    """The first and the last day, up to `until`, on which the product sold."""
    query = (
        select(func.min(Order.placed_at), func.max(Order.placed_at))
        .select_from(OrderLine)
        .join(OrderLine.order)
        .where(OrderLine.product_id == product_id, OrderLine.units > 0, _KEPT)
        .where(Order.placed_at < _midnight(until + timedelta(days=1)))
    )
    first, last = (await session.execute(query)).one()
    return SalesSpan(_day_of(first), _day_of(last))


@dataclass(frozen=True)
class CategoryDay:
    """Units of a whole category on one day."""

    category: str  # slug
    day: date
    units: int


async def category_daily_units(session: AsyncSession, start: date, end: date) -> list[CategoryDay]:
    """Units by category and day, for days with sales; read a year at a time, so that no statement runs long."""
    found: list[CategoryDay] = []
    while start <= end:
        stop = min(start + timedelta(days=365), end)
        query = (
            select(Category.slug, _DAY, _UNITS)
            .join(OrderLine.order)
            .join(Product, Product.id == OrderLine.product_id)
            .join(Category, Category.id == Product.category_id)
            .where(_KEPT, *_between(start, stop))
            .group_by(Category.slug, _DAY)
        )
        found += [CategoryDay(slug, day, int(units)) for slug, day, units in await session.execute(query)]
        start = stop + timedelta(days=1)
    return found


@dataclass(frozen=True)
class CategoryDiscount:
    """A promotion on all products of a category; the promotions of the whole shop appear once for every category."""

    category: str  # slug
    first: date
    last: date  # inclusive
    percent: float


async def category_discounts(session: AsyncSession) -> list[CategoryDiscount]:
    """Every promotion that is on whole categories, past and planned; one on a parent counts for its children."""
    covers = or_(Promotion.category_id.is_(None), Promotion.category_id.in_([Category.id, Category.parent_id]))
    query = (
        select(Category.slug, Promotion.starts_on, Promotion.ends_on, Promotion.discount_percent)
        .join(Promotion, covers)
        .where(Promotion.product_id.is_(None))
    )
    return [CategoryDiscount(slug, first, last, float(off)) for slug, first, last, off in await session.execute(query)]


# Orders whose units were sold and stayed sold; the UTC date of an order; units without what came back.
_KEPT = Order.status.not_in(("cancelled", "returned"))
_DAY = cast(func.timezone("UTC", Order.placed_at), Date)
_UNITS = func.sum(func.greatest(OrderLine.units, 0))


def _between(start: date, end: date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Order.placed_at >= _midnight(start), Order.placed_at < _midnight(end + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)


def _day_of(moment: datetime | None) -> date | None:
    return moment.astimezone(UTC).date() if moment else None
