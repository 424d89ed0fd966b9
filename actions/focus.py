"""Which product a question is about: the one that was named, chosen from a list, talked about, or looked at."""

from abc import abstractmethod
from typing import Any, ClassVar

from actions.base import ShopAction
from actions.context import MAX_FOCUS
from actions.entities import Candidate, UnknownProduct
from actions.replies import Choice
from actions.turn import Turn
from store.facts import ProductFacts, facts

MAX_CHOICES = 4


def asked_ids(turn: Turn, most: int = 1) -> list[str]:
    """The public ids of the products that the turn is about, up to `most`; empty when it names none and none is known.

    Words that name a product that the shop does not have, or a place that the list does not have, never fall back on
    another product.
    """
    named = list(dict.fromkeys([*_mentioned(turn), *_chosen(turn)]))
    past_the_list = any(n > 0 for n in turn.entities.ordinals)  # "last" alone may be a verb: "how long does it last"
    if named or turn.entities.unknown or past_the_list:
        return named[:most]
    return turn.context.focus[:most]


def _mentioned(turn: Turn) -> list[str]:
    return [mention.value for mention in turn.entities.products]


def _chosen(turn: Turn) -> list[str]:
    """The products at the places that were named, in the last list."""
    listed = turn.context.listed
    return [listed[place] for n in turn.entities.ordinals if (place := _place(n, len(listed))) is not None]


def _place(ordinal: int, length: int) -> int | None:
    """The index of the first (1), second (2) or last (-1) of `length` things; None when there is no such one."""
    index = ordinal - 1 if ordinal > 0 else length + ordinal
    return index if ordinal and 0 <= index < length else None


class ProductAction(ShopAction):
    """A question about one product; when it is not clear which, the answer is a question back.

    "How much are the Note20 and the S21?" is the same question about each, up to `each` of them. What needs several
    products at once, up to `most`, gets them together.
    """

    most: ClassVar[int] = 1
    each: ClassVar[int] = 3

    @abstractmethod
    async def about(self, turn: Turn, products: list[ProductFacts]) -> None:
        """Answer about these products, at least one."""

    async def answer(self, turn: Turn) -> None:
        turn.context.awaits_product = False
        several = _mentioned(turn) or _chosen(turn)
        products = await self.products(several[: self.each] or asked_ids(turn, self.most))
        if not products:
            await self._ask_which(turn)
            return
        turn.context.focus = [product.id for product in products[:MAX_FOCUS]]
        for product in products:
            await self.about(turn, [product])
        self._mention_others(turn, products)

    async def products(self, public_ids: list[str]) -> list[ProductFacts]:
        async with self.services.database.read() as session:
            return await facts(session, public_ids, self.services.today)

    async def _ask_which(self, turn: Turn) -> None:
        turn.context.awaits_product = True
        if turn.entities.unknown:
            self.did_you_mean(turn, turn.entities.unknown[0])
        elif turn.entities.products:
            turn.reply.say("utter_product_gone")
        elif turn.entities.ordinals and turn.context.listed:
            entries = len(turn.context.listed)
            turn.reply.say("utter_nothing_listed", entries="1 entry" if entries == 1 else f"{entries} entries")
        else:
            await self._offer_listed(turn)

    def did_you_mean(self, turn: Turn, unknown: UnknownProduct) -> None:
        """Say that there is no such product, and offer the nearest names."""
        nearest = unknown.candidates[:MAX_CHOICES]
        if not nearest:
            turn.reply.say("utter_unknown_product", words=unknown.value)
            return
        turn.context.show([candidate.id for candidate in nearest])
        turn.reply.say("utter_did_you_mean", words=unknown.value)
        turn.reply.choices(self._choice(turn, candidate.id, candidate.name) for candidate in nearest)

    async def _offer_listed(self, turn: Turn) -> None:
        listed = await self.products(turn.context.listed[:MAX_CHOICES])
        turn.reply.say("utter_which_product")
        if listed:
            turn.reply.choices(self._choice(turn, product.id, product.name) for product in listed)

    def _mention_others(self, turn: Turn, products: list[ProductFacts]) -> None:
        """The words fitted other products too: offer them."""
        if self.most > 1:
            return
        others = self._others(turn, {product.id for product in products})
        if others:
            turn.reply.say("utter_other_matches")
            turn.reply.choices(self._choice(turn, other.id, other.name) for other in others)

    def _others(self, turn: Turn, answered: set[str]) -> list[Candidate]:
        mentions = [mention for mention in turn.entities.products if mention.value in answered]
        others = [candidate for mention in mentions for candidate in mention.candidates]
        return [other for other in others if other.id not in answered and other.name][:MAX_CHOICES]

    def _choice(self, turn: Turn, product_id: str, name: str) -> Choice:
        """The same question about another product."""
        return Choice(name, self.intent, {"product": product_id, **self.repeated(turn)})

    def repeated(self, turn: Turn) -> dict[str, Any]:
        """The other entities that a repeated question needs."""
        return {}
