"""The shapes in which the ML tools answer. What does not fit is refused before anybody reads a number of it.

Those of the forecasting tool stand in `forecasting_answers`.
"""

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, Field, FiniteFloat, StringConstraints

from actions.context import ProductId, Reason
from actions.forecasting_answers import ModelVersion, Share


class SeenLabel(BaseModel):
    """What a picture shows of one attribute; `name` is how people say it, `sure` that it needs no doubt."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    confidence: Share
    sure: bool


class AlikeProduct(BaseModel):
    """A product that looks like the picture; `likeness` is the chance of the same kind in the same colour."""

    product_id: ProductId
    likeness: Share
    same_kind: bool
    same_colour: bool


class VisualSearchAnswer(BaseModel):
    model: ModelVersion
    as_of: date | None
    seen: dict[str, SeenLabel] = Field(max_length=10)
    nothing_close: bool
    exact: bool
    products: list[AlikeProduct] = Field(max_length=50)


class RecommendedProduct(BaseModel):
    """A product and why it is recommended; `score` compares within one answer only."""

    product_id: ProductId
    score: FiniteFloat
    reason: Reason


class ExperimentArm(BaseModel):
    experiment: Annotated[str, StringConstraints(max_length=200)]
    arm: Annotated[str, StringConstraints(max_length=200)]


class RecommendationsAnswer(BaseModel):
    model: ModelVersion
    as_of: date | None
    experiment: ExperimentArm | None
    products: list[RecommendedProduct] = Field(max_length=50)


class ProposedTags(BaseModel):
    accepted: Annotated[int, Field(ge=0)]
    waiting: Annotated[int, Field(ge=0)]


class ProposalsAnswer(BaseModel):
    """`attributes`: by name, how many proposals were accepted without a person and how many wait for one."""

    model: ModelVersion
    as_of: date
    products: Annotated[int, Field(ge=0)]
    remaining: bool
    attributes: dict[str, ProposedTags] = Field(max_length=20)


class ErrorBody(BaseModel):
    code: str
    message: str = Field(max_length=1000)
    retryable: bool = False


class ErrorEnvelope(BaseModel):
    error: ErrorBody


def refusal_of(body: bytes) -> ErrorBody | None:
    """The error that a body in the common envelope reports, else None."""
    try:
        return ErrorEnvelope.model_validate_json(body).error
    except ValueError:
        return None


Json = dict[str, Any]
