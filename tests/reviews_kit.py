"""Reviews written by hand, and a reader that goes by a few words, so that what is read is known beforehand."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from sqlalchemy import select

from ml_tools.reviews.aspect_model.model import Verdict
from ml_tools.reviews.aspect_model.words import Said
from ml_tools.reviews.reading import ReviewsReading
from store.session import Database
from store.tables import Customer, Review
from tests.shop_kit import Sold

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)


@dataclass(frozen=True)
class FakeReading:
    sentiment: str
    confidence: float
    positive: float
    reason: str | None = None


class WordReader:
    """Positive for "good", "great" and "love", negative for "bad", "poor" and "hate", else unclear."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def read(self, texts: Sequence[str]) -> list[FakeReading]:
        self.texts += texts
        return [self._one(text.lower()) for text in texts]

    def _one(self, text: str) -> FakeReading:
        good = any(word in text for word in ("good", "great", "love"))
        bad = any(word in text for word in ("bad", "poor", "hate"))
        if good == bad:
            return FakeReading("mixed" if good else "unclear", 0.6, 0.5, None if good else "not_sure")
        return FakeReading("positive", 0.97, 0.97) if good else FakeReading("negative", 0.97, 0.03)


class NoModel:
    """A model that judges no aspect: all of them are told by words."""

    aspects: frozenset[str] = frozenset()

    def verdicts(self, texts: Sequence[str], said: Sequence[Said]) -> list[list[Verdict]]:
        return [[] for _ in said]


def no_likeness(texts: Sequence[str]) -> np.ndarray:
    """An encoder to which no text is like another: each has an axis of its own."""
    places = np.zeros((len(texts), 384), dtype=np.float32)
    for row, text in enumerate(texts):
        places[row, sum(text.encode()) % 384] = 1.0
        places[row, 0] = 0.0
    return places * 0.5


def reading_on(database: Database, *, version: str = "1", reader: WordReader | None = None) -> ReviewsReading:
    return ReviewsReading(database, reader or WordReader(), NoModel(), no_likeness, version)


async def write(
    database: Database,
    sold: Sold,
    body: str,
    *,
    rating: int | None = 5,
    at: datetime = NOON,
    customer_id: int | None = None,
    reference: str | None = None,
) -> int:
    """A review; returns its id."""
    async with database.begin() as session:
        review = Review(
            reference=reference or f"R-{secrets.token_hex(5)}", product_id=sold.product_id, rating=rating, title="",
            body=body, written_at=at, customer_id=customer_id,
        )  # fmt: skip
        session.add(review)
        await session.flush()
        return review.id


async def public_id_of(database: Database, customer_id: int) -> str:
    async with database.read() as session:
        return (await session.scalars(select(Customer.public_id).where(Customer.id == customer_id))).one()
