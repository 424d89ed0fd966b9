"""When a product's stock runs out, how likely that is by a day, and how many to order until when."""

from datetime import date, timedelta

from actions.base import ShopAction
from actions.bootstrap import Services
from actions.context import SupplyTerms
from actions.forecast_words import say_advice_notes
from actions.forecasting_answers import StockPlanAnswer
from actions.formats import chance, count, day, percent, units
from actions.replies import Choice
from actions.reports import say_running_out
from actions.sales_question import SalesAction, Subject
from actions.turn import Turn
from common.caller import Role

MOST_LEAD_DAYS = 120
MOST_COVER_DAYS = 120
LEAST_LEVEL, MOST_LEVEL = 50.0, 99.9  # percent


class RunOutAction(SalesAction):
    """ "Will we run out before Christmas?"; of no product in particular it is the list of what runs out."""

    name, intent, repeatable = "action_run_out_forecast", "run_out_forecast", True
    of_one_product = True

    async def answer(self, turn: Turn) -> None:
        nobodys = not turn.entities.category and not turn.entities.unknown and not turn.entities.ordinals
        if nobodys and await self.subject(turn) is None and not turn.entities.products:
            await say_running_out(turn)
            return
        await super().answer(turn)

    async def without_product(self, turn: Turn, subject: Subject) -> None:
        if subject.category:
            await super().without_product(turn, subject)
        else:
            await say_running_out(turn)

    async def tell(self, turn: Turn, subject: Subject) -> None:
        until = None
        if turn.entities.horizon:
            days = self.days_within(turn, subject)
            if days is None:
                return
            until = self.services.today + timedelta(days=days)
        asked = {**subject.asked, **_as_asked(turn.context.supply), "until": until.isoformat() if until else None}
        if answer := await self.ask(turn, subject, self.services.tools.stock_plan(asked)):
            _say_run_out(turn, answer, until)
            turn.reply.choices(
                [
                    Choice("How many to order", "order_quantity", subject.entities),
                    Choice("A sales forecast", "forecast_sales", subject.entities),
                ]
            )


class StockRunoutAction(ShopAction):
    """ "What will run out soon?"; where a product is named it is when that one does."""

    name, role, intent = "action_stock_runout", Role.MARKETER, "stock_runout"

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._of_one = RunOutAction(services)

    async def answer(self, turn: Turn) -> None:
        if turn.entities.products:
            await self._of_one.answer(turn)
        else:
            await say_running_out(turn)


def _say_run_out(turn: Turn, answer: StockPlanAnswer, until: date | None) -> None:
    name = answer.subject.name
    if until and answer.chance_before_until is not None:
        turn.reply.say("utter_run_out_chance", name=name, until=day(until), chance=chance(answer.chance_before_until))
    if answer.stock == 0 and not answer.arriving:
        turn.reply.say("utter_stock_none", name=name)
    elif answer.run_out is None:
        turn.reply.say("utter_run_out_never", name=name, stock=_stock(answer))
    else:
        turn.reply.say("utter_run_out", name=name, stock=_stock(answer), day=day(answer.run_out))
        _say_range(turn, answer)
    if answer.order_now and answer.order_quantity:
        turn.reply.say("utter_run_out_order_now", quantity=units(answer.order_quantity))
    elif answer.order_by and answer.order_quantity:
        turn.reply.say("utter_run_out_order_by", quantity=units(answer.order_quantity), by=day(answer.order_by))
    say_advice_notes(turn, answer.notes)


def _say_range(turn: Turn, answer: StockPlanAnswer) -> None:
    """How early and how late it may be; the late end may lie beyond what can be foreseen."""
    if answer.run_out_early and answer.run_out_late:
        turn.reply.say("utter_run_out_range", early=day(answer.run_out_early), late=day(answer.run_out_late))
    elif answer.run_out_early:
        turn.reply.say("utter_run_out_early", early=day(answer.run_out_early))


def _stock(answer: StockPlanAnswer) -> str:
    """`52 units`, `52 units and 20 on the way`."""
    coming = f" and {count(answer.arriving)} on the way" if answer.arriving else ""
    return f"{units(answer.stock)}{coming}"


class OrderQuantityAction(SalesAction):
    """ "How many should I order?", with the lead time and the service level that were said, now or before."""

    name, intent, repeatable = "action_order_quantity", "order_quantity", True
    of_one_product = True

    async def tell(self, turn: Turn, subject: Subject) -> None:
        asked = turn.entities
        terms = _terms(turn)
        cover = asked.horizon.days if asked.horizon else None
        if terms is None:
            return
        if asked.horizon and (cover is None or not 1 <= cover <= MOST_COVER_DAYS):
            turn.reply.say("utter_cover_impossible", most=MOST_COVER_DAYS)
            return
        turn.context.supply = terms
        request = {**subject.asked, **_as_asked(terms), "cover_days": cover}
        if answer := await self.ask(turn, subject, self.services.tools.stock_plan(request)):
            _say_order(turn, answer)
            turn.reply.choices(_other_terms(subject, answer))


def _terms(turn: Turn) -> SupplyTerms | None:
    """The terms to plan with; None when what was said cannot be, which is said."""
    asked, before = turn.entities, turn.context.supply or SupplyTerms()
    share = asked.percentage.percent if asked.percentage else None
    lead, level = asked.lead_time, asked.service_level if asked.service_level is not None else share
    if lead is not None and not 0 <= lead <= MOST_LEAD_DAYS:
        turn.reply.say("utter_lead_time_impossible", most=MOST_LEAD_DAYS)
        return None
    if level is not None and not LEAST_LEVEL <= level <= MOST_LEVEL:
        turn.reply.say("utter_service_level_impossible", least=f"{LEAST_LEVEL:g} %", most=f"{MOST_LEVEL:g} %")
        return None
    return SupplyTerms(
        lead_days=before.lead_days if lead is None else lead,
        service_level=before.service_level if level is None else round(level / 100, 4),
    )


def _as_asked(terms: SupplyTerms | None) -> dict[str, float | None]:
    return terms.model_dump() if terms else {}


def _say_order(turn: Turn, answer: StockPlanAnswer) -> None:
    values = {"name": answer.subject.name, "quantity": units(answer.order_quantity), "stock": _stock(answer),
              "point": count(answer.reorder_point)}  # fmt: skip
    if answer.order_quantity == 0:
        turn.reply.say("utter_order_nothing", **{key: values[key] for key in ("name", "stock", "point")})
    elif answer.order_now:
        turn.reply.say("utter_order_now", **values)
    elif answer.order_by:
        turn.reply.say("utter_order_by", **values, by=day(answer.order_by))
    else:
        turn.reply.say("utter_order_later", **values)
    demand = answer.demand_in_lead
    turn.reply.say(
        "utter_order_why",
        lead=_days(answer.lead_days), level=percent(answer.service_level * 100), cover=_days(answer.cover_days),
        demand=units(demand.mean), low=count(demand.lo80), high=count(demand.hi80),
    )  # fmt: skip
    say_advice_notes(turn, answer.notes)


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"


def _other_terms(subject: Subject, answer: StockPlanAnswer) -> list[Choice]:
    level = 99.0 if answer.service_level < 0.985 else 95.0
    lead = 14 if answer.lead_days != 14 else 30
    return [
        Choice(f"At a service level of {level:g} %", "order_quantity", {**subject.entities, "service_level": level}),
        Choice(f"With a lead time of {lead} days", "order_quantity", {**subject.entities, "lead_time": lead}),
        Choice("When it runs out", "run_out_forecast", subject.entities),
    ]
