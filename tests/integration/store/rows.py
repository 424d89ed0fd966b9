"""Rows for the store's tests, written by hand so that every right answer is known."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from store.tables import Category, PriceChange, Product, Promotion, Variant


@dataclass(frozen=True)
class Goods:
    """One product to put into the store; `variants` are (colour, size, storage, stock)."""

    name: str
    brand: str | None = None
    category: str = "smartphones"
    price: str = "100.00"
    description: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)
    variants: Sequence[tuple[str | None, str | None, str | None, int]] = ((None, None, None, 5),)
    active: bool = True


async def empty_catalogue(session: AsyncSession) -> None:
    for table in (Promotion, PriceChange, Variant, Product, Category):
        await session.execute(delete(table))


async def add_goods(session: AsyncSession, goods: Sequence[Goods]) -> dict[str, str]:
    """Insert products, with their categories; returns the public ids by name."""
    for number, item in enumerate(goods):
        category = await session.scalar(select(Category).where(Category.slug == item.category))
        if category is None:
            category = Category(slug=item.category, name=item.category.replace("-", " ").capitalize())
            session.add(category)
            await session.flush()
        product = Product(
            public_id=f"p_{number}", sku=f"SKU-{number}", name=item.name, brand=item.brand, category_id=category.id,
            description=item.description, attributes=item.attributes, price=Decimal(item.price), currency="USD",
            active=item.active,
        )  # fmt: skip
        session.add(product)
        await session.flush()
        for n, (colour, size, storage, stock) in enumerate(item.variants):
            session.add(
                Variant(
                    product_id=product.id, sku=f"SKU-{number}-{n}", colour=colour, size=size, storage=storage,
                    price=Decimal(item.price), stock=stock,
                )
            )  # fmt: skip
    return {item.name: f"p_{number}" for number, item in enumerate(goods)}
