"""Reviews with stars, as the sentiment learns from them."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from store.tables import Review


@dataclass(frozen=True)
class Starred:
    """A review, its 1 to 5 stars, and the day it was written."""

    title: str
    body: str
    rating: int
    written_on: date


async def starred_reviews(session: AsyncSession, *, most: int) -> list[Starred]:
    """The newest that have stars and words, by the order in which they came in (the primary key: no table scan)."""
    query = select(Review.title, Review.body, Review.rating, Review.written_at)
    query = query.where(Review.rating.is_not(None), Review.body != "").order_by(Review.id.desc()).limit(most)
    return [
        Starred(title, body, int(rating or 0), written_at.date())
        for title, body, rating, written_at in await session.execute(query)
    ]
