"""From a prediction's arrays to the answer's rounded numbers, dates and notes, and back from what was kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from ml_tools.forecasting.advice.outlook import Outlook
from ml_tools.forecasting.chart.drawing import ChartData, alt_text
from ml_tools.forecasting.demand.reading import Reading
from ml_tools.forecasting.demand.season import Floats
from ml_tools.forecasting.schemas import (
    ForecastAnswer,
    ForecastPoint,
    ForecastQuality,
    Interval,
    Period,
    Subject,
    SubjectKind,
)  # fmt: skip
from store.forecasts import StoredForecast

WEEKS_A_YEAR = 52
UNFAIR = 0.25  # share of unknown days from which the last period says too little about what sells
LEVELS = {"lo95": 0.025, "lo80": 0.1, "hi80": 0.9, "hi95": 0.975}
MOST_OUTLIERS = 20


@dataclass(frozen=True)
class LastYear:
    """Units of the same weekdays 52 weeks earlier [horizon], NaN on missing days; None when sales begin later."""

    start: date
    units: Floats | None

    @property
    def period(self) -> Period | None:
        if self.units is None:
            return None
        end = self.start + timedelta(days=len(self.units) - 1)
        return Period(start=self.start, end=end, units=round(float(np.nansum(self.units))))


def build(
    reading: Reading,
    outlook: Outlook,
    *,
    last_year: LastYear,
    weights: dict[str, float],
    quality: ForecastQuality,
) -> ForecastAnswer:
    """The answer, still without the id under which it will be kept."""
    horizon = outlook.ahead.horizon
    start = outlook.ahead.start
    total = rounded(outlook.total(), 1)
    last = _last_period(reading, horizon)
    before = last_year.period
    product = outlook.subject.id if outlook.subject.kind is SubjectKind.PRODUCT else None
    answer = ForecastAnswer(
        id="",
        model=outlook.model,
        as_of=outlook.as_of,
        subject=outlook.subject,
        product_id=product,
        horizon_days=horizon,
        start=start,
        end=start + timedelta(days=horizon - 1),
        points=points(outlook),
        total=total,
        last_period=last,
        change_percent=_change(total.mean, last.units) if _is_fair(reading, horizon) else None,
        last_year=before,
        last_year_change_percent=_change(total.mean, before.units) if before else None,
        promotions=reading.promotions,
        outliers=reading.outliers[:MOST_OUTLIERS],
        weights=weights,
        quality=quality,
        notes=outlook.notes,
        alt="",
        chart_url="",
        csv_url="",
    )
    return answer.model_copy(update={"alt": alt_text(chart_data(answer, kept_for_chart(reading, last_year)))})


def points(outlook: Outlook) -> list[ForecastPoint]:
    """Each day of the subject with its bands."""
    mean = outlook.mean.sum(axis=0)
    bands = {name: outlook.daily(level) for name, level in LEVELS.items()}
    return [
        ForecastPoint(
            day=outlook.ahead.start + timedelta(days=at),
            mean=round(float(mean[at]), 2),
            **{name: round(float(band[at]), 2) for name, band in bands.items()},
        )
        for at in range(len(mean))
    ]


def rounded(interval: Interval, digits: int) -> Interval:
    return Interval(**{name: round(value, digits) for name, value in interval.model_dump().items()})


def with_id(answer: ForecastAnswer, forecast_id: str) -> ForecastAnswer:
    """The answer with its id and the addresses of its files."""
    folder = f"/forecasts/{forecast_id}"
    urls = {"chart_url": f"{folder}/chart.png", "csv_url": f"{folder}/forecast.csv"}
    return answer.model_copy(update={"id": forecast_id, **urls})


def kept_for_chart(reading: Reading, last_year: LastYear) -> dict[str, Any]:
    """What a chart shows besides the points, as JSON: it is drawn from what the forecast was made from, not from what
    the store says by then."""
    sold = reading.sold.sum(axis=0)
    missing = ~np.isfinite(reading.panel.units).any(axis=0) & (sold == 0)
    return {
        "start": reading.panel.start.isoformat(),
        "sold": [None if gone else float(units) for units, gone in zip(sold, missing, strict=True)],
        "last_year": None if last_year.units is None else [_or_none(units) for units in last_year.units],
        "promotions": [[first.isoformat(), last.isoformat()] for first, last in _promoted(reading)],
        "outliers": sorted({outlier.day.isoformat() for outlier in reading.outliers}),
    }


def chart_data(answer: ForecastAnswer, kept: dict[str, Any]) -> ChartData:
    return _chart_data(answer.subject, answer.points, answer.total, kept)


def chart_data_of(stored: StoredForecast) -> ChartData:
    """What a kept forecast's chart shows."""
    forecast = stored.forecast
    subject = Subject(kind=SubjectKind(stored.kind), id=stored.subject_id, name=stored.name, products=1)
    total = Interval.model_validate(forecast.quality["total"])
    return _chart_data(subject, points_of(forecast.points), total, forecast.quality.get("chart"))


def points_of(kept: Sequence[dict[str, Any]]) -> list[ForecastPoint]:
    return [ForecastPoint.model_validate(point) for point in kept]


def _chart_data(
    subject: Subject, shown: list[ForecastPoint], total: Interval, kept: dict[str, Any] | None
) -> ChartData:
    if kept is None:
        return ChartData(subject, shown[0].day, np.empty(0), shown, total)
    return ChartData(
        subject,
        date.fromisoformat(kept["start"]),
        _floats(kept["sold"]),
        shown,
        total,
        last_year=None if kept["last_year"] is None else _floats(kept["last_year"]),
        promotions=[(date.fromisoformat(first), date.fromisoformat(last)) for first, last in kept["promotions"]],
        outliers=[date.fromisoformat(day) for day in kept["outliers"]],
    )


def _floats(values: Sequence[float | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], dtype=float)


def _or_none(units: float) -> float | None:
    return float(units) if np.isfinite(units) else None


def _promoted(reading: Reading) -> list[tuple[date, date]]:
    """First and last days of the times at which most of the subject's products are in a promotion, past and planned."""
    discount = np.concatenate([reading.panel.discount, reading.ahead.discount], axis=1)
    on = np.concatenate([[False], (discount > 0).mean(axis=0) > 0.5, [False]])
    edges = np.flatnonzero(on[1:] != on[:-1])
    first = reading.panel.start
    return [
        (first + timedelta(days=int(begin)), first + timedelta(days=int(end) - 1))
        for begin, end in zip(edges[::2], edges[1::2], strict=True)
    ]


def _last_period(reading: Reading, horizon: int) -> Period:
    units = reading.sold[:, -horizon:].sum(axis=0)
    start = reading.as_of - timedelta(days=len(units) - 1)
    return Period(start=start, end=reading.as_of, units=round(float(units.sum())))


def _is_fair(reading: Reading, horizon: int) -> bool:
    """Whether the last period is one of ordinary sales: on sale all the time, and seldom missing or out of stock."""
    if reading.panel.length < horizon:
        return False
    start = reading.as_of - timedelta(days=horizon - 1)
    if not any(first is not None and first <= start for first in reading.first_sold):
        return False
    return float((~np.isfinite(reading.panel.units[:, -horizon:])).mean()) <= UNFAIR


def _change(expected: float, before: int) -> float | None:
    return round(100 * (expected / before - 1), 1) if before > 0 else None
