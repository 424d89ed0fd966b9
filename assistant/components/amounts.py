"""Amounts of money: "under 300 dollars", "between $50 and 80", "max 100€", "cheaper than 1k"; see docs/grammar.md."""

# ruff: noqa: E501 (a pattern broken over lines is harder to read than a long one)

import re
from collections.abc import Iterator
from typing import Any

from assistant.components.found import Found
from assistant.components.number_words import DIGITS, WORDS, number

CURRENCIES = {
    "$": "USD", "usd": "USD", "dollar": "USD", "buck": "USD", "us$": "USD", "€": "EUR", "eur": "EUR", "euro": "EUR",
    "£": "GBP", "gbp": "GBP", "pound": "GBP", "quid": "GBP",
}  # fmt: skip
_SIGN = r"(?:us\$|\$|€|£|usd ?|eur ?|gbp ?)"
_NAME = r"(?:\s?(?:us\$|\$|€|£)|\s?(?:usd|eur|gbp|dollars?|bucks?|euros?|pounds?|quid)\b)"
_FIGURE = rf"(?:{DIGITS}(?: ?k\b)?|{WORDS})"
# A figure that counts something else is no money: "under 2 weeks", "more than 8 gb", "at least 5 pieces".
_NOT_MONEY = (
    r"(?![\w.,]*\d|\s?(?:%|gb|tb|mp|mah|kg|g\b|mm|cm|hz|inch|inches|\"|ml|days?|weeks?|months?|years?|hours?|pieces|pcs|units|"
    r"items|left|of\b|stars?|percent|megapixels?|ram\b|grams?|results?|products?)(?!\w))"
)


def _money(group: str) -> str:
    return rf"(?P<{group}_sign>{_SIGN})?(?P<{group}>{_FIGURE})(?P<{group}_name>{_NAME})?{_NOT_MONEY}"


_BETWEEN = re.compile(
    rf"\b(?:between|from) {_money('low')} (?:and|to) {_money('high')}|{_money('left')}\s?(?:-|\u2013|to)\s?{_money('right')}",
    re.IGNORECASE,
)
_MOST = re.compile(
    r"(?:\b(?:under|below|beneath|less than|cheaper than|lower than|up to|max(?:imum)?(?: of)?|at most|within|"
    rf"(?:not|no|nothing|never) (?:more|over|above|higher)(?: than)?|not exceeding|budget (?:of|is))|<=?) ?{_money('most')}"
    rf"|{_money('tail')} (?:max(?:imum)?|or less|at most|tops)\b",
    re.IGNORECASE,
)
_LEAST = re.compile(
    rf"(?:\b(?:over|above|more than|at least|min(?:imum)?(?: of)?|starting (?:at|from)|upwards of|pricier than|from)|>=?) ?{_money('least')}"
    rf"|{_money('tail')} (?:or more|and up|upwards|min(?:imum)?)\b",
    re.IGNORECASE,
)
_ABOUT = re.compile(rf"\b(?:around|about|roughly|approximately|circa|some) {_money('about')}", re.IGNORECASE)
_BARE = re.compile(rf"(?<![\w.]){_money('bare')}", re.IGNORECASE)
SPREAD = 0.2  # "around 100" is 80 to 120


def amounts(text: str) -> Iterator[Found]:
    """Every amount as `{min, max, currency}`; a bare price ("$300") is what somebody is ready to pay at most."""
    for match in _BETWEEN.finditer(text):
        yield from _between(match)
    for pattern, bound in ((_MOST, "max"), (_LEAST, "min")):
        for match in pattern.finditer(text):
            yield from _one_sided(match, bound)
    for match in _ABOUT.finditer(text):
        figure, currency = _figure(match, "about"), _currency(match, "about")
        if figure and (currency or match["about"][0].isdigit()):
            yield _found(match, round(figure * (1 - SPREAD), 2), round(figure * (1 + SPREAD), 2), currency)
    for match in _BARE.finditer(text):
        currency = _currency(match, "bare")
        if currency:
            yield _found(match, None, _figure(match, "bare"), currency)


def _between(match: "re.Match[str]") -> Iterator[Found]:
    low, high = ("low", "high") if match["low"] else ("left", "right")
    currency = _currency(match, high) or _currency(match, low)
    if low == "left" and not currency:  # "42-44" are sizes as likely
        return
    bounds = sorted([_figure(match, low), _figure(match, high)])
    yield _found(match, bounds[0], bounds[1], currency)


def _one_sided(match: "re.Match[str]", bound: str) -> Iterator[Found]:
    groups = match.groupdict()
    name = next(n for n in ("most", "least", "tail") if groups.get(n))
    currency = _currency(match, name)
    vague = (
        re.match(r"(?:from|at least|within|over|above|more than|min)", match.group(), re.IGNORECASE) or name == "tail"
    )
    if not currency and vague and not _is_price_like(match[name]):
        return
    figure = _figure(match, name)
    yield _found(match, figure if bound == "min" else None, figure if bound == "max" else None, currency)


def _is_price_like(said: str) -> bool:
    """Without a currency only figures from 20 on, in digits: "at least five", "from 1" count something else."""
    return said[0].isdigit() and number(said) >= 20


def _figure(match: "re.Match[str]", group: str) -> float:
    value = number(match[group])
    return int(value) if value == int(value) else value


def _currency(match: "re.Match[str]", group: str) -> str | None:
    said = (match[f"{group}_sign"] or match[f"{group}_name"] or "").strip().lower()
    return CURRENCIES.get(said) or CURRENCIES.get(said.rstrip("s"))


def _found(match: "re.Match[str]", least: float | None, most: float | None, currency: str | None) -> Found:
    value: dict[str, Any] = {"min": least, "max": most, "currency": currency}
    return Found("amount", match.start(), match.end(), value)
