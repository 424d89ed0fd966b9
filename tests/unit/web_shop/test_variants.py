"""Variants as the product page offers them."""

from decimal import Decimal

from store.browsing import Card
from store.tables import Product, Variant
from web.shop.variants import variant_groups


def card(price: str) -> Card:
    return Card("p_1", "Shirt", None, Decimal(20), Decimal(price), 0, "USD", None, None, 0, True, False)


def product(*variants: tuple[str | None, str | None, str | None, int]) -> Product:
    made = [
        Variant(id=number, colour=colour, size=size, storage=storage, price=Decimal(price), stock=3)
        for number, (colour, size, storage, price) in enumerate(variants)
    ]
    return Product(variants=made)


def test_variants_are_grouped_by_colour_in_their_order() -> None:
    groups = variant_groups(
        product(("Red", "S", None, 20), ("Blue", "S", None, 20), ("Red", "M", None, 20)), card("20")
    )
    assert [(group.colour, [option.label for option in group.options]) for group in groups] == [
        ("Red", ["S", "M"]),
        ("Blue", ["S"]),
    ]


def test_only_another_price_is_shown_with_the_discount_taken_off() -> None:
    ((small, large),) = [
        g.options for g in variant_groups(product((None, "S", None, 20), (None, "L", None, 30)), card("15"))
    ]
    assert small.price is None
    assert large.price == Decimal("22.50")


def test_a_variant_without_options_still_has_a_name() -> None:
    ((only,),) = [group.options for group in variant_groups(product((None, None, None, 20)), card("20"))]
    assert only.label == "One size"
