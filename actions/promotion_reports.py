"""How promotions do, for marketers: one of them, all of them, or by the place where they stood."""

import asyncio
from abc import abstractmethod
from collections.abc import Awaitable
from dataclasses import replace
from typing import Any, TypeVar, get_args

import structlog

from actions.base import ShopAction
from actions.formats import count, day
from actions.next_best import say_promotion_counts
from actions.promotion_answers import Named, Report, ReportAnswer, Slot
from actions.promotion_question import Asked, asked
from actions.promotion_words import (
    SLOTS,
    VERDICTS,
    WHY_CLICKS,
    because,
    conversion,
    ctr,
    rate,
    share,
    times,
    wilson,
)
from actions.replies import Choice
from actions.tools import ToolAnswerInvalid, ToolUnavailable
from actions.turn import Turn
from common.caller import Role
from common.errors import BadRequest, NotEnoughData, NotFound
from common.requests import current_request_id

log = structlog.get_logger()
Told = TypeVar("Told")

ROWS = 10
MOST_ROWS = 100
LONG_AGO_DAYS = 365  # for a promotion that was not shown lately
MAX_CHOICES = 6
COLUMNS = ["Promotion", "Shown", "Clicks", "CTR (95 % interval)", "Expected", "Orders", "Conversion", "Verdict"]
BEST = Choice("Those that do best", "promotion_report", {"ranked_by": "ctr"})
WORST = Choice("Those that underperform", "promotion_report", {"ranked_by": "below_expectation"})
BY_SLOT = Choice("CTR by slot", "promotion_report", {"slot": "each"})
VALUE = Choice("Which are worth the money", "campaign_value")


class ReportingAction(ShopAction):
    """A marketer's question to the promotions tool; has words for every way in which that can fail."""

    role = Role.MARKETER

    async def ask(self, turn: Turn, answer: Awaitable[Told]) -> Told | None:
        """The tool's answer, or None when there is none, which is said: its reason, or what is known without it."""
        try:
            return await answer
        except (NotEnoughData, NotFound, BadRequest) as refusal:
            turn.reply.say("utter_reports_refused", reason=refusal.message)
        except (ToolUnavailable, ToolAnswerInvalid) as failure:
            log.warning("promotion_reports_unavailable", reason=str(failure))
            turn.reply.say("utter_reports_unavailable", request_id=current_request_id())
            await say_promotion_counts(turn)
        return None

    @abstractmethod
    async def answer(self, turn: Turn) -> None: ...


