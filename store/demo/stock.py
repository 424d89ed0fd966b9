"""What could be sold: demand meets a stock that is refilled with a delay and sometimes not in time."""

from dataclasses import dataclass

import numpy as np

from store.demo.demand import Demand
from store.demo.seeds import stream
from store.demo.span import Span

LEAD_DAYS = 7
COVER_DAYS = 28
STOPPED_DAYS = 40  # products whose deliveries have stopped: some are out by now, some soon will be
NOISE_SHAPE = 8.0  # demand varies more than Poisson: a gamma of this shape on top


@dataclass(frozen=True)
class Sales:
    """All (products, days) in units. `stock` is at the end of the day; `sold_out` when demand met no stock."""

    sold: np.ndarray
    stock: np.ndarray
    sold_out: np.ndarray
    wanted: np.ndarray


def draw_sales(seed: int, demand: Demand, span: Span) -> Sales:
    """Demand drawn around its mean, cut by the stock there was."""
    rng = stream(seed, "stock")
    mean = demand.mean[:, : span.days].copy()
    mean[:, demand.missing] = 0
    wanted = rng.poisson(mean * rng.gamma(NOISE_SHAPE, 1 / NOISE_SHAPE, mean.shape))
    stopped = rng.random(len(mean)) < 0.06
    return _sell(rng, wanted, demand, span, stopped)


def _sell(rng: np.random.Generator, wanted: np.ndarray, demand: Demand, span: Span, stopped: np.ndarray) -> Sales:
    count, days = wanted.shape
    pace = _pace(demand.mean[:, :days])
    delay = _delays(rng, count, days)
    arriving = np.zeros((count, days + LEAD_DAYS + 60), dtype=np.int64)
    sold, stock = np.zeros_like(wanted), np.zeros_like(wanted)
    sold_out = np.zeros(wanted.shape, dtype=bool)
    level = np.ceil(pace[:, 0] * COVER_DAYS).astype(np.int64) + 4
    on_order = np.zeros(count, dtype=np.int64)
    rows = np.arange(count)
    for day in range(days):
        level += arriving[:, day]
        on_order -= arriving[:, day]
        if day == days - STOPPED_DAYS:
            level = np.where(stopped, _last_stock(rng, pace[:, day]), level)
        sold[:, day] = np.minimum(wanted[:, day], level)
        sold_out[:, day] = (wanted[:, day] > level) | ((level == 0) & (demand.mean[:, day] > 0))
        level = level - sold[:, day]
        stock[:, day] = level
        needed = (level + on_order < pace[:, day] * (LEAD_DAYS + 10) + 2) & ~(
            stopped & (day >= days - STOPPED_DAYS - 45)
        )
        amount = np.where(needed, np.ceil(pace[:, day] * COVER_DAYS).astype(np.int64) + 3, 0)
        arriving[rows, day + LEAD_DAYS + delay[:, day]] += amount
        on_order += amount
    sold_out[:, demand.missing] = False  # of those days nothing is known
    return Sales(sold, stock, sold_out, wanted)


def _pace(mean: np.ndarray) -> np.ndarray:
    """What the buyer expects to sell a day: the mean of the coming 28 days (products, days)."""
    padded = np.concatenate([mean, np.repeat(mean[:, -28:].mean(axis=1, keepdims=True), COVER_DAYS, axis=1)], axis=1)
    total = np.cumsum(padded, axis=1)
    return np.asarray((total[:, COVER_DAYS:] - total[:, :-COVER_DAYS]) / COVER_DAYS)


def _delays(rng: np.random.Generator, count: int, days: int) -> np.ndarray:
    """Extra days until an order of a day arrives: usually none, now and then a truck or a factory is late."""
    late = rng.random((count, days)) < 0.09
    return np.where(late, rng.integers(8, 30, (count, days)), 0)


def _last_stock(rng: np.random.Generator, pace: np.ndarray) -> np.ndarray:
    """A stock that lasts from a little less to a little more than the days that are left."""
    lasts = STOPPED_DAYS + rng.uniform(-8, 14, len(pace))
    return np.ceil(pace * lasts).astype(np.int64)
