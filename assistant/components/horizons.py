"""How far ahead: "next 45 days", "six weeks", "until Christmas" as days from today; see docs/grammar.md."""

# ruff: noqa: E501 (a pattern broken over lines is harder to read than a long one)

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta

from assistant.components.calendar_days import (
    DATE,
    FEAST,
    MONTH,
    MONTHS,
    WEEKDAY,
    WEEKDAYS,
    dates_named,
    feast,
    month_end,
    quarter_start,
    upcoming,
    week_start,
)  # fmt: skip
from assistant.components.found import Found
from assistant.components.number_words import DIGITS, WORDS, number

UNIT = r"(?P<unit>d(?:ay|ys?|ays)?|w(?:k|ks|eek|eeks)?|fortnights?|months?|mths?|quarters?|years?|yrs?)"
PAST = r"(?:last|past|previous|preceding)"
_LENGTH = re.compile(
    rf"(?P<past>\b{PAST} )?(?<![\w.-])(?P<sign>-\s?|minus )?(?:(?P<digits>{DIGITS})[ -]?|(?P<words>{WORDS}|an?|half an?)[ -]){UNIT}\b(?P<ago> ago| before)?",
    re.IGNORECASE,
)
_NEXT = re.compile(r"\b(?:next|coming|following|upcoming) (?P<unit>week|month|quarter|year)s?\b", re.IGNORECASE)
_TOMORROW = re.compile(r"\btomorrow\b", re.IGNORECASE)
_PAST = re.compile(rf"\byesterday\b|\b{PAST} (?:week|month|quarter|year|{MONTH}|{WEEKDAY})\b", re.IGNORECASE)
_UNTIL = re.compile(
    rf"\b(?:until|till|til|up to|through|before|by|to(?= the end))(?: the)? "
    rf"(?P<what>{FEAST}|end of (?:the |this |next )?(?:week|month|quarter|year)|{DATE}|(?:next )?{WEEKDAY}|{MONTH}(?: \d{{4}})?)\b",
    re.IGNORECASE,
)
_IN_MONTH = re.compile(rf"\b(?:in|for|during) (?P<month>{MONTH})\b(?! \d)", re.IGNORECASE)
_REST = re.compile(r"\brest of (?:the|this) (?P<unit>week|month|quarter|year)\b", re.IGNORECASE)
NEXT_DAYS = {"week": 7, "month": 30, "quarter": 90, "year": 365}
MAX_DAYS = 10**6  # beyond this the calendar itself ends; such a horizon is refused anyway


def horizons(text: str, today: date) -> Iterator[Found]:
    """Every horizon in the text; `days` may be absurd (0, negative, 5000): who uses it says why it refuses."""
    for match in _LENGTH.finditer(text):
        yield _found(match, _length(match, today))
    for match in _NEXT.finditer(text):
        yield _found(match, {"days": NEXT_DAYS[match["unit"].lower()]})
    for match in _TOMORROW.finditer(text):
        yield _found(match, {"days": 1})
    for match in _PAST.finditer(text):
        yield _found(match, {"days": None, "problem": "past"})
    for match in _UNTIL.finditer(text):
        end = _end(match["what"].lower(), today)
        if end:
            yield _found(match, {"days": (end - today).days})
    for match in _IN_MONTH.finditer(text):
        yield _found(match, {"days": (month_end(_next_month_named(match["month"], today)) - today).days})
    for match in _REST.finditer(text):
        yield _found(match, {"days": (_end_of(match["unit"].lower(), today) - today).days})


def _found(match: "re.Match[str]", value: dict[str, Any]) -> Found:
    return Found("horizon", match.start(), match.end(), value)


def _length(match: "re.Match[str]", today: date) -> dict[str, Any]:
    if match["past"] or match["ago"]:
        return {"days": None, "problem": "past"}
    said = (match["digits"] or match["words"]).lower()
    count = 0.5 if said.startswith("half a") and not said.endswith("dozen") else number(said)
    days = days_of(count, match["unit"].lower(), today)
    return {"days": -days if match["sign"] else days}


def days_of(count: float, unit: str, today: date) -> int:
    """Months and years are counted on the calendar, from today; parts of them as parts of 30 and 365 days."""
    if unit.startswith("d"):
        return round(min(count, MAX_DAYS))
    if unit.startswith(("w", "f")):
        return round(min(count * (14 if unit.startswith("f") else 7), MAX_DAYS))
    months = count * (3 if unit.startswith("q") else 12 if unit.startswith("y") else 1)
    if months != int(months) or months > 12_000:
        return round(min(months * 365 / 12, MAX_DAYS))
    return (today + relativedelta(months=int(months)) - today).days


def _end(what: str, today: date) -> date | None:
    if what.startswith("end of"):
        unit = what.split()[-1]
        start = today + relativedelta(**{_PLURAL[unit]: _STEP[unit]}) if " next " in what else today
        return _end_of(unit, start)
    if re.fullmatch(FEAST, what):
        return feast(what, today)
    if re.fullmatch(DATE, what):
        return upcoming(dates_named(what, today), today)
    weekday = what.rpartition(" ")[2]
    if weekday in WEEKDAYS:
        return today + timedelta(days=(WEEKDAYS[weekday] - today.weekday() - 1) % 7 + 1)
    name, _, year = what.partition(" ")
    return date(int(year), MONTHS[name], 1) if year else _next_month_named(name, today, after=True)


_PLURAL = {"week": "weeks", "month": "months", "quarter": "months", "year": "years"}
_STEP = {"week": 1, "month": 1, "quarter": 3, "year": 1}


def _end_of(unit: str, day: date) -> date:
    if unit == "week":
        return week_start(day) + timedelta(days=6)
    if unit == "month":
        return month_end(day)
    if unit == "quarter":
        return month_end(quarter_start(day) + relativedelta(months=2))
    return date(day.year, 12, 31)


def _next_month_named(name: str, today: date, after: bool = False) -> date:
    """The first day of the next such month; of the present one too, unless `after`."""
    month = MONTHS[name.lower()]
    ahead = (month - today.month) % 12
    return today.replace(day=1) + relativedelta(months=ahead or (12 if after else 0))
