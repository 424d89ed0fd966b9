"""Numbers as people read them."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.formats import change, count, day, listing, money, percent, units


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        (Decimal("1299"), "USD", "$1,299.00"),
        (Decimal("12.5"), "EUR", "€12.50"),
        (Decimal("-3.1"), "GBP", "-£3.10"),
        (Decimal("1500"), "JPY", "¥1,500"),
        (Decimal("7"), "CHF", "CHF 7.00"),
        (0.5, "USD", "$0.50"),
    ],
)
def test_money_has_its_symbol_thousands_and_cents(amount: Decimal, currency: str, written: str) -> None:
    assert money(amount, currency) == written


def test_one_is_singular() -> None:
    assert (units(1), units(0), units(1204.4)) == ("1 unit", "0 units", "1,204 units")


@pytest.mark.parametrize(
    ("new", "old", "words"),
    [(125, 100, "up 25 %"), (97, 100, "down 3.0 %"), (100.2, 100, "about the same"), (0, 50, "down 100 %")],
)
def test_a_change_says_its_direction(new: float, old: float, words: str) -> None:
    assert change(new, old) == words


def test_days_percentages_and_lists() -> None:
    assert day(date(2026, 11, 1)) == "1 Nov 2026"
    assert (percent(12.4), percent(3.44)) == ("12 %", "3.4 %")
    assert (listing([]), listing(["a"]), listing(["a", "b", "c"])) == ("", "a", "a, b and c")


@given(st.floats(-1e9, 1e9))
def test_a_count_reads_back_as_the_rounded_number(number: float) -> None:
    assert int(count(number).replace(",", "")) == round(number)
