"""What a price or a promotion changes: the forecast with it beside the forecast without, and how sure that is.

How demand answers a price comes from the factors that were learnt over all products (`factors.py`): demand goes with
price ** -elasticity (constant elasticity; Tellis, 1988) and with exp(promotion x discount). What is said here carries
the 95 % interval of those estimates. Where prices or promotions never varied nothing was learnt, and nothing is said.
"""

from dataclasses import dataclass, replace
from math import exp, isfinite, log, log1p, sqrt

import numpy as np

from common.errors import NotEnoughData
from ml_tools.forecasting.advice.outlook import Outlook
from ml_tools.forecasting.demand.panel import Ahead
from ml_tools.forecasting.demand.season import Floats
from ml_tools.forecasting.patterns.factors import NO_ERROR, Factors
from ml_tools.forecasting.schemas import Effect, Interval

Z80, Z95 = 1.2816, 1.96
WIDEST = 1.5  # a standard error of the effect's logarithm beyond which nothing worth saying was learnt


@dataclass(frozen=True)
class Change:
    """Held for every day of the horizon: a price so many percent higher or lower, or so many percent off."""

    price_percent: float = 0.0
    discount_percent: float = 0.0

    def __call__(self, ahead: Ahead) -> Ahead:
        """What is planned, changed: a promotion that is planned already and takes more off stays."""
        return replace(
            ahead,
            price=ahead.price * (1 + self.price_percent / 100),
            discount=np.maximum(ahead.discount, self.discount_percent / 100),
        )


@dataclass(frozen=True)
class Answer:
    """Units with and without a change, the change in percent, and the money that comes in (in the shop's currency)."""

    planned: Interval
    changed: Interval
    effect: Effect
    revenue_planned: float
    revenue_changed: float


def compare(planned: Outlook, changed: Outlook, factors: Factors, change: Change) -> Answer:
    """What a change does to the whole horizon, `changed` being the outlook with it.

    Raises NotEnoughData where nothing is expected to be sold without it, or the answer could be anything.
    """
    before, after = float(planned.mean.sum()), float(changed.mean.sum())
    if before <= 0 or after <= 0:
        raise NotEnoughData("No sales are expected in these days, so there is nothing that a change could change.")
    error = log_error(planned, factors, change)
    if not isfinite(error) or error > WIDEST:
        raise NotEnoughData(
            "Sales went up and down with the price so differently from time to time that nothing can be learnt from it."
        )
    ratio = log(after / before)
    percents = (100 * (exp(ratio + z * error) - 1) for z in (0.0, -Z95, Z95))
    mean, low, high = percents
    return Answer(
        planned=planned.total(),
        changed=_wider(changed.total(), error),
        effect=Effect(mean=round(mean, 1), lo=round(low, 1), hi=round(high, 1)),
        revenue_planned=revenue(planned),
        revenue_changed=revenue(changed),
    )


def log_error(planned: Outlook, factors: Factors, change: Change) -> float:
    """The standard error of the logarithm of what a change multiplies sales by, from those of the factors.

    Products of one category share its error; errors of several categories are added up as if they were the same, which
    errs on the wide side.
    """
    rows = factors.rows(planned.past.groups)
    units = planned.mean.sum(axis=1)
    price = factors.elasticity_error[rows] * abs(log1p(change.price_percent / 100))
    more = np.maximum(change.discount_percent / 100 - planned.ahead.discount, 0.0).mean(axis=1)
    each = np.hypot(price, factors.promotion_error[rows] * more)
    unknown = (price > 0) & (factors.elasticity_error[rows] >= NO_ERROR)
    unknown |= (more > 0) & (factors.promotion_error[rows] >= NO_ERROR)
    each = np.where(unknown, np.inf, each)
    weights = units if units.sum() > 0 else np.ones(len(units))
    return float(np.average(each[weights > 0], weights=weights[weights > 0]))


def promotion_of(outlook: Outlook, factors: Factors, *, error: bool = False) -> float:
    """The promotion factor of the outlook's products (or its standard error), averaged by what they sell."""
    values = (factors.promotion_error if error else factors.promotion)[factors.rows(outlook.past.groups)]
    units = outlook.mean.sum(axis=1)
    return float(np.average(values, weights=units) if units.sum() > 0 else values.mean())


def revenue(outlook: Outlook) -> float:
    """What the expected units bring in at the prices and discounts of their days."""
    return float((outlook.mean * paid(outlook.ahead)).sum())


def paid(ahead: Ahead) -> Floats:
    """What customers pay for one [series, horizon]."""
    return np.asarray(ahead.price * (1 - ahead.discount))


def _wider(interval: Interval, error: float) -> Interval:
    """An interval that also carries the error of an effect, whose logarithm it is independent of."""
    if interval.mean <= 0 or error == 0:
        return interval

    def bound(value: float, z: float) -> float:
        if value <= 0:
            return 0.0
        off = log(value / interval.mean)
        return float(interval.mean * exp(np.sign(z) * sqrt(off**2 + (z * error) ** 2)))

    return Interval(
        mean=interval.mean,
        lo80=bound(min(interval.lo80, interval.mean), -Z80),
        hi80=bound(max(interval.hi80, interval.mean), Z80),
        lo95=bound(min(interval.lo95, interval.mean), -Z95),
        hi95=bound(max(interval.hi95, interval.mean), Z95),
    )
