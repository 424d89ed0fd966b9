"""What a shop's whole history knows about the calendar: weekday and yearly factors, pooled over categories.

A single product's last 120 days cannot show a year; the sales of its whole category over years can.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MAX_PROMOTION_LIFT = 8.0
SHOP = ""  # the group that stands for the whole shop


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


@dataclass(frozen=True)
class GroupSeason:
    """Factors around 1 of one group: `weekday` [7], Monday first; `yearly` [366], by place in a leap year.

    A promotion multiplies sales by exp(promotion_lift x discount), the discount as a share (0.2 is 20 % off).
    """

    weekday: Floats
    yearly: Floats
    promotion_lift: float = 0.0

    def __post_init__(self) -> None:
        for name, factors, size in (("weekday", self.weekday, 7), ("yearly", self.yearly, 366)):
            if factors.shape != (size,) or not np.isfinite(factors).all() or (factors <= 0).any():
                raise ValueError(f"{name} must be {size} positive numbers")
        if not 0 <= self.promotion_lift <= MAX_PROMOTION_LIFT:
            raise ValueError(f"promotion_lift must lie between 0 and {MAX_PROMOTION_LIFT}")

    def known_factors(self, days: NDArray[np.datetime64], discounts: Floats) -> Floats:
        """What is known ahead about each day [days] besides its weekday: the time of the year, and promotions."""
        return self.yearly[year_positions(days)] * np.exp(self.promotion_lift * discounts)

    @property
    def knows_year(self) -> bool:
        return bool((self.yearly != 1).any())


@dataclass(frozen=True)
class SeasonProfile:
    """The factors of every group that had enough sales, and those of the whole shop for all others."""

    groups: Mapping[str, GroupSeason]

    def of(self, group: str) -> GroupSeason:
        """The group's factors, the shop's when the group is not known, and plain ones without either."""
        return self.groups.get(group) or self.groups.get(SHOP) or NO_SEASON

    def knows_year(self, group: str) -> bool:
        """Whether a yearly season was learnt that this group's forecasts use."""
        return self.of(group).knows_year

    def to_json(self) -> dict[str, dict[str, Any]]:
        return {
            group: {
                "weekday": season.weekday.round(5).tolist(),
                "yearly": season.yearly.round(5).tolist(),
                "promotion_lift": round(season.promotion_lift, 4),
            }
            for group, season in self.groups.items()
        }

    @staticmethod
    def from_json(data: Mapping[str, Mapping[str, Any]]) -> "SeasonProfile":
        """The inverse of `to_json`; raises ValueError, KeyError or TypeError for anything else."""
        return SeasonProfile(
            {
                group: GroupSeason(
                    np.array(season["weekday"], float),
                    np.array(season["yearly"], float),
                    float(season["promotion_lift"]),
                )
                for group, season in data.items()
            }
        )


NO_SEASON = GroupSeason(np.ones(7), np.ones(366))
NO_PROFILE = SeasonProfile({})
