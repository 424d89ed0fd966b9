"""Sales forecasts for marketers: the numbers with their uncertainty, or the reason for none and the next best."""

from typing import Any

from actions.base import ShopAction
from actions.bootstrap import Services
from actions.context import MAX_ALT, LastForecast, Question, SoldThen
from actions.entities import Horizon
from actions.forecast_words import CHART, next_questions, say_forecast, say_last_year
from actions.forecasting_answers import ForecastAnswer
from actions.replies import Choice
from actions.sales_question import MAX_DAYS, MIN_DAYS, SalesAction, Subject
from actions.turn import Turn


class ForecastAction(SalesAction):
    name, intent, repeatable = "action_forecast", "forecast_sales", True

    async def tell(self, turn: Turn, subject: Subject) -> None:
        if answer := await self.forecast(turn, subject):
            say_forecast(turn, answer)
            turn.reply.choices(next_questions(subject.entities))

    async def forecast(self, turn: Turn, subject: Subject) -> ForecastAnswer | None:
        """The forecast, which is remembered; None when there is none, which is said."""
        days = self.days_within(turn, subject)
        if days is None:
            return None
        turn.context.forecast = LastForecast(**_who(subject), days=days, name=subject.name)
        answer = await self.ask(
            turn, subject, self.services.tools.forecast(subject.asked, days, asked_by=turn.caller.subject)
        )
        if answer:
            turn.context.forecast = _remembered(subject, answer)
        return answer

    def repeated(self, turn: Turn) -> dict[str, Any]:
        days = self.days(turn)
        return {"horizon": {"days": days}} if days is not None else {}


def _who(subject: Subject) -> dict[str, Any]:
    return {**subject.asked}


def _remembered(subject: Subject, answer: ForecastAnswer) -> LastForecast:
    then = answer.last_year
    return LastForecast(
        **_who(subject), days=answer.horizon_days, id=answer.id, name=answer.subject.name, as_of=answer.as_of,
        alt=answer.alt[:MAX_ALT], expected=answer.total.mean, last_year_change=answer.last_year_change_percent,
        last_year=SoldThen(start=then.start, end=then.end, units=then.units) if then else None,
    )  # fmt: skip


class ChangeHorizonAction(ForecastAction):
    """ "Make it 90 days": the last forecast, or the last question about days ahead, for another time."""

    name, intent, repeatable = "action_change_horizon", "change_horizon", False
    repeated_intent = "forecast_sales"

    def __init__(self, services: Services, repeatable: dict[Question, ShopAction]) -> None:
        super().__init__(services)
        self._repeatable = repeatable

    async def answer(self, turn: Turn) -> None:
        if turn.entities.horizon is None and turn.entities.quantity is None:
            turn.reply.say("utter_which_horizon", least=MIN_DAYS, most=MAX_DAYS)
            return
        if turn.entities.horizon is None:  # "make it 90"
            turn.entities.horizon = Horizon(days=turn.entities.quantity)
        last = turn.context.question
        if last and last in AHEAD:
            await self._repeatable[last].answer(turn)
            return
        turn.context.question = "forecast_sales"
        await super().answer(turn)

    async def subject(self, turn: Turn) -> Subject | None:
        last, asked = turn.context.forecast, turn.entities
        if last is None or asked.products or asked.unknown or asked.category or asked.whole_shop:
            return await super().subject(turn)
        products = await self.products([last.product_id]) if last.product_id else []
        if last.product_id:
            return Subject(products[0].name, product=products[0]) if products else None
        return await self._group(last.category)


# Questions about days ahead other than forecasts: "make it 90 days" repeats them.
AHEAD: frozenset[Question] = frozenset({"what_if", "sell_more", "order_quantity", "run_out_forecast"})


class CompareLastYearAction(ForecastAction):
    """ "And last year?": of the forecast that was made last, or of a new one where another subject is named."""

    name, intent, repeatable = "action_compare_last_year", "compare_last_year", False

    async def answer(self, turn: Turn) -> None:
        last, asked = turn.context.forecast, turn.entities
        named = asked.products or asked.unknown or asked.category or asked.whole_shop
        if last and last.id and not named:
            say_last_year(turn, last)
            turn.reply.choices(_after_comparison(last))
        else:
            await super().answer(turn)

    async def tell(self, turn: Turn, subject: Subject) -> None:
        if await self.forecast(turn, subject) and (last := turn.context.forecast):
            say_last_year(turn, last)
            turn.reply.choices(_after_comparison(last))

    def days(self, turn: Turn) -> int | None:
        """ "Last year" is no time ahead, but what is compared with."""
        horizon = turn.entities.horizon
        if horizon and horizon.days is None:
            turn.entities.horizon = None
        return super().days(turn)


def _after_comparison(last: LastForecast) -> list[Choice]:
    about = {"product": last.product_id} if last.product_id else {"category": last.category} if last.category else {}
    return [CHART, Choice("What drives sales", "sales_drivers", about or {"whole_shop": True})]
