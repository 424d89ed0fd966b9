"""Numbers as people write them: 45, 1,200, 1.5k, six, forty-five, a dozen, a couple of."""

# ruff: noqa: E501 (a pattern broken over lines is harder to read than a long one)

import re

_SMALL = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_VALUES = {word: number for number, word in enumerate(_SMALL, 1)}
_VALUES.update({word: 10 * number for number, word in enumerate(_TENS, 2)})
_VALUES.update({"zero": 0, "a": 1, "an": 1, "couple": 2, "dozen": 12, "fourty": 40, "half": 0.5})

_TEN = "|".join([*_TENS, "fourty"])
_ONE = "|".join(sorted(_SMALL, key=len, reverse=True))
WORDS = rf"(?:(?:{_TEN})(?:[- ](?:{_ONE}))?|(?:{_ONE}|zero)(?: hundred(?: and (?:{_TEN}|{_ONE}))?)?|(?:a )?hundred|(?:a )?couple(?: of)?|(?:a |half a )?dozen)"
DIGITS = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
NUMBER = rf"(?:{DIGITS}|{WORDS})"


def number(said: str) -> float:
    """The value of a text that matches NUMBER, with `k` for thousands; raises ValueError for any other text."""
    said = said.strip().lower().replace(",", "")
    thousand = 1000 if re.fullmatch(r"[\d.]+ ?k", said) else 1
    if re.fullmatch(r"\d+(\.\d+)?( ?k)?", said):
        return float(said.rstrip("k ")) * thousand
    return _in_words(said)


def _in_words(said: str) -> float:
    total: float = 0
    words = [word for word in re.split(r"[- ]", said) if word not in ("and", "of", "")]
    for place, word in enumerate(words):
        if word == "hundred":
            total = max(total, 1) * 100
        elif word == "dozen":
            total = (total or 1) * 12
        elif word not in _VALUES:
            raise ValueError(f"{said!r} is not a number")
        elif word not in ("a", "an") or place + 1 == len(words):
            total += _VALUES[word]
    return total
