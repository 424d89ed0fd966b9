"""The days that the demo store covers, by index: 0 is the first day of its history, `days - 1` is yesterday."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np

HISTORY_DAYS = 913  # two and a half years
FUTURE_DAYS = 180  # the truth goes on this far, so that forecasts can be held against it


@dataclass(frozen=True)
class Span:
    """The history up to the day before `today`."""

    today: date
    days: int = HISTORY_DAYS

    @property
    def start(self) -> date:
        return self.today - timedelta(days=self.days)

    @property
    def midnight(self) -> np.datetime64:
        """Midnight UTC of the first day, in seconds."""
        return np.datetime64(self.start.isoformat(), "s")

    def day(self, index: int) -> date:
        return self.start + timedelta(days=int(index))

    def index(self, day: date) -> int:
        return (day - self.start).days

    def moment(self, index: int, *, hour: int = 0) -> datetime:
        return datetime.combine(self.day(index), datetime.min.time(), UTC) + timedelta(hours=hour)

    def weekdays(self, ahead: int = 0) -> np.ndarray:
        """Monday = 0, for every day of the history and `ahead` days more."""
        return (np.arange(self.days + ahead) + self.start.weekday()) % 7

    def days_of_year(self, ahead: int = 0) -> np.ndarray:
        """1 to 366, for every day of the history and `ahead` days more."""
        return np.array([self.day(i).timetuple().tm_yday for i in range(self.days + ahead)])


def times(span: Span, day: np.ndarray, seconds: np.ndarray) -> np.ndarray:
    """Moments (datetime64, seconds, UTC) from day indices and seconds since midnight."""
    return span.midnight + day.astype("int64") * 86_400 + seconds.astype("int64")
