"""What was not observed must not look like zero demand, and what stands out must not drag the forecast."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ml_tools.forecasting.demand.cleaning import DayKind, clean, dates_of, newest_day_is_incomplete, notes_on
from ml_tools.forecasting.demand.season import calendar, weekdays, year_positions
from tests.unit.ml_tools.series import START, weekly

DAYS = 120


def marked(*positions, days=DAYS, rows=1):
    where = np.zeros((rows, days), dtype=bool)
    where[:, list(positions)] = True
    return where


def sold(units):
    return np.atleast_2d(np.asarray(units, dtype=float)).copy()


def test_stock_outs_are_unknown_and_what_was_sold_is_the_least_that_was_wanted():
    units = sold(weekly(DAYS))
    units[0, 60:74] = 3
    cleaned = clean(START, units, sold_out=marked(*range(60, 74)))
    assert np.isnan(cleaned.units[0, 60:74]).all()
    assert (cleaned.at_least[0, 60:74] == 3).all()
    assert np.isnan(np.delete(cleaned.at_least[0], range(60, 74))).all()
    assert notes_on(cleaned) == ["14 days out of stock were not counted as zero demand."]


def test_days_without_any_sales_in_the_shop_are_missing():
    units, shop = sold(weekly(DAYS)), np.ones(DAYS, dtype=bool)
    units[0, [10, 11, 90]], shop[[10, 11, 90]] = 0, False
    cleaned = clean(START, units, shop_sold=shop)
    assert np.flatnonzero(np.isnan(cleaned.units[0])).tolist() == [10, 11, 90]
    assert dates_of(cleaned, DayKind.MISSING, 0) == [START + timedelta(days=at) for at in (10, 11, 90)]
    assert "without any sales in the shop" in notes_on(cleaned)[0]


def test_a_weekday_that_the_shop_is_closed_on_is_known_to_sell_nothing():
    units, shop = sold(weekly(DAYS)), np.ones(DAYS, dtype=bool)
    sundays = weekdays(calendar(START, DAYS)) == 6
    units[0, sundays], shop[sundays] = 0, False
    units[0, 20], shop[20] = 9, True  # one Sunday before a holiday it was open
    cleaned = clean(START, units, shop_sold=shop)
    closed = sundays & (np.arange(DAYS) != 20)
    assert (cleaned.units[0, closed] == 0).all()
    assert (cleaned.kinds[0, closed] == DayKind.CLOSED).all()
    assert cleaned.units[0, 20] == 9
    assert notes_on(cleaned) == []


def test_zero_days_of_an_open_shop_with_stock_stay_zero():
    units = np.zeros(60)
    units[::9] = 1
    cleaned = clean(START, sold(units))
    assert cleaned.units[0].tolist() == units.tolist()
    assert not cleaned.damped


def test_days_before_a_product_was_on_sale_are_unknown():
    cleaned = clean(START, sold(weekly(DAYS)), first=np.array([50]))
    assert np.isnan(cleaned.units[0, :50]).all()
    assert np.isfinite(cleaned.units[0, 50:]).all()


def test_a_year_without_sales_between_years_with_many_is_unknown():
    units = sold(np.concatenate([weekly(200), np.zeros(365), weekly(200, seed=2)]))
    cleaned = clean(START, units)
    assert np.isnan(cleaned.units[0, 200:565]).all()
    assert "in a long gap without sales" in notes_on(cleaned)[0]


def test_a_slow_season_is_no_gap_and_neither_is_a_product_that_stopped():
    season = np.concatenate([np.full(60, 1.0), np.zeros(40), np.full(60, 0.0)])
    season[:60:6] = 0
    season[110::12] = 1
    assert (clean(START, sold(season)).kinds == DayKind.OBSERVED).all()
    stopped = np.concatenate([weekly(100), np.zeros(30)])
    assert (clean(START, sold(stopped)).kinds == DayKind.OBSERVED).all()


def test_a_spike_of_a_thousand_times_is_damped_and_told():
    units = sold(weekly(DAYS))
    units[0, 40] *= 1000
    cleaned = clean(START, units)
    (spike,) = cleaned.damped
    assert (spike.row, spike.at, spike.units) == (0, 40, units[0, 40])
    assert spike.usual == pytest.approx(28, rel=0.25)  # a Saturday
    assert cleaned.units[0, 40] < 60
    assert f"({START + timedelta(days=40):%d %b %Y}) was damped" in notes_on(cleaned)[0]


def test_a_peak_that_was_to_be_expected_is_no_outlier_but_a_hole_on_the_same_day_is():
    units = sold(weekly(DAYS, level=60))
    units[0, 40:45], units[0, 60] = 400, 0
    cleaned = clean(START, units, expected_peaks=marked(*range(40, 45), 60))
    assert cleaned.units[0, 40:45].tolist() == [400] * 5
    assert [spike.at for spike in cleaned.damped] == [60]


def test_what_stands_out_in_many_products_at_once_is_an_event():
    units = np.stack([weekly(DAYS, seed=seed) for seed in range(40)]).astype(float)
    units[:30, 50] *= 20
    units[0, 70] *= 20
    assert [(spike.row, spike.at) for spike in clean(START, units).damped] == [(0, 70)]


def test_a_lasting_change_of_level_is_not_an_outlier():
    cleaned = clean(START, sold([*weekly(60, level=10), *weekly(60, level=60)]))
    assert np.nanmean(cleaned.units[0, 75:]) > 50
    assert not cleaned.damped


def test_more_returned_than_sold_counts_as_zero():
    units = sold(weekly(60))
    units[0, 30] = -4
    cleaned = clean(START, units)
    assert cleaned.units[0, 30] >= 0
    assert any("more returned than sold" in note for note in notes_on(cleaned))


def test_notes_on_several_products_count_days_and_products():
    units = np.stack([weekly(DAYS, seed=seed) for seed in range(3)]).astype(float)
    out = np.zeros(units.shape, dtype=bool)
    out[:2, 5:7] = True
    assert notes_on(clean(START, units, sold_out=out)) == [
        "4 days of 2 products out of stock were not counted as zero demand."
    ]


@settings(deadline=None, max_examples=40)
@given(
    arrays(float, st.tuples(st.integers(1, 4), st.integers(1, 90)), elements=st.one_of(
        st.just(float("nan")), st.integers(-5, 10**6).map(float)))
)  # fmt: skip
def test_cleaning_never_makes_up_demand(units):
    cleaned = clean(START, units)
    known = np.isfinite(cleaned.units)
    assert not known[~np.isfinite(units)].any()
    assert (cleaned.units[known] >= 0).all()
    assert all(spike.usual >= 0 for spike in cleaned.damped)


@given(st.dates(date(1999, 1, 1), date(2101, 1, 1)), st.integers(1, 800))
def test_the_calendar_has_no_gap_or_repeat_over_leap_days(start, days):
    made = calendar(start, days)
    expected = [start + timedelta(days=at) for at in range(days)]
    assert made.tolist() == expected
    assert weekdays(made).tolist() == [day.weekday() for day in expected]
    assert year_positions(made).tolist() == [day.replace(year=2024).timetuple().tm_yday - 1 for day in expected]


def test_a_half_written_newest_day_is_noticed_and_a_quiet_one_is_not():
    newest = date(2026, 11, 20)
    usual = {newest - timedelta(weeks=week): 100 for week in range(1, 5)}
    assert newest_day_is_incomplete({**usual, newest: 20}, newest)
    assert not newest_day_is_incomplete({**usual, newest: 60}, newest)
    assert not newest_day_is_incomplete({newest: 1}, newest)
