"""Two or three products side by side, what differs first."""

from actions.focus import ProductAction, asked_ids
from actions.formats import count, money
from actions.specification_names import specification
from actions.turn import Turn
from common.caller import Role
from store.facts import ProductFacts

MAX_PRODUCTS = 3
MAX_ROWS = 18


class CompareAction(ProductAction):
    name, role, intent, repeatable = "action_compare", Role.GUEST, "compare_products", True
    most = MAX_PRODUCTS

    async def answer(self, turn: Turn) -> None:
        turn.context.awaits_product = False
        if turn.entities.unknown:
            turn.context.awaits_product = True
            self.did_you_mean(turn, turn.entities.unknown[0])
            return
        products = await self.products(self._wanted(turn))
        if len(products) < 2:
            await self._ask_for_more(turn, products)
            return
        turn.context.focus = [product.id for product in products]
        if not set(turn.context.focus) <= set(turn.context.listed):  # then "the second one" is of this comparison
            turn.context.show(turn.context.focus)
        await self.about(turn, products)

    def _wanted(self, turn: Turn) -> list[str]:
        """What was named; with one name or none, together with what was talked about or last listed."""
        named = asked_ids(turn, MAX_PRODUCTS)
        if len(named) < 2:
            named = list(dict.fromkeys([*named, *turn.context.focus]))
        if len(named) < 2 and not turn.entities.products:
            named = list(dict.fromkeys([*named, *turn.context.listed]))
        return named[:MAX_PRODUCTS]

    async def _ask_for_more(self, turn: Turn, products: list[ProductFacts]) -> None:
        turn.context.awaits_product = True
        if products:
            turn.context.focus = [products[0].id]
            turn.reply.say("utter_compare_with_what", name=products[0].name)
        else:
            turn.reply.say("utter_compare_what")

    async def about(self, turn: Turn, products: list[ProductFacts]) -> None:
        different, same = _rows(products)
        turn.reply.say("utter_comparison", names=" / ".join(product.name for product in products))
        _say_cheapest(turn, products)
        rows = [*different, *same][:MAX_ROWS]
        turn.reply.table(["", *(product.name for product in products)], rows)


def _say_cheapest(turn: Turn, products: list[ProductFacts]) -> None:
    ordered = sorted(products, key=lambda product: product.price)
    saved = ordered[1].price - ordered[0].price
    if saved and len({product.currency for product in products}) == 1:
        turn.reply.say("utter_cheapest", name=ordered[0].name, saved=money(saved, ordered[0].currency))


def _rows(products: list[ProductFacts]) -> tuple[list[list[str]], list[list[str]]]:
    """The rows that differ and those that do not; price and stock always come first."""
    specifications = [specification(product) for product in products]
    labels = list(dict.fromkeys(label for known in specifications for label in known))
    values = {label: [known.get(label, "–") for known in specifications] for label in labels}
    first = [
        ["Price", *(money(product.price, product.currency) for product in products)],
        ["In stock", *(count(product.stock) if product.stock else "sold out" for product in products)],
    ]
    different = [[label, *row] for label, row in values.items() if len(set(row)) > 1]
    same = [[label, *row] for label, row in values.items() if len(set(row)) == 1]
    return [*first, *different], same
