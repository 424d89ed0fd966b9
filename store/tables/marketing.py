"""What marketers work with: promotions, who saw them, forecasts; and the demo store's hidden truth."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, Numeric, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, CreatedAt, Id, PublicId


class Promotion(Base):
    """An offer on a product, a category or the whole shop, shown in a slot to an audience while its budget lasts."""

    __tablename__ = "promotions"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    reference: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[str] = mapped_column(String(120))
    body: Mapped[str] = mapped_column(Text, default="", server_default="")
    product_id: Mapped[int | None] = mapped_column(ForeignKey("products.id"))
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"))
    discount_percent: Mapped[Decimal] = mapped_column(Numeric(5, 2), default=0)
    starts_on: Mapped[date]
    ends_on: Mapped[date]  # inclusive
    budget: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    audience: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")

    __table_args__ = (
        CheckConstraint("discount_percent BETWEEN 0 AND 95", name="discount_in_range"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
    )


class Impression(Base):
    """A promotion was shown: where, to whom, with which probability of being chosen; and what came of it."""

    __tablename__ = "impressions"

    id: Mapped[Id]
    promotion_id: Mapped[int] = mapped_column(ForeignKey("promotions.id", ondelete="CASCADE"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    session: Mapped[str | None] = mapped_column(String(40))
    slot: Mapped[str] = mapped_column(String(40))
    shown_at: Mapped[datetime]
    propensity: Mapped[float] = mapped_column(Float)
    clicked_at: Mapped[datetime | None]
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"))

    __table_args__ = (Index("ix_impressions_promotion_id_shown_at", "promotion_id", "shown_at"),)


class Forecast(Base):
    """A forecast as it was given, kept to be compared with what happened.

    `points` is [{day, mean, lo80, hi80, lo95, hi95}]."""

    __tablename__ = "forecasts"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[CreatedAt]
    asked_by: Mapped[str | None] = mapped_column(String(40))
    as_of: Mapped[date]
    horizon_days: Mapped[int]
    model: Mapped[str] = mapped_column(String(80))
    model_version: Mapped[str] = mapped_column(String(40))
    total: Mapped[float]
    points: Mapped[list[Any]]
    quality: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")


class DemoTruth(Base):
    """What the demo store was drawn from (tastes, demand, click model), so that models can be held against it.

    Only evaluations read this table; no model may."""

    __tablename__ = "demo_truth"

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[dict[str, Any]]
