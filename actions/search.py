"""Searching the shop in words and filters, and changing a search: cheaper, in blue, under 300."""

import re
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from actions.base import ShopAction
from actions.bootstrap import Services
from actions.cards import card
from actions.context import MAX_WORDS, AskedPicture, Filters
from actions.filters import described, filters_of, is_empty, loosened, merged, product_filters
from actions.formats import count, day, percent
from actions.turn import Turn
from actions.visual_search import FindSimilarAction
from common.caller import Role
from store.facts import ProductFacts, facts
from store.products import Found, Sort, category_name, cheaper_alternatives, search

SHOWN = 6
FEW = 5
CENT = Decimal("0.01")
CHEAPER = re.compile(r"\b(cheap\w*|less (expensive|pric\w+)|affordable|low\w* price\w*|budget)\b", re.IGNORECASE)
SAME = re.compile(r"\b(same|similar|like (this|that|it|these|those)|(this|that) (one|but)|it but)\b", re.IGNORECASE)
_CHEAPEST = re.compile(r"\b(cheapest|lowest price\w*)\b", re.IGNORECASE)


class SearchAction(ShopAction):
    name, role, intent = "action_search", Role.GUEST, "search_products"

    async def answer(self, turn: Turn) -> None:
        named = [mention.value for mention in turn.entities.products]
        others = [candidate.id for mention in turn.entities.products for candidate in mention.candidates]
        filters = filters_of(turn.entities, turn.text) if turn.was_typed else _picked(turn)
        async with self.services.database.read() as session:
            if named:
                await self._show_named(turn, session, [*named, *others])
            elif is_empty(filters):
                turn.reply.say("utter_search_what")
            else:
                sort = Sort.CHEAPEST if _CHEAPEST.search(turn.text) else Sort.RELEVANCE
                await self.find(turn, session, filters, sort)

    async def _show_named(self, turn: Turn, session: AsyncSession, product_ids: list[str]) -> None:
        """Products were named outright: they are what was looked for."""
        products = await facts(session, product_ids[:SHOWN], self.services.today)
        if not products:
            turn.reply.say("utter_product_gone")
            return
        turn.context.picture = None
        turn.reply.say("utter_found_by_name", name=products[0].name)
        self.show(turn, products)
        turn.context.focus = [products[0].id]

    async def find(self, turn: Turn, session: AsyncSession, filters: Filters, sort: Sort = Sort.RELEVANCE) -> None:
        """Search, remember it, and show what was found; with nothing found, give up one filter."""
        turn.context.search, turn.context.picture = filters, None
        found = await search(session, product_filters(filters), sort=sort, limit=SHOWN)
        if not found.total:
            await self._loosen(turn, session, filters, sort)
            return
        products = await self._facts(session, found)
        kind = await category_name(session, filters.category)
        asked = described(filters, kind, currency=products[0].currency)
        more = found.total > len(products)
        turn.reply.say(
            "utter_search_found_more" if more else "utter_search_found",
            count=f"{count(found.total)} {'product' if found.total == 1 else 'products'}", asked=asked,
            shown=len(products),
        )  # fmt: skip
        self._note_currency(turn, products)
        self.show(turn, products, filters)

    async def _loosen(self, turn: Turn, session: AsyncSession, filters: Filters, sort: Sort) -> None:
        kind = await category_name(session, filters.category)
        for dropped, less in loosened(filters, kind):
            found = await search(session, product_filters(less), sort=sort, limit=SHOWN)
            if found.total:
                turn.context.search = less
                products = await self._facts(session, found)
                turn.reply.say("utter_search_loosened", asked=described(filters, kind), dropped=dropped)
                self._note_currency(turn, products)
                self.show(turn, products, less)
                return
        turn.reply.say("utter_search_nothing", asked=described(filters, kind))
        await self._show_nearest(turn, session)

    async def _show_nearest(self, turn: Turn, session: AsyncSession) -> None:
        """Nothing fits, but some words were near the name of a product."""
        nearest = [candidate.id for unknown in turn.entities.unknown for candidate in unknown.candidates]
        products = await facts(session, nearest[:SHOWN], self.services.today)
        if products:
            turn.reply.say("utter_nearest_names")
            self.show(turn, products)

    async def _facts(self, session: AsyncSession, found: Found) -> list[ProductFacts]:
        return await facts(session, found.public_ids, self.services.today)

    def _note_currency(self, turn: Turn, products: list[ProductFacts]) -> None:
        amount = turn.entities.amount
        if amount and amount.currency and amount.currency != products[0].currency:
            turn.reply.say("utter_other_currency", currency=products[0].currency)

    def show(self, turn: Turn, products: list[ProductFacts], filters: Filters | None = None) -> None:
        turn.context.show([product.id for product in products])
        turn.context.focus = [products[0].id] if len(products) == 1 else []
        turn.reply.products(card(product, _why(product, filters or Filters())) for product in products)


def _picked(turn: Turn) -> Filters:
    """The search of a choice: its words stand among the entities, as a name that may be found in a text."""
    filters = filters_of(turn.entities, "")
    filters.words = " ".join(unknown.value for unknown in turn.entities.unknown)[:MAX_WORDS] or None
    return filters


