"""The shapes in which the ML tools answer. What does not fit is refused before anybody reads a number of it."""

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, Field, FiniteFloat, StringConstraints, model_validator

from actions.context import ProductId, Reason

ForecastId = Annotated[str, StringConstraints(pattern=r"^f_[A-Za-z0-9]{6,38}$")]
NotNegative = Annotated[FiniteFloat, Field(ge=0)]


class ModelVersion(BaseModel):
    name: str
    version: str


class Interval(BaseModel):
    """A mean with its 80 % and 95 % intervals, in units."""

    mean: NotNegative
    lo80: NotNegative
    hi80: NotNegative
    lo95: NotNegative
    hi95: NotNegative

    @model_validator(mode="after")
    def _nested(self) -> "Interval":
        if not self.lo95 <= self.lo80 <= self.hi80 <= self.hi95:
            raise ValueError("the intervals are not nested")
        return self


class ForecastPoint(Interval):
    day: date


class LastPeriod(BaseModel):
    start: date
    end: date
    units: FiniteFloat


class ForecastQuality(BaseModel):
    """How good such forecasts of this product were on its past: errors in percent, coverage as a share 0..1."""

    error_measure: str
    error: FiniteFloat
    naive_error: FiniteFloat
    coverage80: Annotated[FiniteFloat, Field(ge=0, le=1)]
    windows: int


class ForecastAnswer(BaseModel):
    id: ForecastId
    model: ModelVersion
    as_of: date
    product_id: str
    horizon_days: int
    start: date
    end: date
    points: list[ForecastPoint] = Field(min_length=1, max_length=366)
    total: Interval
    last_period: LastPeriod
    change_percent: FiniteFloat | None
    quality: ForecastQuality
    notes: list[str] = Field(default_factory=list, max_length=20)

    @model_validator(mode="after")
    def _complete(self) -> "ForecastAnswer":
        if len(self.points) != self.horizon_days:
            raise ValueError("there is not one point a day")
        return self

    @property
    def chart_url(self) -> str:
        """Where the gateway serves the chart; built from the checked id, never taken from the tool."""
        return f"/api/forecasts/{self.id}/chart.png"

    @property
    def csv_url(self) -> str:
        return f"/api/forecasts/{self.id}/forecast.csv"


Share = Annotated[FiniteFloat, Field(ge=0, le=1)]


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
