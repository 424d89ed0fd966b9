"""What customers say about a product: its reviews and their summary."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from store.tables import Customer, Product, Review


@dataclass(frozen=True)
class RatingSummary:
    """The mean of 1 to 5 stars, and how many reviews gave each; `mean` is None without ratings."""

    mean: float | None
    count: int
    by_stars: dict[int, int]  # 5, 4, 3, 2, 1 -> reviews


async def rating_summary(session: AsyncSession, product_id: int) -> RatingSummary:
    """Over all rated reviews of the product."""
    query = select(Review.rating, func.count()).where(Review.product_id == product_id, Review.rating.is_not(None))
    found = {int(stars or 0): n for stars, n in await session.execute(query.group_by(Review.rating))}
    count = sum(found.values())
    mean = sum(stars * n for stars, n in found.items()) / count if count else None
    return RatingSummary(mean, count, {stars: found.get(stars, 0) for stars in (5, 4, 3, 2, 1)})


async def rating_of(session: AsyncSession, public_id: str) -> RatingSummary:
    """The same for the product with this public id; without any rating when there is no such product."""
    product_id = await session.scalar(select(Product.id).where(Product.public_id == public_id))
    return await rating_summary(session, product_id or 0)


async def newest_reviews(session: AsyncSession, product_id: int, *, limit: int = 8) -> list[tuple[Review, str | None]]:
    """The newest reviews, each with its writer's name when that is known."""
    query = select(Review, Customer.name).outerjoin(Customer).where(Review.product_id == product_id)
    rows = await session.execute(query.order_by(Review.written_at.desc(), Review.id.desc()).limit(limit))
    return [(review, name) for review, name in rows]


async def reviews_by_id(session: AsyncSession, ids: Sequence[int]) -> list[tuple[Review, str | None]]:
    """These reviews, the newest first, each with its writer's name when that is known."""
    query = select(Review, Customer.name).outerjoin(Customer).where(Review.id.in_(ids))
    rows = await session.execute(query.order_by(Review.written_at.desc(), Review.id.desc()))
    return [(review, name) for review, name in rows]


async def one_review(session: AsyncSession, product_id: int, reference: str) -> list[tuple[Review, str | None]]:
    """The review of a product with that reference, with its writer's name; empty when there is none."""
    query = select(Review, Customer.name).outerjoin(Customer)
    rows = await session.execute(query.where(Review.product_id == product_id, Review.reference == reference))
    return [(review, name) for review, name in rows]
