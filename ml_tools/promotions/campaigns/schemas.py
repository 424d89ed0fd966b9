"""What the reports on promotions are asked and answered; `docs/tools.openapi.json` is made from this."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from ml_tools.promotions.schemas import Slot
from ml_tools.registry import ModelName

MOST_DAYS = 730
Words = Annotated[str, Field(min_length=1, max_length=200)]
Share = Annotated[float, Field(ge=0, le=1)]

Verdict = Literal["above", "as_expected", "below", "too_little"]
WhyClicks = Literal[
    "more_clicks",  # clicked clearly more than a usual promotion would have been there
    "fewer_clicks",
    "good_slot",  # stood where promotions are clicked more than on the average: expected, no merit of its own
    "bad_slot",
    "fitting_audience",  # was shown mostly to people who buy what it is about
    "strange_audience",
    "seen_too_often",  # most showings were to people who had seen it before
    "deep_discount",  # takes off clearly more than the others
    "small_discount",
    "few_showings",  # too few to tell
    "few_promotions",  # too few other promotions to know what is usual
]
Worth = Literal["worth", "not_worth", "unclear"]
Feature = Literal[
    "discount",  # percent
    "days",  # from first to last day
    "cost_per_click",
    "showings_per_day",
    "ctr",  # 0 to 1
    "lift",  # clicks per expected click
    "seen_before",  # share of showings to people who had seen it, 0 to 1
    "fitting",  # share of showings to people who buy what it is about, 0 to 1
    "covered",  # 0 a single product, 1 a category, 2 the whole shop
    "conversion_rate",  # orders per click, 0 to 1
    "order_value",  # attributed revenue per order
    "clicks",
    "conversions",
]
ReasonCode = Literal[
    "high",  # of the three that make the return: clearly above this shop's other campaigns; `value` is the campaign's
    "low",
    "at_least",  # on its way through the decision tree; `value` is the threshold
    "below",
    "few",  # too few of it to be sure; `value` is how many
]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ReportRequest(_Asked):
    """Clicks and orders of promotions in the last `days`; of one (its id, or words of its title) or of all; all in all,
    before one segment (an audience or category, as a slug or in words) and in one slot."""

    promotion: Words | None = None
    segment: Words | None = None
    slot: Slot | None = None
    days: int = Field(default=30, ge=1, le=MOST_DAYS)
    by: Literal["promotion", "slot", "segment"] = Field(
        default="promotion", description="a row per promotion, or one for each of its slots or segments"
    )
    sort: Literal["ctr", "below_expectation", "conversion", "clicks"] = "ctr"
    n: int = Field(default=10, ge=1, le=100)


class Named(BaseModel):
    """Something that words may have meant."""

    id: str
    name: str


class Report(BaseModel):
    """A promotion's clicks against what a usual promotion would have had before the same people in the same places.

    Intervals are Wilson's at 95 %. `conversion_rate` is orders per click; null without a click. `lift` is clicks per
    expected click with its 95 % interval. Verdicts hold with a false discovery rate of 5 % over all rows."""

    promotion_id: str
    title: str
    running: bool
    slot: str | None
    segment: str | None
    impressions: int
    clicks: int
    conversions: int
    ctr: Share | None = Field(description="clicks per impression; null without an impression")
    ctr_low: Share | None
    ctr_high: Share | None
    expected_ctr: Share | None = Field(description="null where too little was ever shown to expect anything")
    lift: float | None
    lift_low: float | None
    lift_high: float | None
    conversion_rate: Share | None
    conversion_low: Share | None
    conversion_high: Share | None
    spent: float
    verdict: Verdict
    why: list[WhyClicks]


class _Answer(BaseModel):
    model: ModelName
    as_of: date | None = Field(description="the newest day that was counted; null: nothing was shown yet")


class ReportAnswer(_Answer):
    """`promotion` is the one that was meant; `candidates` are those that the words may have meant where it is not clear
    (then `rows` is empty), and likewise for segments."""

    since: date
    until: date
    promotion: Named | None
    candidates: list[Named]
    segment: Named | None
    segment_candidates: list[Named]
    rows: list[Report]
    total_promotions: int = Field(description="how many were shown in these days, before `n`")


class ForSegmentRequest(_Asked):
    """Which running promotions a segment clicks: an audience or a category (slug), or words for one."""

    segment: Words
    n: int = Field(default=5, ge=1, le=50)


WhySegment = Literal[
    "clicked_here",  # this very segment clicked it more than its other viewers
    "clicked_everywhere",  # everybody clicks it more than is usual
    "fits",  # it is about what the segment buys
    "discount",
    "untested",  # nobody of the segment has seen it enough: judged by what it is like
    "usual",
]


class ForSegment(BaseModel):
    """`low` to `high` holds the click-through rate with a probability of 90 %."""

    promotion_id: str
    title: str
    expected_ctr: Share
    low: Share
    high: Share
    clicks_seen: int = Field(description="of the segment")
    impressions_seen: int
    why: WhySegment


class ForSegmentAnswer(_Answer):
    segment: Named | None = Field(description="null: none is called so, or several (see candidates)")
    segment_candidates: list[Named]
    customers: int = Field(description="whose history is mostly of this segment")
    rows: list[ForSegment]


class CampaignsRequest(_Asked):
    """Campaigns that were shown in the last `days`, with all that they ever cost and brought."""

    days: int = Field(default=90, ge=1, le=MOST_DAYS)
    n: int = Field(default=10, ge=1, le=100)


Trait = Literal[
    "often_clicked", "seldom_clicked", "often_bought", "seldom_bought", "large_orders", "small_orders", "much_shown",
    "little_shown", "shown_again", "shown_once", "deep_discount", "small_discount",
]  # fmt: skip


class Reason(BaseModel):
    code: ReasonCode
    feature: Feature
    value: float


class CampaignRow(BaseModel):
    """A campaign's return on ad spend (ROAS: attributed revenue per unit of spend) so far, and as it is predicted for
    the rest, or for another run: `low` to `high` with a probability of 80 %."""

    promotion_id: str
    title: str
    running: bool
    cluster: str = Field(description="name in words; see clusters")
    impressions: int
    clicks: int
    conversions: int
    spent: float
    revenue: float = Field(description="of the orders that its clicks led to")
    roas: float | None = Field(description="null where nothing was spent")
    predicted_roas: float | None
    low: float | None
    high: float | None
    verdict: Worth
    reasons: list[Reason]


class Rule(BaseModel):
    """A leaf of the decision tree: campaigns with all of `when` were worth it in `worth_share` of `campaigns` cases."""

    when: list[Reason]
    campaigns: int
    worth_share: Share


class Cluster(BaseModel):
    name: str = Field(description="in words, from its traits")
    traits: list[Trait]
    size: int
    ctr: Share | None
    conversion_rate: Share | None
    roas: float | None


class CampaignsAnswer(_Answer):
    currency: str | None
    break_even: float = Field(description="the ROAS from which on a campaign is worth it")
    rows: list[CampaignRow] = Field(description="the best predicted return first")
    total_campaigns: int
    tree: list[Rule] = Field(description="empty where nothing separates campaigns better than chance")
    tree_target: Literal["break_even", "better_half"] = Field(
        description="what `worth_share` means: reached break-even, or (where all or none did) was of the better half"
    )
    tree_accuracy: Share | None = Field(description="balanced, cross-validated; .5 is chance")
    clusters: list[Cluster]
