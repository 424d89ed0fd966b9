"""Which days of the past: "last month", "Q3", "between 1 and 15 March" as first and last day; see docs/grammar.md."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from assistant.components.calendar_days import (
    DATE,
    MONTH,
    MONTHS,
    WEEKDAY,
    WEEKDAYS,
    dates_named,
    latest,
    month_end,
    quarter_start,
    week_start,
)  # fmt: skip
from assistant.components.found import Found
from assistant.components.number_words import NUMBER, number

Days = tuple[date, date]
UNITS = {"day": "days", "week": "weeks", "month": "months", "quarter": "months", "year": "years"}
LONGEST_YEARS = 50

_DAY = re.compile(r"\b(?P<day>yesterday|today)\b", re.IGNORECASE)
_LAST_N = re.compile(
    rf"\b(?:last|past|previous) (?P<number>{NUMBER}) (?P<unit>day|week|month|quarter|year)s?\b", re.IGNORECASE
)
_CALENDAR = re.compile(
    r"\b(?P<which>last|previous|this|the current|current) (?P<unit>week|month|quarter|year)\b", re.IGNORECASE
)
_PAST_ONE = re.compile(r"\bpast (?P<unit>week|month|quarter|year)\b", re.IGNORECASE)
_QUARTER = re.compile(
    r"\b(?:q(?P<short>[1-4])|(?P<long>first|second|third|fourth) quarter)(?:(?: of)? (?P<year>20\d\d))?\b",
    re.IGNORECASE,
)
_FROM_TO = re.compile(
    rf"\b(?:between |from )?(?P<first>{DATE}|\d{{1,2}}(?:st|nd|rd|th)?|{MONTH})"
    rf"(?: (?:and|to|until|till|through) |\s?[-\u2013]\s?)(?:the )?(?P<last>{DATE}|{MONTH}(?: \d{{4}})?)\b",
    re.IGNORECASE,
)
_SINCE = re.compile(rf"\bsince (?P<first>{DATE}|{MONTH})\b", re.IGNORECASE)
_ONE_DATE = re.compile(rf"\bon (?:the )?(?P<date>{DATE})\b", re.IGNORECASE)
_MONTH = re.compile(
    rf"\b(?:(?:in|for|of|during|last) (?P<month>{MONTH})(?: (?P<year>20\d\d))?|(?P<named>{MONTH}) (?P<its>20\d\d))\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(?:in|for|of|during) (?P<year>20\d\d)\b", re.IGNORECASE)
_WEEKDAY = re.compile(rf"\b(?:on|last) (?P<weekday>{WEEKDAY})\b", re.IGNORECASE)


def periods(text: str, today: date) -> Iterator[Found]:
    """Every period in the text as `{start, end, label}`, ISO days, `end` inclusive and never after today."""
    rules = (
        (_DAY, _of_day), (_LAST_N, _of_last_n), (_CALENDAR, _of_calendar), (_PAST_ONE, _of_past_one),
        (_QUARTER, _of_quarter), (_FROM_TO, _of_range), (_SINCE, _of_since), (_ONE_DATE, _of_date),
        (_MONTH, _of_month), (_YEAR, _of_year), (_WEEKDAY, _of_weekday),
    )  # fmt: skip
    for pattern, days_of in rules:
        for match in pattern.finditer(text):
            days = days_of(match, today)
            if days and days[0] <= today and days[0] <= days[1]:
                value = {"start": days[0].isoformat(), "end": min(days[1], today).isoformat(), "label": _label(match)}
                yield Found("period", match.start(), match.end(), value)


def _label(match: "re.Match[str]") -> str:
    return re.sub(r"^(?:in|for|of|during|on)\s+(?:the\s+)?", "", match.group().strip(), flags=re.IGNORECASE)


def _of_day(match: "re.Match[str]", today: date) -> Days:
    day = today - timedelta(days=match["day"].lower() == "yesterday")
    return day, day


def _of_last_n(match: "re.Match[str]", today: date) -> Days | None:
    """Whole units up to yesterday, because today is not over."""
    count, unit = int(number(match["number"])), match["unit"].lower()
    years = count * {"day": 1 / 365, "week": 1 / 52, "month": 1 / 12, "quarter": 1 / 4, "year": 1}[unit]
    return _back(count, unit, today) if count > 0 and years <= LONGEST_YEARS else None


def _of_past_one(match: "re.Match[str]", today: date) -> Days:
    return _back(1, match["unit"].lower(), today)


def _back(count: int, unit: str, today: date) -> Days:
    steps = count * (3 if unit == "quarter" else 1)
    return today - relativedelta(**{UNITS[unit]: steps}), today - timedelta(days=1)


def _of_calendar(match: "re.Match[str]", today: date) -> Days:
    unit = match["unit"].lower()
    start = {"week": week_start, "month": lambda d: d.replace(day=1), "quarter": quarter_start,
             "year": lambda d: date(d.year, 1, 1)}[unit](today)  # fmt: skip
    if match["which"].lower() not in ("last", "previous"):
        return start, today
    before = start - relativedelta(**{UNITS[unit]: 3 if unit == "quarter" else 1})
    return before, start - timedelta(days=1)


def _of_quarter(match: "re.Match[str]", today: date) -> Days:
    number_ = int(match["short"] or 1 + ["first", "second", "third", "fourth"].index(match["long"].lower()))
    start = date(int(match["year"] or today.year), 3 * number_ - 2, 1)
    if start > today and not match["year"]:
        start -= relativedelta(years=1)
    return start, month_end(start + relativedelta(months=2))


def _of_range(match: "re.Match[str]", today: date) -> Days | None:
    """Both ends in one year, the latest in which the first has come; "1 and 15 March" shares the month."""
    first, last = match["first"].lower(), match["last"].lower()
    if re.fullmatch(r"\d{1,2}(?:st|nd|rd|th)?", first):
        month = re.search(MONTH, last)
        if not month or not re.search(r"\d", re.sub(r"\d{4}", "", last)):
            return None
        first = f"{re.findall(r'[0-9]+', first)[0]} {month.group()}"
    start, end = _first_day(first, today, last), _last_day(last, today)
    if start and end and end < start:
        end = end + relativedelta(years=1) if end + relativedelta(years=1) <= today else end
        start = start if end >= start else start - relativedelta(years=1)
    return (start, end) if start and end else None


def _first_day(said: str, today: date, other: str = "") -> date | None:
    if said in MONTHS:
        return latest([date(year, MONTHS[said], 1) for year in (today.year - 1, today.year)], today)
    year = re.search(r"\d{4}", other)
    if year and not re.search(r"\d{4}", said):
        said = f"{said} {year.group()}"
    return latest(dates_named(said, today), today)


def _last_day(said: str, today: date) -> date | None:
    month = re.fullmatch(rf"({MONTH})(?: (\d{{4}}))?", said)
    if not month:
        return latest(dates_named(said, today), today)
    years = [int(month[2])] if month[2] else [today.year - 1, today.year]
    start = latest([date(year, MONTHS[month[1]], 1) for year in years], today)
    return month_end(start) if start else None


def _of_since(match: "re.Match[str]", today: date) -> Days | None:
    start = _first_day(match["first"].lower(), today)
    return (start, today) if start else None


def _of_date(match: "re.Match[str]", today: date) -> Days | None:
    day = latest(dates_named(match["date"], today), today)
    return (day, day) if day else None


def _of_month(match: "re.Match[str]", today: date) -> Days:
    name, year = match["month"] or match["named"], match["year"] or match["its"]
    start = date(int(year or today.year), MONTHS[name.lower()], 1)
    if start > today and not year:
        start -= relativedelta(years=1)
    return start, month_end(start)


def _of_year(match: "re.Match[str]", today: date) -> Days:
    return date(int(match["year"]), 1, 1), date(int(match["year"]), 12, 31)


def _of_weekday(match: "re.Match[str]", today: date) -> Days:
    day = today - timedelta(days=(today.weekday() - WEEKDAYS[match["weekday"].lower()] - 1) % 7 + 1)
    return day, day
