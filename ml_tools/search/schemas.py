"""What the search is asked and what it answers; `docs/tools.openapi.json` is made from this."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from ml_tools.registry import ModelName

LONGEST_TEXT = 10_000
LONGEST_READ = 300  # letters of it that are read
MOST_PRODUCTS = 100
MOST_OFFSET = 240_000

Sort = Literal["best", "price", "price_desc", "newest"]
Word = Annotated[str, Field(min_length=1, max_length=80)]
Words = Annotated[list[Word], Field(max_length=20)]
Subject = Annotated[str, Field(min_length=1, max_length=40)]
Price = Annotated[Decimal, Field(ge=0, le=10_000_000, allow_inf_nan=False)]
Sayable = Literal["category", "brand", "colour", "size", "storage", "price"]
Operator = Literal["=", ">=", "<=", "about", "has", "not"]


class SearchFilters(BaseModel):
    """What products must be, whatever the text says; empty fields do not narrow. Prices are today's."""

    model_config = ConfigDict(extra="forbid")

    category: Word | None = Field(default=None, description="slug; its sub-categories belong to it")
    brand: Word | None = None
    brands: Words = Field(default_factory=list, description="any of these")
    colours: Words = Field(default_factory=list, description="any of these")
    sizes: Words = Field(default_factory=list, description="any of these; also of storage, as 128GB")
    min_price: Price | None = None
    max_price: Price | None = None
    in_stock: bool = False
    on_offer: bool = Field(default=False, description="with a discount today")


class SearchRequest(BaseModel):
    """`customer_id` (public) and `session` say for whom; both may be unknown."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(max_length=LONGEST_TEXT)] = Field(
        description=f"in anybody's words; the first {LONGEST_READ} letters are read; empty: what the filters leave"
    )
    customer_id: Subject | None = None
    session: Subject | None = None
    n: int = Field(default=24, ge=1, le=MOST_PRODUCTS)
    offset: int = Field(default=0, ge=0, le=MOST_OFFSET)
    filters: SearchFilters = Field(default_factory=SearchFilters)
    ignoring: list[Sayable] = Field(
        default_factory=list,
        max_length=6,
        description="what the text says of these is passed over, as the filters say something else since",
    )
    sort: Sort = "best"
    correct: bool = Field(default=True, description="false: words are taken as they were typed")

    @field_validator("text")
    @classmethod
    def _storable(cls, text: str) -> str:
        """Postgres' text holds everything but NUL and lone surrogates."""
        return text.replace("\x00", " ").encode("utf-8", "ignore").decode()


class Correction(BaseModel):
    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    from_: str = Field(alias="from")
    to: str


class UnderstoodAttribute(BaseModel):
    """`key` as in a product's attributes, or `any` for a word that stands anywhere; `has`: it has the property at all;
    `not`: it must not be that; `about`: the nearest value counts."""

    key: str
    op: Operator
    value: str | float | bool
    unit: str | None = None


class UnderstoodPhrase(BaseModel):
    """A part of the text that was understood as `kind`, in words for a label, and the text without it."""

    kind: Literal["category", "brand", "colour", "size", "price", "attribute"]
    label: str
    without: str


class Understood(BaseModel):
    words: str = Field(description="what is left to be found in texts")
    category: str | None = Field(default=None, description="slug")
    brand: str | None = None
    colours: list[str] = Field(default_factory=list)
    sizes: list[str] = Field(default_factory=list)
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    attributes: list[UnderstoodAttribute] = Field(default_factory=list)
    corrected: list[Correction] = Field(default_factory=list)
    suggested: list[Correction] = Field(
        default_factory=list, description="corrections that were not made, as `correct` was false"
    )
    phrases: list[UnderstoodPhrase] = Field(default_factory=list, description="the same for a page's chips")


class SearchHit(BaseModel):
    """`why`: codes such as `name`, `text`, `meaning`, `category`, `colour`, `taste`, `popular`, or a short fact."""

    id: str
    score: float = Field(description="comparable within one answer only")
    why: list[str]


class SearchAnswer(BaseModel):
    model: ModelName
    as_of: date | None = Field(description="the day on which the newest product text was embedded; null: none is")
    total: int = Field(description="how many products match")
    understood: Understood
    products: list[SearchHit]
    nearest: bool = Field(description="nothing matches all that was asked; these come near")
    given_up: list[str] = Field(default_factory=list, description="labels of what the nearest do not fulfil")
