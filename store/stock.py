"""The stock there is, and the record of it day by day, which tells sold-out days from days without demand."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Date, func, literal, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from common.errors import NotFound
from store.tables import Product, StockDay, Variant


@dataclass(frozen=True)
class StockNow:
    """A product's stock over all its variants, of which `empty` have none; prices are today's list prices.

    `attributes` are the product's specifications, where a shop may say `lead_days` and `arriving`.
    """

    name: str
    units: int
    variants: int
    empty: int
    price: float
    currency: str
    attributes: dict[str, Any]


async def stock_now(session: AsyncSession, product_id: str) -> StockNow:
    """The stock of the product with this public id; NotFound when there is none."""
    units = func.coalesce(func.sum(Variant.stock), 0)
    empty = func.count(Variant.id).filter(Variant.stock == 0)
    query = (
        select(
            Product.name, units, func.count(Variant.id), empty, Product.price, Product.currency, Product.attributes
        )
        .outerjoin(Variant, Variant.product_id == Product.id)
        .where(Product.public_id == product_id).group_by(Product.id)
    )  # fmt: skip
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NotFound("There is no such product.")
    name, stock, variants, out, price, currency, attributes = row
    return StockNow(name, int(stock), variants, out, float(price), currency, attributes)


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
