"""What the recommender is asked and what it answers; `docs/tools.openapi.json` is made from this."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from ml_tools.registry import ModelName
from ml_tools.visual_search.schemas import Narrowing, ProductId

MOST_PRODUCTS = 50

Purpose = Literal["for_you", "goes_with", "others_also_bought"]
Surface = Literal["chat", "home", "product", "cart"]
Why = Literal[
    "after_this",  # customers who chose `because_of` often chose this next
    "bought_together",  # in one order with `because_of`
    "looks_like",  # its picture or description is close to `because_of`
    "popular",  # what most customers choose now
    "new",  # new in the shop, and like what the customer looks at
    "something_else",  # exploration: outside of what the customer usually looks at
]


class RecommendationsRequest(BaseModel):
    """For whom, on what occasion. A known customer has `customer_id`; a guest only `session`; both may be unknown."""

    model_config = ConfigDict(extra="forbid")

    purpose: Purpose = "for_you"
    surface: Surface = "chat"
    customer_id: Annotated[str, Field(min_length=1, max_length=40)] | None = Field(
        default=None, description="the customer's public id; an unknown one is a new customer"
    )
    session: Annotated[str, Field(min_length=1, max_length=40)] | None = Field(
        default=None, description="the subject under which events of this visit are kept"
    )
    product_ids: list[ProductId] = Field(
        default_factory=list, max_length=50, description="what it should go with: the product on the page, the cart"
    )
    without: list[ProductId] = Field(default_factory=list, max_length=100, description="products to leave out")
    narrowed_to: Narrowing = Field(default_factory=Narrowing)
    diversity: Annotated[float, Field(ge=0, le=1)] = Field(
        default=0.2, description="0: the likeliest only; 1: as different from each other as can be"
    )
    surprise: bool = Field(default=False, description="mostly products outside of what the customer usually looks at")
    n: int = Field(default=6, ge=1, le=MOST_PRODUCTS)


class Reason(BaseModel):
    why: Why
    because_of: str | None = Field(default=None, description="public id of the product that led here")


class RecommendedProduct(BaseModel):
    product_id: str
    score: float = Field(description="comparable within one answer only")
    reason: Reason


class ExperimentArm(BaseModel):
    """Which experiment this answer belongs to, and which arm of it the customer is in."""

    experiment: str
    arm: str


class RecommendationsAnswer(BaseModel):
    model: ModelName
    as_of: date | None = Field(description="the day of the newest event that the model learnt from; null: none")
    experiment: ExperimentArm | None
    products: list[RecommendedProduct]
