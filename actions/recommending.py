"""Asking the recommender and showing what it answers, whoever asks and on what occasion."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog

from actions.bootstrap import Services
from actions.cards import card, cards
from actions.context import MAX_LISTED, MAX_SEEN, Purpose, Reason, Recommended
from actions.customer import customer_of
from actions.filters import described, is_empty, loosened
from actions.reasons import in_words
from actions.tool_answers import RecommendationsAnswer
from actions.tools import ToolAnswerInvalid, ToolUnavailable
from actions.turn import Turn
from common.errors import BadRequest, NotEnoughData, NotFound
from common.requests import current_request_id
from store.facts import ProductFacts, facts
from store.products import category_name
from store.reports import best_sellers

log = structlog.get_logger()

SHOWN = 6
MAX_LOOSENED = 2  # each is a call of the tool
FALLBACK_DAYS = 28
NAMELESS = {"words", "at_least", "said"}  # of a search's filters; the recommender does not read them


@dataclass(frozen=True)
class Answered:
    """What came of asking the recommender; `dropped` is what of the filters had to be given up to find anything."""

    asked: Recommended
    answer: RecommendationsAnswer
    dropped: str | None = None


class Recommending:
    """Asks the recommender and shows what it answers; failures are said in words, with the next best thing."""

    def __init__(self, services: Services) -> None:
        self.services = services

    async def show(self, turn: Turn, asked: Recommended, *, price_matters: bool = False) -> None:
        """Answer the turn with what is recommended, and remember it. `price_matters`: its limit is never given up."""
        try:
            answered = await self._loosened(turn, asked, price_matters=price_matters)
        except (ToolUnavailable, ToolAnswerInvalid) as failure:
            await self._next_best(turn, asked, failure)
            return
        except (NotFound, NotEnoughData, BadRequest) as refusal:
            log.warning("recommendation_refused", purpose=asked.purpose, reason=str(refusal))
            self._say_nothing(turn, asked, "")
            return
        products, names = await self._known(answered)
        async with self.services.database.read() as session:
            kind = await category_name(session, asked.filters.category)
        if not products:
            self._say_nothing(turn, asked, described(asked.filters, kind))
            return
        _say_what(turn, asked, answered, described(asked.filters, kind, currency=products[0].currency))
        self._show(turn, answered, products, names)

    async def _loosened(self, turn: Turn, asked: Recommended, *, price_matters: bool) -> Answered:
        """The answer; with none for the filters, that for less of them. What was seen already gives nothing up."""
        answered = Answered(asked, await self._ask(turn, asked))
        limit = asked.filters.max_price
        fewer = [one for one in loosened(asked.filters) if not price_matters or one[1].max_price == limit]
        for dropped, less in [] if asked.seen else fewer[:MAX_LOOSENED]:
            if answered.answer.products:
                break
            wider = asked.model_copy(update={"filters": less})
            answered = Answered(wider, await self._ask(turn, wider), dropped)
        return answered

    async def _ask(self, turn: Turn, asked: Recommended) -> RecommendationsAnswer:
        return await self.services.tools.recommend(
            {
                "purpose": asked.purpose,
                "surface": "chat",
                "customer_id": await customer_of(turn),
                "session": turn.caller.subject,
                "product_ids": asked.about,
                "without": asked.seen,
                "narrowed_to": asked.filters.model_dump(mode="json", exclude=NAMELESS, exclude_none=True),
                "surprise": asked.surprise,
                "n": SHOWN,
            }
        )

    async def _known(self, answered: Answered) -> tuple[list[ProductFacts], dict[str, str]]:
        """The recommended products that are sold, and the names of those and of the ones that led to them."""
        ids = [product.product_id for product in answered.answer.products]
        led_here = [product.reason.because_of or "" for product in answered.answer.products]
        async with self.services.database.read() as session:
            found = await facts(session, list(dict.fromkeys([*ids, *led_here])), self.services.today)
        by_id = {product.id: product for product in found}
        products = [by_id[product_id] for product_id in ids if product_id in by_id]
        return products, {product.id: product.name for product in found}

    def _show(self, turn: Turn, answered: Answered, products: list[ProductFacts], names: dict[str, str]) -> None:
        asked = answered.asked
        reasons = {product.product_id: product.reason for product in answered.answer.products}
        shown = [product.id for product in products]
        turn.context.search = turn.context.picture = None
        turn.context.show(shown)
        turn.context.focus = shown if len(shown) == 1 else []
        turn.context.recommended = asked.model_copy(
            update={
                "seen": list(dict.fromkeys([*asked.seen, *shown]))[-MAX_SEEN:],
                "reasons": {product_id: reasons[product_id] for product_id in shown[:MAX_LISTED]},
            }
        )
        turn.reply.products(_card(product, asked.purpose, reasons[product.id], names) for product in products)

    def _say_nothing(self, turn: Turn, asked: Recommended, words: str) -> None:
        if asked.seen:
            turn.reply.say("utter_recommended_nothing_new")
        elif words:
            turn.reply.say("utter_recommended_nothing_for", asked=words)
        elif asked.purpose == "for_you":
            turn.reply.say("utter_recommended_nothing")
        else:
            turn.reply.say(f"utter_{asked.purpose}_nothing", name=asked.name)

    async def _next_best(self, turn: Turn, asked: Recommended, failure: Exception) -> None:
        """Best sellers instead, of the kind that was asked for; what was seen or asked about is left out."""
        log.warning("recommender_unavailable", reason=str(failure))
        yesterday = self.services.today - timedelta(days=1)
        start = yesterday - timedelta(days=FALLBACK_DAYS - 1)
        known = {*asked.about, *asked.seen}
        async with self.services.database.read() as session:
            sellers = await best_sellers(
                session, start, yesterday, category=asked.filters.category, limit=SHOWN + len(known)
            )
            ids = [seller.product_id for seller in sellers if seller.product_id not in known]
            products = await facts(session, ids[:SHOWN], self.services.today)
        if not products:
            turn.reply.say("utter_recommender_unavailable_nothing", request_id=current_request_id())
            return
        turn.reply.say("utter_recommender_unavailable", request_id=current_request_id())
        turn.context.show([product.id for product in products])
        turn.reply.products(cards(products))


def _card(product: ProductFacts, purpose: Purpose, reason: Reason, names: dict[str, str]) -> dict[str, Any]:
    """The card with its reason; its link says that it was recommended here, so that the click counts."""
    return {**card(product, in_words(reason, names)), "url": f"/p/{product.id}?from=chat&for={purpose}"}


def _say_what(turn: Turn, asked: Recommended, answered: Answered, words: str) -> None:
    """What the list is; `words` are what it was narrowed to."""
    if answered.dropped:
        turn.reply.say("utter_recommended_loosened", asked=words, dropped=answered.dropped)
        return
    response = f"utter_{asked.purpose}" if asked.purpose != "for_you" else "utter_recommended"
    if asked.purpose == "for_you" and asked.surprise:
        response = "utter_recommended_surprise"
    elif asked.purpose == "for_you" and all(one.reason.why == "popular" for one in answered.answer.products):
        response = "utter_recommended_popular"
    values = {"name": asked.name} if asked.purpose != "for_you" else {}
    if is_empty(asked.filters):
        turn.reply.say(response, **values)
    else:
        turn.reply.say(f"{response}_narrowed", asked=words, **values)
