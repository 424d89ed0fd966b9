"""From a prediction's arrays to the answer's rounded numbers, dates and notes, and back from kept points."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from ml_tools.forecasting.features import History
from ml_tools.forecasting.intervals import Band
from ml_tools.forecasting.model import HISTORY_DAYS, NAME, Prediction, Quality
from ml_tools.forecasting.schemas import (
    ForecastAnswer,
    ForecastPoint,
    ForecastQuality,
    Interval,
    LastPeriod,
)  # fmt: skip
from ml_tools.forecasting.season import Floats, GroupSeason
from ml_tools.registry import ModelName
from store.sales import SalesDay

SHORTEST_TOTAL = 7  # days from which a total says something else than its days


def build(
    product_id: str,
    prediction: Prediction,
    *,
    model_version: str,
    as_of: date,
    days: Sequence[SalesDay],
    notes: list[str],
) -> ForecastAnswer:
    """The answer, still without the id under which it will be kept. `days` are the sales up to `as_of`."""
    horizon = len(prediction.mean)
    start = as_of + timedelta(days=1)
    last = _last_period(days, horizon)
    fair = len(days) >= horizon and last.units > 0
    return ForecastAnswer(
        id="",
        model=ModelName(name=NAME, version=model_version),
        as_of=as_of,
        product_id=product_id,
        horizon_days=horizon,
        start=start,
        end=as_of + timedelta(days=horizon),
        points=[
            ForecastPoint(day=start + timedelta(days=ahead), **_interval(mean, prediction.bands, ahead))
            for ahead, mean in enumerate(prediction.mean.tolist())
        ],
        total=Interval(**_interval(prediction.total, prediction.total_bands, 0, digits=1)),
        last_period=last,
        change_percent=round(100 * (prediction.total / last.units - 1), 1) if fair else None,
        quality=_quality(prediction),
        notes=[*notes, *_note_on_totals(prediction.quality)],
        chart_url="",
        csv_url="",
    )


def with_id(answer: ForecastAnswer, forecast_id: str) -> ForecastAnswer:
    """The answer with its id and the addresses of its files."""
    folder = f"/forecasts/{forecast_id}"
    urls = {"chart_url": f"{folder}/chart.png", "csv_url": f"{folder}/forecast.csv"}
    return answer.model_copy(update={"id": forecast_id, **urls})


def points_of(kept: Sequence[dict[str, Any]]) -> list[ForecastPoint]:
    return [ForecastPoint.model_validate(point) for point in kept]


def notes_on(history: History, season: GroupSeason, planned: Floats) -> list[str]:
    """What people should know about the data behind a forecast."""
    notes = list(history.notes)
    if len(history.units) < HISTORY_DAYS:
        notes.append(f"The product has sold for only {len(history.units)} days; a longer past makes better forecasts.")
    if season.promotion_lift > 0 and (promoted := int((planned > 0).sum())):
        notes.append(f"Promotions are planned on {promoted} of these days; what they usually bring is counted in.")
    if not season.knows_year:
        notes.append("The time of the year is not accounted for: the shop's own history is too short to tell.")
    return notes


def _note_on_totals(quality: Quality) -> list[str]:
    """The errors of days look large where few pieces are sold a day; most of them cancel out in a total."""
    if quality.total_error is None or quality.total_days < SHORTEST_TOTAL:
        return []
    off, windows = quality.total_error
    return [
        f"Single days scatter; the totals of {windows} past periods of {quality.total_days} days were off by "
        f"{off:.0f} % on average."
    ]


def _interval(mean: float, bands: dict[float, Band], at: int, *, digits: int = 2) -> dict[str, float]:
    inner, outer = bands[0.80], bands[0.95]
    ends = {"lo80": inner.low, "hi80": inner.high, "lo95": outer.low, "hi95": outer.high}
    return {"mean": round(mean, digits), **{name: round(float(end[at]), digits) for name, end in ends.items()}}


def _last_period(days: Sequence[SalesDay], horizon: int) -> LastPeriod:
    last = days[-horizon:]
    return LastPeriod(start=last[0].day, end=last[-1].day, units=sum(row.units for row in last))


def _quality(prediction: Prediction) -> ForecastQuality:
    quality = prediction.quality
    return ForecastQuality(
        error=round(quality.smape, 1),
        naive_error=round(quality.naive_smape, 1),
        coverage80=round(quality.coverage80, 3),
        coverage95=round(quality.coverage95, 3),
        windows=quality.windows,
    )
