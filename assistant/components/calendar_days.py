"""Days that people name: today, feasts, months, weekdays, dates. The shop's days are UTC days."""

import re
from datetime import date, datetime, timedelta, timezone

from dateutil.easter import easter
from dateutil.relativedelta import FR, TH, relativedelta

MONTHS: dict[str, int] = {}
for _number, _name in enumerate(
    [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ],
    1,
):
    MONTHS.update({_name: _number, _name[:3]: _number})
MONTHS["sept"] = 9
WEEKDAYS = {
    name: place
    for place, name in enumerate(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])
}

MONTH = "(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + ")"
WEEKDAY = "(?:" + "|".join(WEEKDAYS) + ")"
DATE = (
    rf"(?:\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {MONTH}(?:,? \d{{4}})?"
    rf"|{MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?(?! ?days))"
)
FEASTS = {
    "christmas": lambda year: date(year, 12, 25),
    "xmas": lambda year: date(year, 12, 25),
    "christmas eve": lambda year: date(year, 12, 24),
    "new year": lambda year: date(year, 1, 1),
    "new years": lambda year: date(year, 1, 1),
    "new years eve": lambda year: date(year, 12, 31),
    "easter": easter,
    "halloween": lambda year: date(year, 10, 31),
    "valentines": lambda year: date(year, 2, 14),
    "valentines day": lambda year: date(year, 2, 14),
    "thanksgiving": lambda year: date(year, 11, 1) + relativedelta(weekday=TH(4)),
    "black friday": lambda year: (
        date(year, 11, 1) + relativedelta(weekday=TH(4)) + relativedelta(days=1, weekday=FR(1))
    ),
}
FEAST = "(?:" + "|".join(name.replace("s ", "'?s ") for name in sorted(FEASTS, key=len, reverse=True)) + ")(?:'s)?"


def shop_today() -> date:
    """The shop's present day. The only place that reads the clock; everything else is handed a day."""
    return datetime.now(timezone.utc).date()


def dates_named(said: str, today: date) -> list[date]:
    """The date that a text matching DATE names, in every year that it may mean, earliest first; [] if impossible."""
    said = said.lower()
    iso = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", said)
    if iso:
        return _existing([int(iso[1])], int(iso[2]), int(iso[3]))
    month = next(MONTHS[word] for word in re.findall(r"[a-z]+", said) if word in MONTHS)
    numbers = [int(found) for found in re.findall(r"\d+", said)]
    years = [n for n in numbers if n > 31] or [today.year - 1, today.year, today.year + 1]
    return _existing(years, month, numbers[0])


def _existing(years: list[int], month: int, day: int) -> list[date]:
    result = []
    for year in years:
        try:
            result.append(date(year, month, day))
        except ValueError:  # 31 June, 29 February of most years
            continue
    return result


def upcoming(days: list[date], today: date) -> date | None:
    """The first of them after today; the last of them when all are over."""
    return next((day for day in days if day > today), days[-1] if days else None)


def latest(days: list[date], today: date) -> date | None:
    """The last of them that has come; the first of them when all lie ahead."""
    return next((day for day in reversed(days) if day <= today), days[0] if days else None)


def feast(said: str, today: date) -> date:
    """The next time that a feast of FEASTS comes, after today."""
    name = said.lower().replace("'", "")
    rule = FEASTS.get(name) or FEASTS[name[:-1]]
    return next(day for day in (rule(today.year), rule(today.year + 1)) if day > today)


def month_end(day: date) -> date:
    return day + relativedelta(day=31)


def quarter_start(day: date) -> date:
    return day.replace(month=3 * ((day.month - 1) // 3) + 1, day=1)


def week_start(day: date) -> date:
    return day - timedelta(days=day.weekday())
