"""Promotions as they are offered: what each takes off, until when, of which products; and how they usually do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from store.browsing import Card, Filters, Sort, cards, shelf
from store.offers import running
from store.tables import Category, Product, Promotion, PromotionDay

USUAL_DAYS = 30


@dataclass(frozen=True)
class RunningOffer:
    """A promotion that runs: on one product (then category and department are the product's), on a category, or, with
    neither, on everything. `department` is the category's parent, or itself where it has none."""

    promotion: Promotion
    product: str | None  # public id
    category: str | None  # slug
    department: str | None

    @property
    def id(self) -> str:
        return self.promotion.public_id

    def is_of(self, kinds: frozenset[str], asked: str | None) -> bool:
        """Whether it is about one of these categories (see `kinds_of`), or a part of the one that was asked for."""
        return self.category is not None and (self.category in kinds or self.department == asked)


@dataclass(frozen=True)
class PromotionCount:
    """How often a promotion was shown, clicked and bought, as it was counted day by day."""

    title: str
    impressions: int
    clicks: int
    conversions: int


async def running_offers(session: AsyncSession, public_ids: Sequence[str], *, today: date) -> list[RunningOffer]:
    """Those of the promotions that run today, in this order."""
    product, own, parent = aliased(Product), aliased(Category), aliased(Category)
    query = (
        select(Promotion, product.public_id, own.slug, func.coalesce(parent.slug, own.slug))
        .outerjoin(product, product.id == Promotion.product_id)
        .outerjoin(own, own.id == func.coalesce(Promotion.category_id, product.category_id))
        .outerjoin(parent, parent.id == own.parent_id)
        .where(Promotion.public_id.in_(public_ids), running(today))
    )
    found = {row[0].public_id: RunningOffer(*row) for row in await session.execute(query)}
    return [found[one] for one in public_ids if one in found]


async def kinds_of(session: AsyncSession, product_ids: Sequence[str], category: str | None) -> frozenset[str]:
    """The slugs of these products' categories, and of the one that is named, with the categories above them."""
    parent = aliased(Category)
    of_products = select(Product.category_id).where(Product.public_id.in_(product_ids))
    query = (
        select(Category.slug, parent.slug)
        .outerjoin(parent, parent.id == Category.parent_id)
        .where(or_(Category.slug == category, Category.id.in_(of_products)))
    )
    return frozenset(slug for row in await session.execute(query) for slug in row if slug)


async def promoted_products(
    session: AsyncSession, promotion: Promotion, *, limit: int, within: str | None = None
) -> list[Card]:
    """Products in stock that a promotion is about, what sells best first; of a category's part where one is given."""
    if promotion.product_id is not None:
        return [card for card in await cards(session, [promotion.product_id]) if card.in_stock]
    category = await session.get(Category, promotion.category_id) if promotion.category_id else None
    slug = category.slug if category else ""
    if within and (category is None or await _is_part(session, within, category.id)):
        slug = within
    return await shelf(session, Filters(category=slug, in_stock=True), sort=Sort.BEST, limit=limit)


async def _is_part(session: AsyncSession, slug: str, category_id: int) -> bool:
    return bool(
        await session.scalar(select(Category.id).where(Category.slug == slug, Category.parent_id == category_id))
    )


async def usual_ctr(session: AsyncSession, *, today: date) -> float | None:
    """Clicks per impression, 0 to 1, of the promotions that run, over the last days; None when none was shown."""
    query = (
        select(func.sum(PromotionDay.clicks), func.sum(PromotionDay.impressions))
        .join(Promotion, Promotion.id == PromotionDay.promotion_id)
        .where(running(today), PromotionDay.day > today - timedelta(days=USUAL_DAYS))
    )
    clicks, impressions = (await session.execute(query)).one()
    return float(Decimal(clicks) / Decimal(impressions)) if impressions else None


async def promotion_counts(session: AsyncSession, *, since: date, limit: int) -> list[PromotionCount]:
    """The promotions that were shown since that day, the most clicked first."""
    clicks = func.sum(PromotionDay.clicks)
    query = (
        select(Promotion.title, func.sum(PromotionDay.impressions), clicks, func.sum(PromotionDay.conversions))
        .join(Promotion, Promotion.id == PromotionDay.promotion_id)
        .where(PromotionDay.day >= since, Promotion.ends_on >= since)
        .group_by(Promotion.id, Promotion.title)
        .order_by(clicks.desc(), Promotion.id)
        .limit(limit)
    )
    return [PromotionCount(title, int(shown), int(n), int(bought)) for title, shown, n, bought in
            await session.execute(query)]  # fmt: skip
