"""Kept forecasts against what was sold: sums, bands of parts, days that tell nothing, and what many add up to."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from ml_tools.forecasting.demand.panel import Panel
from ml_tools.forecasting.feedback.track_record import (
    Sold,
    deviation,
    known_share,
    outcome_of,
    past_forecast,
    smape,
    sum_band,
    summary,
)
from ml_tools.forecasting.schemas import ForecastPoint, Interval
from store.tables import Forecast, ForecastOutcome

AS_OF = date(2026, 10, 31)
START = AS_OF + timedelta(days=1)


def points(mean, low, high, days=10):
    """Days with these numbers; the outer band is twice as wide as the inner one."""
    wide = {"lo95": max(2 * low - mean, 0), "hi95": 2 * high - mean}
    return [ForecastPoint(day=START + timedelta(days=at), mean=mean, lo80=low, hi80=high, **wide) for at in range(days)]


def total(mean, low, high):
    return Interval(mean=mean, lo80=low, hi80=high, lo95=max(2 * low - mean, 0), hi95=2 * high - mean)


def forecast(days=10, whole=None):
    whole = whole or total(10.0 * days, 10 * days - 12, 10 * days + 12)
    return Forecast(
        id=7, public_id="f_7", product_id=1, as_of=AS_OF, horizon_days=days,
        created_at=datetime(2026, 11, 1, tzinfo=UTC),
        points=[point.model_dump(mode="json") for point in points(10.0, 6.0, 14.0, days)],
        quality={"total": whole.model_dump()}, total=whole.mean, model="m", model_version="1",
    )  # fmt: skip


def sold(units, *, counts=None, start=START):
    units = np.asarray(units, dtype=float)
    return Sold(start, units, np.ones(len(units), dtype=bool) if counts is None else np.asarray(counts, dtype=bool))


def test_what_was_expected_is_compared_with_what_was_sold():
    outcome = outcome_of(forecast(), sold([10] * 8 + [20, 2]), AS_OF + timedelta(days=10))
    assert (outcome.days, outcome.counted) == (10, 10)
    assert (outcome.expected, outcome.sold) == (100, 102)
    assert outcome.error_percent == pytest.approx(100 * (100 / 102 - 1))
    assert outcome.inside80 == 0.8
    assert outcome.inside95 == 0.8 + 0.1  # 2 is the end of the outer band, 20 lies beyond
    assert (outcome.week_expected, outcome.week_sold) == (70, 70)


def test_only_days_that_have_passed_count():
    outcome = outcome_of(forecast(), sold([10] * 7 + [1000] * 3), AS_OF + timedelta(days=7))
    assert (outcome.days, outcome.sold, outcome.inside80) == (7, 70, 1.0)


def test_sold_out_and_missing_days_are_left_out_on_both_sides():
    outcome = outcome_of(
        forecast(), sold([0, 10, 0] + [10] * 7, counts=[0, 1, 0] + [1] * 7), AS_OF + timedelta(days=10)
    )
    assert (outcome.days, outcome.counted) == (10, 8)
    assert (outcome.expected, outcome.sold) == (80, 80)
    assert outcome.smape == 0


def test_a_forecast_without_a_day_that_tells_anything_has_an_empty_outcome():
    outcome = outcome_of(forecast(), sold([0] * 10, counts=[0] * 10), AS_OF + timedelta(days=10))
    assert (outcome.counted, outcome.expected, outcome.sold, outcome.error_percent) == (0, 0, 0, None)
    assert outcome.week_deviation > 0


def test_days_that_were_not_read_tell_nothing():
    outcome = outcome_of(forecast(), sold([10] * 4, start=START + timedelta(days=3)), AS_OF + timedelta(days=10))
    assert (outcome.counted, outcome.sold) == (4, 40)
    early = outcome_of(
        forecast(), sold([99] * 5 + [10] * 2, start=START - timedelta(days=5)), AS_OF + timedelta(days=7)
    )
    assert (early.counted, early.sold) == (2, 20)


def test_the_band_of_all_days_is_the_calibrated_one():
    for half in (0.0, 8.0, 13.0, 25.0, 39.0, 55.0):
        band = sum_band(points(10.0, 6.0, 14.0), total(100, 100 - half, 100 + half), np.arange(10))
        assert (band.lo80, band.hi80) == pytest.approx((100 - half, 100 + half))


def test_the_band_of_some_days_lies_between_independence_and_one_common_error():
    alone = sum_band(points(10.0, 6.0, 14.0), total(100, 100 - 4 * 10**0.5, 100 + 4 * 10**0.5), np.arange(5))
    common = sum_band(points(10.0, 6.0, 14.0), total(100, 60, 140), np.arange(5))
    between = sum_band(points(10.0, 6.0, 14.0), total(100, 75, 125), np.arange(5))
    assert alone.hi80 - 50 == pytest.approx(4 * 5**0.5)
    assert common.hi80 - 50 == pytest.approx(20)
    assert alone.hi80 < between.hi80 < common.hi80
    assert between.lo95 <= between.lo80 <= between.mean <= between.hi80 <= between.hi95


def test_partial_bands_hold_what_they_say_where_errors_are_shared():
    rng = np.random.default_rng(8)
    level = rng.normal(1, 0.15, 20_000)
    days = rng.poisson(np.maximum(level, 0)[:, None] * np.full(10, 40.0))
    inner, whole = np.quantile(days, (0.1, 0.9)), np.quantile(days.sum(axis=1), (0.1, 0.9))
    told = sum_band(points(40.0, *inner), total(400, *whole), np.arange(4))
    sums = days[:, :4].sum(axis=1)
    assert ((told.lo80 <= sums) & (sums <= told.hi80)).mean() == pytest.approx(0.8, abs=0.02)


def test_deviations_are_never_smaller_than_a_count_s():
    assert deviation(Interval(mean=0.2, lo80=0, hi80=0, lo95=0, hi95=0), 0) == 0.5
    assert deviation(Interval(mean=100, lo80=99, hi80=101, lo95=99, hi95=101), 120) == 10
    assert deviation(Interval(mean=100, lo80=90, hi80=150, lo95=80, hi95=200), 120) == pytest.approx(50 / 1.2816)


def test_smape_has_its_limits():
    assert smape(np.array([0.0]), np.array([0.0])) == 0
    assert smape(np.array([5.0]), np.array([0.0])) == 200
    assert smape(np.array([]), np.array([])) == 0
    assert smape(np.array([110.0]), np.array([90.0])) == pytest.approx(20)


def test_a_category_s_day_counts_while_most_of_it_is_there():
    units = np.array([[10.0, np.nan, 10, 10], [1, 1, np.nan, 1], [np.nan, np.nan, np.nan, 1]])
    panel = Panel.of_units(["big", "small", "new"], START, units)
    assert known_share(panel) == pytest.approx([1, 1 / 11, 10 / 11, 1])


def test_a_shop_that_was_closed_tells_nothing():
    panel = Panel.of_units(["a", "b"], START, np.array([[3.0, np.nan, 3], [2, np.nan, 2]]))
    assert (known_share(panel) > 0.5).tolist() == [True, False, True]
    assert known_share(Panel.of_units(["a"], START, np.full((1, 3), np.nan))).tolist() == [0, 0, 0]


def test_it_is_told_as_it_was_kept():
    outcome = outcome_of(forecast(), sold([10] * 10), AS_OF + timedelta(days=10))
    told = past_forecast(forecast(), ForecastOutcome(**vars(outcome)))
    assert (told.id, told.made_on, told.start, told.end) == (
        "f_7",
        date(2026, 11, 1),
        START,
        AS_OF + timedelta(days=10),
    )
    assert (told.days, told.horizon_days, told.sold, told.inside80) == (10, 10, 100, True)
    assert told.expected.mean == 100


def kept(expected, sold, *, days=10, inside=0.8):
    return ForecastOutcome(expected=expected, sold=sold, counted=days, inside80=inside)


def test_many_outcomes_add_up_by_units_and_days():
    whole = summary([kept(110, 100, inside=1.0), kept(90, 100, inside=0.5), kept(1, 5, days=20, inside=0.6)])
    assert whole.forecasts == 3
    assert whole.mean_error == pytest.approx(100 * 24 / 205)
    assert whole.bias == pytest.approx(100 * (201 / 205 - 1))
    assert whole.coverage80 == pytest.approx((10 + 5 + 12) / 40)


def test_without_forecasts_or_sales_there_are_no_percents():
    assert (summary([]).forecasts, summary([]).bias) == (0, None)
    nothing = summary([kept(0.5, 0)])
    assert (nothing.forecasts, nothing.mean_error, nothing.coverage80) == (1, None, 0.8)
