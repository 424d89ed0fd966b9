"""What some products sold together over a period of the past, for comparing with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True)
class SoldTogether:
    """`units` by day, without days on which these products sold nothing; `open` are the days on which the shop sold
    anything. `before` tells whether the products sold on the period's first day or earlier."""

    units: dict[date, int]
    open: set[date]
    before: bool


_SOLD = text("""
SELECT d.day::date, (
    SELECT coalesce(sum(l.units), 0)::int FROM orders o JOIN order_lines l ON l.order_id = o.id
    WHERE o.placed_at >= d.day::date::timestamp AT TIME ZONE 'UTC'
      AND o.placed_at < (d.day::date + 1)::timestamp AT TIME ZONE 'UTC'
      AND o.status NOT IN ('cancelled', 'returned') AND l.product_id = ANY(CAST(:product_ids AS bigint[]))
), EXISTS (
    SELECT 1 FROM orders o WHERE o.status NOT IN ('cancelled', 'returned')
      AND o.placed_at >= d.day::date::timestamp AT TIME ZONE 'UTC'
      AND o.placed_at < (d.day::date + 1)::timestamp AT TIME ZONE 'UTC'
)
FROM generate_series(CAST(:start AS date), CAST(:end AS date), interval '1 day') AS d(day)
""")

_BEFORE = text("""
SELECT EXISTS (
    SELECT 1 FROM order_lines l JOIN orders o ON o.id = l.order_id
    WHERE l.product_id = ANY(CAST(:product_ids AS bigint[])) AND l.units > 0
      AND o.status NOT IN ('cancelled', 'returned')
      AND o.placed_at < (CAST(:start AS date) + 1)::timestamp AT TIME ZONE 'UTC'
)
""")


async def sold_together(session: AsyncSession, product_ids: Sequence[int], start: date, end: date) -> SoldTogether:
    """Units of all these products from `start` to `end`, both inclusive; what came back is taken off its day."""
    asked = {"product_ids": list(product_ids), "start": start, "end": end}
    if not await session.scalar(_BEFORE, {"product_ids": list(product_ids), "start": start}):
        return SoldTogether({}, set(), before=False)
    rows = (await session.execute(_SOLD, asked)).all()
    units = {day: int(units) for day, units, _ in rows if units}
    return SoldTogether(units, {day for day, _, is_open in rows if is_open}, before=True)
