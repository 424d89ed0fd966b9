"""Factors must be what was planted, and nothing where there is nothing to learn."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.errors import BadRequest
from ml_tools.forecasting.demand.panel import Ahead, Panel
from ml_tools.forecasting.demand.season import calendar, weekdays, year_positions
from ml_tools.forecasting.patterns.factors import Factors
from tests.unit.ml_tools.forecasting.planted import WEEKDAYS, shop

START = date(2023, 1, 2)


def ahead_of(panel, horizon=28, *, discount=0.0, price=1.0):
    shape = (len(panel), horizon)
    return Ahead(panel.end + timedelta(days=1), np.full(shape, price), np.full(shape, discount))


def moving(days=700, products=40, *, lift=3.0, elasticity=1.5, level=15.0, seed=0, groups=2, alone=True):
    """Products with promotions and prices at times of their own; `alone` False: all at the same times."""
    rng = np.random.default_rng(seed)
    at = np.arange(days)
    turn = rng.integers(0, 90, products)[:, None] if alone else np.zeros((products, 1), dtype=int)
    discount = np.where((at + turn) % 90 < 12, rng.choice([0.1, 0.2, 0.3], (products, 1)), 0.0)
    price = np.where((at + 3 * turn) % 200 < 80, 9.0, 10.0) * np.ones((products, 1))
    mean = level * np.exp(rng.normal(0, 0.4, (products, 1))) * WEEKDAYS[at % 7]
    mean = mean * np.exp(lift * discount) * (price / 10) ** -elasticity
    names = [f"g{row % groups}" for row in range(products)]
    panel = Panel.of_units([f"p{row}" for row in range(products)], START, rng.poisson(mean).astype(float), groups=names)
    return replace(panel, discount=discount, price=price)


def test_weekdays_and_the_year_are_those_that_were_planted():
    factors = Factors.learnt(shop(1100, products=30))
    assert factors.weekday[-1] == pytest.approx(WEEKDAYS / WEEKDAYS.mean(), rel=0.02)
    yearly = 1 + 0.4 * np.sin(2 * np.pi * (np.arange(366) + 1) / 365.25)
    assert np.abs(factors.yearly[-1] / yearly - 1).mean() < 0.06  # months are steps


def test_what_categories_and_products_differ_by_through_chance_is_not_learnt():
    factors = Factors.learnt(shop(800))
    assert np.abs(factors.weekday - factors.weekday[-1]).max() < 0.02
    assert np.abs(factors.own_weekday - 1).max() < 0.06
    assert np.abs(factors.holiday - 1).max(initial=0) < 0.1


def test_a_category_that_differs_gets_a_week_and_a_year_of_its_own():
    panel = shop(1100, products=30)
    other = np.array(panel.groups) == "a"
    day = calendar(panel.start, panel.length)
    winter = np.where(year_positions(day) < 60, 3.0, 1.0) * np.where(weekdays(day) == 6, 2.0, 1.0)
    units = np.where(other[:, None], np.random.default_rng(5).poisson(8 * winter, panel.units.shape), panel.units)
    factors = Factors.learnt(replace(panel, units=units.astype(float)))
    own = factors.groups.index("a")
    assert factors.yearly[own, 20] / factors.yearly[own, 200] == pytest.approx(3, rel=0.15)
    assert factors.weekday[own, 6] / factors.weekday[own, 0] == pytest.approx(2, rel=0.1)


@pytest.mark.parametrize("alone", [True, False])
def test_promotions_and_prices_are_those_that_were_planted(alone):
    factors = Factors.learnt(moving(alone=alone))
    assert factors.promotion == pytest.approx(3.0, abs=0.25)
    assert factors.elasticity == pytest.approx(1.5, abs=0.4)


def test_errors_of_promotions_and_prices_cover_the_truth_about_as_often_as_they_say():
    hits, draws = np.zeros(2), 30
    for seed in range(draws):
        found = Factors.learnt(moving(200, 16, groups=1, level=6.0, seed=seed))
        hits += [
            abs(found.promotion[-1] - 3.0) < 1.96 * found.promotion_error[-1],
            abs(found.elasticity[-1] - 1.5) < 1.96 * found.elasticity_error[-1],
        ]
    assert (hits / draws >= 0.85).all(), hits / draws


def test_without_promotions_and_price_changes_their_effects_are_unknown():
    factors = Factors.learnt(shop(200))
    assert (factors.promotion == 0).all()
    assert (factors.elasticity_error > 10).all()


def test_the_shops_level_is_followed_through_a_jump_and_not_through_an_odd_week():
    panel = shop(700, products=30)
    units = panel.units.copy()
    units[:, 400:] *= 2
    units[:, 560:563] *= 3
    common = Factors.learnt(replace(panel, units=units)).common(panel.days)[-1]
    assert common[380] - common[-1] == pytest.approx(-np.log(2), abs=0.1)
    assert common[450] == pytest.approx(0, abs=0.1)
    assert common[-1] == 0


def test_of_the_days_ahead_nothing_later_than_the_past_is_used():
    panel = shop(700, products=30)
    doubled = replace(panel, units=panel.units * np.where(np.arange(700) < 500, 1.0, 2.0))
    past, ahead, _ = doubled.split(500, history=120, horizon=28)
    pattern, expected = Factors.learnt(doubled).patterns(past, ahead)
    level = past.units.sum(axis=1) / pattern.sum(axis=1)
    assert (level[:, None] * expected).sum() / panel.units[:, 500:528].sum() == pytest.approx(1, abs=0.1)


def test_growth_goes_on_ahead_and_less_and_less():
    panel = shop(1100, products=40, level=30)
    grown = panel.units * np.exp(0.3 * (np.arange(1100) - 1099) / 365)
    factors = Factors.learnt(replace(panel, units=np.random.default_rng(2).poisson(grown).astype(float)))
    steps = np.diff(np.log(factors.goes_on(180)))
    assert 0.05 < np.log(factors.goes_on(90)[-1]) < 0.1  # 0.3 a year is 0.074 in 90 days
    assert (np.diff(steps) < 0).all()


def test_a_holiday_that_every_year_confirms_is_learnt_and_one_years_chance_is_not():
    panel = shop(1200, products=30, start=date(2021, 1, 4))
    day = panel.days.astype(object)
    christmas = np.array([one.month == 12 and 19 <= one.day <= 23 for one in day])
    once = np.array([one == date(2022, 5, 1) for one in day])
    units = panel.units * np.where(christmas, 2.5, 1.0) * np.where(once, 3.0, 1.0)
    factors = Factors.learnt(replace(panel, units=units, country="de"))
    usual = factors.calendar(calendar(date(2023, 12, 5), 7))[-1].mean()
    assert factors.calendar(calendar(date(2023, 12, 19), 5))[-1].mean() / usual > 1.7
    labour = factors.holidays.index("Labor Day, on")
    assert factors.holiday[-1, labour] < 1.5
    assert factors.country == "DE"


def test_a_country_without_a_calendar_is_refused():
    with pytest.raises(BadRequest, match="ISO code"):
        Factors.learnt(replace(shop(60), country="Atlantis"))


def test_a_closed_weekday_is_forecast_as_closed():
    panel = shop(300)
    units = np.where(weekdays(panel.days) == 6, 0.0, panel.units)
    factors = Factors.learnt(replace(panel, units=units))
    _, pattern = factors.patterns(panel, ahead_of(panel))
    sundays = weekdays(ahead_of(panel).days) == 6
    assert (pattern[:, sundays] == 0).all()
    assert (pattern[:, ~sundays] > 0.5).all()


@pytest.mark.parametrize(
    "units",
    [
        np.zeros((3, 400)),
        np.full((3, 400), np.nan),
        np.array([[5.0]]),
        np.where(np.arange(800) == 300, 5000.0, 5.0)[None],
        np.where((np.arange(900) > 200) & (np.arange(900) < 565), np.nan, 4.0)[None],
    ],
    ids=["zeros", "nothing known", "one day", "a spike of a thousand times", "a gap of a year"],
)
def test_odd_series_give_finite_factors(units):
    panel = Panel.of_units([f"p{row}" for row in range(len(units))], START, units)
    past, ahead = Factors.learnt(panel).patterns(panel, ahead_of(panel, 180))
    assert np.isfinite(past).all()
    assert np.isfinite(ahead).all()
    assert (ahead >= 0).all()


@settings(deadline=None, max_examples=15)
@given(st.dates(date(2019, 12, 1), date(2024, 3, 1)), st.integers(20, 130))
def test_any_start_and_length_over_leap_days_gives_a_pattern_for_every_day(start, days):
    panel = shop(days, products=9, start=start)
    past, ahead = Factors.learnt(panel).patterns(panel, ahead_of(panel, 60))
    assert past.shape == panel.units.shape
    assert ahead.shape == (9, 60)
    assert (ahead > 0).all()


def test_an_empty_past_has_a_pattern_ahead():
    factors, panel = Factors.learnt(moving(200)), moving(200)
    past, ahead = factors.patterns(panel.between(200, 200), ahead_of(panel))
    assert past.shape == (40, 0)
    assert (ahead > 0).all()
