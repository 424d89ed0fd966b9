"""The shapes in which the forecasting tool answers, as far as they are read; each is checked before it is said."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field, FiniteFloat, StringConstraints, model_validator

from actions.context import ForecastId, ProductId

NotNegative = Annotated[FiniteFloat, Field(ge=0)]
Count = Annotated[int, Field(ge=0)]
Share = Annotated[FiniteFloat, Field(ge=0, le=1)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Sentence = Annotated[str, StringConstraints(max_length=1000)]
Notes = Annotated[list[Sentence], Field(max_length=50)]


class ModelVersion(BaseModel):
    name: str
    version: str


class Subject(BaseModel):
    """What an answer is about; `id` is a product's public id or a category's slug, null for the whole shop."""

    kind: Literal["product", "category", "shop"]
    id: Annotated[str, StringConstraints(max_length=80)] | None
    name: Name
    products: Count

    @property
    def named(self) -> dict[str, str]:
        """The subject as a request names it."""
        keys = {"product": "product_id", "category": "category"}
        return {keys[self.kind]: self.id} if self.kind in keys and self.id else {}


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


class Effect(BaseModel):
    """A change in percent, or in units, with its 95 % interval."""

    mean: FiniteFloat
    lo: FiniteFloat
    hi: FiniteFloat

    @model_validator(mode="after")
    def _ordered(self) -> "Effect":
        if self.lo > self.hi:
            raise ValueError("the interval is upside down")
        return self


class ForecastPoint(Interval):
    day: date


class Period(BaseModel):
    start: date
    end: date
    units: FiniteFloat


class PlannedPromotion(BaseModel):
    title: Name
    start: date
    end: date
    discount_percent: FiniteFloat


class Outlier(BaseModel):
    product_id: str
    day: date
    units: FiniteFloat
    usual: FiniteFloat


class ForecastQuality(BaseModel):
    """How good such forecasts were on its past: errors in percent, coverage as a share 0..1."""

    error_measure: str
    error: FiniteFloat
    naive_error: FiniteFloat
    coverage80: Share
    windows: int


class Answer(BaseModel):
    """What every answer of the tool says: what it is about."""

    subject: Subject


class ForecastAnswer(Answer):
    id: ForecastId
    model: ModelVersion
    as_of: date
    product_id: str | None
    horizon_days: int
    start: date
    end: date
    points: list[ForecastPoint] = Field(min_length=1, max_length=366)
    total: Interval
    last_period: Period
    change_percent: FiniteFloat | None
    last_year: Period | None
    last_year_change_percent: FiniteFloat | None
    promotions: list[PlannedPromotion] = Field(max_length=1000)
    outliers: list[Outlier] = Field(max_length=10_000)
    weights: dict[str, Share] = Field(max_length=50)
    quality: ForecastQuality
    notes: Notes
    alt: Sentence

    @model_validator(mode="after")
    def _complete(self) -> "ForecastAnswer":
        if len(self.points) != self.horizon_days:
            raise ValueError("there is not one point a day")
        return self


class Driver(BaseModel):
    kind: str
    label: Name
    effect: Effect
    significant: bool
    importance: Share
    learnt_from: Sentence


class DriversAnswer(Answer):
    as_of: date
    drivers: list[Driver] = Field(max_length=50)
    notes: Notes


class WhatIfAnswer(Answer):
    """Units and revenue as planned and with the change; `effect` in percent of the units as planned."""

    horizon_days: int
    start: date
    end: date
    planned: Interval
    changed: Interval
    effect: Effect
    revenue_planned: FiniteFloat
    revenue_changed: FiniteFloat
    currency: Annotated[str, StringConstraints(min_length=3, max_length=3)]
    learnt_from: Sentence
    notes: Notes


class StockPlanAnswer(Answer):
    """When the stock of a product runs out, and how many to order until when."""

    stock: Count
    arriving: Count
    run_out: date | None
    run_out_early: date | None
    run_out_late: date | None
    until: date | None
    chance_before_until: Share | None
    lead_days: Count
    service_level: Share
    cover_days: Count
    demand_in_lead: Interval
    reorder_point: Count
    order_now: bool
    order_quantity: Count
    order_by: date | None
    notes: Notes


class Way(BaseModel):
    kind: Literal["price", "promotion", "bundle", "restock"]
    change_percent: FiniteFloat | None
    partner_id: ProductId | None
    partner_name: Name | None
    quantity: Count | None
    by: date | None
    extra_units: Effect
    extra_revenue: FiniteFloat
    source: Sentence


class WaysToSellAnswer(Answer):
    horizon_days: int
    planned: Interval
    currency: Annotated[str, StringConstraints(min_length=3, max_length=3)]
    ways: list[Way] = Field(max_length=20)
    notes: Notes


class PastForecast(BaseModel):
    """A kept forecast beside what happened since; `days` of its horizon have passed."""

    id: ForecastId
    made_on: date
    start: date
    end: date
    days: Count
    horizon_days: int
    expected: Interval
    sold: FiniteFloat
    error_percent: FiniteFloat | None
    inside80: bool


class TrackRecordAnswer(Answer):
    newest: PastForecast | None
    forecasts: Count
    mean_error_percent: FiniteFloat | None
    bias_percent: FiniteFloat | None
    coverage80: Share | None
    drifting: bool
    notes: Notes
