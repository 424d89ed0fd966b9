"""The daily record of stock: what is there now, and whether it was seen sold out."""

from datetime import date
from decimal import Decimal

from sqlalchemy import select, update

from common.ids import public_id
from store.session import Database
from store.stock import record_stock
from store.tables import Category, Product, StockDay, Variant

DAY = date(2026, 5, 4)


async def test_a_day_stays_sold_out_when_stock_comes_back(database: Database) -> None:
    async with database.begin() as session:
        category = Category(slug=public_id("c"), name="Lamps")
        session.add(category)
        await session.flush()
        product = Product(
            public_id=public_id("p"), sku=public_id("s"), name="Lamp", category_id=category.id, price=Decimal(9),
            currency="USD",
        )  # fmt: skip
        session.add(product)
        await session.flush()
        session.add_all(Variant(product_id=product.id, sku=public_id("v"), price=Decimal(9), stock=0) for _ in range(2))
    seen = []
    for stock in (0, 4):
        async with database.begin() as session:
            await session.execute(update(Variant).where(Variant.product_id == product.id).values(stock=stock))
            await record_stock(session, DAY)
            row = select(StockDay.units, StockDay.sold_out).where(StockDay.product_id == product.id)
            seen.append(tuple((await session.execute(row)).one()))
    assert seen == [(0, True), (8, True)]
