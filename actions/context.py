"""What a conversation remembers between turns: one slot, written by actions only, checked each time it is read.

It never holds a role, a price or a customer: those are looked up again in every turn.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal

import structlog
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

log = structlog.get_logger()

SLOT = "context"
PENDING_LIFETIME = timedelta(minutes=10)
MAX_LISTED = 10
MAX_FOCUS = 3
MAX_WORDS = 200  # characters of a search's words
MAX_SAID = 300  # characters of the sentence they stood in; the search tool reads no more
MAX_ALT = 500  # characters of a chart's description
MAX_SEEN = 60  # recommended products that "show me others" leaves out

ProductId = Annotated[str, StringConstraints(pattern=r"^p_[A-Za-z0-9_-]{1,38}$")]
UploadId = Annotated[str, StringConstraints(pattern=r"^u_[A-Za-z0-9]{1,38}$")]
ForecastId = Annotated[str, StringConstraints(pattern=r"^f_[A-Za-z0-9]{6,38}$")]
Word = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Question = Literal[
    "ask_price", "ask_specification", "ask_size", "ask_stock", "ask_advantages", "ask_reviews", "compare_products",
    "forecast_sales", "goes_with", "others_also_bought", "run_out_forecast", "order_quantity", "what_if", "sell_more",
    "forecast_track_record", "sales_drivers",
]  # fmt: skip
Changeable = Literal["category", "brand", "colour", "size", "storage", "price"]
Purpose = Literal["for_you", "goes_with", "others_also_bought"]
Why = Literal["after_this", "bought_together", "looks_like", "popular", "new", "something_else"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", validate_assignment=True)


class SoldThen(_Strict):
    """What was sold on as many days of another time."""

    start: date
    end: date
    units: float


class LastForecast(_Strict):
    """A forecast that was asked for: of a product, or of a category, or with neither of the whole shop.

    The rest is there when one was made; its chart and its file are kept under `id`.
    """

    product_id: ProductId | None = None
    category: Word | None = None
    days: int
    id: ForecastId | None = None
    name: str = Field(default="", max_length=300)
    as_of: date | None = None
    alt: str = Field(default="", max_length=MAX_ALT)
    expected: float = 0.0
    last_year: SoldThen | None = None
    last_year_change: float | None = None


class SalesOf(_Strict):
    """Whose sales were talked about, when it was no single product: a category's, or all of the shop's."""

    category: Word | None = None


class PriceChange(_Strict):
    """`change` of the price in percent (-10 is 10 % lower), or a `discount` for a while (20 is 20 % off)."""

    percent: float = Field(ge=-100_000, le=100_000)
    means: Literal["change", "discount"]


class SupplyTerms(_Strict):
    """What orders from a supplier were planned with, where it was said."""

    lead_days: int | None = Field(default=None, ge=0, le=120)
    service_level: float | None = Field(default=None, ge=0.5, le=0.999)


class Said(_Strict):
    """The sentence of a search; what it says of `changed` has been said otherwise since."""

    text: str = Field(max_length=MAX_SAID)
    changed: list[Changeable] = Field(default_factory=list, max_length=6)


class Filters(_Strict):
    """What a search asked for; every field narrows it, but `said`, which is for the tool that reads sentences."""

    words: str | None = Field(default=None, max_length=MAX_WORDS)
    category: Word | None = None
    brand: Word | None = None
    colour: Word | None = None
    size: Word | None = None
    storage: Word | None = None
    min_price: Decimal | None = Field(default=None, ge=0)
    max_price: Decimal | None = Field(default=None, ge=0)
    at_least: dict[Word, float] = Field(default_factory=dict, max_length=4)
    said: Said | None = None


class AskedPicture(_Strict):
    """What a search looks like: somebody's upload, or a product."""

    upload_id: UploadId | None = None
    product_id: ProductId | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> "AskedPicture":
        if (self.upload_id is None) == (self.product_id is None):
            raise ValueError("a picture is an upload or a product's")
        return self


class Reason(_Strict):
    """Why a product was recommended; `because_of` is the product that led to it."""

    why: Why
    because_of: ProductId | None = None


class Recommended(_Strict):
    """What was recommended last: on what occasion, about which products, narrowed to what, and why each."""

    purpose: Purpose = "for_you"
    about: list[ProductId] = Field(default_factory=list, max_length=50)
    name: str | None = Field(default=None, max_length=300)  # what `about` is called
    filters: Filters = Field(default_factory=Filters)
    surprise: bool = False
    seen: list[ProductId] = Field(default_factory=list, max_length=MAX_SEEN)
    reasons: dict[ProductId, Reason] = Field(default_factory=dict, max_length=MAX_LISTED)


class LastReviews(_Strict):
    """What customers say was asked about last: of the product in focus, else of a category's or all of the shop's."""

    aspect: Word | None = None
    category: Word | None = None


class Pending(_Strict):
    """A step that waits for a yes."""

    step: Literal["cancel_order", "return_order"]
    order_number: Annotated[str, StringConstraints(max_length=40)]
    asked_at: datetime


class Context(_Strict):
    focus: list[ProductId] = Field(default_factory=list, max_length=MAX_FOCUS)
    listed: list[ProductId] = Field(default_factory=list, max_length=MAX_LISTED)
    page: ProductId | None = None
    question: Question | None = None
    awaits_product: bool = False
    attributes: list[Word] = Field(default_factory=list, max_length=8)
    forecast: LastForecast | None = None
    sales_of: SalesOf | None = None  # counts while no product is in focus
    price_change: PriceChange | None = None
    supply: SupplyTerms | None = None
    search: Filters | None = None
    picture: AskedPicture | None = None  # the last search went by it, not by words
    recommended: Recommended | None = None  # what is listed was recommended, not searched
    reviews: LastReviews | None = None  # what customers say was told last, and no list since
    since_promotion: int | None = Field(default=None, ge=0, le=1000)  # answers that could have had one since the last
    pending: Pending | None = None
    met_kindly: bool = False  # the last answer was opened with a kind word
    failed_turns: int = Field(default=0, ge=0, le=10)  # not understood, one after the other

    @classmethod
    def of(cls, slot: object) -> "Context":
        """The context that a slot holds; an empty one when the slot does not hold a valid context."""
        if slot is None:
            return cls()
        try:
            return cls.model_validate(slot)
        except ValidationError as error:
            log.warning("context_invalid", problems=error.error_count(), first=error.errors()[0]["loc"])
            return cls()

    def dump(self) -> dict[str, Any]:
        """JSON for the slot; what is at its default is left out, so that a call stays small."""
        return self.model_dump(mode="json", exclude_defaults=True)

    def visit(self, page: str | None) -> None:
        """The page on which the message was written: a newly opened product page puts its product in focus."""
        if page == self.page:
            return
        self.page = page
        if page:
            self.focus = [page]

    def show(self, product_ids: list[str]) -> None:
        """Products were shown as a list, from which "the second one" may be chosen."""
        self.listed = product_ids[:MAX_LISTED]
        self.recommended = self.reviews = None

    def pending_at(self, now: datetime) -> Pending | None:
        """What waits for a yes, unless it was asked too long ago to be sure that the yes means it."""
        fresh = self.pending and now - self.pending.asked_at <= PENDING_LIFETIME
        return self.pending if fresh else None
