"""The shapes in which the tools for reviews, search and questions answer, as far as they are read."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field, FiniteFloat, StringConstraints

from actions.context import ProductId
from actions.forecasting_answers import Count, ModelVersion, Name, Share

Slug = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Link = Annotated[str, StringConstraints(max_length=2000)]
Stars = Annotated[FiniteFloat, Field(ge=1, le=5)]


class Quote(BaseModel):
    """A sentence of a review as its writer wrote it; `url` is where on the product's page it stands."""

    review_id: Annotated[str, StringConstraints(max_length=200)]
    product_id: ProductId
    product_name: Name
    text: Annotated[str, StringConstraints(min_length=1, max_length=5000)]
    sentiment: Literal["positive", "negative", "mixed", "unclear"]
    rating: Stars | None
    written_on: date
    url: Link


class AspectOpinions(BaseModel):
    """What reviews say of one aspect. `mentions` are opinions: a review may praise and blame. `low` to `high` is the
    95 % interval of the share."""

    aspect: Slug
    name: Name
    mentions: Count
    positive: Count
    negative: Count
    positive_share: Share | None
    low: Share | None
    high: Share | None
    quotes: list[Quote] = Field(max_length=50)


class Rating(BaseModel):
    mean: Stars
    count: Count


class MonthOfReviews(BaseModel):
    month: Annotated[str, StringConstraints(max_length=10)]
    reviews: Count
    positive_share: Share | None


class OpinionsAnswer(BaseModel):
    """`reviews` there are, `read` of them say something; `suspicious` ones weigh less."""

    model: ModelVersion
    as_of: date | None
    reviews: Count
    read: Count
    rating: Rating | None
    positive_share: Share | None
    low: Share | None
    high: Share | None
    trend: list[MonthOfReviews] = Field(max_length=600)
    aspects: list[AspectOpinions] = Field(max_length=200)
    asked_aspect: Slug | None
    suspicious: Count


class Complaint(BaseModel):
    aspect: Slug
    name: Name
    negative: Count
    quote: Quote | str | None


class RankedProduct(BaseModel):
    product_id: ProductId
    name: Name
    reviews: Count
    positive_share: Share
    low: Share
    high: Share
    mean_rating: Stars | None
    complaints: list[Complaint] = Field(max_length=50)


class RankedAnswer(BaseModel):
    """Products by what their reviews say, the worst or the best first."""

    model: ModelVersion
    as_of: date | None
    rows: list[RankedProduct] = Field(max_length=100)


class ComplaintTopic(BaseModel):
    """`share` of the mentions that complain; `change` is the share's against the same span before."""

    aspect: Slug
    name: Name
    mentions: Count
    negative: Count
    share: Share
    low: Share
    high: Share
    change: FiniteFloat | None
    quotes: list[Quote] = Field(max_length=50)


class ComplaintsAnswer(BaseModel):
    model: ModelVersion
    as_of: date | None
    reviews: Count
    negative_reviews: Count
    topics: list[ComplaintTopic] = Field(max_length=200)


class Phrase(BaseModel):
    """A part of the text that was understood, in words: `waterproof`, `up to 100`."""

    kind: Slug
    label: Annotated[str, StringConstraints(max_length=300)]


class Correction(BaseModel):
    """A word that was taken for a slip, and what it was read as."""

    from_: Annotated[str, StringConstraints(max_length=200)] = Field(alias="from")
    to: Annotated[str, StringConstraints(max_length=200)]


class Understood(BaseModel):
    """What a search was taken to mean; `words` are left to be found in texts."""

    words: Annotated[str, StringConstraints(max_length=1000)]
    category: Slug | None
    brand: Slug | None
    colours: list[Slug] = Field(max_length=20)
    corrected: list[Correction] = Field(max_length=50)
    phrases: list[Phrase] = Field(default_factory=list, max_length=50)


class FoundProduct(BaseModel):
    id: ProductId
    score: FiniteFloat
    why: list[Annotated[str, StringConstraints(max_length=300)]] = Field(max_length=20)


class SearchAnswer(BaseModel):
    """`nearest`: nothing fits all that was asked for, and these come near; `given_up` is what they do not fulfil."""

    model: ModelVersion
    as_of: date | None
    total: Count
    understood: Understood
    products: list[FoundProduct] = Field(max_length=100)
    nearest: bool
    given_up: list[Annotated[str, StringConstraints(max_length=300)]] = Field(default_factory=list, max_length=50)


class Source(BaseModel):
    kind: Literal["specification", "description", "review", "policy"]
    name: Annotated[str, StringConstraints(max_length=300)]
    quote: Annotated[str, StringConstraints(max_length=5000)]
    url: Link | None


class AnsweredQuestion(BaseModel):
    text: Annotated[str, StringConstraints(min_length=1, max_length=5000)]
    sources: list[Source] = Field(max_length=20)
    confidence: Share


class AnswersAnswer(BaseModel):
    """An answer with where it stands, or none: then `said` is "unknown"."""

    model: ModelVersion
    as_of: date | None
    answer: AnsweredQuestion | None
    said: Literal["known", "unknown"]
