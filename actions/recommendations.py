"""What somebody might like, what goes with a product, what others bought with it; and changing what was recommended."""

import re
from decimal import Decimal
from typing import ClassVar

from actions.base import ShopAction
from actions.bootstrap import Services
from actions.context import MAX_FOCUS, Filters, Purpose, Recommended
from actions.entities import Entities
from actions.filters import KINDS, filters_of, is_empty, merged
from actions.focus import ProductAction, asked_ids
from actions.recommending import Recommending
from actions.refining import RefineSearchAction
from actions.review_follow_ups import AlsoOfReviews
from actions.search import CENT, CHEAPER, SAME, SearchAction
from actions.specification import AdvantagesAction
from actions.turn import Turn
from common.caller import Role
from store.carts import cart_items
from store.facts import ProductFacts, facts

MOST_ABOUT = 50
_SURPRISE = re.compile(
    r"\b(sur?pri[sz]\w*|unexpected|unusual|different|something (else|new)|try \w+ new"
    r"|(something|anything|things|stuff) i([’']\w+)? (\w+ ){0,2}(never|not|rarely|don[’']?t|wouldn[’']?t))\b",
    re.IGNORECASE,
)
_CART = re.compile(r"\b(my|the) (cart|basket|bag of things)\b", re.IGNORECASE)
# "... with this black dress": the words after it are the product's, they narrow nothing.
_OF_THE_PRODUCT = re.compile(
    r"\b(?:with|to|match\w*|fit\w*|suit\w*|style|combine|complete\w*)\s+(?:this|that|these|those|the|my|a|an|such)\b"
    r"(?:\s+(?!(?:in|under|below|for|from|up|at|around)\b)[\w'’-]+){1,3}",
    re.IGNORECASE,
)


def wants_surprise(turn: Turn) -> bool:
    return turn.was_typed and bool(_SURPRISE.search(turn.text))


def narrowing(filters: Filters) -> Filters:
    """What of the filters the recommender can narrow by."""
    return filters.model_copy(update={"words": None, "at_least": {}})


class RecommendAction(ShopAction):
    """ "What would you recommend for me?", "surprise me", "recommend a bag under 80"."""

    name, role, intent = "action_recommend", Role.GUEST, "recommend"

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._recommending = Recommending(services)
        self._search = SearchAction(services)
        self._advantages = AdvantagesAction(services)

    async def answer(self, turn: Turn) -> None:
        filters = filters_of(turn.entities, turn.text if turn.was_typed else "")
        if turn.entities.products:  # "would you recommend the Note20?"
            await self._advantages.serve(turn)
        elif turn.entities.attributes or filters.at_least:  # what it must have or be is found in words, not by taste
            await self._search.serve(turn)
        else:
            asked = Recommended(filters=narrowing(filters), surprise=wants_surprise(turn))
            await self._recommending.show(turn, asked)


class GoesWithAction(ProductAction):
    """What goes with a product: the one that is named, talked about or looked at, or all that is in the cart."""

    name, role, intent, repeatable = "action_goes_with", Role.GUEST, "goes_with", True
    purpose: ClassVar[Purpose] = "goes_with"

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._recommending = Recommending(services)

    async def answer(self, turn: Turn) -> None:
        turn.context.awaits_product = False
        if turn.was_typed and _CART.search(turn.text):
            await self._about_cart(turn)
            return
        products = await self.products(self._wanted(turn))
        if not products:
            await self._ask_which(turn)
            return
        await self.about(turn, products)
        self._mention_others(turn, products)

    def _wanted(self, turn: Turn) -> list[str]:
        """What is meant now; "and what do others buy with it?" goes on about the product of the last list."""
        ids = asked_ids(turn, MAX_FOCUS)
        last, named = turn.context.recommended, turn.entities.unknown or turn.entities.ordinals
        return ids or ([] if named or last is None else last.about[:MAX_FOCUS])

    async def about(self, turn: Turn, products: list[ProductFacts]) -> None:
        turn.context.focus = [product.id for product in products]
        name = " / ".join(product.name for product in products)[:300]
        await self._show(turn, turn.context.focus, name)

    async def _about_cart(self, turn: Turn) -> None:
        async with self.services.database.read() as session:
            items = await cart_items(session, turn.caller.subject)
        if items:
            await self._show(turn, list(dict.fromkeys(item.product_id for item in items))[:MOST_ABOUT], "your cart")
        else:
            turn.reply.say("utter_cart_empty")

    async def _show(self, turn: Turn, about: list[str], name: str) -> None:
        filters = _beside_the_product(turn)
        await self._recommending.show(
            turn, Recommended(purpose=self.purpose, about=about, name=name, filters=filters, surprise=False)
        )


def _beside_the_product(turn: Turn) -> Filters:
    """What narrows the answer: "black shoes", not "this red dress", in "black shoes to go with this red dress"."""
    filters = narrowing(filters_of(turn.entities, turn.text if turn.was_typed else ""))
    phrase = _OF_THE_PRODUCT.search(turn.text) if turn.was_typed else None
    own = _standing_in(turn.entities, phrase.span()) if phrase else []
    return filters.model_copy(update=dict.fromkeys(own))


def _standing_in(entities: Entities, place: tuple[int, int]) -> list[str]:
    return [kind for kind in KINDS if place[0] <= entities.starts.get(kind, -1) < place[1]]


class OthersAlsoBoughtAction(GoesWithAction):
    """What others bought with a product."""

    name, intent = "action_others_also_bought", "others_also_bought"
    purpose = "others_also_bought"


class RefineAction(AlsoOfReviews, RefineSearchAction):
    """ "Anything cheaper?", "in blue", "show me others": of what was recommended, when that was shown last."""

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._recommending = Recommending(services)

    async def answer(self, turn: Turn) -> None:
        now = filters_of(turn.entities, turn.text if turn.was_typed else "")
        last = turn.context.recommended
        if last is None or not self._is_of_the_list(turn, narrowing(now)):
            await super().answer(turn)
        elif turn.entities.attributes or now.at_least:  # "leather ones": that is found in words, not by taste
            turn.context.search = last.filters
            await super().answer(turn)
        else:
            await self._recommend_again(turn, last, narrowing(now))

    def _is_of_the_list(self, turn: Turn, now: Filters) -> bool:
        """Whether all that was recommended is meant, not the one product that is talked about."""
        others = is_empty(now) and not CHEAPER.search(turn.text) and not SAME.search(turn.text)
        return others or not turn.context.focus

    async def _recommend_again(self, turn: Turn, last: Recommended, now: Filters) -> None:
        filters = merged(last.filters, now)
        cheaper = CHEAPER.search(turn.text) is not None and now.max_price is None
        if cheaper:
            filters = await self._below(turn, filters)
        same = filters == last.filters
        changes = {
            "filters": filters,
            "seen": last.seen if same else [],  # narrowed anew, what fits may be shown again
            "surprise": last.surprise or wants_surprise(turn),
            "reasons": {},
        }
        await self._recommending.show(turn, last.model_copy(update=changes), price_matters=cheaper)

    async def _below(self, turn: Turn, filters: Filters) -> Filters:
        async with self.services.database.read() as session:
            shown = await facts(session, turn.context.listed, self.services.today)
        lowest = min((product.price for product in shown), default=None)
        limit = filters.max_price if lowest is None else max(lowest - CENT, Decimal(0))
        return filters.model_copy(update={"max_price": limit, "min_price": None})