def _why(product: ProductFacts, filters: Filters) -> str | None:
    """What speaks for it here: an offer, what is left of the variant that was asked for, its first advantage."""
    reasons = []
    if product.promotion_ends and product.price < product.list_price:
        off = float(1 - product.price / product.list_price) * 100
        reasons.append(f"{percent(off)} off until {day(product.promotion_ends)}")
    asked = [v for v in product.variants if _asked(v.colour, filters.colour) and _asked(v.size, filters.size)]
    left = sum(variant.stock for variant in asked)
    if 0 < left <= FEW:
        reasons.append(f"only {left} left")
    advantages = product.attributes.get("advantages") or []
    if len(reasons) < 2 and advantages:
        reasons.append(str(advantages[0]))
    return "; ".join(reasons) or None


def _asked(option: str | None, wanted: str | None) -> bool:
    return wanted is None or option is None or option.lower() == wanted.lower()


class RefineSearchAction(SearchAction):
    name, intent = "action_refine_search", "refine_search"

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._similar = FindSimilarAction(services)

    async def answer(self, turn: Turn) -> None:
        now = filters_of(turn.entities, turn.text if turn.was_typed else "")
        if picture := self._picture(turn):
            await self._by_picture(turn, picture, now)
            return
        only_words = is_empty(now.model_copy(update={"words": None}))
        cheaper = bool(CHEAPER.search(turn.text))
        async with self.services.database.read() as session:
            before = await self._before(turn, session)
            if cheaper and only_words and before is not None:
                await self._cheaper(turn, session, before)
            elif before is None and is_empty(now):
                turn.reply.say("utter_refine_what")
            elif before is None:
                await self.find(turn, session, now)
            else:
                # Words alone ("waterproof ones") narrow too; beside filters they are turns of phrase.
                refined = merged(before, now)
                words = " ".join(filter(None, (before.words, now.words)))[-MAX_WORDS:] if only_words else before.words
                await self.find(turn, session, refined.model_copy(update={"words": words}))

    def _picture(self, turn: Turn) -> AskedPicture | None:
        """What it should look like: the picture of the last search, or, for "the same in blue", the product at hand."""
        if turn.context.picture and not turn.context.focus:
            return turn.context.picture
        if turn.context.focus and SAME.search(turn.text):
            return AskedPicture(product_id=turn.context.focus[0])
        return turn.context.picture

    async def _by_picture(self, turn: Turn, picture: AskedPicture, now: Filters) -> None:
        same = picture == turn.context.picture and turn.context.search is not None
        filters = merged(turn.context.search if same and turn.context.search else Filters(), now)
        if CHEAPER.search(turn.text) and now.max_price is None:
            async with self.services.database.read() as session:
                shown = await facts(session, turn.context.focus or turn.context.listed, self.services.today)
            lowest = min((product.price for product in shown), default=None)
            if lowest is not None:
                filters = filters.model_copy(update={"max_price": max(lowest - CENT, Decimal(0)), "min_price": None})
        await self._similar.look(turn, picture, filters.model_copy(update={"words": None, "at_least": {}}))

    async def _before(self, turn: Turn, session: AsyncSession) -> Filters | None:
        """The search that is changed: the last one, else "things like the product we talk about"."""
        if turn.context.search:
            return turn.context.search
        products = await facts(session, turn.context.focus[:1], self.services.today)
        return Filters(category=products[0].category) if products else None

    async def _cheaper(self, turn: Turn, session: AsyncSession, before: Filters) -> None:
        if turn.context.focus:
            await self._cheaper_than(turn, session, turn.context.focus[0])
            return
        shown = await facts(session, turn.context.listed, self.services.today)
        lowest = min((product.price for product in shown), default=before.max_price)
        limit = max(lowest - CENT, Decimal(0)) if lowest is not None else None
        filters = before.model_copy(update={"max_price": limit, "min_price": None})
        if (await search(session, product_filters(filters), limit=1)).total and limit is not None:
            await self.find(turn, session, filters, Sort.DEAREST)
            return
        kind = await category_name(session, before.category)
        turn.reply.say("utter_no_cheaper", asked=described(before, kind))
        cheapest = await search(session, product_filters(before), sort=Sort.CHEAPEST, limit=SHOWN)
        if cheapest.total:
            self.show(turn, await self._facts(session, cheapest), before)

    async def _cheaper_than(self, turn: Turn, session: AsyncSession, product_id: str) -> None:
        cheaper = await cheaper_alternatives(session, product_id, limit=SHOWN)
        known = {product.id: product for product in await facts(session, [product_id, *cheaper], self.services.today)}
        products = [known[other] for other in cheaper if other in known]
        name = known[product_id].name if product_id in known else "that"
        if not products:
            turn.reply.say("utter_no_cheaper_than", name=name)
            return
        turn.reply.say("utter_cheaper_than", name=name)
        turn.context.search = Filters(category=products[0].category, max_price=products[0].price)
        turn.context.picture = None
        self.show(turn, products)
