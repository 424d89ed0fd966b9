"""What was written about one product, for reading."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from store.tables import Product, Review

MOST_REVIEWS = 300


@dataclass(frozen=True)
class ReviewText:
    reference: str
    rating: int | None
    text: str
    written_on: date


async def review_texts(session: AsyncSession, public_id: str, *, limit: int = MOST_REVIEWS) -> list[ReviewText]:
    """The newest reviews of a product, newest first; at most `limit`."""
    of_product = select(Product.id).where(Product.public_id == public_id).scalar_subquery()
    query = select(Review.reference, Review.rating, Review.body, Review.written_at).where(
        Review.product_id == of_product
    )
    newest = query.order_by(Review.written_at.desc(), Review.id.desc()).limit(limit)
    return [ReviewText(one, rating, body, at.date()) for one, rating, body, at in await session.execute(newest)]
