"""Counts and places: quantities ("3 pieces"), ordinals ("the second one"), order numbers; see docs/grammar.md."""

# ruff: noqa: E501 (a pattern broken over lines is harder to read than a long one)

import re
from collections.abc import Iterator

from assistant.components.found import Found
from assistant.components.number_words import WORDS, number

_ORDINALS = {
    name: place
    for place, name in enumerate(
        ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"], 1
    )
}
_ORDINALS.update({"frist": 1, "secnd": 2, "last": -1})
_COUNT = rf"(?:\d{{1,4}}(?![\d.])|{WORDS})"
_QUANTITIES = (
    re.compile(
        rf"\b(?P<n>{_COUNT})(?: ?x\b| (?:pieces?|pcs|units?|items?|copies|pairs?|left|of (?:them|these|those|the|it|your)\b))",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b(?:buy|order|get|take|have|want|need|deliver|add|reserve|purchase|for|do|price of|cost of|of) (?P<n>{_COUNT})"
        r"(?= (?!days?\b|weeks?\b|months?\b|years?\b|quarters?\b|gb\b|tb\b|dollars?\b|euros?\b|bucks?\b|hundred\b)[a-z])",
        re.IGNORECASE,
    ),
    re.compile(rf"\b(?:top|best) (?P<n>{_COUNT})\b|\b(?P<m>{_COUNT}) (?:best|most|top)\b", re.IGNORECASE),
)  # fmt: skip
_NOUN = r"(?:one|ones|item|product|option|choice|result|thing|of (?:them|these|those|the)|from|please|pls|in the list|on the list)"
_NAMED = re.compile(rf"\b(?P<name>{'|'.join(_ORDINALS)})(?= {_NOUN}\b|\s*[.!?]?$| (?:and|or|with|vs) )", re.IGNORECASE)
_NTH = re.compile(r"\b(?P<n>[1-9]|1\d|20)(?:st|nd|rd|th)\b(?! (?:of )?[a-z]*(?:quarter|month|week))", re.IGNORECASE)
_NUMBER = re.compile(
    rf"(?:\b(?:number|nr|no|option|item|choice|result)\.?|#) ?(?P<n>\d{{1,2}}|{WORDS})(?![\w-])", re.IGNORECASE
)
_BARE = re.compile(r"\s*(?P<n>[1-9]|1\d|20)\s*[.)!]?\s*")
_FIRST_TWO = re.compile(r"\bfirst (?P<n>two|three|2|3)\b", re.IGNORECASE)
_EDGE = re.compile(
    r"\b(?:(?P<top>top one|one (?:on|at) (?:the )?top)|(?P<bottom>bottom one|one at the bottom))\b", re.IGNORECASE
)
_BEFORE_LAST = re.compile(r"\b(?:one before the last|second to last|penultimate)\b", re.IGNORECASE)
_ORDER_NUMBER = re.compile(r"(?<![\w-])[sS]-[0-9A-Za-z]{6}(?![\w-])")
_NOT_A_PLACE = re.compile(
    r"(?:compared (?:with|to)|cheapest|expensive|ones|popular|best|newest|out|in stock|at|next) (?:the )?$",
    re.IGNORECASE,
)


# "How long does the battery last?": a verb, unless something that points stands before it.
_POINTS_TO_LAST = re.compile(
    r"(?:^|\b(?:the|that|this|my|your|our|very|and|or|with|vs|about|show|open|take) )$", re.IGNORECASE
)


def quantities(text: str) -> Iterator[Found]:
    """Whole counts, 0 and more."""
    for pattern in _QUANTITIES:
        for match in pattern.finditer(text):
            group = "n" if match["n"] else "m"
            yield Found("quantity", match.start(group), match.end(group), int(number(match[group])))


def ordinals(text: str) -> Iterator[Found]:
    """Places in a list, counted from 1; -1 is the last, -2 the one before it."""
    for match in _BEFORE_LAST.finditer(text):
        yield Found("ordinal", match.start(), match.end(), -2)
    for match in _NAMED.finditer(text):
        before, name = text[: match.start()], match["name"].lower()
        if name == "last" and not _POINTS_TO_LAST.search(before):
            continue
        if not _NOT_A_PLACE.search(before):
            yield Found("ordinal", match.start(), match.end(), _ORDINALS[match["name"].lower()])
    for pattern in (_NTH, _NUMBER):
        for match in pattern.finditer(text):
            yield Found("ordinal", match.start(), match.end(), int(number(match["n"])))
    for match in _FIRST_TWO.finditer(text):
        for place in range(1, int(number(match["n"])) + 1):  # side by side, so that none hides another
            yield Found("ordinal", match.start() + place - 1, match.start() + place, place)
    for match in _EDGE.finditer(text):
        yield Found("ordinal", match.start(), match.end(), 1 if match["top"] else -1)
    bare = _BARE.fullmatch(text)
    if bare:
        yield Found("ordinal", bare.start("n"), bare.end("n"), int(bare["n"]))


def order_numbers(text: str) -> Iterator[Found]:
    for match in _ORDER_NUMBER.finditer(text):
        yield Found("order_number", match.start(), match.end(), match.group().upper())
