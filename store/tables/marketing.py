"""What marketers work with: promotions, who saw them, forecasts; and the demo store's hidden truth."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ARRAY, REAL, BigInteger, CheckConstraint, Float, ForeignKey, Index, Numeric, String, Text, text
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
    cost_per_click: Mapped[Decimal] = mapped_column(Numeric(8, 2), default=Decimal("0.25"), server_default="0.25")
    daily_cap: Mapped[int] = mapped_column(default=3, server_default="3")  # times a day that one person may see it

    __table_args__ = (
        CheckConstraint("discount_percent BETWEEN 0 AND 95", name="discount_in_range"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint("cost_per_click >= 0", name="cost_not_negative"),
        CheckConstraint("daily_cap BETWEEN 1 AND 100", name="daily_cap_in_range"),
    )


class Impression(Base):
    """A promotion was shown: where, to whom, with which probability of being chosen; and what came of it.

    `key` is what the answer that chose it called this showing: an impression that comes twice is one row. `signals` is
    what the model saw when it chose, its version first; null where somebody else chose."""

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
    key: Mapped[str | None] = mapped_column(String(40), unique=True)
    surface: Mapped[str | None] = mapped_column(String(20))
    place: Mapped[int | None]  # from 0
    model: Mapped[str | None] = mapped_column(String(80))
    signals: Mapped[list[float] | None] = mapped_column(ARRAY(REAL))
    received_at: Mapped[CreatedAt]

    __table_args__ = (
        Index("ix_impressions_promotion_id_shown_at", "promotion_id", "shown_at"),
        Index("ix_impressions_customer_id_shown_at", "customer_id", "shown_at"),
        Index("ix_impressions_session_shown_at", "session", "shown_at"),
        Index("ix_impressions_order_id", "order_id", postgresql_where=text("order_id IS NOT NULL")),
    )


class Forecast(Base):
    """A forecast of a product, a category, or (with neither) the whole shop, as it was given.

    It is kept to be compared with what happened. `points` is [{day, mean, lo80, hi80, lo95, hi95}]; `asked_by` is null
    where nobody asked."""

    __tablename__ = "forecasts"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    product_id: Mapped[int | None] = mapped_column(ForeignKey("products.id", ondelete="CASCADE"), index=True)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[CreatedAt]
    asked_by: Mapped[str | None] = mapped_column(String(40))
    as_of: Mapped[date] = mapped_column(index=True)
    horizon_days: Mapped[int]
    model: Mapped[str] = mapped_column(String(80))
    model_version: Mapped[str] = mapped_column(String(40))
    total: Mapped[float]
    points: Mapped[list[Any]]
    quality: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")

    __table_args__ = (CheckConstraint("product_id IS NULL OR category_id IS NULL", name="one_subject"),)


class ForecastOutcome(Base):
    """What became of a forecast: its days that have passed beside what was sold on them; checked anew while more pass.

    `counted` days are neither missing nor sold out; all other columns are about them. `expected` and its bands are of
    their sum, `inside80` and `inside95` shares of days, `smape` 0 to 200, `error_percent` of the sum (above 0: too
    high, null when nothing was sold). `week_...` are sums over those of the first seven days, which compare between
    horizons: what was expected, with the standard deviation that the bands gave it, and sold."""

    __tablename__ = "forecast_outcomes"

    forecast_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("forecasts.id", ondelete="CASCADE"), primary_key=True
    )
    checked_at: Mapped[CreatedAt]
    days: Mapped[int]
    counted: Mapped[int]
    expected: Mapped[float]
    lo80: Mapped[float]
    hi80: Mapped[float]
    lo95: Mapped[float]
    hi95: Mapped[float]
    sold: Mapped[int]
    error_percent: Mapped[float | None]
    smape: Mapped[float]
    inside80: Mapped[float]
    inside95: Mapped[float]
    week_expected: Mapped[float]
    week_sold: Mapped[int]
    week_deviation: Mapped[float]

    __table_args__ = (
        CheckConstraint("days >= 1", name="days_passed"),
        CheckConstraint("counted BETWEEN 0 AND days", name="counted_in_range"),
        CheckConstraint("lo95 <= lo80 AND lo80 <= hi80 AND hi80 <= hi95", name="bands_ordered"),
        CheckConstraint("inside80 BETWEEN 0 AND 1 AND inside95 BETWEEN 0 AND 1", name="shares_in_range"),
        CheckConstraint("smape BETWEEN 0 AND 200", name="smape_in_range"),
        CheckConstraint("week_deviation > 0", name="deviation_positive"),
    )


class DemoTruth(Base):
    """What the demo store was drawn from (tastes, demand, click model), so that models can be held against it.

    Only evaluations read this table; no model may."""

    __tablename__ = "demo_truth"

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[dict[str, Any]]
