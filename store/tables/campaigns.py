"""What became of promotions by slot and by what people buy, as the campaign job counts it; and what it has learnt."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Numeric, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, CreatedAt


class PromotionResult(Base):
    """Impressions of a promotion on one day (UTC) in one slot, before people of one segment; and what came of them.

    `segment_id` is the category that a person had bought and looked at most before that day, 0 where nothing was known.
    `place` is 0 for the first of what stood there together, else 1; `seen` how often the same person had been shown it
    in the 90 days before: 0 never, 1 once or twice, 2 more often. `revenue` is of orders in the shop's currency that
    were neither cancelled nor returned when they were counted."""

    __tablename__ = "promotion_results"

    promotion_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("promotions.id", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[date] = mapped_column(primary_key=True)
    slot: Mapped[str] = mapped_column(String(40), primary_key=True)
    place: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    seen: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    segment_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    impressions: Mapped[int]
    clicks: Mapped[int]
    conversions: Mapped[int]
    revenue: Mapped[Decimal] = mapped_column(Numeric(14, 2))

    __table_args__ = (
        CheckConstraint("place IN (0, 1)", name="place_known"),
        CheckConstraint("seen IN (0, 1, 2)", name="seen_known"),
        CheckConstraint("conversions <= impressions AND clicks <= impressions", name="counts_in_range"),
        Index("ix_promotion_results_day", "day"),
    )


class PromotionDayCounted(Base):
    """Up to which events a promotion's day stands in `promotion_results`: the counts of `promotion_days` back then."""

    __tablename__ = "promotion_days_counted"

    promotion_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("promotions.id", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[date] = mapped_column(primary_key=True)
    impressions: Mapped[int]
    clicks: Mapped[int]
    conversions: Mapped[int]
    counted_at: Mapped[datetime]


class CampaignKnowledge(Base):
    """What was learnt of all campaigns; `content` is plain numbers and names."""

    __tablename__ = "campaign_knowledge"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[int]
    as_of: Mapped[date | None]
    content: Mapped[dict[str, Any]]
    updated_at: Mapped[CreatedAt]
