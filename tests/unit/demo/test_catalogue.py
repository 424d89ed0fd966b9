"""The demo catalogue: the same for the same seed, true phones, sensible products."""

import json

import pytest

from store.demo.catalogue import CATEGORIES, catalogue
from store.demo.goods import DemoProduct

PHONES = {p.name: p for p in catalogue(20).products if p.category == "smartphones"}


def test_same_seed_same_catalogue_and_another_seed_another() -> None:
    assert catalogue(20) == catalogue(20)
    assert catalogue(20) != catalogue(21)


def test_about_400_products_of_which_about_60_phones_and_no_name_twice() -> None:
    products = catalogue(20).products
    assert 380 <= len(products) <= 450
    assert 55 <= len(PHONES) <= 70
    assert len({p.name.lower() for p in products}) == len(products)


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        (
            "Samsung Galaxy Note20 5G 256GB Mystic Bronze",
            {"display_inches": 6.7, "battery_mah": 4300, "ram_gb": 8, "storage_gb": 256, "weight_g": 192},
        ),
        ("Samsung Galaxy S21 5G", {"display_inches": 6.2, "battery_mah": 4000, "ram_gb": 8}),
        ("Apple iPhone 13", {"display_inches": 6.1, "chipset": "Apple A15 Bionic", "released": "2021-09"}),
        ("Google Pixel 5", {"weight_g": 151, "battery_mah": 4080, "water_resistance": "IP68"}),
        ("Sony Xperia 1 III", {"resolution": "1644 x 3840", "ram_gb": 12}),
        ("Nokia 8.3 5G", {"display_inches": 6.81, "chipset": "Snapdragon 765G"}),
    ],
)
def test_phones_have_their_true_specifications(name: str, facts: dict[str, object]) -> None:
    known = PHONES[name].attributes
    assert {key: known[key] for key in facts} == facts


@pytest.mark.parametrize(
    ("name", "price"),
    [("Samsung Galaxy S21 5G", "799.99"), ("Apple iPhone 13", "799.00"), ("Google Pixel 6", "599.00")],
)
def test_phones_cost_what_they_cost_at_launch(name: str, price: str) -> None:
    assert str(PHONES[name].price) == price


def test_the_note20_is_one_variant_of_256_gb_in_mystic_bronze() -> None:
    variants = PHONES["Samsung Galaxy Note20 5G 256GB Mystic Bronze"].variants
    assert [(v.storage, v.colour) for v in variants] == [("256GB", "Mystic Bronze")]


def test_every_product_can_be_shown_and_put_into_a_cart() -> None:
    slugs = {slug for slug, _, _ in CATEGORIES}
    for product in catalogue(20).products:
        assert product.category in slugs
        assert product.price > 0
        assert product.variants
        assert product.description.endswith(".")
        assert product.attributes["advantages"]
        assert _colours_agree(product), product.name
        json.dumps(product.attributes)


def _colours_agree(product: DemoProduct) -> bool:
    """The description names the colours that one can buy, one picture each."""
    colours = {v.colour for v in product.variants}
    if product.category == "smartphones":
        return len(product.look.colours) == len(colours)
    return all(str(c).lower() in product.description for c in colours) and len(product.look.colours) == len(colours)
