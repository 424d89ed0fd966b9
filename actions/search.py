"""Searching the shop in words and filters."""

import re
from collections.abc import Mapping
from decimal import Decimal

from actions.base import ShopAction
from actions.bootstrap import Services
from actions.cards import card
from actions.context import MAX_SAID, MAX_WORDS, Filters, Said
from actions.filters import described, filters_of, is_empty, loosened
from actions.finding import Finder, Finding
from actions.formats import count, day, listing, percent
from actions.search_words import as_understood, corrections, in_particular
from actions.turn import Turn
from common.caller import Role
from store.facts import ProductFacts, facts
from store.products import Sort, category_name

SHOWN = 6
FEW = 5
CENT = Decimal("0.01")
CHEAPER = re.compile(r"\b(cheap\w*|less (expensive|pric\w+)|affordable|low\w* price\w*|budget)\b", re.IGNORECASE)
SAME = re.compile(r"\b(same|similar|like (this|that|it|these|those)|(this|that) (one|but)|it but)\b", re.IGNORECASE)
_CHEAPEST = re.compile(r"\b(cheapest|lowest price\w*)\b", re.IGNORECASE)


class SearchAction(ShopAction):
    name, role, intent = "action_search", Role.GUEST, "search_products"

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self.finder = Finder(services)

    async def answer(self, turn: Turn) -> None:
        named = [mention.value for mention in turn.entities.products]
        others = [candidate.id for mention in turn.entities.products for candidate in mention.candidates]
        filters = filters_of(turn.entities, turn.text) if turn.was_typed else _picked(turn)
        if named:
            await self._show_named(turn, [*named, *others])
        elif is_empty(filters):
            turn.reply.say("utter_search_what")
        else:
            sort = Sort.CHEAPEST if _CHEAPEST.search(turn.text) else Sort.RELEVANCE
            filters.said = Said(text=turn.text[:MAX_SAID]) if turn.was_typed else None
            await self.find(turn, filters, sort)

    async def _show_named(self, turn: Turn, product_ids: list[str]) -> None:
        """Products were named outright: they are what was looked for."""
        products = await self.known(product_ids[:SHOWN])
        if not products:
            turn.reply.say("utter_product_gone")
            return
        turn.context.picture = None
        turn.reply.say("utter_found_by_name", name=products[0].name)
        self.show(turn, products)
        turn.context.focus = [products[0].id]

    async def find(self, turn: Turn, filters: Filters, sort: Sort = Sort.RELEVANCE) -> None:
        """Search, remember it, and show what was found; with nothing found, give up one filter."""
        await self.say_found(turn, filters, await self.finder.find(turn, filters, sort, most=SHOWN), sort)

    async def say_found(self, turn: Turn, filters: Filters, found: Finding, sort: Sort = Sort.RELEVANCE) -> None:
        turn.context.search, turn.context.picture = filters, None
        products = await self.known(found.product_ids)
        if not products:
            await self._loosen(turn, filters, sort)
            return
        _say_understood(turn, found)
        meant = as_understood(filters, found.understood) if found.understood else filters
        currency = products[0].currency
        asked = described(meant, await self._kind(meant), currency=currency)
        missed = _missed(filters, found, products, currency)
        if found.nearest and missed:
            turn.reply.say("utter_search_nearest_without", asked=asked, dropped=missed)
        elif found.nearest:
            turn.reply.say("utter_search_nearest", asked=asked)
        else:
            more = found.total > len(products)
            turn.reply.say(
                "utter_search_found_more" if more else "utter_search_found",
                count=f"{count(found.total)} {'product' if found.total == 1 else 'products'}", asked=asked,
                shown=len(products),
            )  # fmt: skip
        self._note_currency(turn, products)
        self.show(turn, products, filters, found.why)

    async def _loosen(self, turn: Turn, filters: Filters, sort: Sort) -> None:
        kind = await self._kind(filters)
        for dropped, less in loosened(filters, kind):
            found = await self.finder.in_store(less, sort, most=SHOWN)
            if found.total:
                turn.context.search = less
                products = await self.known(found.product_ids)
                turn.reply.say("utter_search_loosened", asked=described(filters, kind), dropped=dropped)
                self._note_currency(turn, products)
                self.show(turn, products, less)
                return
        turn.reply.say("utter_search_nothing", asked=described(filters, kind))
        await self._show_nearest(turn)

    async def _show_nearest(self, turn: Turn) -> None:
        """Nothing fits, but some words were near the name of a product."""
        nearest = [candidate.id for unknown in turn.entities.unknown for candidate in unknown.candidates]
        products = await self.known(nearest[:SHOWN])
        if products:
            turn.reply.say("utter_nearest_names")
            self.show(turn, products)

    async def known(self, public_ids: list[str]) -> list[ProductFacts]:
        async with self.services.database.read() as session:
            return await facts(session, public_ids, self.services.today)

    async def _kind(self, filters: Filters) -> str | None:
        async with self.services.database.read() as session:
            return await category_name(session, filters.category)

    def _note_currency(self, turn: Turn, products: list[ProductFacts]) -> None:
        amount = turn.entities.amount
        if amount and amount.currency and amount.currency != products[0].currency:
            turn.reply.say("utter_other_currency", currency=products[0].currency)

    def show(
        self,
        turn: Turn,
        products: list[ProductFacts],
        filters: Filters | None = None,
        facts_of: Mapping[str, str] | None = None,
    ) -> None:
        """Show cards; `facts_of`: what made a product fit, where the search says so."""
        turn.context.show([product.id for product in products])
        turn.context.focus = [products[0].id] if len(products) == 1 else []
        found = facts_of or {}
        turn.reply.products(
            card(product, _why(product, filters or Filters(), found.get(product.id))) for product in products
        )


