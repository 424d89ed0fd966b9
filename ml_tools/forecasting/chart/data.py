"""What a chart of a forecast shows, and what its alt text says."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from ml_tools.forecasting.demand.season import Floats
from ml_tools.forecasting.schemas import ForecastPoint, Interval, Subject

SHORTEST_SHOWN, LONGEST_SHOWN, SHOWN_TO_HORIZON = 42, 120, 3  # days of history

Span = tuple[date, date]  # first and last day, both inclusive


@dataclass(frozen=True)
class ChartData:
    """A forecast with what came before it.

    `sold` [days] are the subject's units as they were sold from `start` on, NaN where the day is missing; they end the
    day before the first point, and may be none at all. `points` and `total` as answered. `last_year` [horizon] are the
    units of the same weekdays 52 weeks earlier, NaN where unknown; None when nothing is known. `promotions` are the
    first and the last day of each, past and planned. `outliers` are the days that were damped.
    """

    subject: Subject
    start: date
    sold: Floats
    points: Sequence[ForecastPoint]
    total: Interval
    last_year: Floats | None = None
    promotions: Sequence[Span] = ()
    outliers: Sequence[date] = ()

    @property
    def horizon(self) -> int:
        return len(self.points)

    @property
    def first(self) -> date:
        """The first day of the forecast."""
        return self.points[0].day

    @property
    def last(self) -> date:
        """The last day of the forecast."""
        return self.points[-1].day

    def band(self, name: str) -> Floats:
        """`mean`, `lo80`, `hi80`, `lo95` or `hi95` of each day [horizon]."""
        return np.array([getattr(point, name) for point in self.points], dtype=float)

    def shown(self) -> "ChartData":
        """The same with as much history as goes well with the horizon, and what lies within it."""
        days = min(max(SHOWN_TO_HORIZON * self.horizon, SHORTEST_SHOWN), LONGEST_SHOWN)
        sold = np.asarray(self.sold, dtype=float)[-days:]
        start = self.first - timedelta(days=len(sold))
        promotions = _joined([span for span in self.promotions if span[1] >= start and span[0] <= self.last])
        outliers = [day for day in self.outliers if start <= day < self.first]
        return replace(self, start=start, sold=sold, promotions=promotions, outliers=outliers)


def _joined(spans: Sequence[Span]) -> list[Span]:
    """The same days in order, with spans that overlap or follow one another as one."""
    joined: list[Span] = []
    for first, last in sorted(spans):
        if joined and first <= joined[-1][1] + timedelta(days=1):
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined
