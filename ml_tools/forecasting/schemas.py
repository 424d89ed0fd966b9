"""What the forecasting tool is asked and what it answers; `docs/tools.openapi.json` is made from this."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from ml_tools.registry import ModelName

MIN_HORIZON_DAYS, MAX_HORIZON_DAYS = 1, 180

Units = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class ForecastRequest(BaseModel):
    product_id: str = Field(min_length=1, max_length=40, examples=["p_3f9c0d1e2b4a5968778695a4"])
    horizon_days: int = Field(description="1 to 180; others are refused as impossible_horizon", examples=[45])
    asked_by: str | None = Field(default=None, max_length=40, description="public id of who asked")


class Interval(BaseModel):
    """Expected units and the 80 % and 95 % prediction intervals around them."""

    mean: Units
    lo80: Units
    hi80: Units
    lo95: Units
    hi95: Units


class ForecastPoint(Interval):
    day: date


class LastPeriod(BaseModel):
    """What was sold in as many days right before; fewer days when the product is younger."""

    start: date
    end: date
    units: int


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
    product_id: str
    horizon_days: int
    start: date
    end: date
    points: list[ForecastPoint]
    total: Interval = Field(description="the sum over all days; calibrated on sums, not added up from the days")
    last_period: LastPeriod
    change_percent: float | None = Field(description="total against last_period; null where that would be unfair")
    quality: ForecastQuality
    notes: list[str] = Field(description="what was not taken as it stood, in words")
    chart_url: str
    csv_url: str
