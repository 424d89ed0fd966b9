"""Today's offers for shoppers: the promotions that fit them, else what is reduced, else what costs least."""

import re
from dataclasses import replace

import structlog

from actions.cards import card
from actions.context import Filters
from actions.filters import described, filters_of, is_empty
from actions.focus import ProductAction, asked_ids
from actions.formats import day, money, percent
from actions.offers import About, Chosen, Offer, chosen, note_shown, reduced, say_offer, with_products
from actions.replies import Choice
from actions.tools import ToolAnswerInvalid, ToolUnavailable
from actions.turn import Turn
from common.caller import Role
from common.errors import BadRequest, NotEnoughData, NotFound
from common.requests import current_request_id
from store.browsing import Filters as Listed
from store.browsing import Sort, shelf
from store.facts import ProductFacts, facts
from store.products import category_name
from store.promotion_offers import kinds_of

log = structlog.get_logger()

SHOWN = 3  # offers where nothing narrows them
MOST = 10  # that the tool is asked for where a category does: those of it are shown
EACH = 3  # products of an offer; one each where there are many offers
LISTED = 6
_NARROWER = ("brand", "colour", "size", "storage", "min_price", "max_price")
# "Is it on offer" is about the product at hand, "this week" is not.
_IT = re.compile(r"\b(it|its|this|that|these|those|them)\b(?! (week|month|weekend|season|year|time|moment)\b)", re.I)


class DealsAction(ProductAction):
    """ "Any deals today?", "deals on phones", "is anything by Apple on sale?"."""

    name, role, intent = "action_deals", Role.GUEST, "ask_deals"

    async def answer(self, turn: Turn) -> None:
        turn.context.awaits_product = False
        products = await self.products(asked_ids(turn)) if _names_a_product(turn) else []
        filters = filters_of(turn.entities, "").model_copy(update={"words": None})
        if products:
            turn.context.focus = [product.id for product in products]
            await self.about(turn, products)
        elif any(getattr(filters, field) is not None for field in _NARROWER):
            await self._reduced(turn, filters)
        else:
            await self._offers(turn, filters)

    async def about(self, turn: Turn, products: list[ProductFacts]) -> None:
        say_deal(turn, products[0])
        turn.reply.products([card(products[0], reduced(products[0]))])

    async def _offers(self, turn: Turn, filters: Filters) -> None:
        about = About(tuple(turn.context.focus), filters.category)
        try:
            found = await chosen(turn, about, n=MOST if filters.category else SHOWN)
        except (ToolUnavailable, ToolAnswerInvalid, NotFound, NotEnoughData, BadRequest) as failure:
            log.warning("promotions_unavailable", reason=str(failure))
            await self._reduced(turn, filters, away=True)
            return
        fitting = await self._of(found, filters.category)
        each = EACH if len(fitting) <= SHOWN else 1
        offers = await with_products(turn, fitting, each=each, within=filters.category)
        if not offers:
            await self._reduced(turn, filters)
            return
        await note_shown(turn, offers)
        await self._say(turn, offers, filters)

    async def _of(self, found: list[Chosen], category: str | None) -> list[Chosen]:
        """Those of the category that was named, which an offer on everything holds too."""
        if category is None:
            return found
        async with self.services.database.read() as session:
            kinds = await kinds_of(session, [], category)
        return [one for one in found if one.offer.category is None or one.offer.is_of(kinds, category)]

    async def _say(self, turn: Turn, offers: list[Offer], filters: Filters) -> None:
        if filters.category:
            turn.reply.say("utter_offers_on", asked=await self._in_words(filters))
        else:
            turn.reply.say("utter_offers")
        for offer in offers:
            say_offer(turn, offer, "utter_offer", reduced)
        _remember(turn, [product for offer in offers for product in offer.products])

    async def _reduced(self, turn: Turn, filters: Filters, *, away: bool = False) -> None:
        """Prices are lower whether or not the tool has anything to show; where none is, what costs least is shown."""
        listed = _listed(filters)
        products = await self._shelf(replace(listed, deals=True), Sort.BEST)
        asked = await self._in_words(filters)
        if products and away:
            turn.reply.say("utter_offers_unavailable", request_id=current_request_id())
        elif products and is_empty(filters):
            turn.reply.say("utter_reduced_any")
        elif products:
            turn.reply.say("utter_reduced", asked=asked)
        else:
            products = await self._shelf(listed, Sort.CHEAPEST)
            turn.reply.say("utter_no_deals" if products else "utter_no_deals_nothing", asked=asked)
        if products:
            turn.reply.products(card(product, reduced(product)) for product in products)
            _remember(turn, products)
        else:
            turn.reply.choices([Choice("Best sellers", "best_sellers"), Choice("Something for me", "recommend")])

    async def _shelf(self, listed: Listed, sort: Sort) -> list[ProductFacts]:
        async with self.services.database.read() as session:
            found = await shelf(session, listed, sort=sort, limit=LISTED)
            return await facts(session, [one.id for one in found], self.services.today)

    async def _in_words(self, filters: Filters) -> str:
        """`black women's boots up to $90`, or `you`."""
        if is_empty(filters):
            return "you"
        async with self.services.database.read() as session:
            return described(filters, await category_name(session, filters.category))


def _names_a_product(turn: Turn) -> bool:
    named = bool(turn.entities.products or any(place > 0 for place in turn.entities.ordinals))
    grouped = turn.entities.category or turn.entities.brand
    return named or (turn.was_typed and not grouped and _IT.search(turn.text) is not None)


def _listed(filters: Filters) -> Listed:
    """What is in stock of what was asked for, as pages list it."""
    sizes = tuple(size for size in (filters.size, filters.storage) if size)
    return Listed(
        category=filters.category or "", brands=(filters.brand,) if filters.brand else (),
        colours=(filters.colour,) if filters.colour else (), sizes=sizes, min_price=filters.min_price,
        max_price=filters.max_price, in_stock=True,
    )  # fmt: skip


def _remember(turn: Turn, products: list[ProductFacts]) -> None:
    ids = list(dict.fromkeys(product.id for product in products))
    turn.context.search = turn.context.picture = None
    turn.context.show(ids)
    turn.context.focus = ids if len(ids) == 1 else []


def say_deal(turn: Turn, product: ProductFacts) -> None:
    """Whether a product is reduced, by how much and until when."""
    price = money(product.price, product.currency)
    if product.promotion_ends is None or product.price >= product.list_price:
        turn.reply.say("utter_no_deal_on", name=product.name, price=price)
        return
    off = percent(float(1 - product.price / product.list_price) * 100)
    turn.reply.say(
        "utter_deal_on", name=product.name, off=off, price=price, ends=day(product.promotion_ends),
        list_price=money(product.list_price, product.currency),
    )  # fmt: skip
