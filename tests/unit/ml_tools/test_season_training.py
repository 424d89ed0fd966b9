"""A season that is in the sales must be learnt, and one that is not must not."""

from datetime import date

import numpy as np
import pytest

from ml_tools.forecasting.season import NO_SEASON, SHOP, SeasonProfile, calendar, weekdays, year_positions
from ml_tools.forecasting.train import GroupSales, groups_of, train_profile
from store.sales import CategoryDay, CategoryDiscount

START = date(2024, 6, 1)
WEEKDAY = np.array([0.8, 0.8, 0.9, 1.0, 1.2, 1.4, 0.9])


def shop(days=900, *, amplitude=0.5, lift=0.0, level=300.0, seed=0):
    calendar_days = calendar(START, days)
    yearly = np.exp(amplitude * np.cos(2 * np.pi * (year_positions(calendar_days) - 350) / 366))
    discounts = np.where(np.arange(days) % 60 < 8, 0.2, 0.0) * (lift > 0)
    mean = level * WEEKDAY[weekdays(calendar_days)] * yearly * np.exp(lift * discounts)
    return GroupSales(START, np.random.default_rng(seed).poisson(mean).astype(float), discounts)


def test_weekday_yearly_season_and_promotion_lift_are_found():
    trained = train_profile({SHOP: shop(lift=3.0)})
    season = trained.profile.of("anything")
    assert season.weekday == pytest.approx(WEEKDAY, abs=0.03)
    assert season.promotion_lift == pytest.approx(3.0, abs=0.4)
    assert season.yearly[350] / season.yearly[167] == pytest.approx(np.exp(1.0), rel=0.15)
    assert trained.holdout_error < 0.5 * trained.holdout_error_without


def test_a_season_that_is_not_there_is_not_learnt():
    season = train_profile({SHOP: shop(amplitude=0.0)}).profile.of(SHOP)
    assert season.yearly == pytest.approx(np.ones(366), abs=0.05)


def test_a_category_with_a_season_of_its_own_gets_it():
    summer = GroupSales(START, shop(amplitude=-0.6, level=40.0, seed=1).units, np.zeros(900))
    profile = train_profile({SHOP: shop(), "swimwear": summer}).profile
    assert profile.of("swimwear").yearly[180] > 1.3 > profile.of(SHOP).yearly[180]


def test_a_young_shop_learns_weekdays_only():
    trained = train_profile({SHOP: shop(days=200)})
    assert not trained.profile.of(SHOP).knows_year
    assert trained.holdout_error is None
    assert trained.profile.of(SHOP).weekday == pytest.approx(WEEKDAY, abs=0.06)


def test_too_few_days_are_refused():
    with pytest.raises(ValueError, match="56 days"):
        train_profile({SHOP: shop(days=30)})


def test_a_profile_survives_json_and_refuses_other_shapes():
    profile = train_profile({SHOP: shop(), "shoes": shop(level=30, seed=2)}).profile
    again = SeasonProfile.from_json(profile.to_json())
    assert again.of("shoes").yearly == pytest.approx(profile.of("shoes").yearly, abs=1e-4)
    broken = profile.to_json()
    broken[SHOP]["weekday"] = [1.0] * 6
    with pytest.raises(ValueError, match="7 positive numbers"):
        SeasonProfile.from_json(broken)


def test_an_unknown_category_gets_the_shops_factors_and_plain_ones_without_any():
    profile = train_profile({SHOP: shop()}).profile
    assert profile.of("new category") is profile.of(SHOP)
    assert SeasonProfile({}).of("new category") is NO_SEASON


def test_days_on_which_the_shop_sold_nothing_are_missing_in_every_group():
    rows = [CategoryDay("shoes", date(2026, 1, 1), 5), CategoryDay("bags", date(2026, 1, 3), 2)]
    offers = [CategoryDiscount("shoes", date(2025, 12, 20), date(2026, 1, 1), 20.0)]
    groups = groups_of(rows, offers, date(2026, 1, 1), date(2026, 1, 3))
    assert np.isnan(groups["shoes"].units[1])
    assert np.isnan(groups[SHOP].units[1])
    assert groups["shoes"].units[[0, 2]].tolist() == [5, 0]
    assert groups["shoes"].discounts.tolist() == [0.2, 0, 0]
