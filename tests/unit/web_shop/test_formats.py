"""How prices, dates, specifications and ratings read."""

from datetime import date
from decimal import Decimal

import pytest

from web.shop.formats import day, money, specifications, stars, swatch


@pytest.mark.parametrize(
    ("value", "currency", "text"),
    [
        (Decimal("1234.5"), "USD", "$1,234.50"),
        (Decimal(0), "EUR", "€0.00"),
        (12.0, "CHF", "CHF\N{NO-BREAK SPACE}12.00"),
    ],
)
def test_prices_have_a_sign_thousands_and_cents(value: Decimal, currency: str, text: str) -> None:
    assert money(value, currency) == text


def test_days_are_spelled_out() -> None:
    assert day(date(2026, 2, 3)) == "3 February 2026"


def test_specifications_have_units_known_ones_first_and_leave_out_what_is_empty() -> None:
    rows = specifications(
        {
            "zip": True,
            "weight_g": 192,
            "battery_mah": 4300,
            "care": "",
            "advantages": ["light"],
            "made_of": ["oak", "ash"],
        }
    )
    assert rows == [("Battery", "4,300 mAh"), ("Weight", "192 g"), ("Made of", "oak, ash"), ("Zip", "Yes")]


@pytest.mark.parametrize(
    ("mean", "halves"),
    [(1, "full empty empty empty empty"), (3.24, "full full full empty empty"), (3.3, "full full full half empty"),
     (4.8, "full full full full full"), (5, "full full full full full")],
)  # fmt: skip
def test_stars_are_rounded_to_halves(mean: float, halves: str) -> None:
    assert stars(mean) == halves.split()


def test_the_last_colour_word_paints_and_unknown_names_do_not() -> None:
    assert swatch("Mystic Bronze") == swatch("bronze")
    assert swatch("navy blue") == swatch("Blue")
    assert swatch("Sparkle") is None
