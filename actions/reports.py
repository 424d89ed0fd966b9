"""What marketers ask of the past: best sellers (marketers with figures), revenue, stock that will run out."""

import calendar
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from actions.base import ShopAction
from actions.cards import cards
from actions.entities import Period
from actions.formats import change, count, day, money
from actions.turn import Turn
from common.caller import Role
from store.facts import facts
from store.reports import BestSeller, Revenue, best_sellers, previous_period, revenue, stock_runout

DEFAULT_DAYS = 30
RUNOUT_DAYS = 30
SHOWN = 5
LISTED = 10


def asked_period(turn: Turn, today: date) -> Period | None:
    """The period that is asked about, cut at today; the last 30 days when none is; None when it has not begun."""
    period = turn.entities.period
    if period is None:
        yesterday = today - timedelta(days=1)
        return Period(start=yesterday - timedelta(days=DEFAULT_DAYS - 1), end=yesterday, label="the last 30 days")
    if period.start > today:
        return None
    return Period(start=period.start, end=min(period.end, today), label=period.label)


def compared_with(period: Period) -> tuple[date, date]:
    """The period before: for a whole calendar month the month before, else as many days."""
    start, end = period.start, period.end
    whole_month = start.day == 1 and end == start.replace(day=calendar.monthrange(start.year, start.month)[1])
    if whole_month:
        last = start - timedelta(days=1)
        return last.replace(day=1), last
    return previous_period(start, end)


class BestSellersAction(ShopAction):
    name, role, intent = "action_best_sellers", Role.GUEST, "best_sellers"

    async def answer(self, turn: Turn) -> None:
        period = asked_period(turn, self.services.today)
        if period is None:
            turn.reply.say("utter_period_ahead")
            return
        figures = turn.caller.role is Role.MARKETER
        async with self.services.database.read() as session:
            sellers = await best_sellers(
                session, period.start, period.end, category=turn.entities.category, limit=LISTED if figures else SHOWN
            )
            products = await facts(session, [seller.product_id for seller in sellers], self.services.today)
        turn.context.show([seller.product_id for seller in sellers])
        span = {"start": day(period.start), "end": day(period.end)}
        if not sellers:
            turn.reply.say("utter_nothing_sold", **span)
        elif figures:
            turn.reply.say("utter_best_sellers_figures", **span)
            turn.reply.table(["", "Product", "Units", "Revenue"], _rows(sellers))
        else:
            turn.reply.say("utter_best_sellers")
            turn.reply.products(cards(products))


def _rows(sellers: list[BestSeller]) -> list[list[str]]:
    return [[str(n), s.name, count(s.units), money(s.revenue, s.currency)] for n, s in enumerate(sellers, 1)]


class RevenueAction(ShopAction):
    name, role, intent = "action_revenue", Role.MARKETER, "revenue_report"

    async def answer(self, turn: Turn) -> None:
        period = asked_period(turn, self.services.today)
        if period is None:
            turn.reply.say("utter_period_ahead")
            return
        before = compared_with(period)
        async with self.services.database.read() as session:
            now_sold = await revenue(session, period.start, period.end)
            then_sold = {row.currency: row for row in await revenue(session, *before)}
        if not now_sold:
            turn.reply.say("utter_nothing_sold", start=day(period.start), end=day(period.end))
        for sold in now_sold:
            nothing = Revenue(sold.currency, 0, 0, Decimal(0))
            _say_revenue(turn, period, before, sold, then_sold.get(sold.currency, nothing))


def _say_revenue(turn: Turn, period: Period, before: tuple[date, date], sold: Revenue, then: Revenue) -> None:
    turn.reply.say(
        "utter_revenue" if then.orders else "utter_revenue_first",
        amount=money(sold.amount, sold.currency), change=_change(float(sold.amount), float(then.amount)),
        start=day(period.start), end=day(period.end), before_start=day(before[0]), before_end=day(before[1]),
    )  # fmt: skip
    columns = ["", f"{day(period.start)} – {day(period.end)}", f"{day(before[0])} – {day(before[1])}", "Change"]
    turn.reply.table(columns, _revenue_rows(sold, then))


def _revenue_rows(sold: Revenue, then: Revenue) -> list[list[str]]:
    def in_money(amount: float) -> str:
        return money(amount, sold.currency)

    def row(title: str, new: float, old: float, written: Callable[[float], str]) -> list[str]:
        return [title, written(new), written(old), _change(new, old)]

    return [
        row("Revenue", float(sold.amount), float(then.amount), in_money),
        row("Orders", sold.orders, then.orders, count),
        row("Units", sold.units, then.units, count),
        row("Average order", float(sold.average_order), float(then.average_order), in_money),
    ]


def _change(new: float, old: float) -> str:
    return change(new, old) if old else "–"


async def say_running_out(turn: Turn) -> None:
    """What runs out within the days that were asked for, or 30, the most urgent first."""
    horizon = turn.entities.horizon
    within = horizon.days if horizon and horizon.days and 1 <= horizon.days <= 180 else RUNOUT_DAYS
    today = turn.services.today
    async with turn.services.database.read() as session:
        running_out = await stock_runout(session, today, within_days=within, limit=LISTED)
    turn.context.show([product.product_id for product in running_out])
    if not running_out:
        turn.reply.say("utter_no_runout", days=within)
        return
    turn.reply.say("utter_runout", days=within)
    turn.reply.table(
        ["Product", "In stock", "Sold a day", "Lasts until"],
        [[p.name, count(p.stock), f"{p.pace:.1f}", _lasts_until(today, p.days_left)] for p in running_out],
    )


def _lasts_until(today: date, days_left: float) -> str:
    days = int(days_left)
    return f"{day(today + timedelta(days=days))} ({count(days)} {'day' if days == 1 else 'days'})"
