"""Days around which shops sell otherwise: the big shopping days everywhere, and a country's public holidays.

A holiday is a name and an offset: the days before it, its eve, itself, the days after it. Each is one cell, whose
factor is learnt over all years and products (`factors.py`).
"""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache

import holidays as calendars
import numpy as np
from numpy.typing import NDArray

from common.errors import BadRequest

PARTS: Mapping[str, range] = {"before": range(-6, -1), "eve": range(-1, 0), "on": range(0, 1), "after": range(1, 3)}
NONE = -1


def check_country(country: str) -> str:
    """The two-letter code in capitals; BadRequest for a country whose holidays are not known. "" is no country."""
    code = country.strip().upper()
    if code and code not in calendars.list_supported_countries():
        raise BadRequest(f"There are no holidays of a country {country!r}: give an ISO code such as US, DE or IN.")
    return code


@lru_cache(maxsize=64)
def of_year(country: str, year: int) -> tuple[tuple[date, str], ...]:
    """Every holiday of a year with its name; a shopping day before a public holiday where both fall on one day."""
    named = {day: name for name, day in _shopping_days(year).items()}
    if country:
        public = calendars.country_holidays(country, years=year, language="en_US")
        named = {day: _plain(name) for day, name in public.items()} | named
    return tuple(sorted(named.items()))


def cells(country: str, days: NDArray[np.datetime64], names: tuple[str, ...]) -> NDArray[np.int64]:
    """The cell [days] that each day is in, as a position in `names` as `known_cells` gives them; NONE for most days."""
    at = {name: position for position, name in enumerate(names)}
    found = _marked(country, days)
    return np.array([at.get(found.get(day, ""), NONE) for day in days.astype(object)], dtype=np.int64)


def known_cells(country: str, days: NDArray[np.datetime64]) -> tuple[str, ...]:
    """The names of all cells that any of the days is in, as in "Black Friday, on"."""
    found = _marked(country, days)
    return tuple(sorted({found[day] for day in days.astype(object) if day in found}))


def _marked(country: str, days: NDArray[np.datetime64]) -> dict[date, str]:
    """The cell of each day that is in one: a holiday itself before an eve, and that before the days around."""
    if not len(days):
        return {}
    first, last = days[0].astype(object).year, days[-1].astype(object).year
    marked: dict[date, str] = {}
    every = [entry for year in range(first - 1, last + 2) for entry in of_year(country, year)]
    for part in ("after", "before", "eve", "on"):
        for day, name in every:
            marked |= {day + timedelta(days=offset): f"{name}, {part}" for offset in PARTS[part]}
    return marked


def _shopping_days(year: int) -> dict[str, date]:
    thanksgiving = _nth_weekday(year, 11, weekday=3, nth=4)
    easter = _easter(year)
    return {
        "Valentine's Day": date(year, 2, 14),
        "Easter Sunday": easter,
        "Black Friday": thanksgiving + timedelta(days=1),
        "Cyber Monday": thanksgiving + timedelta(days=4),
        "Christmas Day": date(year, 12, 25),
        "New Year's Day": date(year, 1, 1),
    }


def _nth_weekday(year: int, month: int, *, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (the anonymous algorithm, Nature, 1876)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = b // 4, b % 4
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    j, k = c // 4, c % 4
    m = (a + 11 * h) // 319
    r = (2 * e + 2 * j - k - h + m + 32) % 7
    month = (h - m + r + 90) // 25
    return date(year, month, (h - m + r + month + 19) % 32)


def _plain(name: str) -> str:
    """A holiday's first name, without what is said in brackets."""
    return name.split(";")[0].split(" (")[0].strip()
