"""Which promotion to show to whom, and which campaigns are worth their money, for marketers."""

from actions.formats import count, money
from actions.promotion_answers import CampaignRow, CampaignsAnswer, ForSegmentAnswer, ValueRule
from actions.promotion_question import CAMPAIGN_DAYS, days, naming, promotion_named
from actions.promotion_reports import MAX_CHOICES, VALUE, WORST, ReportingAction, offer_segments
from actions.promotion_words import (
    WHY_SEGMENT,
    WORTH,
    Rate,
    predicted,
    rate,
    reasons,
    roas,
    share,
    times,
)
from actions.replies import Choice
from actions.turn import Turn
from store.products import category_tree

SHOWN = 5
MOST_CAMPAIGNS = 100
LISTED = 10
RULES = 2
BEST_PROMOTIONS = Choice("Promotions that do best", "promotion_report", {"ranked_by": "ctr"})


class PromotionForSegmentAction(ReportingAction):
    """ "Which promotion should I show to fashion customers?"."""

    name, intent = "action_promotion_for_segment", "promotion_for_segment"

    async def answer(self, turn: Turn) -> None:
        segment = turn.entities.category or (naming(turn.text) if turn.was_typed else None)
        if segment is None:
            await self._ask_whom(turn)
            return
        found = await self.ask(turn, self.services.tools.promotions_for_segment(segment, SHOWN))
        if found is None:
            return
        if found.segment is None:
            offer_segments(turn, segment, found.segment_candidates, self.intent, {})
        elif not found.rows:
            turn.reply.say("utter_segment_nothing", segment=found.segment.name)
            turn.reply.choices([BEST_PROMOTIONS, VALUE])
        else:
            _say_for_segment(turn, found, found.segment.name)

    async def _ask_whom(self, turn: Turn) -> None:
        async with self.services.database.read() as session:
            tops = await category_tree(session)
        turn.reply.say("utter_which_segment")
        if tops:
            most = sorted(tops, key=lambda top: top.products, reverse=True)[:MAX_CHOICES]
            turn.reply.choices(Choice(top.name, self.intent, {"category": top.slug}) for top in most)


def _say_for_segment(turn: Turn, found: ForSegmentAnswer, segment: str) -> None:
    best = found.rows[0]
    turn.reply.say(
        "utter_segment_found", title=best.title, segment=segment, customers=count(found.customers),
        ctr=rate(Rate(best.expected_ctr, best.low, best.high)),
        seen=f"{times(best.clicks_seen, 'click', 'clicks')} in {times(best.impressions_seen, 'showing', 'showings')}",
    )  # fmt: skip
    if why := WHY_SEGMENT.get(best.why):
        turn.reply.say("utter_promotion_why", why=why)
    turn.reply.table(
        ["Promotion", "Expected CTR (90 % interval)", "Clicks seen", "Why"],
        [
            [row.title, rate(Rate(row.expected_ctr, row.low, row.high)), count(row.clicks_seen),
             WHY_SEGMENT.get(row.why, "–")]
            for row in found.rows
        ],
    )  # fmt: skip
    report = Choice(f"How {best.title} is doing"[:200], "promotion_report", {"promotion": best.promotion_id})
    turn.reply.choices([report, WORST, VALUE])


class CampaignValueAction(ReportingAction):
    """ "Which campaigns are worth the money?", "what's our ROAS", "is the skirts campaign worth it"."""

    name, intent = "action_campaign_value", "campaign_value"

    async def answer(self, turn: Turn) -> None:
        within = days(turn, CAMPAIGN_DAYS)
        found = await self.ask(turn, self.services.tools.campaign_value(within, MOST_CAMPAIGNS))
        if found is None:
            return
        words = promotion_named(turn.text) if turn.was_typed else None
        meant = _meant(found.rows, turn.entities.promotion, words)
        if not found.rows:
            turn.reply.say("utter_no_campaigns", days=within)
            turn.reply.choices([Choice("The last year", self.intent, {"horizon": {"days": 365}})])
        elif len(meant) == 1:
            _say_one(turn, found, meant[0])
        elif meant:
            turn.reply.say("utter_which_promotion")
            turn.reply.choices(Choice(row.title, self.intent, {"promotion": row.promotion_id,
                               "horizon": {"days": within}}) for row in meant[:MAX_CHOICES])  # fmt: skip
        else:
            if words:
                turn.reply.say("utter_no_such_promotion", words=words)
            _say_all(turn, found, within)


