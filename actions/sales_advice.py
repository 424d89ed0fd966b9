"""What sells: what goes with more sales, what a change of the price would go with, and ways to sell more.

The tool's effects are what went along with prices, promotions and days in the past. The words say that, and claim no
cause.
"""

import re

from actions.context import PriceChange
from actions.forecast_words import say_advice_notes
from actions.forecasting_answers import Driver, DriversAnswer, Effect, Way, WaysToSellAnswer, WhatIfAnswer
from actions.formats import changed_by, count, day, money, percent, units
from actions.price_changes import SUGGESTED, asked_change, choice, in_words
from actions.replies import Choice
from actions.sales_question import SalesAction, Subject
from actions.turn import Turn

MOST_ROWS = 8


class WhatIfAction(SalesAction):
    """ "What happens if I drop the price by 10 %?"."""

    name, intent, repeatable = "action_what_if", "what_if", True

    async def tell(self, turn: Turn, subject: Subject) -> None:
        days = self.days_within(turn, subject)
        change = asked_change(turn, subject) if days is not None else None
        if days is None or change is None:
            return
        turn.context.price_change = change
        key = "discount_percent" if change.means == "discount" else "price_change_percent"
        asked = {**subject.asked, "horizon_days": days, key: change.percent}
        if answer := await self.ask(turn, subject, self.services.tools.what_if(asked)):
            _say_what_if(turn, answer, change)
            others = [other for other in SUGGESTED if other != change][:2]
            turn.reply.choices([*(choice(subject, other) for other in others), _more_or_drivers(subject)])


def _more_or_drivers(subject: Subject) -> Choice:
    if subject.product:
        return Choice("Other ways to sell more", "sell_more", subject.entities)
    return Choice("What drives sales", "sales_drivers", subject.entities)


def _say_what_if(turn: Turn, answer: WhatIfAnswer, change: PriceChange) -> None:
    turn.reply.say(
        "utter_what_if" if _is_clear(answer.effect) else "utter_what_if_unclear",
        name=answer.subject.name, change=in_words(change), effect=_effect(answer.effect), days=answer.horizon_days,
        start=day(answer.start), end=day(answer.end),
    )  # fmt: skip

    def in_money(amount: float) -> str:
        return money(amount, answer.currency)

    now, then = answer.planned, answer.changed
    turn.reply.table(
        ["", "As planned", f"With {in_words(change)}", "Change"],
        [
            ["Units", count(now.mean), count(then.mean), _change(then.mean, now.mean)],
            ["Units, 80 % range", _range(now.lo80, now.hi80), _range(then.lo80, then.hi80), "–"],
            ["Revenue", in_money(answer.revenue_planned), in_money(answer.revenue_changed),
             _change(answer.revenue_changed, answer.revenue_planned)],
        ],
    )  # fmt: skip
    turn.reply.say("utter_learnt_from", learnt_from=answer.learnt_from.rstrip("."))
    say_advice_notes(turn, answer.notes)


def _is_clear(effect: Effect) -> bool:
    return effect.lo > 0 or effect.hi < 0


def _effect(effect: Effect) -> str:
    """`14 % more sales (9 to 19 %)`, `5 % fewer sales (8 % to 2 % fewer)`, `between 2 % fewer and 6 % more sales`."""
    if effect.lo > 0:
        return f"{percent(effect.mean)} more sales ({_bare(effect.lo)} to {percent(effect.hi)})"
    if effect.hi < 0:
        return f"{percent(-effect.mean)} fewer sales ({_bare(-effect.hi)} to {percent(-effect.lo)})"
    return f"between {percent(-effect.lo)} fewer and {percent(effect.hi)} more sales"


def _bare(number: float) -> str:
    return percent(number).removesuffix(" %")


def _change(new: float, old: float) -> str:
    return changed_by((new - old) / old * 100) if old > 0 else "–"


def _range(low: float, high: float) -> str:
    return f"{count(low)} to {count(high)}"


class SellMoreAction(SalesAction):
    """ "How can I sell more of it?": ways, each with what it would bring and where that comes from."""

    name, intent, repeatable = "action_sell_more", "sell_more", True
    of_one_product = True

    async def tell(self, turn: Turn, subject: Subject) -> None:
        days = self.days_within(turn, subject)
        if days is None:
            return
        asked = {**subject.asked, "horizon_days": days}
        if answer := await self.ask(turn, subject, self.services.tools.ways_to_sell(asked)):
            _say_ways(turn, answer)
            tried = [change for way in answer.ways if (change := _change_of(way))]
            turn.reply.choices(
                [
                    *(choice(subject, change) for change in tried[:2]),
                    Choice("What drives sales", "sales_drivers", subject.entities),
                ]
            )


