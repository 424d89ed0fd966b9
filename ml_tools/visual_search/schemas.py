"""What the visual search is asked and what it answers; `docs/tools.openapi.json` is made from this."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, model_validator

from ml_tools.registry import ModelName

MOST_PICTURE_BYTES = 5_000_000
MOST_PRODUCTS = 50

Share = Annotated[float, Field(ge=0, le=1)]
Word = Annotated[str, Field(min_length=1, max_length=80)]
ProductId = Annotated[str, Field(min_length=1, max_length=40, examples=["p_3f9c0d1e2b4a5968778695a4"])]
Picture = Annotated[Base64Bytes, Field(max_length=MOST_PICTURE_BYTES * 4 // 3 + 4)]


class PictureSource(BaseModel):
    """One picture: somebody's upload (with the subject that owns it), a product's main one, or its bytes in Base64."""

    model_config = ConfigDict(extra="forbid")

    upload_id: Annotated[str, Field(max_length=40)] | None = None
    subject: Annotated[str, Field(max_length=40)] | None = Field(default=None, description="who owns the upload")
    product_id: ProductId | None = None
    picture: Picture | None = Field(default=None, description="JPEG, PNG or WebP, at most 5 MB, in Base64")

    @model_validator(mode="after")
    def _exactly_one(self) -> "PictureSource":
        if sum(source is not None for source in (self.upload_id, self.product_id, self.picture)) != 1:
            raise ValueError("give exactly one of upload_id, product_id and picture")
        if (self.upload_id is None) != (self.subject is None):
            raise ValueError("an upload is asked for together with the subject that owns it")
        return self


class Narrowing(BaseModel):
    """What products must be; empty fields do not narrow. Prices are today's."""

    model_config = ConfigDict(extra="forbid")

    category: Word | None = Field(default=None, description="slug; its sub-categories belong to it")
    brand: Word | None = None
    colour: Word | None = None
    size: Word | None = None
    storage: Word | None = None
    min_price: Decimal | None = Field(default=None, ge=0)
    max_price: Decimal | None = Field(default=None, ge=0)
    in_stock: bool = True


class VisualSearchRequest(PictureSource):
    narrowed_to: Narrowing = Field(default_factory=Narrowing)
    ignoring: list[Literal["kind", "colour"]] = Field(
        default_factory=list, description="what of the picture does not count, as colour in 'the same in blue'"
    )
    without: list[ProductId] = Field(default_factory=list, max_length=20, description="products to leave out")
    n: int = Field(default=10, ge=1, le=MOST_PRODUCTS)


class Label(BaseModel):
    """`name` is how people say it; `sure`: right at least 95 % of the time at this confidence."""

    label: str
    name: str
    confidence: Share
    sure: bool


class FoundProduct(BaseModel):
    """`likeness`: the chance that it is of the same kind and colour, calibrated on products that training never saw."""

    product_id: str
    likeness: Share
    same_kind: bool
    same_colour: bool


class VisualSearchAnswer(BaseModel):
    model: ModelName
    as_of: date | None = Field(description="the day of the newest product picture in the index; null: it is empty")
    seen: dict[str, Label] = Field(description="what the picture shows, by attribute")
    nothing_close: bool = Field(description="the shop sells nothing of the kind; the nearest are given all the same")
    exact: bool = Field(description="compared with every picture; false: through the index, which may miss a few")
    products: list[FoundProduct]


class ImageTagsAnswer(BaseModel):
    model: ModelName
    as_of: date = Field(description="the day on which the network was trained")
    tags: dict[str, list[Label]] = Field(description="by attribute, the likeliest first")


class ProposalsRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    most_products: int = Field(default=300, ge=1, le=1000)


class AttributeProposals(BaseModel):
    accepted: int = Field(description="written into the products, without a person")
    waiting: int = Field(description="for a person to decide on")


class ProposalsAnswer(BaseModel):
    model: ModelName
    as_of: date
    products: int = Field(description="products that were looked at now")
    remaining: bool = Field(description="there are more; ask again")
    attributes: dict[str, AttributeProposals]
