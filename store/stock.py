"""The record of what was in stock day by day, which lets forecasts tell sold-out days from days without demand."""

from datetime import date

from sqlalchemy import Date, func, literal, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from store.tables import StockDay, Variant


async def record_stock(session: AsyncSession, day: date) -> int:
    """Write down today's stock of every product; a day on which it was seen sold out once stays marked.

    Returns the number of products. Meant to be called several times a day.
    """
    units = func.sum(Variant.stock)
    now = select(Variant.product_id, literal(day, Date), units, units == 0).group_by(Variant.product_id)
    seen = insert(StockDay).from_select(["product_id", "day", "units", "sold_out"], now)
    written = await session.execute(
        seen.on_conflict_do_update(
            index_elements=[StockDay.product_id, StockDay.day],
            set_={"units": seen.excluded.units, "sold_out": or_(StockDay.sold_out, seen.excluded.sold_out)},
        )
    )
    return int(written.rowcount)  # type: ignore[attr-defined]
