"""One forecast from the question to the kept answer: read the sales, compute beside the event loop, store, tell."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from common.errors import ImpossibleHorizon, NotEnoughData
from common.metrics import timed, tool_seconds
from ml_tools.capacity import Capacity
from ml_tools.forecasting import answers, model
from ml_tools.forecasting.chart import draw
from ml_tools.forecasting.features import clean, discounts_of, newest_day_is_incomplete
from ml_tools.forecasting.model import HISTORY_DAYS, MIN_OBSERVED_DAYS
from ml_tools.forecasting.profiles import Profiles
from ml_tools.forecasting.schemas import MAX_HORIZON_DAYS, MIN_HORIZON_DAYS, ForecastAnswer, ForecastRequest
from ml_tools.forecasting.table import as_csv
from store.forecasts import ForecastProduct, find_forecast, keep_forecast, product_to_forecast
from store.sales import SalesDay, daily_sales, newest_sales_day, sales_span, shop_units
from store.session import Database

log = structlog.get_logger()

FORGOTTEN_AFTER = timedelta(days=365)


@dataclass(frozen=True)
class Sales:
    """What was read for one forecast: consecutive days up to `as_of`, the days to forecast (of which only prices and
    promotions are known), and notes on what was left out."""

    product: ForecastProduct
    days: list[SalesDay]
    ahead: list[SalesDay]
    as_of: date
    notes: list[str]


def today_utc() -> date:
    return datetime.now(UTC).date()


class ForecastService:
    """`today` tells the current date; days up to yesterday are complete."""

    def __init__(
        self, database: Database, profiles: Profiles, capacity: Capacity, *, today: Callable[[], date] = today_utc
    ) -> None:
        self._database = database
        self._profiles = profiles
        self._capacity = capacity
        self._today = today

    async def forecast(self, request: ForecastRequest) -> ForecastAnswer:
        """Forecast a product's daily units and keep the forecast.

        Raises ImpossibleHorizon, NotFound, or NotEnoughData, each with a reason that people can read.
        """
        check_horizon(request.horizon_days)
        with timed(tool_seconds, tool="forecasting"):
            async with self._database.begin() as session:
                sales = await self._read(session, request)
            answer = await self._capacity.run(self._compute, sales)
            log.info("forecast", product=request.product_id, days=request.horizon_days, model=answer.model.version)
            async with self._database.begin() as session:
                return await _keep(session, sales.product, answer, request.asked_by)

    async def chart(self, forecast_id: str) -> bytes:
        """A kept forecast as a PNG, beside the sales that it was made from."""
        async with self._database.begin() as session:
            kept = await find_forecast(session, forecast_id)
            start = kept.forecast.as_of - timedelta(days=HISTORY_DAYS - 1)
            first = (await sales_span(session, kept.product.id, kept.forecast.as_of)).first
            sold = await daily_sales(session, [kept.product.id], max(start, first or start), kept.forecast.as_of)
        points = answers.points_of(kept.forecast.points)
        return await self._capacity.run(draw, kept.product.name, sold[kept.product.id], points)

    async def csv(self, forecast_id: str) -> str:
        """A kept forecast as CSV text."""
        async with self._database.begin() as session:
            kept = await find_forecast(session, forecast_id)
        return as_csv(kept.product.public_id, kept.product.name, answers.points_of(kept.forecast.points))

    async def _read(self, session: AsyncSession, request: ForecastRequest) -> Sales:
        product = await product_to_forecast(session, request.product_id)
        as_of, notes = await self._newest_complete_day(session)
        first = await _first_usable_day(session, product, as_of)
        horizon = timedelta(days=request.horizon_days)
        wanted = as_of - timedelta(days=max(HISTORY_DAYS, request.horizon_days) - 1)
        sold = await daily_sales(session, [product.id], max(first, wanted), as_of + horizon)
        past = (as_of - sold[product.id][0].day).days + 1
        return Sales(product, sold[product.id][:past], sold[product.id][past:], as_of, notes)

    async def _newest_complete_day(self, session: AsyncSession) -> tuple[date, list[str]]:
        newest = await newest_sales_day(session, before=self._today())
        if newest is None:
            raise NotEnoughData("The shop has no sales up to yesterday, so there is nothing to forecast from.")
        around = await shop_units(session, newest - timedelta(days=28), newest)
        if newest_day_is_incomplete(around, newest):
            note = f"{newest:%d %b %Y} looks incomplete for the whole shop and was left out."
            return newest - timedelta(days=1), [note]
        return newest, []

    def _compute(self, sales: Sales) -> ForecastAnswer:
        profile = self._profiles.current()
        history = clean(sales.days[-HISTORY_DAYS:])
        if history.observed_days < MIN_OBSERVED_DAYS:
            raise NotEnoughData(
                f"A forecast needs at least {MIN_OBSERVED_DAYS} days on which {sales.product.name} was on sale and "
                f"in stock; there are {history.observed_days}."
            )
        season = profile.seasons.of(sales.product.category)
        prediction = model.predict(history, len(sales.ahead), season, planned=discounts_of(sales.ahead))
        return answers.build(
            sales.product.public_id,
            prediction,
            model_version=profile.model_version,
            as_of=sales.as_of,
            days=sales.days,
            notes=[*sales.notes, *answers.notes_on(history, season, discounts_of(sales.ahead))],
        )


def check_horizon(days: int) -> None:
    """Raise ImpossibleHorizon, with the reason, unless `days` can be forecast."""
    if days < MIN_HORIZON_DAYS:
        raise ImpossibleHorizon(
            f"A forecast looks ahead: {days:,} days is no time in the future. "
            f"Ask for {MIN_HORIZON_DAYS} to {MAX_HORIZON_DAYS} days."
        )
    if days > MAX_HORIZON_DAYS:
        raise ImpossibleHorizon(
            f"{days:,} days is too far ahead to say anything worth knowing. The longest is {MAX_HORIZON_DAYS} days."
        )


async def _first_usable_day(session: AsyncSession, product: ForecastProduct, as_of: date) -> date:
    """The day from which the product's sales count; raises NotEnoughData when it never sold, or not for a year."""
    span = await sales_span(session, product.id, as_of)
    if span.first is None or span.last is None:
        raise NotEnoughData(f"{product.name} has not sold yet, so there is nothing to forecast from.")
    if as_of - span.last > FORGOTTEN_AFTER:
        raise NotEnoughData(
            f"{product.name} last sold on {span.last:%d %b %Y}, more than a year before the newest sales: "
            "that says nothing about the days ahead."
        )
    return span.first


async def _keep(
    session: AsyncSession, product: ForecastProduct, answer: ForecastAnswer, asked_by: str | None
) -> ForecastAnswer:
    kept = await keep_forecast(
        session,
        product_id=product.id,
        asked_by=asked_by,
        as_of=answer.as_of,
        model=(answer.model.name, answer.model.version),
        total=answer.total.mean,
        points=[point.model_dump(mode="json") for point in answer.points],
        quality={**answer.quality.model_dump(), "total": answer.total.model_dump()},
    )
    return answers.with_id(answer, kept)
