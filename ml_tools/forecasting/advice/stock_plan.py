"""When a product runs out, when to order and how many: from the distribution of its demand and the stock there is.

Continuous review with an order-up-to level, the (s, S) policy of Silver, Pyke and Thomas (Inventory and Production
Management in Supply Chains, 4th edition, 2017, chapters 6 and 7): the reorder point s is the service level's quantile
of the demand over the lead time (their P1, the chance of not running out before the goods arrive), and an order lifts
the stock to S, the same quantile of the demand over lead time and cover together. Their textbook formulas take the
demand for normal; here its quantiles come calibrated from backtests, so skewed and rare demand is treated as it is.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

import numpy as np

from ml_tools.forecasting.advice.outlook import Outlook
from ml_tools.forecasting.demand.season import Floats
from ml_tools.forecasting.schemas import Interval

EARLY, LATE = 0.1, 0.9
RECENT_DAYS = 28  # beyond the forecast's last day, demand goes on as on average over these
LEVELS = np.concatenate(
    [[0.001, 0.0025, 0.005, 0.01, 0.025], np.arange(1, 20) / 20, [0.975, 0.99, 0.995, 0.9975, 0.999]]
)


@dataclass(frozen=True)
class Demand:
    """The distribution of the units that are wanted from today on.

    `mean` [days + 1] and `units` [LEVELS, days + 1] are of the sum over the first 0, 1, 2... days, so the first column
    is 0. `units` rises along both axes.
    """

    mean: Floats
    units: Floats

    @staticmethod
    def of(outlook: Outlook, today: date) -> "Demand":
        """From an outlook that begins at `today`, or earlier where the newest sales are older than yesterday.

        In the latter case the sum from today on is taken to be distributed like the one from the outlook's first day,
        in proportion to what is expected.
        """
        gone = max((today - outlook.ahead.start).days, 0)
        mean = np.concatenate([[0.0], np.cumsum(outlook.mean.sum(axis=0))])
        quantiles = np.stack([np.asarray(outlook.cumulative(float(level)), dtype=np.float64) for level in LEVELS])
        rising = np.maximum.accumulate(np.maximum.accumulate(np.maximum(quantiles, 0.0), axis=0), axis=1)
        units = np.concatenate([np.zeros((len(LEVELS), 1)), rising], axis=1)
        return Demand(mean, units).after(gone)

    def after(self, gone: int) -> "Demand":
        """The same from `gone` days later on."""
        if gone == 0:
            return self
        mean = self.mean[gone:] - self.mean[gone]
        before = self.mean[: len(mean)]
        share = np.divide(mean, before, out=np.zeros_like(mean), where=before > 0)
        return Demand(mean, np.maximum.accumulate(self.units[:, : len(mean)] * share, axis=1))

    @property
    def days(self) -> int:
        return len(self.mean) - 1

    def expected(self, days: int) -> float:
        """Units over the first `days`, which may lie beyond the forecast's last."""
        beyond = days - self.days
        if beyond <= 0:
            return float(self.mean[days])
        recent = min(RECENT_DAYS, self.days)
        pace = (self.mean[-1] - self.mean[-1 - recent]) / recent if recent else 0.0
        return float(self.mean[-1] + beyond * pace)

    def quantile(self, level: float, days: int) -> float:
        """The units that the sum over the first `days` stays below with the chance `level`."""
        inside = self.units[:, min(days, self.days)]
        return float(np.interp(level, LEVELS, inside)) * self._growth(days)

    def chance_of(self, units: int, days: int) -> float:
        """The chance that at least so many units are wanted within `days`; below 0.001 it is 0."""
        if units <= 0:
            return 1.0
        quantiles = self.units[:, min(days, self.days)] * self._growth(days)
        # Whole units against smooth quantiles: "at least 5" is "more than 4.5".
        return 1.0 - _below(quantiles, units - 0.5)

    def shortfall(self, stock: int, days: int) -> Interval:
        """Units wanted within `days` beyond the stock: what is lost without new goods."""
        short = np.maximum(self.units[:, min(days, self.days)] * self._growth(days) - stock, 0.0)
        lo95, lo80, hi80, hi95 = (float(np.interp(level, LEVELS, short)) for level in (0.025, 0.1, 0.9, 0.975))
        edges = np.concatenate([[0.0], LEVELS, [1.0]])
        mean = float(np.trapezoid(np.concatenate([short[:1], short, short[-1:]]), edges))
        return Interval(mean=mean, lo80=lo80, hi80=hi80, lo95=lo95, hi95=hi95)

    def interval(self, days: int) -> Interval:
        """What is wanted over the first `days`."""
        lo95, lo80, hi80, hi95 = (self.quantile(level, days) for level in (0.025, 0.1, 0.9, 0.975))
        return Interval(mean=self.expected(days), lo80=lo80, hi80=hi80, lo95=lo95, hi95=hi95)

    def _growth(self, days: int) -> float:
        """How much more is expected over `days` than over the forecast's days, where it is more."""
        if days <= self.days or self.mean[-1] <= 0:
            return 1.0
        return self.expected(days) / float(self.mean[-1])


