"""Questions about what a product is: its specification, and why to buy it."""

from typing import Any

from actions.bootstrap import Services
from actions.focus import ProductAction
from actions.formats import money
from actions.product_questions import ProductQuestions, is_about_the_box, is_open_question, say_answer, say_unknown
from actions.review_follow_ups import AlsoOfReviews
from actions.specification_names import label, matching, specification, spoken
from actions.turn import Turn
from common.caller import Role
from store.facts import ProductFacts

MAX_ROWS = 16
MAX_ADVANTAGES = 6


class SpecificationAction(AlsoOfReviews, ProductAction):
    """What a product is or has: a row of its specification, else what is written about it, else an honest "unknown"."""

    name, role, intent, repeatable = "action_specification", Role.GUEST, "ask_specification", True

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._questions = ProductQuestions(services)

    async def about(self, turn: Turn, products: list[ProductFacts]) -> None:
        product = products[0]
        asked = turn.entities.attributes or (turn.context.attributes if turn.intent == "follow_up_product" else [])
        turn.context.attributes = asked[:8]
        rowless = is_about_the_box(turn) or not any(matching(product.attributes, attribute) for attribute in asked)
        if rowless and (asked or is_open_question(turn)) and turn.was_typed and turn.text.strip():
            await self._say_read(turn, product, asked)
        elif asked:
            self._say_attributes(turn, product, asked)
        else:
            _say_all(turn, product)

    async def _say_read(self, turn: Turn, product: ProductFacts, asked: list[str]) -> None:
        """No row answers: what the description, the reviews or the shop's terms say to it."""
        found = await self._questions.ask(turn, product)
        if found and say_answer(turn, product, found):
            return
        if found:
            say_unknown(turn, product)
        elif asked:
            self._say_attributes(turn, product, asked)
        else:  # nobody read anything: the sheet may have it
            _say_all(turn, product)

    def _say_attributes(self, turn: Turn, product: ProductFacts, asked: list[str]) -> None:
        for attribute in asked:
            found = matching(product.attributes, attribute)
            if found:
                values = "; ".join(f"{label(key)}: {spoken(key, value)}" for key, value in found.items())
                turn.reply.say("utter_specification_value", name=product.name, specification=values)
            else:
                words = label(attribute).lower()
                turn.reply.say("utter_specification_unknown", name=product.name, attribute=words)

    def repeated(self, turn: Turn) -> dict[str, Any]:
        return {"attribute": turn.entities.attributes} if turn.entities.attributes else {}


def _say_all(turn: Turn, product: ProductFacts) -> None:
    rows = list(specification(product).items())[:MAX_ROWS]
    if not rows:
        turn.reply.say("utter_specification_none", name=product.name)
        return
    turn.reply.say("utter_specification", name=product.name)
    turn.reply.table(["Specification", product.name], rows)


class AdvantagesAction(ProductAction):
    name, role, intent, repeatable = "action_advantages", Role.GUEST, "ask_advantages", True

    async def about(self, turn: Turn, products: list[ProductFacts]) -> None:
        product = products[0]
        advantages = [str(item) for item in product.attributes.get("advantages") or []][:MAX_ADVANTAGES]
        if product.price < product.list_price:
            saved = money(product.list_price - product.price, product.currency)
            advantages.append(f"{saved} off at the moment")
        if advantages:
            points = "\n".join(f"• {advantage}" for advantage in advantages)
            turn.reply.say("utter_advantages", name=product.name, advantages=points)
        elif product.description:
            turn.reply.say("utter_description", name=product.name, description=product.description)
        else:
            turn.reply.say("utter_advantages_unknown", name=product.name)
