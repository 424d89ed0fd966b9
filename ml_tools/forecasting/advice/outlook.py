"""What is expected of some products over the days ahead, with the whole distribution: what advice is computed from."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from ml_tools.forecasting.demand.panel import Ahead, Panel
from ml_tools.forecasting.demand.season import Floats
from ml_tools.forecasting.schemas import About, Interval, Subject
from ml_tools.registry import ModelName


@dataclass(frozen=True)
class Outlook:
    """The forecast of a subject's products together.

    `past` and `ahead` are what the models saw, `mean` [series, horizon] what they expect of each product. `daily` and
    `cumulative` tell any quantile (0 to 1, exclusive) of the subject's units on each day, and of their sum from the
    first day to each day, as [horizon]; both calibrated on backtests, and rising with the quantile.
    """

    subject: Subject
    model: ModelName
    as_of: date
    past: Panel
    ahead: Ahead
    mean: Floats
    daily: Callable[[float], Floats]
    cumulative: Callable[[float], Floats]
    notes: list[str]

    def total(self, days: int | None = None) -> Interval:
        """The sum over the first `days` (all of them without), with its intervals."""
        last = (days or self.ahead.horizon) - 1
        lo95, lo80, hi80, hi95 = (float(self.cumulative(level)[last]) for level in (0.025, 0.1, 0.9, 0.975))
        mean = float(self.mean[:, : last + 1].sum())
        return Interval(mean=mean, lo80=lo80, hi80=hi80, lo95=lo95, hi95=hi95)


class Outlooks(Protocol):
    """Where outlooks come from."""

    async def outlook(
        self, about: About, horizon_days: int, *, changed: Callable[[Ahead], Ahead] | None = None
    ) -> Outlook:
        """Raises ImpossibleHorizon, NotFound, or NotEnoughData, each with a reason that people can read.

        `changed` makes other prices or promotions of those that are planned.
        """
