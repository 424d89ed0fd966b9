"""What was read in reviews. `weight` and all `..._weight` are percent: a review that is trusted weighs 100.

Triggers (migrations/sql/review_readings.sql) keep the counts, and forget what was read in a review that has changed."""

from datetime import date

from sqlalchemy import (
    ARRAY,
    REAL,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, CreatedAt


class ReviewReading(Base):
    """A review as one model version read it; `probability` is of being positive, `doubts` say why it weighs less."""

    __tablename__ = "review_readings"

    review_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("reviews.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    product_id: Mapped[int] = mapped_column(BigInteger)
    category_id: Mapped[int] = mapped_column(BigInteger)
    written_on: Mapped[date]
    rating: Mapped[int | None] = mapped_column(SmallInteger)
    sentiment: Mapped[str] = mapped_column(String(8))
    probability: Mapped[float] = mapped_column(REAL)
    confidence: Mapped[float] = mapped_column(REAL)
    reason: Mapped[str | None] = mapped_column(String(20))
    weight: Mapped[int] = mapped_column(SmallInteger, default=100, server_default="100")
    doubts: Mapped[list[str]] = mapped_column(ARRAY(String(20)), default=list, server_default="{}")
    bands: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), default=list, server_default="{}")
    model_version: Mapped[str] = mapped_column(String(80))
    read_at: Mapped[CreatedAt]

    __table_args__ = (
        CheckConstraint("sentiment IN ('positive', 'negative', 'mixed', 'unclear')", name="sentiment_known"),
        CheckConstraint("weight BETWEEN 1 AND 100", name="weight_in_range"),
        Index(
            "ix_review_readings_written_on", "written_on",
            postgresql_include=["product_id", "category_id", "sentiment", "weight", "rating"],
        ),
        Index("ix_review_readings_product_id_written_on", "product_id", "written_on"),
        Index("ix_review_readings_bands", "bands", postgresql_using="gin"),
        Index("ix_review_readings_model_version", "model_version"),
    )  # fmt: skip


class ReviewAspect(Base):
    """An opinion on an aspect: the sentence stands in the review's body from `start` up to `end` (characters)."""

    __tablename__ = "review_aspects"

    review_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("review_readings.review_id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    aspect: Mapped[str] = mapped_column(String(60), primary_key=True)
    positive: Mapped[bool] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(BigInteger)
    category_id: Mapped[int] = mapped_column(BigInteger)
    written_on: Mapped[date]
    confidence: Mapped[float] = mapped_column(REAL)
    start: Mapped[int]
    end: Mapped[int]
    weight: Mapped[int] = mapped_column(SmallInteger, default=100, server_default="100")

    __table_args__ = (
        CheckConstraint('start >= 0 AND "end" > start', name="stretch_not_empty"),
        Index("ix_review_aspects_product_id_aspect_written_on", "product_id", "aspect", "written_on"),
        Index(
            "ix_review_aspects_category_id_aspect_positive_written_on",
            "category_id", "aspect", "positive", "written_on",
        ),
        Index("ix_review_aspects_aspect_positive_written_on", "aspect", "positive", "written_on"),
    )  # fmt: skip


class ReviewDay(Base):
    """A category's day in figures, per aspect; the aspect '' is the reviews themselves. `stars` is a sum."""

    __tablename__ = "review_days"

    category_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(primary_key=True)
    aspect: Mapped[str] = mapped_column(String(60), primary_key=True)
    mentions: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    positive: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    negative: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    positive_weight: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    negative_weight: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    doubtful: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    rated: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    stars: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")

    __table_args__ = (Index("ix_review_days_aspect_day", "aspect", "day"),)


class ReviewTotal(Base):
    """A product's reviews of all time in figures."""

    __tablename__ = "review_totals"

    product_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("products.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    category_id: Mapped[int] = mapped_column(BigInteger)
    reviews: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    positive_weight: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    negative_weight: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    rated: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    stars: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")


class FoundAspect(Base):
    """Something that this shop's reviews talk about and no list knew: its words, and in how many reviews they stand."""

    __tablename__ = "found_aspects"

    slug: Mapped[str] = mapped_column(String(60), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    words: Mapped[list[str]] = mapped_column(ARRAY(String(60)))
    reviews: Mapped[int] = mapped_column(Integer)
    found_at: Mapped[CreatedAt]
