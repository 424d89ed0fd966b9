"""What some products sold together over a period of the past, for comparing with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from store.sales_panel import open_days


@dataclass(frozen=True)
class SoldTogether:
    """`units` by day, without days on which these products sold nothing; `open` are the days on which the shop sold
    anything. `before` tells whether the products sold on the period's first day or earlier."""

    units: dict[date, int]
    open: set[date]
    before: bool


_SOLD = text("""
SELECT (o.placed_at AT TIME ZONE 'UTC')::date, sum(l.units)::int
FROM order_lines l JOIN orders o ON o.id = l.order_id
WHERE l.product_id = ANY(CAST(:product_ids AS bigint[])) AND o.status NOT IN ('cancelled', 'returned')
  AND o.placed_at >= CAST(:start AS date)::timestamp AT TIME ZONE 'UTC'
  AND o.placed_at < (CAST(:end AS date) + 1)::timestamp AT TIME ZONE 'UTC'
GROUP BY 1
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
    rows = await session.execute(_SOLD, asked)
    opened = await open_days(session, start, end)
    return SoldTogether(
        {day: units for day, units in rows if units}, {start + timedelta(days=at) for at in opened}, before=True
    )
