"""Changing a search: cheaper, in blue, under 300."""

from decimal import Decimal

from actions.bootstrap import Services
from actions.context import AskedPicture, Filters
from actions.filters import described, filters_of, is_empty, merged, saying, with_words
from actions.finding import text_of
from actions.search import CENT, CHEAPER, SAME, SHOWN, SearchAction
from actions.turn import Turn
from actions.visual_search import FindSimilarAction
from store.products import Sort, category_name, cheaper_alternatives


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
        before = await self._before(turn)
        if cheaper and only_words and before is not None:
            await self._cheaper(turn, before)
        elif before is None and is_empty(now):
            turn.reply.say("utter_refine_what")
        elif before is None:
            await self.find(turn, now)
        else:
            # Words alone ("waterproof ones") narrow too; beside filters they are turns of phrase.
            await self.find(turn, with_words(before, now.words) if only_words else _narrowed(before, now))

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
            shown = await self.known(turn.context.focus or turn.context.listed)
            lowest = min((product.price for product in shown), default=None)
            if lowest is not None:
                filters = filters.model_copy(update={"max_price": max(lowest - CENT, Decimal(0)), "min_price": None})
        await self._similar.look(turn, picture, filters.model_copy(update={"words": None, "at_least": {}}))

    async def _before(self, turn: Turn) -> Filters | None:
        """The search that is changed: the last one, else "things like the product we talk about"."""
        if turn.context.search:
            return turn.context.search
        products = await self.known(turn.context.focus[:1])
        return Filters(category=products[0].category) if products else None

    async def _cheaper(self, turn: Turn, before: Filters) -> None:
        if turn.context.focus:
            await self._cheaper_than(turn, turn.context.focus[0])
            return
        shown = await self.known(turn.context.listed)
        lowest = min((product.price for product in shown), default=before.max_price)
        limit = max(lowest - CENT, Decimal(0)) if lowest is not None else None
        filters = merged(before, Filters(max_price=limit))
        sort = Sort.RELEVANCE if before.words else Sort.DEAREST  # by price, what fits words badly would come first
        if limit is not None:
            found = await self.finder.find(turn, filters, sort, most=SHOWN)
            if found.fits:
                await self.say_found(turn, filters, found, sort)
                return
        await self._say_cheapest(turn, before)

    async def _say_cheapest(self, turn: Turn, before: Filters) -> None:
        async with self.services.database.read() as session:
            kind = await category_name(session, before.category)
        turn.reply.say("utter_no_cheaper", asked=described(before, kind))
        cheapest = await self.finder.find(turn, before, Sort.CHEAPEST, most=SHOWN)
        if products := await self.known(cheapest.product_ids):
            self.show(turn, products, before)

    async def _cheaper_than(self, turn: Turn, product_id: str) -> None:
        async with self.services.database.read() as session:
            cheaper = await cheaper_alternatives(session, product_id, limit=SHOWN)
        known = {product.id: product for product in await self.known([product_id, *cheaper])}
        products = [known[other] for other in cheaper if other in known]
        name = known[product_id].name if product_id in known else "that"
        if not products:
            turn.reply.say("utter_no_cheaper_than", name=name)
            return
        turn.reply.say("utter_cheaper_than", name=name)
        turn.context.search = Filters(category=products[0].category, max_price=products[0].price)
        turn.context.picture = None
        self.show(turn, products)


def _narrowed(before: Filters, now: Filters) -> Filters:
    """Measures ("with 8 GB of RAM") are no filters of the tool: it reads them in the sentence."""
    both = merged(before, now)
    return saying(both, text_of(Filters(at_least=now.at_least))) if now.at_least else both
