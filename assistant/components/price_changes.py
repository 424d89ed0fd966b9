"""Changes of a price: "drop it by 10 %", "20 % off", "if it cost 499", "50 dollars less"; see docs/grammar.md."""

# ruff: noqa: E501 (a pattern broken over lines is harder to read than a long one)

import re
from collections.abc import Iterator
from typing import Any

from assistant.components.amounts import CURRENCIES
from assistant.components.found import Found
from assistant.components.number_words import DIGITS, WORDS, number

_SIGN = r"(?P<sign>[-\u2212+]\s?|minus |plus )?"
_PERCENT = re.compile(
    rf"(?<![\w.,]){_SIGN}(?P<figure>{DIGITS}|{WORDS}) ?(?:%|per ?cent\b|percents?\b|pct\b|p\.c\.)", re.IGNORECASE
)
_FRACTIONS = {"half": 50, "third": 100 / 3, "quarter": 25, "fifth": 20, "tenth": 10}
# "by a fifth", "a third off", "half the price", "price a quarter": a share of the price. Elsewhere "half" and "quarter"
# speak of time, and "fifth" of a place in a list.
_FRACTION = re.compile(
    rf"\bby (?:a |one )?(?P<by>{'|'.join(_FRACTIONS)})\b"
    rf"|\b(?:a |one )?(?P<off>{'|'.join(_FRACTIONS)}) (?:off|cheaper|less|dearer|more expensive|higher|lower|more)\b"
    rf"|\bprices? (?:by )?(?:a |one )(?P<price>{'|'.join(_FRACTIONS)})\b|\b(?P<half>half(?: the| of the|-)? ?price|halv(?:e|ed|ing)(?: the| its)? price)\b"
    r"|\b(?P<twice>doubl(?:e|ed|ing)(?: the| its)? price|twice the price)\b",
    re.IGNORECASE,
)
_LOWER = r"drop\w*|lower\w*|cut\w*|reduc\w*|decreas\w*|cheap\w*|less|down|decline\w*|slash\w*|lessen\w*|shave|fall\w*|fell|minus"
_HIGHER = r"rais\w*|increas\w*|high\w*|up|more|dearer|expensive|hik\w*|ris\w*|rose|grow\w*|plus|upp\w*|lift\w*|pricier|costlier"
_OFF = r"off|discount\w*|promo\w*|sale|rebate\w*|reduction|mark\w* ?down|deal|coupon|voucher"
_DIRECTION = re.compile(rf"\b(?:(?P<lower>{_LOWER})|(?P<higher>{_HIGHER})|(?P<off>{_OFF}))\b", re.IGNORECASE)
_NEAR = 30  # characters between a share and the word that says which way it goes

_MONEY_SIGN = r"(?:us\$|\$|€|£|usd ?|eur ?|gbp ?)"
_MONEY_NAME = r"(?:\s?(?:us\$|\$|€|£)|\s?(?:usd|eur|gbp|dollars?|bucks?|euros?|pounds?|quid)\b)"
_FIGURE = rf"(?P<before>{_MONEY_SIGN})?(?P<figure>{DIGITS})(?P<after>{_MONEY_NAME})?"
_NO_MONEY = r"(?![\w.,]*\d|\s?(?:%|per ?cent|pct|gb|tb|mp|mah|days?|weeks?|months?|years?|pieces|pcs|units|items|of\b|left)(?!\w))"
# What follows a price; anything else follows a count: "the price of 2 dresses".
_GOES_ON = r"(?!\s+(?!(?:instead|how|what|would|will|and|or|now|then|for|do|does|we|i|with|per|next|over|until|in|each|from|to|please)\b)[a-z])"
_CHANGED = r"(?:drop|lower|cut|reduce|decrease|raise|increase|set|change|put|bring|move|sell|price|mark)\w*"
_TO_PRICE = re.compile(
    rf"\b(?:(?:it|they|this|that|these|if|would|the|\w+\d*) )?(?:cost|costs|costed|priced at|price (?:was|were|is|of|at|to)|prices? (?:was|were|is|to)|charged?|sold (?:at|for)|sell (?:it|them|this|these|\w+)? ?(?:at|for)) {_FIGURE}{_NO_MONEY}{_GOES_ON}"
    rf"|\b{_CHANGED} (?:(?:the|its|their|it|this|that|them|price|prices|of|[\w-]+) ){{1,7}}to {_FIGURE.replace('before', 'before2').replace('figure', 'figure2').replace('after', 'after2')}{_NO_MONEY}"
    rf"|^(?:and |what about |how about |what if )?(?:at|for) {_FIGURE.replace('before', 'before3').replace('figure', 'figure3').replace('after', 'after3')}{_NO_MONEY}(?: instead)?\W*$",
    re.IGNORECASE,
)
_BY_MONEY = re.compile(
    rf"\bby {_FIGURE}{_NO_MONEY}|{_FIGURE.replace('before', 'before2').replace('figure', 'figure2').replace('after', 'after2')} (?:less|more|cheaper|dearer|off)\b"
    rf"|\b(?:cut|drop|discount|rise|increase|reduction) of {_FIGURE.replace('before', 'before3').replace('figure', 'figure3').replace('after', 'after3')}{_NO_MONEY}",
    re.IGNORECASE,
)


