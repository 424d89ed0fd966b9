"""Sales forecasts for marketers: the numbers with their uncertainty, or the reason for none and the next best."""

from datetime import timedelta
from typing import Any

import structlog

from actions.context import LastForecast
from actions.focus import ProductAction
from actions.formats import changed_by, count, day, money, percent, units
from actions.replies import Choice
from actions.tool_answers import ForecastAnswer
from actions.tools import ToolAnswerInvalid, ToolUnavailable
from actions.turn import Turn
from common.caller import Role
from common.errors import BadRequest, ImpossibleHorizon, NotEnoughData, NotFound
from common.requests import current_request_id
from store.facts import ProductFacts
from store.reports import BestSeller, WeekSales, best_sellers, weekly_units

log = structlog.get_logger()

DEFAULT_DAYS = 30
MIN_DAYS, MAX_DAYS = 1, 180
SUGGESTED_DAYS = (30, 45, 90)
FALLBACK_WEEKS = 4


class ForecastAction(ProductAction):
    name, role, intent, repeatable = "action_forecast", Role.MARKETER, "forecast_sales", True
    each = 1  # one takes up to 3 s of a turn's 7

    async def about(self, turn: Turn, products: list[ProductFacts]) -> None:
        product, days = products[0], self.days(turn)
        if days is None or not MIN_DAYS <= days <= MAX_DAYS:
            self._refuse_horizon(turn, product, days)
            return
        turn.context.forecast = LastForecast(product_id=product.id, days=days)
        try:
            answer = await self.services.tools.forecast(product.id, days, turn.caller.subject)
        except (ImpossibleHorizon, NotEnoughData, NotFound, BadRequest) as refusal:
            turn.reply.say("utter_forecast_refused", name=product.name, reason=refusal.message)
        except (ToolUnavailable, ToolAnswerInvalid) as failure:
            await self._next_best(turn, product, failure)
        else:
            _say_forecast(turn, product, answer)

    def days(self, turn: Turn) -> int | None:
        """The days ahead that are asked for; None when the words mean no time ahead."""
        if horizon := turn.entities.horizon:
            return horizon.days
        last = turn.context.forecast
        return last.days if last and turn.intent == "follow_up_product" else DEFAULT_DAYS

    def repeated(self, turn: Turn) -> dict[str, Any]:
        days = self.days(turn)
        return {"horizon": {"days": days}} if days is not None else {}

    def _refuse_horizon(self, turn: Turn, product: ProductFacts, days: int | None) -> None:
        if days is None or days < MIN_DAYS:
            turn.reply.say("utter_horizon_not_ahead", least=MIN_DAYS, most=MAX_DAYS)
        else:
            turn.reply.say("utter_horizon_too_far", days=count(days), most=MAX_DAYS)
        turn.reply.choices(
            Choice(f"{days} days", self.intent, {"product": product.id, "horizon": {"days": days}})
            for days in SUGGESTED_DAYS
        )

    async def _next_best(self, turn: Turn, product: ProductFacts, failure: Exception) -> None:
        """No forecast can be had now: say so, with what is known for certain."""
        log.warning("forecast_unavailable", product=product.id, reason=str(failure))
        yesterday = self.services.today - timedelta(days=1)
        async with self.services.database.begin() as session:
            weeks = await weekly_units(session, product.id, yesterday, weeks=FALLBACK_WEEKS)
            sellers = await best_sellers(session, yesterday - timedelta(days=27), yesterday, limit=5)
        turn.reply.say("utter_forecast_unavailable", name=product.name, request_id=current_request_id())
        _say_last_weeks(turn, weeks)
        if sellers:
            _say_sellers(turn, sellers)


class ChangeHorizonAction(ForecastAction):
    """ "Make it 90 days": the last forecast again, for another time."""

    name, intent, repeatable = "action_change_horizon", "change_horizon", False

    async def answer(self, turn: Turn) -> None:
        turn.context.question = "forecast_sales"
        if turn.entities.horizon is None and turn.entities.quantity is None:
            turn.reply.say("utter_which_horizon", least=MIN_DAYS, most=MAX_DAYS)
            return
        if turn.context.forecast and not turn.entities.products:
            turn.context.focus = [turn.context.forecast.product_id]
        await super().answer(turn)

    def days(self, turn: Turn) -> int | None:
        if turn.entities.horizon is None and turn.entities.quantity is not None:  # "make it 90"
            return turn.entities.quantity
        return super().days(turn)


def _say_forecast(turn: Turn, product: ProductFacts, answer: ForecastAnswer) -> None:
    turn.reply.say(
        "utter_forecast",
        name=product.name, days=answer.horizon_days, start=day(answer.start), end=day(answer.end),
        total=units(answer.total.mean), low=count(answer.total.lo80), high=count(answer.total.hi80),
        low95=count(answer.total.lo95), high95=count(answer.total.hi95),
    )  # fmt: skip
    _say_change(turn, answer)
    _say_quality(turn, answer)
    alt = f"Forecast of {product.name}: {units(answer.total.mean)} in {answer.horizon_days} days"
    turn.reply.image(answer.chart_url, alt)
    turn.reply.file(answer.csv_url, f"forecast-{answer.as_of}-{answer.horizon_days}-days.csv")


def _say_change(turn: Turn, answer: ForecastAnswer) -> None:
    last = answer.last_period
    span = {"units": units(last.units), "start": day(last.start), "end": day(last.end)}
    if answer.change_percent is None:
        turn.reply.say("utter_forecast_no_comparison", **span)
    else:
        turn.reply.say("utter_forecast_change", change=changed_by(answer.change_percent), **span)


def _say_quality(turn: Turn, answer: ForecastAnswer) -> None:
    quality = answer.quality
    better = quality.error < quality.naive_error
    turn.reply.say(
        "utter_forecast_quality" if better else "utter_forecast_quality_weak",
        windows=quality.windows, measure=quality.error_measure, error=percent(quality.error),
        naive=percent(quality.naive_error), coverage=percent(quality.coverage80 * 100),
        model=f"{answer.model.name} {answer.model.version}", as_of=day(answer.as_of),
    )  # fmt: skip
    if answer.notes:
        turn.reply.say("utter_forecast_notes", notes=" ".join(f"{note.rstrip('.')}." for note in answer.notes))


def _say_last_weeks(turn: Turn, weeks: list[WeekSales]) -> None:
    turn.reply.say("utter_last_weeks", total=units(sum(week.units for week in weeks)), weeks=len(weeks))
    turn.reply.table(
        ["Week", "Units sold"],
        [[f"{day(week.start)} – {day(week.start + timedelta(days=6))}", count(week.units)] for week in weeks],
    )


def _say_sellers(turn: Turn, sellers: list[BestSeller]) -> None:
    turn.reply.say("utter_best_sellers_instead")
    rows = [[seller.name, count(seller.units), money(seller.revenue, seller.currency)] for seller in sellers]
    turn.reply.table(["Product", "Units", "Revenue"], rows)
