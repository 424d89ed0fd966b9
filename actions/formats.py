"""How numbers are written for people: money, counts, percentages, dates."""

from datetime import date, datetime
from decimal import Decimal

_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "INR": "₹", "JPY": "¥", "CNY": "¥", "KRW": "₩", "BRL": "R$"}
_WITHOUT_CENTS = {"JPY", "KRW"}


def money(amount: Decimal | float, currency: str) -> str:
    """`$1,299.00`, `CHF 12.50`; without cents where a currency has none."""
    digits = f"{abs(amount):,.0f}" if currency in _WITHOUT_CENTS else f"{abs(amount):,.2f}"
    symbol = _SYMBOLS.get(currency, f"{currency} ")
    return f"{'-' if amount < 0 else ''}{symbol}{digits}"


def count(number: float) -> str:
    """`1,204`; rounded to whole units."""
    return f"{round(number):,}"


def units(number: float) -> str:
    """`1 unit`, `1,204 units`."""
    return f"{count(number)} {'unit' if round(number) == 1 else 'units'}"


def percent(number: float) -> str:
    """`12 %`, `3.4 %` below ten."""
    return f"{number:.0f} %" if abs(number) >= 10 else f"{number:.1f} %"


def chance(share: float) -> str:
    """A probability in words that claim no more than is known: `about 34 %`, `less than 1 %`."""
    if share < 0.01:
        return "less than 1 %"
    return "more than 99 %" if share > 0.99 else f"about {share * 100:.0f} %"


def change(new: float, old: float) -> str:
    """The change against `old`, which is not 0: `up 12 %`, `down 3.4 %`, `about the same`."""
    return changed_by((new - old) / abs(old) * 100)


def changed_by(percentage: float) -> str:
    if abs(percentage) < 0.5:
        return "about the same"
    return f"{'up' if percentage > 0 else 'down'} {percent(abs(percentage))}"


def day(value: date | datetime) -> str:
    """`21 Nov 2026`."""
    return f"{value.day} {value:%b %Y}"


def listing(words: list[str], last: str = "and") -> str:
    """`red`, `red and blue`, `red, blue and green`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
