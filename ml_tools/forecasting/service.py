"""One forecast from the question to the kept answer: read the sales, compute beside the event loop, store, tell."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import numpy as np
import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from common.metrics import timed, tool_seconds
from ml_tools.capacity import Capacity
from ml_tools.forecasting import answers
from ml_tools.forecasting.advice.outlook import Outlook
from ml_tools.forecasting.advice.outlooks import check_horizon, foreseen
from ml_tools.forecasting.answers import WEEKS_A_YEAR, LastYear
from ml_tools.forecasting.chart.drawing import draw
from ml_tools.forecasting.demand.panel import Ahead
from ml_tools.forecasting.demand.reading import Reading, read
from ml_tools.forecasting.demand.season import Floats
from ml_tools.forecasting.feedback.known_bias import KnownBias
from ml_tools.forecasting.models.base import HISTORY_DAYS
from ml_tools.forecasting.patterns.factors import Factors
from ml_tools.forecasting.schemas import About, ForecastAnswer, ForecastRequest, SubjectKind
from ml_tools.forecasting.serving import Serving
from ml_tools.forecasting.shipping import ServedModel
from ml_tools.forecasting.table import as_csv
from store.forecasts import category_to_forecast, find_forecast, keep_forecast
from store.sales_periods import sold_together
from store.session import Database

log = structlog.get_logger()


def today_utc() -> date:
    return datetime.now(UTC).date()


class ForecastService:
    """Forecasts and outlooks (see `outlook.Outlooks`). `today` tells the current date; days up to yesterday are
    complete."""

    def __init__(
        self, database: Database, serving: Serving, capacity: Capacity, *, today: Callable[[], date] = today_utc
    ) -> None:
        self._database = database
        self.serving = serving
        self.capacity = capacity
        self.today = today
        self._bias = KnownBias(today)

    async def outlook(
        self, about: About, horizon_days: int, *, changed: Callable[[Ahead], Ahead] | None = None
    ) -> Outlook:
        """What is expected of a subject's products; see `outlook.Outlooks`."""
        check_horizon(horizon_days)
        async with self._database.read() as session:
            reading = await read(session, about, days=HISTORY_DAYS, horizon=horizon_days, today=self.today())
            bias = await self._bias.of(session, reading.product_ids)
        found = await self.capacity.run(foreseen, reading, self.serving.current(), bias=bias, changed=changed)
        return found.outlook

    def known_factors(self) -> Factors | None:
        """What was learnt of prices and promotions; None before anything was trained."""
        model = self.serving.known
        return model.ensemble.factors if model else None

    async def forecast(self, request: ForecastRequest) -> ForecastAnswer:
        """Forecast a subject's daily units and keep the forecast.

        Raises ImpossibleHorizon, NotFound, or NotEnoughData, each with a reason that people can read.
        """
        check_horizon(request.horizon_days)
        days = max(HISTORY_DAYS, request.horizon_days)
        with timed(tool_seconds, tool="forecasting"):
            async with self._database.read() as session:
                reading = await read(session, request, days=days, horizon=request.horizon_days, today=self.today())
                last_year = await _last_year(session, reading)
                bias = await self._bias.of(session, reading.product_ids)
            answer, factor = await self.capacity.run(_computed, reading, self.serving.current(), last_year, bias)
            log.info("forecast", subject=request.product_id or request.category, days=request.horizon_days)
            async with self._database.begin() as session:
                return await _keep(session, reading, answer, last_year, request.asked_by, factor)

    async def chart(self, forecast_id: str) -> bytes:
        """A kept forecast as a PNG, beside the sales that it was made from."""
        async with self._database.read() as session:
            stored = await find_forecast(session, forecast_id)
        return await self.capacity.run(draw, answers.chart_data_of(stored))

    async def csv(self, forecast_id: str) -> str:
        """A kept forecast as CSV text."""
        async with self._database.read() as session:
            stored = await find_forecast(session, forecast_id)
        return as_csv(answers.chart_data_of(stored))


def _computed(
    reading: Reading, model: ServedModel | None, last_year: LastYear, bias: Floats
) -> tuple[ForecastAnswer, float]:
    """The answer, and by how much it was corrected for how the last forecasts turned out."""
    found = foreseen(reading, model, bias=bias)
    answer = answers.build(reading, found.outlook, last_year=last_year, weights=found.weights, quality=found.quality)
    uncorrected = float((found.outlook.mean / bias[:, None]).sum())
    return answer, float(found.outlook.mean.sum()) / uncorrected if uncorrected > 0 else 1.0


async def _last_year(session: AsyncSession, reading: Reading) -> LastYear:
    """What these products sold on the same weekdays 52 weeks before the days ahead."""
    start = reading.ahead.start - timedelta(weeks=WEEKS_A_YEAR)
    end = start + timedelta(days=reading.ahead.horizon - 1)
    sold = await sold_together(session, reading.product_ids, start, min(end, reading.as_of))
    if not sold.before:
        return LastYear(start, None)
    days = [start + timedelta(days=at) for at in range(reading.ahead.horizon)]
    units = [max(sold.units.get(day, 0), 0) if day in sold.open else np.nan for day in days]
    return LastYear(start, np.array(units, dtype=float))


async def _keep(
    session: AsyncSession,
    reading: Reading,
    answer: ForecastAnswer,
    last_year: LastYear,
    asked_by: str | None,
    factor: float,
) -> ForecastAnswer:
    subject = answer.subject
    category = await category_to_forecast(session, str(subject.id)) if subject.kind is SubjectKind.CATEGORY else None
    kept = await keep_forecast(
        session,
        product_id=reading.product_ids[0] if subject.kind is SubjectKind.PRODUCT else None,
        category_id=category.id if category else None,
        asked_by=asked_by,
        as_of=answer.as_of,
        model=(answer.model.name, answer.model.version),
        total=answer.total.mean,
        points=[point.model_dump(mode="json") for point in answer.points],
        quality={
            **answer.quality.model_dump(),
            "total": answer.total.model_dump(),
            "bias_factor": round(factor, 4),
            "chart": answers.kept_for_chart(reading, last_year),
            "alt": answer.alt,
        },
    )
    return answers.with_id(answer, kept)
