"""Between which days a shop has sold anything. A day is a UTC date; cancelled and returned orders never count."""

from datetime import UTC, date, datetime, time

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from store.tables import Order

# Orders whose units were sold and stayed sold.
_KEPT = Order.status.not_in(("cancelled", "returned"))


async def newest_sales_day(session: AsyncSession, before: date) -> date | None:
    """The newest day earlier than `before` on which the shop sold anything; None for a shop without orders."""
    midnight = datetime.combine(before, time.min, tzinfo=UTC)
    return _day_of(await session.scalar(select(func.max(Order.placed_at)).where(_KEPT, Order.placed_at < midnight)))


async def oldest_sales_day(session: AsyncSession) -> date | None:
    """The first day on which the shop sold anything; None for a shop without orders."""
    return _day_of(await session.scalar(select(func.min(Order.placed_at)).where(_KEPT)))


def _day_of(moment: datetime | None) -> date | None:
    return moment.astimezone(UTC).date() if moment else None
