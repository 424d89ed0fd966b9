"""The shapes in which the promotions tool answers, as far as they are read; each is checked before it is said."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field, FiniteFloat, StringConstraints

from actions.forecasting_answers import Count, ModelVersion, Name, NotNegative, Share

PromotionId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
Slot = Literal["home_hero", "home_row", "category_top", "product_side", "cart", "chat"]
RankedBy = Literal["ctr", "below_expectation", "conversion", "clicks"]
Verdict = Literal["above", "as_expected", "below", "too_little"]
Worth = Literal["worth", "not_worth", "unclear"]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")]
ReasonCode = Literal["high", "low", "at_least", "below", "few"]
Propensity = Annotated[FiniteFloat, Field(gt=0, le=1)]


class RankedPromotion(BaseModel):
    """A promotion to show; what is really shown is noted with its key, propensity and signals."""

    impression_id: PromotionId
    promotion_id: PromotionId
    place: Annotated[int, Field(ge=0, lt=10)]
    probability: Share
    propensity: Propensity
    signals: list[FiniteFloat] = Field(max_length=64)


class RankAnswer(BaseModel):
    model: ModelVersion
    as_of: date | None
    promotions: list[RankedPromotion] = Field(max_length=10)


class Named(BaseModel):
    """Something that words may have meant."""

    id: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    name: Name


class Report(BaseModel):
    """A promotion's clicks against expectation; intervals at 95 %, shares from 0 to 1."""

    promotion_id: PromotionId
    title: Name
    running: bool
    impressions: Count
    clicks: Count
    conversions: Count
    ctr: Share | None
    ctr_low: Share | None
    ctr_high: Share | None
    expected_ctr: Share | None
    conversion_rate: Share | None
    conversion_low: Share | None
    conversion_high: Share | None
    spent: NotNegative
    verdict: Verdict
    why: list[Code] = Field(max_length=20)


class ReportAnswer(BaseModel):
    """`promotion` and `segment` are what the words meant; where that is not clear, their candidates stand beside."""

    as_of: date | None
    since: date
    until: date
    promotion: Named | None
    candidates: list[Named] = Field(max_length=50)
    segment: Named | None
    segment_candidates: list[Named] = Field(max_length=50)
    rows: list[Report] = Field(max_length=100)
    total_promotions: Count


class ForSegment(BaseModel):
    """What a segment may click: `low` to `high` holds the CTR with a probability of 90 %."""

    promotion_id: PromotionId
    title: Name
    expected_ctr: Share
    low: Share
    high: Share
    clicks_seen: Count
    impressions_seen: Count
    why: Code


class ForSegmentAnswer(BaseModel):
    as_of: date | None
    segment: Named | None
    segment_candidates: list[Named] = Field(max_length=50)
    customers: Count
    rows: list[ForSegment] = Field(max_length=50)


class ValueReason(BaseModel):
    code: ReasonCode
    feature: Code
    value: FiniteFloat


class CampaignRow(BaseModel):
    """A campaign's return on ad spend so far, and as it is predicted: `low` to `high` with a probability of 80 %."""

    promotion_id: PromotionId
    title: Name
    clicks: Count
    conversions: Count
    spent: NotNegative
    revenue: FiniteFloat
    roas: FiniteFloat | None
    predicted_roas: FiniteFloat | None
    low: FiniteFloat | None
    high: FiniteFloat | None
    verdict: Worth
    reasons: list[ValueReason] = Field(max_length=20)


class ValueRule(BaseModel):
    """Campaigns with all of `when` were worth it in `worth_share` of the cases."""

    when: list[ValueReason] = Field(max_length=20)
    campaigns: Count
    worth_share: Share


class CampaignsAnswer(BaseModel):
    as_of: date | None
    currency: Annotated[str, StringConstraints(min_length=3, max_length=3)] | None
    break_even: NotNegative
    rows: list[CampaignRow] = Field(max_length=100)
    total_campaigns: Count
    tree: list[ValueRule] = Field(max_length=100)
    tree_target: Literal["break_even", "better_half"]
    tree_accuracy: Share | None
