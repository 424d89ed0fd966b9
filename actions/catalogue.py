"""Questions about one product's offer: its price, its stock, its sizes."""

import re

from actions.focus import ProductAction
from actions.formats import count, day, listing, money
from actions.review_follow_ups import AlsoOfReviews
from actions.turn import Turn
from actions.variants import Asked, asked_variants, available, sorted_options
from common.caller import Role
from store.facts import ProductFacts, VariantFacts

FEW = 5
MAX_ROWS = 20
DISCOUNT = re.compile(r"\b(discount\w*|on (sale|offer|promotion)|promo\w*|deals?|offers?|reduced|bargain)\b", re.I)


class PriceAction(ProductAction):
    name, role, intent, repeatable = "action_price", Role.GUEST, "ask_price", True

    async def about(self, turn: Turn, products: list[ProductFacts]) -> None:
        product = products[0]
        asked = asked_variants(product, turn.entities)
        if not asked.fitting:
            turn.reply.say("utter_no_such_variant", name=product.name, asked=asked.options, options=available(product))
            return
        _say_price(turn, product, asked)
        _say_total(turn, product, asked.fitting)


def _say_price(turn: Turn, product: ProductFacts, asked: Asked) -> None:
    low, high = asked.fitting[0], asked.fitting[-1]
    name = f"{product.name} ({asked.options})" if asked.options else product.name
    values = {"name": name, "price": money(low.price, product.currency)}
    if low.price != high.price:
        turn.reply.say("utter_price_range", **values, highest=money(high.price, product.currency))
        turn.reply.table(
            ["Option", "Price"],
            [[variant.options, money(variant.price, product.currency)] for variant in asked.fitting[:MAX_ROWS]],
        )
    else:
        turn.reply.say("utter_price", **values)
    if product.promotion and product.promotion_ends and low.price < low.list_price:
        turn.reply.say(
            "utter_price_promotion", list_price=money(low.list_price, product.currency),
            promotion=product.promotion, ends=day(product.promotion_ends),
        )  # fmt: skip
    elif turn.was_typed and DISCOUNT.search(turn.text):
        turn.reply.say("utter_price_no_promotion", name=product.name)


def _say_total(turn: Turn, product: ProductFacts, fitting: list[VariantFacts]) -> None:
    pieces = turn.entities.quantity
    if pieces and 1 < pieces <= 9999 and fitting[0].price == fitting[-1].price:
        total = money(fitting[0].price * pieces, product.currency)
        turn.reply.say("utter_price_total", pieces=count(pieces), total=total)


class StockAction(ProductAction):
    name, role, intent, repeatable = "action_stock", Role.GUEST, "ask_stock", True

    async def about(self, turn: Turn, products: list[ProductFacts]) -> None:
        product = products[0]
        asked = asked_variants(product, turn.entities)
        if not asked.fitting:
            turn.reply.say("utter_no_such_variant", name=product.name, asked=asked.options, options=available(product))
            return
        _say_stock(turn, product, asked)


def _say_stock(turn: Turn, product: ProductFacts, asked: Asked) -> None:
    left = sum(variant.stock for variant in asked.fitting)
    name = f"{product.name} in {asked.options}" if asked.options else product.name
    wanted = turn.entities.quantity
    if left == 0:
        turn.reply.say("utter_stock_none", name=name)
        _say_other_stock(turn, product, asked)
        return
    if wanted and wanted > left:
        turn.reply.say("utter_stock_too_few", name=name, left=count(left), wanted=count(wanted))
    else:
        turn.reply.say("utter_stock_few" if left <= FEW else "utter_stock", name=name, left=count(left))
    _stock_table(turn, asked.fitting)


def _stock_table(turn: Turn, variants: list[VariantFacts]) -> None:
    if len(variants) > 1:
        turn.reply.table(["Option", "In stock"], [[v.options, _left(v.stock)] for v in variants[:MAX_ROWS]])


def _left(stock: int) -> str:
    if stock == 0:
        return "sold out"
    return f"only {stock} left" if stock <= FEW else count(stock)


def _say_other_stock(turn: Turn, product: ProductFacts, asked: Asked) -> None:
    """The asked variant is sold out: say which ones are not."""
    others = [variant.options for variant in product.variants if variant.stock and variant not in asked.fitting]
    if others:
        turn.reply.say("utter_stock_others", options=listing(others[:8]))


class SizeAction(AlsoOfReviews, ProductAction):
    name, role, intent, repeatable = "action_size", Role.GUEST, "ask_size", True

    async def about(self, turn: Turn, products: list[ProductFacts]) -> None:
        product = products[0]
        if turn.entities.size:
            asked = asked_variants(product, turn.entities)
            if asked.fitting:
                _say_stock(turn, product, asked)
                return
            turn.reply.say("utter_no_such_variant", name=product.name, asked=asked.options, options=available(product))
        elif any(variant.size for variant in product.variants):
            _say_sizes(turn, product)
        else:
            _say_dimensions(turn, product)


def _say_sizes(turn: Turn, product: ProductFacts) -> None:
    sizes = sorted_options([variant.size for variant in product.variants])
    there = {variant.size for variant in product.variants if variant.stock}
    turn.reply.say("utter_sizes", name=product.name, sizes=listing(sizes))
    if sold_out := [size for size in sizes if size not in there]:
        turn.reply.say("utter_sizes_sold_out", sizes=listing(sold_out))


def _say_dimensions(turn: Turn, product: ProductFacts) -> None:
    measures = [product.attributes.get("dimensions")]
    if inches := product.attributes.get("display_inches"):
        measures.append(f"a {inches}-inch display")
    known = [str(measure) for measure in measures if measure]
    if known:
        turn.reply.say("utter_dimensions", name=product.name, dimensions=listing(known))
    else:
        turn.reply.say("utter_size_unknown", name=product.name)