def percentages(text: str) -> Iterator[Found]:
    """Shares as `{percent, means}`: `change` of a price (below 0 for a lower one), `discount` (20 for 20 % off), or
    null when no word says which way. `percent` may be absurd (5000, -200): who uses it says why it refuses."""
    for match in _PERCENT.finditer(text):
        yield Found("percentage", match.start(), match.end(), _share(text, match))
    for match in _FRACTION.finditer(text):
        yield Found("percentage", match.start(), match.end(), _fraction(text, match))


def _fraction(text: str, match: "re.Match[str]") -> dict[str, Any]:
    if match["half"] or match["twice"]:
        return {"percent": -50.0 if match["half"] else 100.0, "means": "change"}
    group = next(name for name in ("by", "off", "price") if match[name])
    return _signed(round(_FRACTIONS[match[group].lower()], 1), _way(text, *match.span(group)))


def _share(text: str, match: "re.Match[str]") -> dict[str, Any]:
    figure, sign = number(match["figure"]), (match["sign"] or "").strip().lower()
    if sign:
        return {"percent": -figure if sign in ("-", "\u2212", "minus") else figure, "means": "change"}
    return _signed(figure, _way(text, match.start(), match.end()))


def _signed(figure: float, way: str | None) -> dict[str, Any]:
    if way == "off":
        return {"percent": figure, "means": "discount"}
    return {"percent": -figure if way == "lower" else figure, "means": "change" if way else None}


def _way(text: str, start: int, end: int) -> str | None:
    """Which way a share goes: the nearest word that says so, one right behind it before one in front of it."""
    behind = _DIRECTION.match(text[end:].lstrip(" -"))
    if behind and behind.lastgroup:
        return behind.lastgroup
    around = []
    for match in _DIRECTION.finditer(text):
        distance = start - match.end() if match.end() <= start else match.start() - end
        if 0 <= distance <= _NEAR and match.lastgroup:
            around.append((distance, match.lastgroup))
    return min(around)[1] if around else None


def price_points(text: str) -> Iterator[Found]:
    """New prices as `{to, by, currency}`: one of `to` ("if it cost 499") and `by` ("50 dollars less" is -50)."""
    for match in _TO_PRICE.finditer(text):
        yield _point(match, "to", 1)
    for match in _BY_MONEY.finditer(text):
        which = next(n for n in ("", "2", "3") if match[f"figure{n}"])
        way = _way(text, *match.span(f"figure{which}"))
        if way and (_currency(match, which) or which == ""):
            yield _point(match, "by", -1 if way in ("lower", "off") else 1)


def _point(match: "re.Match[str]", kind: str, sign: int) -> Found:
    which = next(n for n in ("", "2", "3") if match[f"figure{n}"])
    value = {"to": None, "by": None, "currency": _currency(match, which)}
    value[kind] = sign * number(match[f"figure{which}"])
    start = match.start(f"before{which}") if match[f"before{which}"] else match.start(f"figure{which}")
    end = match.end(f"after{which}") if match[f"after{which}"] else match.end(f"figure{which}")
    return Found("price_point", start, end, value)


def _currency(match: "re.Match[str]", which: str) -> str | None:
    said = (match[f"before{which}"] or match[f"after{which}"] or "").strip().lower()
    return CURRENCIES.get(said) or CURRENCIES.get(said.rstrip("s"))