def _say_ways(turn: Turn, answer: WaysToSellAnswer) -> None:
    values = {"name": answer.subject.name, "days": answer.horizon_days, "planned": units(answer.planned.mean)}
    if not answer.ways:
        turn.reply.say("utter_no_ways", **values)
    else:
        turn.reply.say("utter_ways", **values)
        turn.reply.table(
            ["Way", "Extra units", "Extra revenue", "Where this comes from"],
            [
                [_way(way), _extra(way.extra_units), _signed(way.extra_revenue, answer.currency), way.source]
                for way in answer.ways[:MOST_ROWS]
            ],
        )
        turn.reply.say("utter_ways_no_proof")
    say_advice_notes(turn, answer.notes)


def _change_of(way: Way) -> PriceChange | None:
    if way.change_percent is None or way.kind not in ("price", "promotion"):
        return None
    if way.kind == "promotion":
        return PriceChange(percent=abs(way.change_percent), means="discount")
    return PriceChange(percent=way.change_percent, means="change")


def _way(way: Way) -> str:
    change = _change_of(way)
    if change:
        words = in_words(change)
        return words[0].upper() + words[1:]
    if way.kind == "bundle":
        return f"A bundle with {way.partner_name}" if way.partner_name else "A bundle"
    amount = f"Restock {units(way.quantity)}" if way.quantity else "Restock"
    return f"{amount} by {day(way.by)}" if way.by else amount


def _extra(effect: Effect) -> str:
    """`+24 (10 to 38)`."""
    return f"{_plus(effect.mean)}{count(effect.mean)} ({count(effect.lo)} to {count(effect.hi)})"


def _plus(number: float) -> str:
    return "+" if round(number) > 0 else ""


def _signed(amount: float, currency: str) -> str:
    return f"{'+' if amount > 0 else ''}{money(amount, currency)}"


class SalesDriversAction(SalesAction):
    """ "What drives sales?": what went along with more or fewer of them, the most important first."""

    name, intent, repeatable = "action_sales_drivers", "sales_drivers", True

    async def tell(self, turn: Turn, subject: Subject) -> None:
        if answer := await self.ask(turn, subject, self.services.tools.drivers(subject.asked)):
            _say_drivers(turn, answer)
            turn.reply.choices([*(choice(subject, change) for change in SUGGESTED[::2]), _forecast(subject)])


def _forecast(subject: Subject) -> Choice:
    return Choice("A sales forecast", "forecast_sales", subject.entities)


# What somebody asks about by name: "does price matter?".
_KINDS = {
    "promotion": re.compile(r"promo|discount|\bsales? (?:price|event)|\boffers?\b|% off", re.IGNORECASE),
    "price": re.compile(r"price|pricing|elastic|expensive|cheap", re.IGNORECASE),
    "weekday": re.compile(
        r"week(?:day|end)|days of the week|(?:mon|tues|wednes|thurs|fri|satur|sun)day", re.IGNORECASE
    ),
    "holiday": re.compile(r"holiday|christmas|easter|black friday", re.IGNORECASE),
    "season": re.compile(r"season|month|winter|summer|spring|autumn|december", re.IGNORECASE),
}


def _asked(turn: Turn, drivers: list[Driver]) -> Driver | None:
    """The driver that the words name, if they name one."""
    kinds = [kind for kind, words in _KINDS.items() if turn.was_typed and words.search(turn.text)]
    return next((driver for driver in drivers if driver.kind in kinds[:1]), None)


def _say_drivers(turn: Turn, answer: DriversAnswer) -> None:
    clear = [driver for driver in answer.drivers if driver.significant]
    asked = _asked(turn, answer.drivers)
    if asked:
        _say_driver(turn, "utter_driver" if asked.significant else "utter_driver_unclear", answer, asked)
    elif clear:
        _say_driver(turn, "utter_drivers", answer, clear[0])
    else:
        turn.reply.say("utter_drivers_unclear", name=answer.subject.name)
    if answer.drivers:
        turn.reply.table(
            ["What", "Goes with", "Weight", "Learnt from"],
            [_driver_row(driver) for driver in answer.drivers[:MOST_ROWS]],
        )
    if unclear := [driver for driver in answer.drivers[:MOST_ROWS] if not driver.significant]:
        turn.reply.say("utter_drivers_not_sure", unsure=count(len(unclear)))
    say_advice_notes(turn, answer.notes)


def _say_driver(turn: Turn, response: str, answer: DriversAnswer, driver: Driver) -> None:
    turn.reply.say(
        response, name=answer.subject.name, label=driver.label, effect=_effect(driver.effect),
        learnt_from=driver.learnt_from.rstrip("."),
    )  # fmt: skip


def _driver_row(driver: Driver) -> list[str]:
    effect = _effect(driver.effect) if driver.significant else f"not clear: {_effect(driver.effect)}"
    return [_capital(driver.label), effect, percent(driver.importance * 100), driver.learnt_from]


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
