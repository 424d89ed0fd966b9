"""What is learnt from forecasts once their days have passed: the track record that is told, and the night's check.

The night checks every kept forecast with days behind it, warns of subjects whose errors drift, and keeps forecasts of
what sells best, of the topmost categories and of the whole shop, so that there is a record before anybody asks.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Protocol

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from common.errors import NotEnoughData, NotFound, Unavailable
from ml_tools.forecasting.demand.reading import Reading, find_subject, newest_complete_day, read
from ml_tools.forecasting.feedback import notes as say
from ml_tools.forecasting.feedback.drift import apart, drifting, surprises
from ml_tools.forecasting.feedback.track_record import outcome_of, past_forecast, sold_of, summary
from ml_tools.forecasting.schemas import (
    About,
    ForecastAnswer,
    ForecastRequest,
    Subject,
    SubjectKind,
    TrackRecordAnswer,
    TrackRecordRequest,
)
from store.forecast_outcomes import (
    WEEK,
    Outcome,
    SubjectIds,
    Week,
    due_forecasts,
    errors_by_model,
    forget_unasked,
    keep_outcomes,
    kept_already,
    newest_forecast,
    outcomes_of,
    product_names,
    selling_categories,
    subjects_due,
    weeks,
)
from store.forecasts import StoredForecast, category_to_forecast, product_to_forecast
from store.reports import best_sellers
from store.session import Database
from store.tables import Forecast, ForecastOutcome

log = structlog.get_logger()

RECORD_DAYS = 180  # how long ago forecasts may have been made that count
CHECK_DAYS = 370  # ... that are still checked: the longest look 180 days ahead
NIGHTLY_PRODUCTS, NIGHTLY_CATEGORIES, NIGHTLY_HORIZON = 50, 30, 30
SELLING_DAYS = 28  # that tell what sells best
KEPT_DAYS = 365  # of forecasts that nobody asked for


class Forecasting(Protocol):
    """Where forecasts come from, and are kept."""

    async def forecast(self, request: ForecastRequest) -> ForecastAnswer: ...


class Feedback:
    """`today` tells the current date."""

    def __init__(self, database: Database, service: Forecasting, *, today: Callable[[], date]) -> None:
        self._database, self._service, self._today = database, service, today

    async def track_record(self, request: TrackRecordRequest) -> TrackRecordAnswer:
        """How good the forecasts of a subject were; what the night has not checked yet is checked now.

        Raises NotFound for an unknown product or category.
        """
        today = self._today()
        async with self._database.begin() as session:
            ids, subject = await _subject(session, request)
            await _check(session, ids, request, today)
            since = today - timedelta(days=RECORD_DAYS)
            known = await outcomes_of(session, ids, since=since)
            own = await weeks(session, since=since, about=ids)
            newest = await newest_forecast(session, ids)
            bad: list[str] = []
            if subject.kind is SubjectKind.SHOP:
                bad = await product_names(session, drifting_products(await weeks(session, since=since)))
        whole = summary([outcome for _, outcome in known])
        surprise = surprises(apart(own))
        latest = _latest(known)
        return TrackRecordAnswer(
            subject=subject,
            newest=past_forecast(*latest) if latest else None,
            forecasts=whole.forecasts,
            mean_error_percent=_rounded(whole.mean_error),
            bias_percent=_rounded(whole.bias),
            coverage80=_rounded(whole.coverage80, 3),
            drifting=drifting(surprise),
            notes=[
                *say.on_newest(subject, newest, latest[1] if latest else None),
                *say.on_drift(surprise),
                *say.on_drifting_products(bad),
            ],
        )

    async def check(self) -> int:
        """The night's work; returns how many forecasts were checked and made."""
        today = self._today()
        async with self._database.begin() as session:
            forgotten = await forget_unasked(session, before=today - timedelta(days=KEPT_DAYS))
            due = await subjects_due(session, today - timedelta(days=1), since=today - timedelta(days=CHECK_DAYS))
        checked = 0
        for stored in due:
            checked += await self._check_stored(stored, today)
        await self._warn(today)
        made = await self._keep_nightly(today)
        log.info("forecasts_checked", subjects=len(due), checked=checked, made=made, forgotten=forgotten)
        return checked + made

    async def _check_stored(self, stored: StoredForecast, today: date) -> int:
        """Each subject in a transaction of its own: one that cannot be read holds no other up."""
        ids = SubjectIds(stored.forecast.product_id, stored.forecast.category_id)
        about = About(
            product_id=stored.subject_id if stored.product else None,
            category=stored.subject_id if stored.category else None,
        )
        async with self._database.begin() as session:
            return await _check(session, ids, about, today)

    async def _warn(self, today: date) -> None:
        async with self._database.read() as session:
            every = await weeks(session, since=today - timedelta(days=RECORD_DAYS))
            models = await errors_by_model(session, since=today - timedelta(days=RECORD_DAYS))
        for product in drifting_products(every):
            log.warning("forecasts_drift", product=product)
        for model in models:
            log.info("forecasts_of_model", model=model.model, version=model.version, forecasts=model.forecasts,
                     smape=round(model.smape, 2), coverage80=round(model.inside80, 3))  # fmt: skip

    async def _keep_nightly(self, today: date) -> int:
        async with self._database.read() as session:
            try:
                as_of, _ = await newest_complete_day(session, today)
            except NotEnoughData:
                return 0
            there = await kept_already(session, as_of)
            start = as_of - timedelta(days=SELLING_DAYS - 1)
            selling = await best_sellers(session, start, as_of, limit=NIGHTLY_PRODUCTS)
            products = [await product_to_forecast(session, row.product_id) for row in selling]
            categories = await selling_categories(session, limit=NIGHTLY_CATEGORIES)
        wanted = [About()] if (None, None) not in there else []
        wanted += [About(category=row.public_id) for row in categories if (None, row.id) not in there]
        wanted += [About(product_id=row.public_id) for row in products if (row.id, None) not in there]
        return await self._keep(wanted)

    async def _keep(self, wanted: Iterable[About]) -> int:
        made = 0
        for about in wanted:
            asked = ForecastRequest(
                product_id=about.product_id, category=about.category, horizon_days=NIGHTLY_HORIZON, asked_by=None
            )
            try:
                await self._service.forecast(asked)
            except (NotEnoughData, NotFound, Unavailable) as error:
                log.info("no_nightly_forecast", product=about.product_id, category=about.category, why=error.message)
                continue
            made += 1
        return made


