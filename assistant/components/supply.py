"""What ordering from a supplier goes by: lead times, service levels, and the shop as a whole; see docs/grammar.md."""

# ruff: noqa: E501 (a pattern broken over lines is harder to read than a long one)

import re
from collections.abc import Iterator
from datetime import date

from assistant.components.found import Found
from assistant.components.horizons import UNIT, days_of
from assistant.components.number_words import DIGITS, NUMBER, WORDS, number

_LENGTH = rf"(?:(?P<digits>{DIGITS})[ -]?|(?P<words>{WORDS}|an?)[ -]){UNIT}"
_LEAD = re.compile(
    rf"\b(?:lead|delivery|replenishment|supply)[ -]?times? (?:is |of |was |were |would be |be |at |about |around )*{_LENGTH}\b"
    rf"|\b(?:suppliers?|vendors?|manufacturers?|delivery|deliveries|shipping|shipment|goods|restocking)(?: from the supplier)? (?:takes?|needs?|arrives?(?: in| after)?|comes?(?: in| after)|delivers?(?: in| within| after)?|(?:are|is) (?:here|there) in) (?:about |around )?{_LENGTH.replace('digits', 'digits2').replace('words', 'words2').replace('<unit>', '<unit2>')}\b"
    rf"|\b{_LENGTH.replace('digits', 'digits3').replace('words', 'words3').replace('<unit>', '<unit3>')}(?:'s?|s')? (?:of )?(?:lead|delivery|replenishment|supply)[ -]?times?\b",
    re.IGNORECASE,
)
_SHARE = rf"(?P<figure>{NUMBER}) ?(?:%|per ?cent\b|percent\b|pct\b)?"
_LEVEL = re.compile(
    rf"\b(?:service|availability|fill)[ -]?(?:level|rate)s? (?:is |of |at |to |should be |would be )*{_SHARE}"
    rf"|\b{_SHARE.replace('<figure>', '<figure2>')} (?:of )?(?:service(?:[ -]?level)?|availability|fill rate|sure|certain|certainty|safe|safety|confident|confidence|likely not to run out)\b",
    re.IGNORECASE,
)
_WHOLE_SHOP = re.compile(
    r"\b(?:(?:the |our |this )?(?:whole|entire|complete|full) (?:shop|store|catalogue|catalog|range|assortment|business|company)"
    r"|(?:the |our )?(?:shop|store) (?:as a whole|overall|in total)"
    r"|(?:all|all of) (?:the |our |your )?(?:products|items|articles|goods|categories|things)|(?:across|over) (?:all|the board)"
    r"|everything(?: together)?|overall|in total|total (?:sales|demand|units)|altogether|hole shop)\b",
    re.IGNORECASE,
)


def lead_times(text: str, today: date) -> Iterator[Found]:
    """Days until ordered goods arrive."""
    for match in _LEAD.finditer(text):
        which = next(n for n in ("", "2", "3") if match[f"unit{n}"])
        said = (match[f"digits{which}"] or match[f"words{which}"]).lower()
        yield Found(
            "lead_time", match.start(), match.end(), days_of(number(said), match[f"unit{which}"].lower(), today)
        )


def service_levels(text: str) -> Iterator[Found]:
    """The chance in percent of not running out."""
    for match in _LEVEL.finditer(text):
        said = match["figure"] or match["figure2"]
        yield Found("service_level", match.start(), match.end(), number(said))


def whole_shops(text: str) -> Iterator[Found]:
    """Words that mean all products together."""
    for match in _WHOLE_SHOP.finditer(text):
        yield Found("whole_shop", match.start(), match.end(), True)
