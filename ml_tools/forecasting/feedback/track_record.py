"""A kept forecast beside what was sold since, and what many of them add up to.

Days on which the product was sold out, or the shop's sales are missing, tell nothing and are left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from ml_tools.forecasting.answers import rounded
from ml_tools.forecasting.demand.panel import Panel
from ml_tools.forecasting.demand.reading import Reading
from ml_tools.forecasting.demand.season import Floats
from ml_tools.forecasting.schemas import ForecastPoint, Interval, PastForecast
from store.forecast_outcomes import WEEK, Outcome
from store.tables import Forecast, ForecastOutcome

Z80 = 1.2816
KNOWN_SHARE = 0.9  # of what products usually sell: a category's day with more of it sold out tells too little
BANDS = ("lo80", "hi80", "lo95", "hi95")


@dataclass(frozen=True)
class Sold:
    """Units of a subject on consecutive days from `start` [days], and on which of them they tell its demand."""

    start: date
    units: Floats
    counts: NDArray[np.bool_]

    def between(self, first: date, days: int) -> tuple[Floats, NDArray[np.bool_]]:
        """Of `days` days from `first`; days that were not read count for nothing."""
        units, counts = np.zeros(days), np.zeros(days, dtype=bool)
        offset = (first - self.start).days
        inside = np.arange(max(-offset, 0), min(days, len(self.units) - offset))
        units[inside], counts[inside] = self.units[inside + offset], self.counts[inside + offset]
        return units, counts


def sold_of(reading: Reading) -> Sold:
    """What a subject's products sold together, day by day. Outliers count as they were: they did happen."""
    panel = reading.panel
    return Sold(panel.start, reading.sold.sum(axis=0), known_share(panel) >= KNOWN_SHARE)


def known_share(panel: Panel) -> Floats:
    """Of what the products usually sell, how much was on sale and in stock on each day [days].

    A product that had not come into the shop yet is not missing; a day with no known product at all is 0.
    """
    usual = np.nan_to_num(np.nanmean(np.where(panel.observed.any(axis=1, keepdims=True), panel.units, 0.0), axis=1))
    usual = np.maximum(usual, 1e-9)[:, None]
    there = np.cumsum(panel.observed | np.isfinite(panel.at_least), axis=1) > 0
    return np.asarray((usual * panel.observed).sum(axis=0) / np.maximum((usual * there).sum(axis=0), 1e-9))


def outcome_of(forecast: Forecast, sold: Sold, until: date) -> Outcome:
    """What became of a forecast up to the day `until`, at least one of whose days has passed."""
    days = min((until - forecast.as_of).days, forecast.horizon_days)
    points = [ForecastPoint.model_validate(point) for point in forecast.points]
    units, counts = sold.between(forecast.as_of + timedelta(days=1), days)
    at = np.flatnonzero(counts)
    expected = np.array([point.mean for point in points])
    band = sum_band(points, _total(forecast), at)
    week = at[at < WEEK]
    week_band = sum_band(points, _total(forecast), week)
    inside80, inside95 = (_inside(points, units, at, low, high) for low, high in (("lo80", "hi80"), ("lo95", "hi95")))
    total = float(units[at].sum())
    return Outcome(
        forecast_id=forecast.id,
        days=days,
        counted=len(at),
        expected=band.mean,
        lo80=band.lo80,
        hi80=band.hi80,
        lo95=band.lo95,
        hi95=band.hi95,
        sold=round(total),
        error_percent=100 * (band.mean / total - 1) if total > 0 else None,
        smape=smape(expected[at], units[at]),
        inside80=inside80,
        inside95=inside95,
        week_expected=week_band.mean,
        week_sold=round(float(units[week].sum())),
        week_deviation=deviation(week_band, float(units[week].sum())),
    )


def _total(forecast: Forecast) -> Interval:
    return Interval.model_validate(forecast.quality["total"])


def _inside(points: Sequence[ForecastPoint], units: Floats, at: NDArray[np.int64], low: str, high: str) -> float:
    """The share of the days `at` whose units lie within a band; 0 without any day."""
    # Whole units against bands with decimals: 3 sold is inside what ends at 2.6.
    hits = [getattr(points[day], low) - 0.5 <= units[day] <= getattr(points[day], high) + 0.5 for day in at]
    return float(np.mean(hits)) if hits else 0.0


