"""A small shop to test with: a few products whose prices and stock a test chooses, and customers."""

import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from store.session import Database
from store.tables import Category, Customer, Event, Order, OrderLine, Product, Promotion, Review, Variant


@dataclass(frozen=True)
class Sold:
    """One product with one variant."""

    product_id: int
    public_id: str
    variant_id: int
    category_id: int


class SmallShop:
    def __init__(self, database: Database) -> None:
        self.database = database

    async def product(self, *, price: str = "10.00", stock: int = 5, name: str = "Lamp", **more: Any) -> Sold:
        """A product in a category of its own."""
        key = secrets.token_hex(6)
        async with self.database.begin() as session:
            category = Category(slug=f"c-{key}", name="Things")
            session.add(category)
            await session.flush()
            values = {"currency": "USD", "price": Decimal(price), "category_id": category.id} | more
            product = Product(public_id=f"p_{key}", sku=key, name=name, **values)
            session.add(product)
            await session.flush()
            variant = Variant(product_id=product.id, sku=f"{key}-1", price=Decimal(price), stock=stock)
            session.add(variant)
            await session.flush()
            return Sold(product.id, product.public_id, variant.id, category.id)

    async def customer(self) -> int:
        async with self.database.begin() as session:
            customer = Customer(public_id=f"cu_{secrets.token_hex(6)}", name="Ada Byron")
            session.add(customer)
            await session.flush()
            return customer.id

    async def promotion(self, percent: int, starts_on: date, ends_on: date, **on: int) -> None:
        async with self.database.begin() as session:
            key = secrets.token_hex(6)
            values = {"discount_percent": percent, "starts_on": starts_on, "ends_on": ends_on}
            session.add(Promotion(public_id=f"pr_{key}", reference=key, title="Offer", **values, **on))

    async def review(self, sold: Sold, *, title: str, body: str) -> None:
        key, at = secrets.token_hex(6), datetime(2026, 7, 1, tzinfo=UTC)
        async with self.database.begin() as session:
            review = Review(reference=key, product_id=sold.product_id, rating=1, title=title, body=body, written_at=at)
            session.add(review)

    async def stock(self, sold: Sold) -> int:
        async with self.database.begin() as session:
            return (await session.scalars(select(Variant.stock).where(Variant.id == sold.variant_id))).one()

    async def orders_with(self, sold: Sold) -> int:
        """How many orders hold this product."""
        async with self.database.begin() as session:
            query = select(func.count(func.distinct(OrderLine.order_id))).where(OrderLine.product_id == sold.product_id)
            return await session.scalar(query) or 0

    async def purchases_of(self, sold: Sold) -> int:
        async with self.database.begin() as session:
            query = select(func.count()).where(Event.product_id == sold.product_id, Event.kind == "purchase")
            return await session.scalar(query) or 0

    async def deliver(self, number: str, **at: Any) -> None:
        """Set an order to delivered, as the warehouse would."""
        async with self.database.begin() as session:
            order = (await session.scalars(select(Order).where(Order.number == number))).one()
            order.status, order.delivered_at = "delivered", at["delivered_at"]
