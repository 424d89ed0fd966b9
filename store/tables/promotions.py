"""What the serving of promotions keeps: clicks in their order, budgets, counts by day, and what was learnt of them."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, Float, ForeignKey, LargeBinary, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, CreatedAt, Id


class PromotionClick(Base):
    """The first click on an impression; the order of ids is the order in which they are learnt."""

    __tablename__ = "promotion_clicks"

    id: Mapped[Id]
    impression_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("impressions.id", ondelete="CASCADE"), unique=True
    )
    received_at: Mapped[CreatedAt]


class PromotionAccount(Base):
    """What a promotion has spent, and the share of its chances (0 to 1) that it takes, so that its budget lasts."""

    __tablename__ = "promotion_accounts"

    promotion_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("promotions.id", ondelete="CASCADE"), primary_key=True
    )
    spent: Mapped[Decimal] = mapped_column(Numeric(12, 2), default=0, server_default="0")
    pace: Mapped[float] = mapped_column(Float, default=1.0, server_default="1")

    __table_args__ = (CheckConstraint("pace > 0 AND pace <= 1", name="pace_in_range"),)


class PromotionDay(Base):
    """What became of a promotion on one day (UTC), counted as the events come in."""

    __tablename__ = "promotion_days"

    promotion_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("promotions.id", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[date] = mapped_column(primary_key=True)
    impressions: Mapped[int] = mapped_column(default=0, server_default="0")
    clicks: Mapped[int] = mapped_column(default=0, server_default="0")
    conversions: Mapped[int] = mapped_column(default=0, server_default="0")
    spent: Mapped[Decimal] = mapped_column(Numeric(12, 2), default=0, server_default="0")


class PromotionBelief(Base):
    """What was learnt, with how far: both change in one transaction, so that no event is learnt twice or never.

    `content` is safetensors of that sha256; `impression_id` and `click_id` are the last ones that were learnt,
    `examples` how many impressions that makes, `as_of` the newest of them."""

    __tablename__ = "promotion_beliefs"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[int]
    impression_id: Mapped[int] = mapped_column(BigInteger)
    click_id: Mapped[int] = mapped_column(BigInteger)
    examples: Mapped[int] = mapped_column(BigInteger)
    as_of: Mapped[datetime | None]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64))
    updated_at: Mapped[CreatedAt]
