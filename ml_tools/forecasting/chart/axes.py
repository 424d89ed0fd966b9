"""Where days and units lie on a chart, and what stands beside its axes: round numbers, days, months in words."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from ml_tools.forecasting.demand.season import Floats

MOST_STEPS = 5
CHARACTER = 6.6  # width of a label's character
DAY_LABEL = 50.0  # a day's label and the space beside it
SHORTEST_MONTH = 28  # days
ROUND_DAYS = (1, 2, 7, 14)


@dataclass(frozen=True)
class Axes:
    """The plot's edges in phone pixels; across lie `days` days from `start`, upwards units from 0 to `highest`."""

    left: float
    bottom: float
    right: float
    top: float
    start: date
    days: int
    highest: float

    @property
    def day_width(self) -> float:
        return (self.right - self.left) / self.days

    def y(self, units: Floats) -> Floats:
        """The heights of units; what is off the axis lies at its end."""
        share = np.clip(units, 0, self.highest) / self.highest
        return np.asarray(self.bottom + (self.top - self.bottom) * share, dtype=np.float64)

    def from_day(self, day: date) -> float:
        """Where a day begins."""
        return float(np.clip(self.left + (day - self.start).days * self.day_width, self.left, self.right))

    def to_day(self, day: date) -> float:
        """Where a day ends."""
        return self.from_day(day + timedelta(days=1))

    def days_from(self, day: date, count: int) -> Floats:
        """The middles of so many days from one on [count]."""
        first = (day - self.start).days + 0.5
        return np.asarray(self.left + (first + np.arange(count)) * self.day_width, dtype=np.float64)


@dataclass(frozen=True)
class Label:
    """Words under the axis, centred at `x`; `tick` is where a line marks what begins there, 0 for none."""

    x: float
    text: str
    year: str
    tick: float


def steps(highest: float) -> list[int]:
    """Round numbers from 0 to the axis's end, at most six."""
    size = 1
    while highest / size > MOST_STEPS:
        size = size * 5 // 2 if str(size)[0] == "2" else size * 2
    return list(range(0, int(highest) + 1, size))


def month_labels(axes: Axes) -> list[Label]:
    """Each month's name in the middle of its part of the axis; all in short where a whole one does not fit."""
    months = [(first, axes.from_day(first), axes.to_day(last)) for first, last in _months(axes)]
    short = any(not _fits(f"{day:%B}", right - left) for day, left, right in months if _is_whole(right - left, axes))
    labels: list[Label] = []
    for first, left, right in months:
        text = f"{first:%b}" if short else f"{first:%B}"
        text = text if _fits(text, right - left) else ""
        year = f"{first.year}" if text and _new_year(labels, first.year) else ""
        labels.append(Label((left + right) / 2, text, year, left if first > axes.start else 0))
    return labels


def _is_whole(width: float, axes: Axes) -> bool:
    return width >= SHORTEST_MONTH * axes.day_width


def _months(axes: Axes) -> list[tuple[date, date]]:
    """The first and last day of each month, as far as they are on the axis."""
    end = axes.start + timedelta(days=axes.days - 1)
    months, first = [], axes.start
    while first <= end:
        following = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
        months.append((first, min(following - timedelta(days=1), end)))
        first = following
    return months


def _fits(text: str, width: float) -> bool:
    return CHARACTER * len(text) + 4 <= width


def _new_year(labels: list[Label], year: int) -> bool:
    said = [label.year for label in labels if label.year]
    return not said or said[-1] != f"{year}"


def day_labels(axes: Axes, around: date) -> list[Label]:
    """Days in round distances from `around`, as `22 Nov`."""
    step = next((days for days in ROUND_DAYS if days * axes.day_width >= DAY_LABEL), ROUND_DAYS[-1])
    labels: list[Label] = []
    for at in range((around - axes.start).days % step, axes.days, step):
        day = axes.start + timedelta(days=at)
        tick = axes.left + (at + 0.5) * axes.day_width
        x = min(max(tick, axes.left + DAY_LABEL / 4), axes.right - DAY_LABEL / 4)  # not beyond the sheet's edge
        year = f"{day.year}" if _new_year(labels, day.year) else ""
        labels.append(Label(x, f"{day.day} {day:%b}", year, tick))
    return labels
