"""The marketers' forecasts: what will run out, how good forecasts were, what stood out; and each with what happened."""

from datetime import timedelta

from fastapi import APIRouter, Request, Response

from store.forecast_pages import checked_lately, newest_asked, outcome_of, sold_since, unusual_days
from store.forecasts import find_forecast
from store.offers import shop_day
from store.reports import stock_runout
from web.console.forecast_views import ForecastView, OutcomeView, short_day, urgent
from web.console.staff import Marketer, note
from web.services import services
from web.shop.rendering import page
from web.shop.route import PageRoute
from web.shop.visiting import Slug, transaction

router = APIRouter(prefix="/console/forecasts", route_class=PageRoute, include_in_schema=False)
SHOWN, CHECKED, URGENT, UNUSUAL = 20, 12, 10, 10
RUN_OUT_DAYS, RECORD_DAYS, UNUSUAL_DAYS = 30, 180, 30


@router.get("")
async def forecasts(request: Request, staff: Marketer) -> Response:
    """The overview. What the tool cannot tell in time is left out, and said so."""
    today = shop_day()
    async with transaction(request) as session:
        running_out = await stock_runout(session, today, within_days=RUN_OUT_DAYS, limit=URGENT)
    advice = services(request).forecast_advice
    plans, record = await advice.plans_and_record([one.product_id for one in running_out])
    async with transaction(request) as session:
        await note(session, staff, "list_forecasts")
        newest = [ForecastView(one) for one in await newest_asked(session, limit=SHOWN)]
        checked = await checked_lately(session, since=today - timedelta(days=RECORD_DAYS), limit=CHECKED)
        return await page(
            request,
            session,
            "console/forecasts.html",
            newest=newest,
            urgent=urgent(running_out, plans),
            planned=len(plans) == len(running_out),
            record=record,
            checked=[OutcomeView(outcome, ForecastView(stored)) for stored, outcome in checked],
            unusual=await unusual_days(session, since=today - timedelta(days=UNUSUAL_DAYS), limit=UNUSUAL),
            short_day=short_day,
        )


@router.get("/{public_id}")
async def forecast(request: Request, staff: Marketer, public_id: Slug) -> Response:
    """One forecast: chart, total and range, what happened since, the numbers."""
    yesterday = shop_day() - timedelta(days=1)
    async with transaction(request) as session:
        stored = await find_forecast(session, public_id)
        await note(session, staff, "read_forecast", forecast=public_id)
        view, outcome = ForecastView(stored), await outcome_of(session, stored.forecast)
        sold = await sold_since(session, stored, yesterday)
        return await page(
            request,
            session,
            "console/forecast.html",
            forecast=view,
            outcome=OutcomeView(outcome, view) if outcome and outcome.counted else None,
            rows=view.rows(sold),
            sold=sold,
        )
