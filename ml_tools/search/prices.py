"""Prices in a search: "under 300 dollars", "between $50 and 80", "max 100€", "around 1k"."""

# ruff: noqa: E501 (a pattern broken over lines is harder to read than a long one)

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

_WORDS = {
    "ten": 10, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90, "a hundred": 100, "one hundred": 100, "hundred": 100, "two hundred": 200, "three hundred": 300,
    "four hundred": 400, "five hundred": 500, "a thousand": 1000, "one thousand": 1000, "thousand": 1000,
}  # fmt: skip
_SIGN = r"(?:us\$|\$|€|£|₹|rs\.? ?|usd ?|eur ?|gbp ?|inr ?)"
_NAME = r"(?:\s?(?:us\$|\$|€|£|₹)|\s?(?:usd|eur|gbp|inr|dollars?|bucks?|euros?|pounds?|quid|rupees?)\b)"
_SPELT = "|".join(sorted(_WORDS, key=len, reverse=True))
_FIGURE = rf"(?:\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?(?:\s?k\b)?|(?:{_SPELT})\b)"
# A figure that measures something else is no price: "under 8 gb", "over 4000 mah", "at least 2 pairs".
_NOT_PRICE = (
    r"(?![\w.,]*\d|\s?(?:%|\"|″|”|(?:gb|tb|gigs?|gigabytes?|terabytes?|mp|megapixels?|mah|milli\w*|kg|kilos?|grams?|g|mm|cm|"
    r"hz|hertz|inch|inches|ml|l|lit\w*|w|watts?|atm|days?|weeks?|months?|years?|hours?|pairs?|pieces|pcs|stars?)\b))"
)  # fmt: skip
_LONGEST = 7  # digits


def _money(name: str) -> str:
    return rf"(?P<{name}_sign>{_SIGN})?(?P<{name}>{_FIGURE})(?P<{name}_name>{_NAME})?{_NOT_PRICE}"


_BETWEEN = re.compile(
    rf"\b(?:between|from) {_money('low')} (?:and|to|-) {_money('high')}|{_money('left')}\s?(?:-|–|to)\s?{_money('right')}"
)
_MOST = re.compile(
    r"(?:\b(?:under|below|beneath|less than|cheaper than|lower than|up to|max(?:imum)?(?: of)?|at most|within|for less than|"
    r"(?:not|no|nothing|never) (?:more|over|above|higher)(?: than)?|not exceeding|budget(?: of| is|:)?)|<=?) ?"
    rf"{_money('most')}|{_money('tail')} (?:max(?:imum)?|or less|or under|or below|at most|tops)\b"
)
_LEAST = re.compile(
    r"(?:\b(?:over|above|more than|at least|min(?:imum)?(?: of)?|starting (?:at|from)|upwards of|pricier than|from)|>=?) ?"
    rf"{_money('least')}|{_money('tail')} (?:or more|and up|upwards|min(?:imum)?)\b"
)
_ABOUT = re.compile(rf"(?:\b(?:around|about|roughly|approximately|circa|near)|~) ?{_money('about')}")
_BARE = re.compile(rf"(?<![\w.]){_money('bare')}")
SPREAD = Decimal("0.2")  # "around 100" is 80 to 120
LEAST_PLAIN = 15  # figures below are no price without a currency: "from 1", "over 5"


@dataclass(frozen=True)
class PriceSaid:
    start: int
    end: int
    low: Decimal | None
    high: Decimal | None


def prices_in(text: str) -> list[PriceSaid]:
    """Prices in a text in lower case, no two on one place; a bare amount of money is the most to be paid."""
    found: list[PriceSaid] = []
    for said in _every(text):
        if not any(said.start < other.end and other.start < said.end for other in found):
            found.append(said)
    return found


def _every(text: str) -> Iterator[PriceSaid]:
    for match in _BETWEEN.finditer(text):
        names = ("low", "high") if match["low"] else ("left", "right")
        if match["low"] or any(_is_money(match, name) for name in names):  # "42-44" are sizes as likely
            low, high = sorted(_figure(match, name) for name in names)
            yield PriceSaid(match.start(), match.end(), low, high)
    for pattern in (_MOST, _LEAST):
        for match in pattern.finditer(text):
            name = next(n for n in ("most", "least", "tail") if match.groupdict().get(n))
            figure = _figure(match, name)
            if _is_money(match, name) or figure >= LEAST_PLAIN:
                bounds = (None, figure) if pattern is _MOST else (figure, None)
                yield PriceSaid(match.start(), match.end(), *bounds)
    for match in _ABOUT.finditer(text):
        figure = _figure(match, "about")
        if _is_money(match, "about") or figure >= LEAST_PLAIN:
            yield PriceSaid(match.start(), match.end(), figure * (1 - SPREAD), figure * (1 + SPREAD))
    for match in _BARE.finditer(text):
        if _is_money(match, "bare"):
            yield PriceSaid(match.start(), match.end(), None, _figure(match, "bare"))


def _is_money(match: "re.Match[str]", name: str) -> bool:
    return bool(match[f"{name}_sign"] or match[f"{name}_name"])


def _figure(match: "re.Match[str]", name: str) -> Decimal:
    said = match[name].strip()
    if said in _WORDS:
        return Decimal(_WORDS[said])
    thousand = 1000 if said.endswith("k") else 1
    digits = said.rstrip("k ").replace(",", "")
    return min(Decimal(digits[: _LONGEST + 3]) * thousand, Decimal(10**_LONGEST))
