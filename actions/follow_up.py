"""The same question about another product, and picking one of the products that were listed."""

from actions.base import ShopAction
from actions.bootstrap import Services
from actions.cards import card
from actions.context import Question
from actions.focus import ProductAction, asked_ids
from actions.formats import money
from actions.specification_names import specification
from actions.turn import Turn
from common.caller import Role
from store.facts import ProductFacts

MAIN_FACTS = 4


class ShowProductAction(ProductAction):
    """A product as a card with its main facts. Not an answer of its own: the two actions below end here."""

    role = Role.GUEST

    async def about(self, turn: Turn, products: list[ProductFacts]) -> None:
        product = products[0]
        main = list(specification(product).items())[:MAIN_FACTS]
        turn.reply.products([card(product, "; ".join(f"{label}: {value}" for label, value in main) or None)])
        _say_price(turn, product)
        turn.reply.say("utter_product_shown", name=product.name)


def _say_price(turn: Turn, product: ProductFacts) -> None:
    """The price in words too: not everybody sees cards."""
    prices = [variant.price for variant in product.variants] or [product.price]
    varies = min(prices) != max(prices)
    turn.reply.say(
        "utter_product_price_from" if varies else "utter_product_price",
        name=product.name, price=money(min(prices), product.currency),
    )  # fmt: skip


class FollowUpAction(ShowProductAction):
    """ "And the S21?": what was asked last, about the product that is named now."""

    name, intent = "action_follow_up", "follow_up_product"

    def __init__(self, services: Services, repeatable: dict[Question, ShopAction]) -> None:
        super().__init__(services)
        self._repeatable = repeatable

    async def answer(self, turn: Turn) -> None:
        question = turn.context.question
        if question is None:
            await super().answer(turn)
        else:
            await self._repeatable[question].serve(turn)


class ChooseListedAction(ShowProductAction):
    """ "The second one": answers the open question about it, else shows it."""

    name, intent = "action_choose_listed", "choose_listed"

    def __init__(self, services: Services, repeatable: dict[Question, ShopAction]) -> None:
        super().__init__(services)
        self._repeatable = repeatable

    async def answer(self, turn: Turn) -> None:
        question = turn.context.question
        if turn.context.awaits_product and question and asked_ids(turn):
            await self._repeatable[question].serve(turn)
        else:
            await super().answer(turn)
