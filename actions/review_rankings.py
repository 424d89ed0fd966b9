"""Which products customers are happiest or least happy with, and what is complained of: for marketers with figures."""

from typing import Any, ClassVar

import structlog

from actions.base import ShopAction
from actions.cards import card
from actions.entities import Period
from actions.filters import noun
from actions.formats import count, day, listing
from actions.opinion_question import opinion_question
from actions.review_answers import ComplaintTopic, Quote, RankedAnswer, RankedProduct
from actions.review_words import chosen_quotes, in_words, reviews_of, share, shortened, written
from actions.reviews import between, page_of
from actions.tools import ToolAnswerInvalid, ToolUnavailable
from actions.turn import Turn
from common.caller import Role
from common.errors import BadRequest, NotEnoughData, NotFound
from common.requests import current_request_id
from store.facts import facts
from store.products import category_name

log = structlog.get_logger()

RANKED, MOST_RANKED = 5, 10
TOPICS = 5
MAX_QUOTES = 5
OVER_ALL_TIME = "so far"


class AboutReviews(ShopAction):
    """Asks the tool about many products at once, and has words for every way in which that can fail."""

    async def span(self, turn: Turn) -> tuple[Period | None, str, str]:
        """The period that is asked about, the same in words, and of what the reviews are; none that is yet to come."""
        category = turn.entities.category
        async with self.services.database.read() as session:
            kind = await category_name(session, category)
        of = f"our {noun(kind, category)}" if category else "our products"
        period = turn.entities.period
        if period is None:
            return None, OVER_ALL_TIME, of
        until = min(period.end, self.services.today)
        cut = Period(start=min(period.start, until), end=until, label=period.label)
        return cut, f"from {day(cut.start)} to {day(cut.end)}", of

    def say_failed(self, turn: Turn, failure: Exception, of: str, span: str) -> None:
        if isinstance(failure, NotFound | NotEnoughData):
            turn.reply.say("utter_reviewed_none", name=of, span=span)
            return
        log.warning("reviews_unavailable", action=self.name, reason=str(failure))
        turn.reply.say("utter_reviews_unavailable", name=of, request_id=current_request_id())


FAILURES = (ToolUnavailable, ToolAnswerInvalid, BadRequest, NotFound, NotEnoughData)


class RankedAction(AboutReviews):
    """The products with the best or the worst reviews."""

    best: ClassVar[bool]

    async def answer(self, turn: Turn) -> None:
        if turn.entities.period and turn.entities.period.start > self.services.today:
            turn.reply.say("utter_period_ahead")
            return
        period, span, of = await self.span(turn)
        n = min(max(turn.entities.quantity or RANKED, 1), MOST_RANKED)
        asked: dict[str, Any] = {"category": turn.entities.category, **between(period), "n": n, "best": self.best}
        try:
            ranked = await self.services.tools.ranked_by_reviews(asked)
        except FAILURES as failure:
            self.say_failed(turn, failure, of, span)
            return
        if ranked.rows:
            turn.context.show([row.product_id for row in ranked.rows])
            await self.show(turn, ranked, of, span)
        else:
            turn.reply.say("utter_reviewed_none", name=of, span=span)

    async def show(self, turn: Turn, ranked: RankedAnswer, of: str, span: str) -> None:
        """Show what was found, which is at least one product."""
        raise NotImplementedError


class BestReviewedAction(RankedAction):
    """ "Which phones have the best reviews?": as cards, for everybody."""

    name, role, intent, best = "action_best_reviewed", Role.GUEST, "best_reviewed", True

    async def show(self, turn: Turn, ranked: RankedAnswer, of: str, span: str) -> None:
        rows = {row.product_id: row for row in ranked.rows}
        async with self.services.database.read() as session:
            products = await facts(session, list(rows), self.services.today)
        if not products:
            turn.reply.say("utter_reviewed_none", name=of, span=span)
            return
        turn.context.show([product.id for product in products])
        turn.context.focus = [products[0].id] if len(products) == 1 else []
        turn.reply.say("utter_best_reviewed", name=of, span=span)
        turn.reply.products(card(product, _praise(rows[product.id])) for product in products)


def _praise(row: RankedProduct) -> str:
    liked = f"{share(row.positive_share)} of {reviews_of(row.reviews)} are positive"
    return f"{liked}; {row.mean_rating:.1f} of 5 stars" if row.mean_rating is not None else liked