def _below(quantiles: Floats, units: float) -> float:
    """The level at which a quantile function [LEVELS] reaches `units`: 0 below its first value, 1 above its last."""
    at = int(np.searchsorted(quantiles, units, side="left"))
    if at == 0:
        return 0.0
    if at == len(quantiles):
        return 1.0
    part = (units - quantiles[at - 1]) / (quantiles[at] - quantiles[at - 1])
    return float(LEVELS[at - 1] + part * (LEVELS[at] - LEVELS[at - 1]))


@dataclass(frozen=True)
class Policy:
    """How the shop orders: days until goods arrive, chance of not running out, days that an order is to last."""

    lead_days: int
    service_level: float
    cover_days: int


@dataclass(frozen=True)
class RunOut:
    """When the stock is empty: the day that expected demand empties it, and by when it is with 10 and 90 %.

    None where that is later than the forecast's last day.
    """

    expected: date | None
    early: date | None
    late: date | None


@dataclass(frozen=True)
class Reorder:
    """What to order. `by` is the last day to order without falling below the service level; None: no such day within
    the days that were forecast. `quantity` lifts the stock to what lead time and cover need; 0 where it is there."""

    point: int
    now: bool
    quantity: int
    by: date | None


def run_out(demand: Demand, stock: int, today: date) -> RunOut:
    """When a stock, as it stands at the beginning of `today`, is used up. An empty one is so today."""
    if stock <= 0:
        return RunOut(today, today, today)
    chances = np.array([demand.chance_of(stock, days) for days in range(1, demand.days + 1)])
    early, late = _first(chances >= EARLY), _first(chances >= LATE)
    expected = _first(demand.mean[1:] >= stock)
    if expected is not None:
        expected = max(expected, early if early is not None else expected)
        expected = min(expected, late if late is not None else expected)
    return RunOut(*(None if day is None else today + timedelta(days=day) for day in (expected, early, late)))


def chance_before(demand: Demand, stock: int, today: date, until: date) -> float:
    """The chance that the stock is used up before the day `until` begins."""
    return demand.chance_of(stock, (until - today).days)


def reorder(demand: Demand, stock: int, arriving: int, policy: Policy, today: date) -> Reorder:
    """When to order and how much, goods ordered today being there for the demand from `lead_days` later on.

    `arriving` counts as if it was there: ordering twice for the same need is the costlier mistake.
    """
    position = stock + arriving
    point = _whole(demand.quantile(policy.service_level, policy.lead_days))
    wanted = demand.quantile(policy.service_level, policy.lead_days + policy.cover_days)
    quantity = max(_whole(wanted) - position, 0)
    lasts = _lasts(demand, position, policy.service_level)
    slack = None if lasts is None else lasts - policy.lead_days
    now = quantity > 0 and (position <= point or (slack is not None and slack <= 0))
    by = None if slack is None else today + timedelta(days=max(slack, 1))
    return Reorder(point, now, quantity, today if now else by)


def _lasts(demand: Demand, position: int, level: float) -> int | None:
    """For how many days a position suffices with the chance `level`; None: for all that were forecast."""
    needed = np.array([demand.quantile(level, days) for days in range(demand.days + 1)])
    first = _first(needed > position)
    return None if first is None else max(first - 1, 0)


def _first(where: np.ndarray) -> int | None:
    found = np.flatnonzero(where)
    return int(found[0]) if len(found) else None


def _whole(units: float) -> int:
    """Up to a whole unit; what is a whole number but for rounding stays so."""
    return ceil(units - 1e-6)
