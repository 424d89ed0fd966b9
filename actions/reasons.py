"""Why a product is recommended: a few words under its card, and a sentence for who asks."""

from collections.abc import Mapping

from actions.context import MAX_FOCUS, Reason, Recommended
from actions.focus import ProductAction, asked_ids
from actions.turn import Turn
from common.caller import Role
from store.facts import ProductFacts, facts

_BECAUSE_OF: Mapping[str, str] = {
    "after_this": "customers who chose the {other} often chose this next",
    "bought_together": "bought together with {other}",
    "looks_like": "looks like {other}",
}
_WITHOUT: Mapping[str, str] = {  # also for reasons whose product is not sold any more
    "after_this": "customers with a taste like yours chose this",
    "bought_together": "often bought together",
    "looks_like": "looks like what you looked at",
    "popular": "popular now",
    "new": "new, and like what you looked at",
    "something_else": "something different",
}


def in_words(reason: Reason, names: Mapping[str, str]) -> str:
    """`bought together with Galaxy Note20`; `names` are those of products by their public ids."""
    other = names.get(reason.because_of or "")
    return _BECAUSE_OF[reason.why].format(other=other) if other and reason.why in _BECAUSE_OF else _WITHOUT[reason.why]


class WhyRecommendedAction(ProductAction):
    """ "Why do you recommend that?", of the product that is meant; else of the first ones that were recommended."""

    name, role, intent = "action_why_recommended", Role.GUEST, "why_recommended"

    async def answer(self, turn: Turn) -> None:
        recommended = turn.context.recommended
        if recommended is None:
            turn.reply.say("utter_because_of_nothing")
            return
        ids = asked_ids(turn, MAX_FOCUS)
        nobodys = not ids and (turn.entities.unknown or turn.entities.ordinals)
        products = await self.products(ids or ([] if nobodys else list(recommended.reasons)[:MAX_FOCUS]))
        if not products:
            await self._ask_which(turn)
            return
        await self.about(turn, products)

    async def about(self, turn: Turn, products: list[ProductFacts]) -> None:
        recommended = turn.context.recommended
        assert recommended is not None
        reasons = [recommended.reasons.get(product.id) for product in products]
        led_here = [reason.because_of for reason in reasons if reason and reason.because_of]
        async with self.services.database.read() as session:
            names = {one.id: one.name for one in await facts(session, led_here, self.services.today)}
        for product, reason in zip(products, reasons, strict=True):
            _say(turn, product, reason, recommended, names)


def _say(
    turn: Turn, product: ProductFacts, reason: Reason | None, recommended: Recommended, names: Mapping[str, str]
) -> None:
    if reason is None:
        turn.reply.say("utter_not_recommended", name=product.name)
        return
    other = names.get(reason.because_of or "") or (recommended.name if recommended.about else None)
    if reason.why in _BECAUSE_OF and other:
        turn.reply.say(f"utter_because_{reason.why}", name=product.name, other=other)
    else:
        why = "your_taste" if reason.why in _BECAUSE_OF else reason.why
        turn.reply.say(f"utter_because_{why}", name=product.name)