def _meant(rows: list[CampaignRow], promotion: str | None, words: str | None) -> list[CampaignRow]:
    """The campaigns whose titles hold all of the words; none where nothing is named."""
    if promotion:
        return [row for row in rows if row.promotion_id == promotion]
    asked = [word.strip("%’'").lower() for word in (words or "").split()]
    return [row for row in rows if asked and all(word in row.title.lower() for word in asked)]


def _say_all(turn: Turn, found: CampaignsAnswer, within: int) -> None:
    best = found.rows[0]
    worth = [row for row in found.rows if row.verdict == "worth"]
    turn.reply.say(
        "utter_campaigns_found" if worth else "utter_campaigns_none_worth", days=within, title=best.title,
        campaigns=times(found.total_campaigns, "campaign", "campaigns"), roas=predicted(best), unit=_unit(found),
        **_seen(best), **({"worth": count(len(worth))} if worth else {}),
    )  # fmt: skip
    _say_why(turn, best)
    _say_total(turn, found)
    _say_rules(turn, found.tree, found.tree_target)
    _table(turn, found, found.rows[:LISTED])
    turn.reply.choices([BEST_PROMOTIONS, WORST])


def _say_one(turn: Turn, found: CampaignsAnswer, row: CampaignRow) -> None:
    known = row.predicted_roas is not None
    turn.reply.say(
        "utter_campaign_found" if known else "utter_campaign_unpredicted", title=row.title, verdict=WORTH[row.verdict],
        **_seen(row), **({"roas": predicted(row), "unit": _unit(found)} if known else {}),
    )  # fmt: skip
    _say_why(turn, row)
    _table(turn, found, [row])
    report = Choice("How often it is clicked", "promotion_report", {"promotion": row.promotion_id})
    turn.reply.choices([report, Choice("All campaigns", "campaign_value")])


def _seen(row: CampaignRow) -> dict[str, str]:
    return {"clicks": times(row.clicks, "click", "clicks"), "orders": times(row.conversions, "order", "orders")}


def _say_why(turn: Turn, row: CampaignRow) -> None:
    if why := reasons(row.reasons):
        turn.reply.say("utter_promotion_why", why=why)


def _say_total(turn: Turn, found: CampaignsAnswer) -> None:
    spent, revenue = sum(row.spent for row in found.rows), sum(row.revenue for row in found.rows)
    if spent:
        turn.reply.say(
            "utter_campaigns_total", revenue=_amount(revenue, found), spent=_amount(spent, found),
            roas=roas(revenue / spent), unit=_unit(found), break_even=roas(found.break_even),
        )  # fmt: skip


def _say_rules(turn: Turn, tree: list[ValueRule], target: str) -> None:
    """The leaves of the decision tree that hold the most and the least that is worth it."""
    known = sorted((rule for rule in tree if rule.when and rule.campaigns), key=lambda rule: rule.worth_share)
    for rule in [known[-1], known[0]][:RULES] if len(known) > 1 else known:
        if when := reasons(rule.when):
            turn.reply.say(
                "utter_campaigns_rule", when=when, share=share(rule.worth_share), campaigns=count(rule.campaigns),
                target="worth it" if target == "break_even" else "of the better half",
            )  # fmt: skip


def _table(turn: Turn, found: CampaignsAnswer, rows: list[CampaignRow]) -> None:
    turn.reply.table(
        ["Campaign", "Spent", "Revenue", "ROAS", "Predicted (80 % interval)", "Verdict"],
        [
            [row.title, _amount(row.spent, found), _amount(row.revenue, found), roas(row.roas), predicted(row),
             WORTH[row.verdict]]
            for row in rows
        ],
    )  # fmt: skip


def _amount(amount: float, found: CampaignsAnswer) -> str:
    return money(amount, found.currency) if found.currency else f"{amount:,.2f}"


def _unit(found: CampaignsAnswer) -> str:
    return money(1, found.currency) if found.currency else "unit"
