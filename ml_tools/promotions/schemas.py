"""What promotions are asked and answered; `docs/tools.openapi.json` is made from this."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from ml_tools.registry import ModelName
from ml_tools.visual_search.schemas import ProductId

MOST_SHOWN = 10
MOST_EVENTS = 2000
MOST_SIGNALS = 64

Slot = Literal["home_hero", "home_row", "category_top", "product_side", "cart", "chat"]
Surface = Literal["home", "product", "category", "cart", "chat"]
Why = Literal[
    "interest",  # its products are like what this person looks at and buys
    "this_page",  # it fits what the page or the question is about
    "discount",  # it takes off a lot
    "new",  # too few have seen it to know how it does
    "popular",  # it is clicked more than others
]
Key = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_-]+$")]
Person = Annotated[str, Field(min_length=1, max_length=40)]
Number = Annotated[float, Field(ge=-100, le=100, allow_inf_nan=False)]


class Context(BaseModel):
    """What the page or the question is about."""

    model_config = ConfigDict(extra="forbid")

    product_ids: list[ProductId] = Field(default_factory=list, max_length=50)
    category: Annotated[str, Field(min_length=1, max_length=80)] | None = Field(default=None, description="slug")


class RankRequest(BaseModel):
    """Who is shown promotions, and where. A customer has `customer_id`, a guest `session`; both may be unknown."""

    model_config = ConfigDict(extra="forbid")

    customer_id: Person | None = None
    session: Person | None = None
    slot: Slot
    surface: Surface
    context: Context = Field(default_factory=Context)
    n: int = Field(default=1, ge=1, le=MOST_SHOWN)


class RankedPromotion(BaseModel):
    """A promotion to show. What is really shown is reported to /promotions/events with what stands here."""

    impression_id: Key
    promotion_id: str
    title: str
    place: int
    probability: float = Field(description="of a click, 0 to 1, as the model expects it")
    propensity: float = Field(description="how probable it was to be among those shown, 0 to 1")
    why: Why
    signals: list[float] = Field(description="what the model saw; to be handed back with the impression")


class RankAnswer(BaseModel):
    model: ModelName
    as_of: date | None = Field(description="the day of the newest impression that was learnt; null: none")
    promotions: list[RankedPromotion] = Field(description="best first; empty when none may be shown")


class ImpressionEvent(BaseModel):
    """A promotion was really shown. `impression_id` makes it count once."""

    model_config = ConfigDict(extra="forbid")

    impression_id: Key
    promotion_id: Key
    customer_id: Person | None = None
    session: Person | None = None
    slot: Slot
    surface: Surface
    place: int = Field(default=0, ge=0, lt=MOST_SHOWN)
    shown_at: AwareDatetime
    propensity: Annotated[float, Field(gt=0, le=1)]
    model: Annotated[str, Field(max_length=80)] | None = None
    signals: Annotated[list[Number], Field(max_length=MOST_SIGNALS)] | None = None


class ClickEvent(BaseModel):
    """The first click on an impression counts, within a day."""

    model_config = ConfigDict(extra="forbid")

    impression_id: Key
    at: AwareDatetime


class ConversionEvent(BaseModel):
    """An order of the customer who clicked, within a week of the click; an impression has one at most."""

    model_config = ConfigDict(extra="forbid")

    impression_id: Key
    order_number: Annotated[str, Field(min_length=1, max_length=40)]


class EventsRequest(BaseModel):
    """All of it is committed before the answer, or none. Whatever was reported before changes nothing."""

    model_config = ConfigDict(extra="forbid")

    impressions: list[ImpressionEvent] = Field(default_factory=list, max_length=MOST_EVENTS)
    clicks: list[ClickEvent] = Field(default_factory=list, max_length=MOST_EVENTS)
    conversions: list[ConversionEvent] = Field(default_factory=list, max_length=MOST_EVENTS)


class EventsAnswer(BaseModel):
    """How many were new; those that are known already, or belong to nothing that is known, are not counted."""

    model: ModelName
    as_of: date | None
    impressions: int
    clicks: int
    conversions: int