def sum_band(points: Sequence[ForecastPoint], total: Interval, at: NDArray[np.int64]) -> Interval:
    """The sum of some of a forecast's days, with bands between those of independent days and of one common error.

    Which it is follows from the calibrated band of the total: with deviations d of the days, a correlation r between
    any two makes the deviation of a sum r (sum d)^2 + (1 - r) sum d^2, squared. The total tells r.
    """
    means = np.array([point.mean for point in points])
    mean = float(means[at].sum())
    edges = {}
    for name in BANDS:
        off = np.abs(np.array([getattr(point, name) for point in points]) - means)
        wide = _deviation_of_some(off, abs(getattr(total, name) - total.mean), at)
        edges[name] = max(mean - wide, 0.0) if name.startswith("lo") else mean + wide
    lo80, hi80 = edges["lo80"], edges["hi80"]
    return Interval(mean=mean, lo80=lo80, hi80=hi80, lo95=min(edges["lo95"], lo80), hi95=max(edges["hi95"], hi80))


def _deviation_of_some(off: Floats, total: float, at: NDArray[np.int64]) -> float:
    """The deviation of the sum of some days, from those of all days [days] and of their total.

    A total that is more certain than independent days make it, or less than one common error does, scales these.
    """
    independent, together = float((off**2).sum()), float(off.sum()) ** 2
    squares, sum_squared = float((off[at] ** 2).sum()), float(off[at].sum()) ** 2
    if independent <= 0 or total**2 <= independent:
        return total * sqrt(squares / independent) if independent > 0 else 0.0
    if total**2 >= together:
        return total * sqrt(sum_squared / together)
    common = (total**2 - independent) / (together - independent)
    return sqrt(common * sum_squared + (1 - common) * squares)


def deviation(band: Interval, sold: float) -> float:
    """A sum's standard deviation, on the side where what was sold lies; at least that of a Poisson count.

    The floor is for products that hardly sell, whose lower bands all end at 0.
    """
    off = band.hi80 - band.mean if sold >= band.mean else band.mean - band.lo80
    return max(off / Z80, sqrt(band.mean), 0.5)


def smape(expected: Floats, sold: Floats) -> float:
    """Symmetric mean absolute percentage error of days [days], 0 to 200; days with neither sales nor hopes are 0."""
    size = np.abs(expected) + np.abs(sold)
    errors = np.divide(np.abs(expected - sold), size, out=np.zeros_like(size), where=size > 0)
    return float(200 * errors.mean()) if len(errors) else 0.0


def past_forecast(forecast: Forecast, outcome: ForecastOutcome) -> PastForecast:
    """As it is told."""
    return PastForecast(
        id=forecast.public_id,
        made_on=forecast.created_at.date(),
        start=forecast.as_of + timedelta(days=1),
        end=forecast.as_of + timedelta(days=forecast.horizon_days),
        days=outcome.days,
        horizon_days=forecast.horizon_days,
        expected=rounded(_band(outcome), 1),
        sold=outcome.sold,
        error_percent=None if outcome.error_percent is None else round(outcome.error_percent, 1),
        inside80=outcome.lo80 - 0.5 <= outcome.sold <= outcome.hi80 + 0.5,
        smape=round(outcome.smape, 1),
    )


def _band(outcome: ForecastOutcome) -> Interval:
    return Interval(mean=outcome.expected, **{name: getattr(outcome, name) for name in BANDS})


@dataclass(frozen=True)
class Summary:
    """Many outcomes together, weighted by units and days: percents of products that hardly sell would drown the rest.

    `mean_error` is the sum of the totals' absolute errors over the sum of what was sold (WAPE), `bias` the same with
    signs; both in percent, None where nothing was sold.
    """

    forecasts: int
    mean_error: float | None
    bias: float | None
    coverage80: float | None


def summary(outcomes: Sequence[ForecastOutcome]) -> Summary:
    if not outcomes:
        return Summary(0, None, None, None)
    expected, sold, days, inside = (
        np.array([getattr(outcome, name) for outcome in outcomes], dtype=np.float64)
        for name in ("expected", "sold", "counted", "inside80")
    )
    if sold.sum() <= 0:
        return Summary(len(outcomes), None, None, float(np.average(inside, weights=days)))
    return Summary(
        forecasts=len(outcomes),
        mean_error=float(100 * np.abs(expected - sold).sum() / sold.sum()),
        bias=float(100 * (expected.sum() / sold.sum() - 1)),
        coverage80=float(np.average(inside, weights=days)),
    )
