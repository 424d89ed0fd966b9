"""What the forecasting tool is asked and what it answers; `docs/tools.openapi.json` is made from this."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, Field, model_validator

from ml_tools.registry import ModelName

MIN_HORIZON_DAYS, MAX_HORIZON_DAYS = 1, 180
DEFAULT_SERVICE_LEVEL = 0.95

Units = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
ProductId = Annotated[str, Field(min_length=1, max_length=40, examples=["p_3f9c0d1e2b4a5968778695a4"])]
CategorySlug = Annotated[str, Field(min_length=1, max_length=80, examples=["smartphones"])]
Horizon = Annotated[int, Field(description="1 to 180; others are refused as impossible_horizon", examples=[45])]
AskedBy = Annotated[str | None, Field(max_length=40, description="public id of who asked")]


class About(BaseModel):
    """What a question is about: one product, or all products of a category, or with neither the whole shop."""

    product_id: ProductId | None = None
    category: CategorySlug | None = Field(default=None, description="a category's slug; its sub-categories count too")

    @model_validator(mode="after")
    def _one(self) -> "About":
        if self.product_id and self.category:
            raise ValueError("name a product or a category, not both")
        return self


class ForecastRequest(About):
    horizon_days: Horizon
    asked_by: AskedBy = None


class Interval(BaseModel):
    """Expected units and the 80 % and 95 % prediction intervals around them."""

    mean: Units
    lo80: Units
    hi80: Units
    lo95: Units
    hi95: Units


class Effect(BaseModel):
    """A change in percent, or in units, with its 95 % interval."""

    mean: Number
    lo: Number
    hi: Number


class SubjectKind(StrEnum):
    PRODUCT = "product"
    CATEGORY = "category"
    SHOP = "shop"


class Subject(BaseModel):
    """What an answer is about; `id` is a product's public id or a category's slug, null for the whole shop."""

    kind: SubjectKind
    id: str | None
    name: str
    products: int = Field(description="how many products are summed up")


class ForecastPoint(Interval):
    day: date


class Period(BaseModel):
    """What was sold from `start` to `end`, both inclusive."""

    start: date
    end: date
    units: int


class PlannedPromotion(BaseModel):
    title: str
    start: date
    end: date
    discount_percent: float


class Outlier(BaseModel):
    """A day that was far from the usual and was damped before models saw it."""

    product_id: str
    day: date
    units: float
    usual: float


class ForecastQuality(BaseModel):
    """How good the same model was on this product's past, on windows that it had not seen."""

    error_measure: str = "sMAPE"
    error: float = Field(description="percent, 0 to 200")
    naive_error: float = Field(description="the same, of repeating the last week")
    coverage80: float = Field(description="share of days that fell into the 80 % interval")
    coverage95: float
    windows: int = Field(description="backtests that this was measured on")


class ForecastAnswer(BaseModel):
    id: str
    model: ModelName
    as_of: date = Field(description="the newest complete day of sales that was used")
    subject: Subject
    product_id: str | None = Field(description="as in `subject`, for a product")
    horizon_days: int
    start: date
    end: date
    points: list[ForecastPoint]
    total: Interval = Field(description="the sum over all days; calibrated on sums, not added up from the days")
    last_period: Period = Field(description="what was sold in as many days right before")
    change_percent: float | None = Field(description="total against last_period; null where that would be unfair")
    last_year: Period | None = Field(description="the same days a year ago (52 weeks); null when sales begin later")
    last_year_change_percent: float | None
    promotions: list[PlannedPromotion] = Field(description="planned on these days and counted in")
    outliers: list[Outlier]
    weights: dict[str, float] = Field(description="how much each model counted")
    quality: ForecastQuality
    notes: list[str] = Field(description="what was not taken as it stood, in words")
    alt: str = Field(description="what the chart shows, in one or two sentences")
    chart_url: str
    csv_url: str


class DriversRequest(About):
    pass


class Driver(BaseModel):
    """Something that goes with more or fewer sales. `effect` is percent of sales per `step`."""

    kind: str = Field(description="price, promotion, weekday, season, holiday or trend")
    label: str = Field(description="as in 'a 10 % lower price', 'a promotion of 20 %', 'Saturdays', 'December'")
    effect: Effect
    significant: bool = Field(description="whether the 95 % interval leaves out zero")
    importance: Share = Field(description="by how much forecasts get worse without it, as a share of all drivers")
    learnt_from: str = Field(description="as in '39 smartphones, 913 days'")