class PromotionReportAction(ReportingAction):
    """ "What's the CTR of the summer banner?", "which ads underperform?", "CTR by slot"."""

    name, intent = "action_promotion_report", "promotion_report"

    async def answer(self, turn: Turn) -> None:
        question = asked(turn)
        if question.slot == "each":
            await self._by_slot(turn, question)
            return
        found = await self.ask(turn, self._report(question, slot=question.slot))
        if found is None or not await self._clear(turn, question, found):
            return
        if found.promotion and not question.since_was_said and not _was_shown(found):
            question = replace(question, days=LONG_AGO_DAYS)
            found = await self.ask(turn, self._report(question, slot=question.slot))
        if found is not None:
            _say_report(turn, question, found)

    def _report(self, question: Asked, *, slot: str | None, n: int = ROWS) -> Awaitable[ReportAnswer]:
        return self.services.tools.promotion_report(
            {
                "promotion": question.promotion, "segment": question.segment, "slot": slot, "days": question.days,
                "sort": question.sort, "n": n,
            }
        )  # fmt: skip

    async def _clear(self, turn: Turn, question: Asked, found: ReportAnswer) -> bool:
        """Whether it is clear which promotion and which customers are meant; else those that may be are offered."""
        if question.segment and found.segment is None:
            kept = {"promotion": question.promotion} if question.promotion else {}
            offer_segments(turn, question.segment, found.segment_candidates, self.intent, kept)
        elif question.promotion and found.promotion is None and found.candidates:
            turn.reply.say("utter_which_promotion")
            turn.reply.choices(_promotions(question, found.candidates))
        elif question.promotion and found.promotion is None:
            turn.reply.say("utter_no_such_promotion", words=question.promotion)
            turn.reply.choices([*await self._shown_lately(question), BEST])
        else:
            return True
        return False

    async def _shown_lately(self, question: Asked) -> list[Choice]:
        """The most clicked promotions, to choose from; none where even they cannot be told."""
        lately = Asked(None, None, None, "clicks", question.days)
        try:
            found = await self._report(lately, slot=None, n=MAX_CHOICES - 1)
        except (ToolUnavailable, ToolAnswerInvalid, NotEnoughData, NotFound, BadRequest):
            return []
        return _promotions(question, [Named(id=row.promotion_id, name=row.title) for row in found.rows])

    async def _by_slot(self, turn: Turn, question: Asked) -> None:
        """The tool counts one slot at a time, so each is asked for."""
        slots: tuple[Slot, ...] = get_args(Slot)
        asking = asyncio.gather(*(self._report(question, slot=slot, n=MOST_ROWS) for slot in slots))
        answers = await self.ask(turn, asking)
        if answers is None or not await self._clear(turn, question, answers[0]):
            return
        counted = {slot: _sum(found.rows) for slot, found in zip(slots, answers, strict=True)}
        shown = {slot: sums for slot, sums in counted.items() if sums[0]}
        if not shown:
            _say_nothing_shown(turn, answers[0])
            turn.reply.choices(_longer(question))
            return
        _say_slots(turn, answers[0], shown)


def _sum(rows: list[Report]) -> tuple[int, int, int]:
    """Impressions, clicks and orders of all of them."""
    return sum(r.impressions for r in rows), sum(r.clicks for r in rows), sum(r.conversions for r in rows)


def _say_slots(turn: Turn, found: ReportAnswer, shown: dict[Slot, tuple[int, int, int]]) -> None:
    rates = {slot: wilson(clicks, n) for slot, (n, clicks, _) in shown.items()}
    order = sorted(shown, key=lambda slot: rates[slot].mean, reverse=True)
    turn.reply.say(
        "utter_slots_found_of" if found.promotion else "utter_slots_found",
        **_span(found), place=SLOTS[order[0]], ctr=rate(rates[order[0]]), impressions=count(shown[order[0]][0]),
        **({"title": found.promotion.name} if found.promotion else {}),
    )  # fmt: skip
    turn.reply.table(
        ["Slot", "Shown", "Clicks", "CTR (95 % interval)", "Orders"],
        [[SLOTS[s], count(shown[s][0]), count(shown[s][1]), rate(rates[s]), count(shown[s][2])] for s in order],
    )
    turn.reply.choices([BEST, WORST, VALUE])


def _say_report(turn: Turn, question: Asked, found: ReportAnswer) -> None:
    if not _was_shown(found):
        _say_nothing_shown(turn, found)
        turn.reply.choices(_longer(question))
    elif found.promotion:
        _say_one(turn, found, found.rows[0])
    elif question.sort == "below_expectation":
        _say_worst(turn, found)
    else:
        _say_best(turn, question, found)


def _was_shown(found: ReportAnswer) -> bool:
    return any(row.impressions for row in found.rows)


def _say_one(turn: Turn, found: ReportAnswer, row: Report) -> None:
    turn.reply.say(
        "utter_promotion_found", **_span(found), title=row.title, clicks=count(row.clicks),
        impressions=count(row.impressions), ctr=rate(ctr(row)), verdict=_held(row),
    )  # fmt: skip
    if row.clicks:
        orders = times(row.conversions, "order", "orders")
        turn.reply.say("utter_promotion_found_orders", orders=orders, conversion=rate(conversion(row)))
    _say_why(turn, row)
    _among(turn, found)
    _table(turn, found)
    slots = Choice("Its CTR by slot", "promotion_report", {"promotion": row.promotion_id, "slot": "each"})
    turn.reply.choices([slots, WORST, VALUE])