class WorstReviewedAction(RankedAction):
    """ "Which products have the worst reviews this month?": a table, and what their buyers wrote."""

    name, role, intent, best = "action_worst_reviewed", Role.MARKETER, "worst_reviewed", False

    async def show(self, turn: Turn, ranked: RankedAnswer, of: str, span: str) -> None:
        turn.reply.say("utter_worst_reviewed", name=of, span=span)
        columns = ["Product", "Reviews", "Positive", "Likely between", "Stars", "Complaints"]
        turn.reply.table(columns, [_row(row) for row in ranked.rows])
        quotes = [_quoted(row) for row in ranked.rows if _quoted(row)]
        if quotes:
            turn.reply.say("utter_complaint_quotes", quotes="\n".join(quotes[:MAX_QUOTES]))


def _row(row: RankedProduct) -> list[str]:
    complaints = listing([f"{in_words(one.name)} ({count(one.negative)})" for one in row.complaints[:3]])
    stars = f"{row.mean_rating:.1f}" if row.mean_rating is not None else "–"
    interval = f"{share(row.low)} and {share(row.high)}"
    return [row.name, count(row.reviews), share(row.positive_share), interval, stars, complaints or "–"]


def _quoted(row: RankedProduct) -> str:
    """The first complaint about a product that has a quote, as a line of a list; empty where none has."""
    said = next((one.quote for one in row.complaints if one.quote), None)
    if isinstance(said, Quote):
        return written([said], with_names=True)
    return f"• “{shortened(said)}” ({row.name})" if said else ""


class ComplaintsAction(AboutReviews):
    """ "Summarise complaints about delivery": by topic, with what changed and what was written."""

    name, role, intent = "action_review_complaints", Role.MARKETER, "review_complaints"

    async def answer(self, turn: Turn) -> None:
        if turn.entities.period and turn.entities.period.start > self.services.today:
            turn.reply.say("utter_period_ahead")
            return
        period, span, of = await self.span(turn)
        product = turn.entities.products[0] if turn.entities.products else None
        about = {"product_id": product.value} if product else {"category": turn.entities.category}
        of = (product.name or "it") if product else of
        aspect = opinion_question(turn).aspect
        try:
            found = await self.services.tools.complaints({**about, "aspect": aspect, **between(period), "n": TOPICS})
        except FAILURES as failure:
            self.say_failed(turn, failure, of, span)
            return
        topics = [topic for topic in found.topics if topic.negative]
        reviews = reviews_of(found.reviews)
        if not found.reviews:
            turn.reply.say("utter_reviewed_none", name=of, span=span)
        elif not topics and aspect:
            turn.reply.say("utter_complaints_none_about", name=of, span=span, aspect=aspect.lower(), reviews=reviews)
        elif not topics:
            turn.reply.say("utter_complaints_none", name=of, span=span, reviews=reviews)
        else:
            negative = count(found.negative_reviews)
            turn.reply.say("utter_complaints", name=of, span=span, reviews=reviews, negative=negative)
            await self._show(turn, topics)

    async def _show(self, turn: Turn, topics: list[ComplaintTopic]) -> None:
        columns = ["About", "Mentions", "Complaints", "Share", "Likely between", "Against before"]
        turn.reply.table(columns, [_topic(topic) for topic in topics])
        quotes = chosen_quotes(topics, "negative", most=MAX_QUOTES)
        if not quotes:
            return
        turn.reply.say("utter_complaint_quotes", quotes=written(quotes, with_names=True))
        urls = {quote.product_id: page_of(quote) for quote in reversed(quotes)}
        async with self.services.database.read() as session:
            products = await facts(session, list(urls), self.services.today)
        turn.context.show([product.id for product in products])
        turn.reply.products({**card(product), "url": urls[product.id]} for product in products)


def _topic(topic: ComplaintTopic) -> list[str]:
    interval = f"{share(topic.low)} and {share(topic.high)}"
    return [
        topic.name, count(topic.mentions), count(topic.negative), share(topic.share), interval, _change(topic.change),
    ]  # fmt: skip


def _change(change: float | None) -> str:
    """A share's change, in percentage points; nothing to hold it against is no change of 0."""
    if change is None:
        return "–"
    points = round(change * 100)
    unit = "point" if abs(points) == 1 else "points"
    return "the same" if points == 0 else f"{'up' if points > 0 else 'down'} {abs(points)} {unit}"
