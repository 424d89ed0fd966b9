"""Drivers must be those that were planted, with intervals that hold the truth as often as they say."""

from dataclasses import replace

import numpy as np
import pytest

from ml_tools.forecasting.demand.panel import Panel
from ml_tools.forecasting.demand.season import weekdays
from ml_tools.forecasting.patterns.drivers import DAY_NAMES, drivers
from ml_tools.forecasting.patterns.factors import Factors
from ml_tools.forecasting.schemas import Subject, SubjectKind
from tests.unit.ml_tools.forecasting.planted import START, WEEKDAYS, shop
from tests.unit.ml_tools.forecasting.test_factors import moving

SHOP = Subject(kind=SubjectKind.SHOP, id=None, name="the whole shop", products=24)


def told(panel, kind, *, factors=None, subject=SHOP):
    return {d.label: d for d in drivers(panel, factors or Factors.learnt(panel), subject) if d.kind == kind}


def covers(effect, truth):
    return effect.lo <= truth <= effect.hi


def test_price_and_promotion_are_told_in_percent_of_sales():
    panel = moving(lift=3.0, elasticity=1.5)
    price = told(panel, "price")["a 10 % lower price"]
    promotion = told(panel, "promotion")["a promotion of 20 %"]
    assert price.effect.mean == pytest.approx(100 * (0.9**-1.5 - 1), abs=4)
    assert promotion.effect.mean == pytest.approx(100 * (np.exp(0.6) - 1), abs=6)
    assert price.significant
    assert promotion.significant
    assert price.learnt_from == "40 products of the shop, 700 days"


def test_a_product_borrows_from_its_category():
    panel = moving()
    one = Subject(kind=SubjectKind.PRODUCT, id="p0", name="One", products=1)
    found = told(panel.of([0]), "price", factors=Factors.learnt(panel), subject=one)
    assert found["a 10 % lower price"].learnt_from == "20 products of its category, 700 days"


def test_weekdays_that_stand_out_are_told_and_a_flat_week_is_not_significant():
    found = told(shop(300), "weekday")
    usual = WEEKDAYS / WEEKDAYS.mean()
    assert found["Saturdays"].effect.mean == pytest.approx(100 * (usual[5] - 1), abs=4)
    assert found["Saturdays"].significant
    flat = Panel.of_units(["p"], START, np.random.default_rng(0).poisson(5, (1, 120)).astype(float))
    assert sum(driver.significant for driver in told(flat, "weekday").values()) <= 1


def test_months_are_told_of_more_than_a_year_only():
    assert not told(shop(300), "season")
    found = told(shop(1000), "season")
    assert len(found) == 3
    assert any(driver.significant for driver in found.values())


def test_growth_is_the_trend():
    panel = shop(1100)
    grown = panel.units * np.exp(0.25 * np.arange(1100) / 365.25)
    found = told(replace(panel, units=grown), "trend")["a year that passes"]
    assert found.effect.mean == pytest.approx(100 * np.expm1(0.25), abs=6)
    assert found.significant
    assert not told(panel, "trend")["a year that passes"].effect.lo > 5


def test_the_strongest_driver_is_the_most_important_and_shares_add_up():
    found = drivers(moving(), Factors.learnt(moving()), SHOP)
    assert sum(driver.importance for driver in found) == pytest.approx(1, abs=0.01)
    assert found[0].importance == max(driver.importance for driver in found)
    assert found[0].kind in ("promotion", "weekday")


def test_weekday_intervals_hold_the_truth_about_as_often_as_they_say():
    usual, rng = WEEKDAYS / WEEKDAYS.mean(), np.random.default_rng(9)
    hits = []
    for _ in range(25):
        noise = rng.gamma(8, 1 / 8, (6, 210))
        units = rng.poisson(5 * usual[np.arange(210) % 7] * noise).astype(float)
        panel = Panel.of_units([f"p{row}" for row in range(6)], START, units)
        for label, driver in told(panel, "weekday").items():
            hits.append(covers(driver.effect, 100 * (usual[DAY_NAMES.index(label)] - 1)))
    assert np.mean(hits) >= 0.85


def test_a_closed_weekday_does_not_break_the_others():
    panel = shop(300)
    units = np.where(weekdays(panel.days) == 6, 0.0, panel.units)
    found = told(replace(panel, units=units), "weekday")
    assert "Sundays" not in found
    assert found


@pytest.mark.parametrize("units", [np.zeros((2, 200)), np.full((2, 200), np.nan)], ids=["zeros", "nothing known"])
def test_what_never_sold_has_no_drivers(units):
    panel = Panel.of_units(["a", "b"], START, units)
    assert drivers(panel, Factors.learnt(panel), SHOP) == []


def test_a_single_day_has_no_drivers_that_could_be_measured():
    panel = Panel.of_units(["a"], START, np.array([[4.0]]))
    assert drivers(panel, Factors.plain(), SHOP) == []
