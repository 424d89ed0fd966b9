"""The calendar of daily series: days, weekdays, places in the year.

A day is a date: clocks and summer time play no part.
"""

from datetime import date

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def calendar(start: date, days: int) -> NDArray[np.datetime64]:
    """`days` consecutive days from `start`; a leap day is a day like any other."""
    return np.datetime64(start, "D") + np.arange(days)


def weekdays(days: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Monday = 0 to Sunday = 6, for each day."""
    return (days.astype(np.int64) + 3) % 7


def year_positions(days: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Each day's place in a leap year, 0 to 365, so that the same date has the same place in every year."""
    months = days.astype("datetime64[M]")
    month = months.astype(np.int64) % 12
    day_of_month = (days - months.astype("datetime64[D]")).astype(np.int64)
    return _MONTH_STARTS[month] + day_of_month


_LEAP_YEAR = np.arange("2024-01", "2025-01", dtype="datetime64[M]").astype("datetime64[D]")
_MONTH_STARTS = (_LEAP_YEAR - np.datetime64("2024-01-01")).astype(np.int64)
