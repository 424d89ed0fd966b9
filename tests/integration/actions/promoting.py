"""A shop with kinds of products, and promotions that run on one product, one kind, or everything."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from common.ids import public_id
from store.session import Database
from store.tables import Category, Impression, Product, Promotion, PromotionDay
from tests.actions_kit import Shop
from tests.fake_tools import TODAY


async def category(database: Database, slug: str, parent: str | None = None) -> None:
    async with database.begin() as session:
        above = await session.scalar(select(Category.id).where(Category.slug == parent))
        session.add(Category(slug=slug, name=slug.replace("-", " ").title(), parent_id=above))


async def promotion(
    database: Database, title: str, *, on: str | None = None, product: str | None = None, percent: str = "20",
    starts: int = -1, ends: int = 5, **more: Any,
) -> str:  # fmt: skip
    """A promotion's public id; it is `on` a category, on a product, or on everything."""
    async with database.begin() as session:
        row = Promotion(
            public_id=public_id("pr"), reference=public_id("ref"), title=title, discount_percent=Decimal(percent),
            category_id=await session.scalar(select(Category.id).where(Category.slug == on)),
            product_id=await session.scalar(select(Product.id).where(Product.public_id == product)),
            starts_on=TODAY + timedelta(days=starts), ends_on=TODAY + timedelta(days=ends), **more,
        )  # fmt: skip
        session.add(row)
        await session.flush()
        return row.public_id


async def shown_before(database: Database, promotion_id: str, *, impressions: int, clicks: int) -> None:
    async with database.begin() as session:
        number = await session.scalar(select(Promotion.id).where(Promotion.public_id == promotion_id))
        session.add(PromotionDay(
            promotion_id=number, day=TODAY - timedelta(days=1), impressions=impressions, clicks=clicks, conversions=1,
        ))  # fmt: skip


async def impressions(shop: Shop, subject: str) -> list[Impression]:
    """What was noted as shown in one conversation."""
    query = select(Impression).where(Impression.session == subject).order_by(Impression.place)
    async with shop.services.database.read() as session:
        return list(await session.scalars(query))