async def _subject(session: AsyncSession, about: About) -> tuple[SubjectIds, Subject]:
    products, subject = await find_subject(session, about)
    if subject.kind is SubjectKind.PRODUCT:
        return SubjectIds(product_id=products[0].id), subject
    if about.category:
        return SubjectIds(category_id=(await category_to_forecast(session, about.category)).id), subject
    return SubjectIds(), subject


async def _check(session: AsyncSession, ids: SubjectIds, about: About, today: date) -> int:
    """Compare the subject's forecasts that are due with what was sold up to the newest complete day."""
    due = await due_forecasts(session, ids, today - timedelta(days=1), since=today - timedelta(days=CHECK_DAYS))
    if not due:
        return 0
    days = (today - due[0].as_of).days + 1
    try:
        reading = await read(session, about, days=days, horizon=0, today=today)
    except (NotEnoughData, NotFound):
        return 0
    passed = [forecast for forecast in due if _passed(forecast, reading.as_of)]
    await keep_outcomes(session, await asyncio.to_thread(_outcomes, passed, reading))
    return len(passed)


def _outcomes(passed: list[Forecast], reading: Reading) -> list[Outcome]:
    sold = sold_of(reading)
    return [outcome_of(forecast, sold, reading.as_of) for forecast in passed]


def _passed(forecast: Forecast, until: date) -> bool:
    """The newest day may be incomplete, and left out: what was due with it waits for a day."""
    return (until - forecast.as_of).days >= min(forecast.horizon_days, WEEK)


def _latest(known: list[tuple[Forecast, ForecastOutcome]]) -> tuple[Forecast, ForecastOutcome] | None:
    """The newest that somebody asked for; else the newest."""
    asked = [pair for pair in known if pair[0].asked_by is not None]
    return (asked or known)[-1] if known else None


def _rounded(value: float | None, digits: int = 1) -> float | None:
    return None if value is None else round(value, digits)


def drifting_products(every: Iterable[Week]) -> list[int]:
    """The products (database ids) whose errors drift, from the weeks of all of them."""
    by_product: dict[int, list[Week]] = defaultdict(list)
    for week in every:
        if week.product_id is not None:
            by_product[week.product_id].append(week)
    return [product for product, own in by_product.items() if drifting(surprises(apart(own)))]
