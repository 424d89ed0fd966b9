"""What is asked of the opinions in reviews, and answered; `docs/tools.openapi.json` is made from this."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ml_tools.registry import ModelName

MOST_QUOTES = 10
MOST_ROWS = 20

ProductId = Annotated[str, Field(min_length=1, max_length=40)]
Slug = Annotated[str, Field(min_length=1, max_length=80)]
AspectText = Annotated[str, Field(min_length=1, max_length=120)]
Share = Annotated[float, Field(ge=0, le=1)]
Said = Literal["positive", "negative"]


class _Period(BaseModel):
    """Days in UTC, both ends included; without them, all time."""

    model_config = ConfigDict(extra="forbid")

    since: date | None = None
    until: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "_Period":
        if self.since and self.until and self.since > self.until:
            raise ValueError("`since` must not be after `until`")
        return self


class OpinionsRequest(_Period):
    """Of one product, one category (with what is below it) or, with neither, the whole shop."""

    product_id: ProductId | None = None
    category: Slug | None = Field(default=None, description="slug")
    aspect: AspectText | None = Field(default=None, description="in anybody's words: 'battery life', 'does it fit'")
    quotes: int = Field(default=3, ge=0, le=MOST_QUOTES, description="per aspect")

    @model_validator(mode="after")
    def _one_subject(self) -> "OpinionsRequest":
        if self.product_id and self.category:
            raise ValueError("give a product_id or a category, not both")
        return self


class WorstRequest(_Period):
    category: Slug | None = None
    n: int = Field(default=5, ge=1, le=MOST_ROWS)
    best: bool = Field(default=False, description="the other end of the list")


class ComplaintsRequest(_Period):
    product_id: ProductId | None = None
    category: Slug | None = None
    aspect: AspectText | None = None
    n: int = Field(default=5, ge=1, le=MOST_ROWS)

    @model_validator(mode="after")
    def _one_subject(self) -> "ComplaintsRequest":
        if self.product_id and self.category:
            raise ValueError("give a product_id or a category, not both")
        return self


class Quote(BaseModel):
    """A sentence exactly as it stands in a review of the shop."""

    review_id: str = Field(description="the review's reference")
    product_id: str
    product_name: str
    text: str
    sentiment: Said
    rating: int | None
    written_on: date
    url: str = Field(description="path of the product page, at the review")


class AspectOpinion(BaseModel):
    """`mentions` are opinions: a review that praises and blames an aspect has two. The share is weighted."""

    aspect: str = Field(description="slug")
    name: str
    mentions: int
    positive: int
    negative: int
    positive_share: Share
    low: Share = Field(description="95 % Wilson interval of the share")
    high: Share
    found: bool = Field(description="found in this shop's reviews, not listed beforehand")
    quotes: list[Quote]


class Rating(BaseModel):
    mean: float
    count: int


class TrendMonth(BaseModel):
    month: date = Field(description="its first day")
    reviews: int
    positive_share: Share | None = Field(description="null: nobody said clearly")


class OpinionsAnswer(BaseModel):
    """A product nobody has reviewed has 0 reviews and no share."""

    model: ModelName
    as_of: date | None = Field(description="the day of the newest review that was read")
    reviews: int
    read: int
    rating: Rating | None
    positive_share: Share | None
    low: Share | None
    high: Share | None
    trend: list[TrendMonth] = Field(description="oldest first, at most 24 months")
    aspects: list[AspectOpinion] = Field(description="the most mentioned first; with `aspect`, only that one")
    asked_aspect: str | None = Field(description="the slug that `aspect` was understood as; null: not understood")
    suspicious: int = Field(description="reviews that weigh less than others")


class Complaint(BaseModel):
    aspect: str
    name: str
    negative: int
    quote: Quote | None


class WorstRow(BaseModel):
    product_id: str
    name: str
    reviews: int
    positive_share: Share
    low: Share
    high: Share
    mean_rating: float | None
    complaints: list[Complaint]


class WorstAnswer(BaseModel):
    model: ModelName
    as_of: date | None
    rows: list[WorstRow] = Field(description="judged by the cautious end of the interval; few reviews rank late")


class Topic(BaseModel):
    aspect: str
    name: str
    mentions: int
    negative: int
    share: Share = Field(description="negative among the mentions, weighted")
    low: Share
    high: Share
    change: float | None = Field(description="of the share, against the same span before; null without a span")
    quotes: list[Quote]


class ComplaintsAnswer(BaseModel):
    model: ModelName
    as_of: date | None
    reviews: int
    negative_reviews: int
    topics: list[Topic] = Field(description="what is complained of most first")
