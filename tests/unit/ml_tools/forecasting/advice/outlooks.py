"""Outlooks whose distribution is known: Poisson demand whose level is unsure (gamma), so sums are negative binomial."""

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
from scipy.stats import nbinom, poisson

from ml_tools.forecasting.advice.outlook import Outlook
from ml_tools.forecasting.demand.panel import Ahead, Panel
from ml_tools.forecasting.patterns.factors import Factors
from ml_tools.forecasting.schemas import About, Subject, SubjectKind
from ml_tools.registry import ModelName

TODAY = date(2026, 11, 28)
SHAPE = 50.0  # of the gamma that the level is multiplied by: about 14 % either way


def quantiles(mean: np.ndarray, level: float, shape: float = SHAPE) -> np.ndarray:
    """Of sums with these means; 0 where nothing is expected."""
    safe = np.maximum(mean, 1e-9)
    found = nbinom.ppf(level, shape, shape / (shape + safe)) if np.isfinite(shape) else poisson.ppf(level, safe)
    return np.where(mean > 0, found, 0.0)


def outlook(
    daily,
    *,
    start: date = TODAY,
    price: float = 100.0,
    discount=0.0,
    shape: float = SHAPE,
    group: str = "mugs",
    changed: Callable[[Ahead], Ahead] | None = None,
    factors: Factors | None = None,
) -> Outlook:
    """Of one product with these expected units a day [horizon]; a change does what the factors say."""
    mean = np.asarray(daily, dtype=float)[None]
    past = Panel.of_units(["p_1"], start - timedelta(days=30), np.full((1, 30), 5.0), groups=[group])
    ahead = Ahead(start, np.full(mean.shape, price), np.broadcast_to(np.asarray(discount, float), mean.shape).copy())
    if changed is not None and factors is not None:
        planned, ahead = ahead, changed(ahead)
        row = factors.rows([group])[0]
        mean = mean * (ahead.price / planned.price) ** -factors.elasticity[row]
        mean = mean * np.exp(factors.promotion[row] * (ahead.discount - planned.discount))
    return Outlook(
        subject=Subject(kind=SubjectKind.PRODUCT, id="p_1", name="Mug", products=1),
        model=ModelName(name="fake", version="1"),
        as_of=start - timedelta(days=1),
        past=past,
        ahead=ahead,
        mean=mean,
        daily=lambda level: quantiles(mean[0], level, shape),
        cumulative=lambda level: quantiles(np.cumsum(mean[0]), level, shape),
        notes=["as the model says"],
    )


def factors(*, elasticity=1.5, elasticity_error=0.1, promotion=3.0, promotion_error=0.2) -> Factors:
    """What is learnt of mugs, and the same of all others."""
    return Factors(
        ("mugs",), np.ones((2, 7)), np.ones((2, 366)), np.full(2, promotion), np.full(2, elasticity),
        promotion_error=np.full(2, promotion_error), elasticity_error=np.full(2, elasticity_error),
    )  # fmt: skip


class FakeOutlooks:
    """Always the same product's outlook; remembers what it was asked."""

    def __init__(self, daily=10.0, *, factors: Factors | None = None, **rest) -> None:
        self.daily, self.factors, self.rest = daily, factors, rest
        self.asked: list[tuple[About, int]] = []

    async def outlook(self, about: About, horizon_days: int, *, changed=None) -> Outlook:
        self.asked.append((about, horizon_days))
        return outlook(np.full(horizon_days, self.daily), changed=changed, factors=self.factors, **self.rest)