def _say_worst(turn: Turn, found: ReportAnswer) -> None:
    below = [row for row in found.rows if row.verdict == "below"]
    row = (below or [row for row in found.rows if row.impressions])[0]
    turn.reply.say(
        "utter_promotions_worst" if below else "utter_promotions_none_below",
        **_span(found), title=row.title, ctr=rate(ctr(row)), impressions=count(row.impressions),
        expected=share(row.expected_ctr),
        **({"below": times(len(below), "promotion was", "promotions were")} if below else {}),
    )  # fmt: skip
    _say_why(turn, row)
    _among(turn, found)
    _table(turn, found)
    turn.reply.choices([BEST, BY_SLOT, VALUE])


def _say_best(turn: Turn, question: Asked, found: ReportAnswer) -> None:
    row = next(row for row in found.rows if row.impressions)
    figures = {
        "conversion": f"a conversion of {rate(conversion(row))}",
        "clicks": f"{times(row.clicks, 'click', 'clicks')}, a CTR of {rate(ctr(row))},",
    }
    turn.reply.say(
        "utter_promotions_best", **_span(found), title=row.title, impressions=count(row.impressions),
        figure=figures.get(question.sort, f"a CTR of {rate(ctr(row))}"),
        many=times(found.total_promotions, "promotion was", "promotions were"),
    )  # fmt: skip
    _say_why(turn, row)
    _among(turn, found)
    _table(turn, found)
    turn.reply.choices([WORST, BY_SLOT, VALUE])


def _held(row: Report) -> str:
    """`clearly below expectation (8.2 % was expected)`."""
    expected = "" if row.expected_ctr is None else f" ({share(row.expected_ctr)} was expected)"
    return VERDICTS[row.verdict] + expected


def _say_why(turn: Turn, row: Report) -> None:
    if why := because(row.why, WHY_CLICKS):
        turn.reply.say("utter_promotion_why", why=why)


def _among(turn: Turn, found: ReportAnswer) -> None:
    if found.segment:
        turn.reply.say("utter_promotions_among", name=found.segment.name)


def _say_nothing_shown(turn: Turn, found: ReportAnswer) -> None:
    if found.promotion:
        turn.reply.say("utter_promotion_not_shown", title=found.promotion.name, **_span(found))
    else:
        turn.reply.say("utter_nothing_shown", **_span(found))


def _table(turn: Turn, found: ReportAnswer) -> None:
    turn.reply.table(COLUMNS, [_row(row) for row in found.rows])


def _row(row: Report) -> list[str]:
    return [
        row.title, count(row.impressions), count(row.clicks), rate(ctr(row)), share(row.expected_ctr),
        count(row.conversions), rate(conversion(row)), VERDICTS[row.verdict],
    ]  # fmt: skip


def _span(found: ReportAnswer) -> dict[str, str]:
    return {"since": day(found.since), "until": day(found.until)}


def _promotions(question: Asked, found: list[Named]) -> list[Choice]:
    return [
        Choice(one.name, "promotion_report", {**question.entities, "promotion": one.id}) for one in found[:MAX_CHOICES]
    ]


def offer_segments(turn: Turn, words: str, found: list[Named], intent: str, kept: dict[str, Any]) -> None:
    """The groups of customers that the words may mean, to choose from; else that there is none."""
    if found:
        turn.reply.say("utter_which_segment")
        turn.reply.choices(Choice(one.name, intent, {**kept, "category": one.id}) for one in found[:MAX_CHOICES])
    else:
        turn.reply.say("utter_no_such_segment", words=words)


def _longer(question: Asked) -> list[Choice]:
    """The same over more days, and all of them."""
    named = {"promotion": question.promotion} if question.promotion else {}
    longer = [days for days in (90, 365) if days > question.days]
    return [
        *(Choice(f"The last {n} days", "promotion_report", {**question.entities, **named, "horizon": {"days": n}})
          for n in longer),
        BEST,
    ]  # fmt: skip