class DriversAnswer(BaseModel):
    model: ModelName
    as_of: date
    subject: Subject
    drivers: list[Driver] = Field(description="the most important first")
    notes: list[str]


class WhatIfRequest(About):
    """One change, held for the whole horizon: of the price (-10 is 10 % lower) or by a promotion (20 is 20 % off)."""

    horizon_days: Horizon
    price_change_percent: float | None = Field(default=None, ge=-90, le=200)
    discount_percent: float | None = Field(default=None, gt=0, le=90)

    @model_validator(mode="after")
    def _one_change(self) -> "WhatIfRequest":
        if (self.price_change_percent is None) == (self.discount_percent is None):
            raise ValueError("say either price_change_percent or discount_percent")
        return self


class WhatIfAnswer(BaseModel):
    """Units and revenue as planned and with the change; `effect` in percent of the units as planned."""

    model: ModelName
    as_of: date
    subject: Subject
    horizon_days: int
    start: date
    end: date
    planned: Interval
    changed: Interval
    effect: Effect
    revenue_planned: float
    revenue_changed: float
    currency: str
    learnt_from: str
    notes: list[str]


class StockPlanRequest(BaseModel):
    product_id: ProductId
    lead_days: int | None = Field(default=None, ge=0, le=120, description="until ordered goods arrive; else the shop's")
    service_level: float | None = Field(default=None, ge=0.5, le=0.999, description="chance of not running out")
    cover_days: int | None = Field(
        default=None, ge=1, le=120, description="days that an order is to last after it came"
    )
    until: date | None = Field(default=None, description="how likely it is to run out before this day")


class StockPlanAnswer(BaseModel):
    model: ModelName
    as_of: date
    subject: Subject
    stock: int
    arriving: int = Field(description="ordered from suppliers and not yet here; 0 where the shop does not say")
    run_out: date | None = Field(
        description="the day that the expected demand empties the stock; null: not in 180 days"
    )
    run_out_early: date | None = Field(description="it runs out by this day with a chance of 10 %")
    run_out_late: date | None = Field(description="it has run out by this day with a chance of 90 %")
    until: date | None
    chance_before_until: Share | None
    lead_days: int
    service_level: float
    cover_days: int
    demand_in_lead: Interval = Field(description="units over the lead time")
    reorder_point: int = Field(description="order when the stock falls to this")
    order_now: bool
    order_quantity: int = Field(
        description="to last lead_days + cover_days at the service level; 0: nothing needed yet"
    )
    order_by: date | None = Field(description="the last day to order without falling below the service level")
    notes: list[str]


class WayKind(StrEnum):
    PRICE = "price"
    PROMOTION = "promotion"
    BUNDLE = "bundle"
    RESTOCK = "restock"


class Way(BaseModel):
    """A way to sell more: extra units over the horizon and what it does to the revenue, with where it comes from."""

    kind: WayKind
    change_percent: float | None = Field(default=None, description="of the price, or off in a promotion")
    partner_id: str | None = Field(default=None, description="the product to bundle with")
    partner_name: str | None = None
    quantity: int | None = Field(default=None, description="units to restock")
    by: date | None = Field(default=None, description="until when to restock")
    extra_units: Effect
    extra_revenue: float
    source: str = Field(description="where the estimate comes from, in words")


class WaysToSellRequest(BaseModel):
    product_id: ProductId
    horizon_days: Horizon = 30


class WaysToSellAnswer(BaseModel):
    model: ModelName
    as_of: date
    subject: Subject
    horizon_days: int
    planned: Interval
    currency: str
    ways: list[Way] = Field(description="the most extra revenue first")
    notes: list[str]


class TrackRecordRequest(About):
    pass


class PastForecast(BaseModel):
    """A kept forecast beside what happened since; `days` of its horizon have passed."""

    id: str
    made_on: date
    start: date
    end: date
    days: int
    horizon_days: int
    expected: Interval = Field(description="over the days that have passed")
    sold: int
    error_percent: float | None = Field(description="expected against sold; null when nothing was sold")
    inside80: bool
    smape: float


class TrackRecordAnswer(BaseModel):
    """`newest` has 7 or all of its days behind it. The rest sums up all such forecasts of the last 180 days."""

    subject: Subject
    newest: PastForecast | None
    forecasts: int
    mean_error_percent: float | None = Field(description="of totals, absolute, weighted by what was sold")
    bias_percent: float | None = Field(description="above 0: forecasts were too high")
    coverage80: float | None = Field(description="share of days inside the 80 % band")
    drifting: bool = Field(description="errors are larger than the model's own past says they should be")
    notes: list[str]
