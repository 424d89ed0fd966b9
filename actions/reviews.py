"""What customers say about a product, a category or the shop: counts with their intervals, and verbatim quotes."""

from typing import Any

import structlog

from actions.cards import card
from actions.context import LastReviews
from actions.entities import Period
from actions.filters import noun
from actions.focus import ProductAction
from actions.formats import count
from actions.opinion_question import OpinionQuestion, is_of_the_shop, opinion_question, points_at_something
from actions.review_answers import OpinionsAnswer, Quote
from actions.review_report import Told, say_opinions
from actions.sales_question import Subject
from actions.tools import ToolAnswerInvalid, ToolUnavailable
from actions.turn import Turn
from common.caller import Role
from common.errors import BadRequest, NotEnoughData, NotFound
from common.requests import current_request_id
from store.facts import ProductFacts, facts
from store.products import category_name
from store.reviews import rating_of

log = structlog.get_logger()

QUOTES = 3
QUOTES_OF_ONE_SIDE = 10  # asked for where only the good or the bad ones are wanted
OUR_PRODUCTS = "our products"


class ReviewsAction(ProductAction):
    """ "What do people say about its battery?", and "show me the bad ones", "and the camera?" after that."""

    name, role, intent, repeatable = "action_reviews", Role.GUEST, "ask_reviews", True
    each = 2

    async def answer(self, turn: Turn) -> None:
        group = await self._group(turn)
        if group is None:
            await super().answer(turn)
            return
        turn.context.awaits_product = False
        turn.context.focus = []
        await self._tell(turn, group)

    async def about(self, turn: Turn, products: list[ProductFacts]) -> None:
        await self._tell(turn, Subject(products[0].name, product=products[0]))

    def repeated(self, turn: Turn) -> dict[str, Any]:
        asked = opinion_question(turn)
        return {"attribute": [asked.aspect]} if asked.aspect else {}

    async def _group(self, turn: Turn) -> Subject | None:
        """The category or the shop that is meant; None where it is a product, or is to be asked for."""
        asked, last = turn.entities, turn.context.reviews
        if asked.products or asked.unknown or any(place > 0 for place in asked.ordinals):
            return None
        if asked.whole_shop or is_of_the_shop(turn):
            return Subject(OUR_PRODUCTS)
        pointing = points_at_something(turn)
        if asked.category and not pointing:
            return await self._of_category(asked.category)
        if turn.context.focus:
            return None
        if last is not None:
            return await self._of_category(last.category) if last.category else Subject(OUR_PRODUCTS)
        return None if pointing or not turn.was_typed else Subject(OUR_PRODUCTS)

    async def _of_category(self, category: str) -> Subject:
        async with self.services.database.read() as session:
            name = await category_name(session, category)
        return Subject(f"our {noun(name, category)}", category=category)

    async def _tell(self, turn: Turn, subject: Subject) -> None:
        asked = opinion_question(turn)
        answer = await self._opinions(turn, subject, asked)
        turn.context.reviews = LastReviews(aspect=asked.aspect, category=subject.category)
        if answer is None:
            return
        quotes = say_opinions(turn, Told(subject, asked, answer, turn.entities.period))
        urls = {quote.product_id: page_of(quote) for quote in reversed(quotes)}
        if subject.product and answer.reviews:
            _show_way_to_reviews(turn, subject.product, urls.get(subject.product.id))
        elif urls:
            await self._show_quoted(turn, urls)

    async def _show_quoted(self, turn: Turn, urls: dict[str, str]) -> None:
        """The products whose reviews were quoted, each with the way to its quote."""
        async with self.services.database.read() as session:
            products = await facts(session, list(urls), self.services.today)
        turn.reply.products({**card(product), "url": urls[product.id]} for product in products)

    async def _opinions(self, turn: Turn, subject: Subject, asked: OpinionQuestion) -> OpinionsAnswer | None:
        """What the tool read; None when there is no answer, which is said."""
        wanted = {**subject.asked, "aspect": asked.aspect, **between(turn.entities.period)}
        quotes = QUOTES_OF_ONE_SIDE if asked.side or asked.most else QUOTES
        try:
            return await self.services.tools.opinions({**wanted, "quotes": quotes})
        except (NotFound, NotEnoughData):
            turn.reply.say("utter_reviews_none", name=subject.name)
        except (ToolUnavailable, ToolAnswerInvalid, BadRequest) as failure:
            log.warning("reviews_unavailable", asked=subject.asked, reason=str(failure))
            turn.reply.say("utter_reviews_unavailable", name=subject.name, request_id=current_request_id())
            await self._next_best(turn, subject)
        return None

    async def _next_best(self, turn: Turn, subject: Subject) -> None:
        """The stars, which need nobody to read anything, and the way to the reviews."""
        if subject.product is None:
            return
        async with self.services.database.read() as session:
            rated = await rating_of(session, subject.product.id)
        if rated.mean is None:
            return
        stars = f"{rated.mean:.1f}"
        turn.reply.say("utter_reviews_stars", name=subject.name, stars=stars, ratings=_ratings(rated.count))
        _show_way_to_reviews(turn, subject.product)


def _show_way_to_reviews(turn: Turn, product: ProductFacts, url: str | None = None) -> None:
    turn.reply.products([{**card(product, "All that was said about it"), "url": url or f"/p/{product.id}#reviews"}])


def page_of(quote: Quote) -> str:
    """Where the quote stands, on a page of this shop."""
    return quote.url if quote.url.startswith("/p/") else f"/p/{quote.product_id}#reviews"


def between(period: Period | None) -> dict[str, str]:
    """A period as the tools take it."""
    return {"since": period.start.isoformat(), "until": period.end.isoformat()} if period else {}


def _ratings(number: int) -> str:
    return f"{count(number)} {'rating' if number == 1 else 'ratings'}"
