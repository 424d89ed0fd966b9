"""What was not observed must not look like zero demand, and what stands out must not drag the forecast."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_tools.forecasting.features import clean, fill_unknown, from_units, newest_day_is_incomplete
from ml_tools.forecasting.season import calendar, weekdays, year_positions
from tests.unit.ml_tools.series import START, sales, weekly


def test_stock_outs_are_not_zero_demand():
    units = weekly(120)
    out = set(range(60, 74))
    history = clean(sales([0 if at in out else count for at, count in enumerate(units)], sold_out=out))
    assert history.units[60:74].mean() == pytest.approx(units[60:74].mean(), rel=0.2)
    assert not history.observed[60:74].any()
    assert history.observed_days == 106
    assert any("out of stock" in note and "14 days" in note for note in history.notes)


def test_a_sold_out_day_keeps_what_was_sold_before_it_ran_out():
    units = weekly(120)
    units[50] = 90
    assert clean(sales(units, sold_out={50})).units[50] >= 90


def test_days_without_any_sales_in_the_shop_are_missing():
    units = weekly(120)
    closed = {10, 11, 12, 90}
    history = clean(sales([0 if at in closed else count for at, count in enumerate(units)], closed=closed))
    assert history.units[[10, 11, 12, 90]].min() > 5
    assert any("without any sales in the shop" in note for note in history.notes)


def test_zero_days_of_an_open_shop_with_stock_stay_zero():
    units = np.zeros(60, dtype=int)
    units[::9] = 1
    history = clean(sales(units))
    assert history.observed.all()
    assert history.units.tolist() == units.tolist()


def test_a_spike_of_a_thousand_times_is_damped_and_told():
    units = weekly(120)
    units[40] *= 1000
    history = clean(sales(units))
    assert history.units[40] < 100
    assert any(
        "far from the usual" in note and f"{START + timedelta(days=40):%d %b %Y}" in note for note in history.notes
    )


def test_a_promotions_peak_is_not_an_outlier():
    units = weekly(120)
    units[40:45] = 120
    history = clean(sales(units, promoted=set(range(40, 45))))
    assert history.units[40:45].tolist() == [120] * 5
    assert history.discounts[40] == pytest.approx(0.2)


def test_a_lasting_change_of_level_is_not_an_outlier():
    history = clean(sales([*weekly(60, level=10), *weekly(60, level=60)]))
    assert history.units[75:].mean() > 50


def test_more_returned_than_sold_counts_as_zero():
    units = weekly(60)
    units[30] = -4
    history = clean(sales(units))
    assert history.units.min() >= 0
    assert any("more returned than sold" in note for note in history.notes)


@given(st.dates(date(1999, 1, 1), date(2101, 1, 1)), st.integers(1, 800))
def test_the_calendar_has_no_gap_or_repeat_over_leap_days(start, days):
    made = calendar(start, days)
    expected = [start + timedelta(days=at) for at in range(days)]
    assert made.tolist() == expected
    assert weekdays(made).tolist() == [day.weekday() for day in expected]
    assert year_positions(made).tolist() == [day.replace(year=2024).timetuple().tm_yday - 1 for day in expected]


@given(st.lists(st.one_of(st.just(float("nan")), st.integers(0, 10**6).map(float)), min_size=1, max_size=150))
def test_cleaning_always_gives_finite_not_negative_units(units):
    history = from_units(START, np.array(units))
    assert np.isfinite(history.units).all()
    assert (history.units >= 0).all()


def test_an_unknown_day_is_filled_from_its_own_weekday():
    units = np.tile([10.0, 0, 0, 0, 0, 50, 0], 6)
    units[19] = np.nan  # a Saturday
    assert fill_unknown(units, np.arange(42) % 7)[19] == 50


def test_a_half_written_newest_day_is_noticed_and_a_quiet_one_is_not():
    newest = date(2026, 11, 20)
    usual = {newest - timedelta(weeks=week): 100 for week in range(1, 5)}
    assert newest_day_is_incomplete({**usual, newest: 20}, newest)
    assert not newest_day_is_incomplete({**usual, newest: 60}, newest)
    assert not newest_day_is_incomplete({newest: 1}, newest)