def _say_understood(turn: Turn, found: Finding) -> None:
    """Slips that were put right, and what was read as a property of products."""
    if found.understood is None:
        return
    if corrected := corrections(found.understood, turn.text):
        turn.reply.say("utter_search_corrected", corrected=corrected)
    if understood := in_particular(found.understood):
        turn.reply.say("utter_search_understood", understood=understood)


def _missed(filters: Filters, found: Finding, products: list[ProductFacts], currency: str) -> str:
    """What the nearest do not fulfil: as the search says, and a limit that they are all beyond."""
    missed = list(found.given_up)
    lowest, highest = min(product.price for product in products), max(product.price for product in products)
    if filters.max_price is not None and lowest > filters.max_price and not any("up to" in one for one in missed):
        missed.append(described(Filters(max_price=filters.max_price), currency=currency))
    if filters.min_price is not None and highest < filters.min_price and not any("from" in one for one in missed):
        missed.append(described(Filters(min_price=filters.min_price), currency=currency))
    return listing(list(dict.fromkeys(missed)))


def _picked(turn: Turn) -> Filters:
    """The search of a choice: its words stand among the entities, as a name that may be found in a text."""
    filters = filters_of(turn.entities, "")
    filters.words = " ".join(unknown.value for unknown in turn.entities.unknown)[:MAX_WORDS] or None
    return filters


def _why(product: ProductFacts, filters: Filters, fact: str | None = None) -> str | None:
    """What speaks for it here: an offer, what is left of the variant that was asked for, its first advantage."""
    reasons = []
    if product.promotion_ends and product.price < product.list_price:
        off = float(1 - product.price / product.list_price) * 100
        reasons.append(f"{percent(off)} off until {day(product.promotion_ends)}")
    asked = [v for v in product.variants if _asked(v.colour, filters.colour) and _asked(v.size, filters.size)]
    left = sum(variant.stock for variant in asked)
    if 0 < left <= FEW:
        reasons.append(f"only {left} left")
    if fact:
        reasons.append(fact)
    advantages = product.attributes.get("advantages") or []
    if len(reasons) < 2 and advantages:
        reasons.append(str(advantages[0]))
    return "; ".join(reasons) or None


def _asked(option: str | None, wanted: str | None) -> bool:
    return wanted is None or option is None or option.lower() == wanted.lower()
