"""Weights follow what backtests show and no more; so does the bias."""

import numpy as np
import pytest

from ml_tools.forecasting.calibration.backtest import Backtest, origins, smape
from ml_tools.forecasting.calibration.weighting import bias_of, combined, learnt, least_squares

SERIES, WINDOWS, LEADS = 20, 8, 28
GROUPS = np.arange(SERIES) % 2


def backtest(spreads, *, seed=0, wrong=()) -> Backtest:
    """Members whose forecasts scatter around the truth (40 units a day) by `spreads` times chance, each on its own."""
    rng = np.random.default_rng(seed)
    actual = rng.poisson(40, (WINDOWS, SERIES, LEADS)).astype(float)
    means = np.stack([40 + spread * np.sqrt(40) * rng.normal(size=actual.shape) for spread in spreads])
    for member, rows, factor in wrong:
        means[member][:, rows] *= factor
    names = tuple(f"m{at}" for at in range(len(spreads)))
    return Backtest(names, np.arange(SERIES), means, actual, np.full((WINDOWS, SERIES), 100.0))


def test_least_squares_finds_the_known_answer_on_the_simplex():
    products = np.array([np.diag([1.0, 4.0, 4.0]), [[1.0, 1.0, 0], [1.0, 9.0, 0], [0, 0, 100.0]]])
    assert least_squares(products) == pytest.approx(np.array([[2 / 3, 1 / 6, 1 / 6], [0.99, 0, 0.01]]), abs=0.02)


def test_weights_are_shares():
    found = learnt(backtest([0.5, 1.0, 2.0]), GROUPS, 2)
    for weights in (found.shop[None], found.category, found.product):
        assert (weights >= 0).all()
        assert weights.sum(axis=1) == pytest.approx(np.ones(len(weights)))


def test_a_much_better_member_gets_nearly_everything():
    assert learnt(backtest([0.1, 3.0]), GROUPS, 2).product[:, 0].min() > 0.9


def test_members_that_err_apart_share_the_weight():
    found = learnt(backtest([1.0, 1.0]), GROUPS, 2)
    assert found.product[:, 0] == pytest.approx(np.full(SERIES, 0.5), abs=0.15)


def test_the_combination_is_no_worse_than_equal_weights_on_windows_left_out():
    scores = learnt(backtest([0.3, 0.6, 2.0]), GROUPS, 2)
    assert scores.scores[scores.rule] <= scores.scores["equal"]


def test_a_member_that_fails_one_product_alone_counts_less_there():
    found = learnt(backtest([0.5, 0.5], wrong=[(0, 3, 1.8)]), GROUPS, 2)
    assert found.product[3, 0] < 0.5 * np.delete(found.product[:, 0], 3).mean()


def test_one_member_has_all_the_weight():
    assert learnt(backtest([1.0]), GROUPS, 2).product.tolist() == [[1.0]] * SERIES


def test_a_product_that_is_always_forecast_too_low_is_corrected_and_the_others_are_not():
    bias = bias_of(backtest([0.0], wrong=[(0, 3, 1 / 1.2)]), np.ones((SERIES, 1)), GROUPS)
    assert bias[3] == pytest.approx(1.2, abs=0.05)
    assert np.delete(bias, 3) == pytest.approx(np.ones(SERIES - 1), abs=0.04)


def test_what_a_whole_category_is_off_by_is_left_alone():
    bias = bias_of(backtest([0.0], wrong=[(0, GROUPS == 0, 1 / 1.15)]), np.ones((SERIES, 1)), GROUPS)
    assert bias == pytest.approx(np.ones(SERIES), abs=0.03)


def test_a_product_that_never_sells_is_corrected_down_to_nearly_nothing():
    some = backtest([0.1])
    some.actuals[:, 4] = 0
    assert bias_of(some, np.ones((SERIES, 1)), GROUPS)[4] < 0.05


def test_chance_is_no_bias():
    assert bias_of(backtest([0.3]), np.ones((SERIES, 1)), GROUPS) == pytest.approx(np.ones(SERIES), abs=0.02)


def test_windows_that_contradict_each_other_are_no_bias():
    some = backtest([0.0])
    swing = np.where(np.arange(WINDOWS) % 2, 1.2, 0.8)[None, :, None, None]
    both_ways = Backtest(some.names, some.rows, some.means * swing, some.actuals, some.known)
    assert bias_of(both_ways, np.ones((SERIES, 1)), GROUPS) == pytest.approx(np.ones(SERIES), abs=0.03)


def test_combined_takes_each_products_own_weights():
    means = np.stack([np.full((2, 3), 10.0), np.full((2, 3), 20.0)])
    assert combined(np.array([[1.0, 0.0], [0.5, 0.5]]), means).tolist() == [[10.0] * 3, [15.0] * 3]


@pytest.mark.parametrize("days", [0, 1, 13, 20])
def test_nothing_is_tested_on_a_past_that_is_too_short(days):
    assert origins(days) == []


@pytest.mark.parametrize("days", [28, 60, 120, 400, 913, 1461])
def test_windows_lie_in_the_newest_part_and_leave_days_to_judge(days):
    found = origins(days)
    assert found == sorted(set(found))
    assert found[0] >= max(14, days - 365, days // 2)
    assert found[-1] <= days - 7


def test_smape_of_known_numbers():
    actual = np.array([10.0, 0.0, np.nan, 0.0])
    assert smape(actual, np.array([30.0, 0.0, 5.0, 4.0])) == pytest.approx((100 + 0 + 200) / 3)
