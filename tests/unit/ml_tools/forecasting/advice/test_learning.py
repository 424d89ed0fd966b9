"""The drift alarm and the bias correction on simulated weeks: quiet when all is well, and of use when it is not."""

from datetime import date, timedelta

import numpy as np
import pytest

from ml_tools.forecasting.feedback.bias import Corrections, corrections
from ml_tools.forecasting.feedback.drift import apart, drifting, surprises
from store.forecast_outcomes import Week

FIRST = date(2026, 6, 1)
WEEKS = 26


def week(at, *, expected=100.0, sold=100, product=1, category=1, deviation=10.0, correction=1.0):
    """The week that begins `at` days after the first."""
    return Week(product, category, FIRST + timedelta(days=at), expected, sold, deviation, correction)


def alarms(draw, runs=600):
    """How often the alarm stands after half a year."""
    rng = np.random.default_rng(1)
    return np.mean([drifting(draw(rng)) for _ in range(runs)])


def test_calm_errors_seldom_raise_the_alarm():
    assert alarms(lambda rng: rng.normal(size=WEEKS)) < 0.03
    assert alarms(lambda rng: rng.standard_t(4, WEEKS) / 2**0.5) < 0.03


@pytest.mark.parametrize(("shift", "power"), [(1.5, 0.65), (2.0, 0.9), (-2.0, 0.9), (3.0, 0.99)])
def test_a_level_that_has_moved_for_six_weeks_raises_it(shift, power):
    assert alarms(lambda rng: rng.normal(size=WEEKS) + shift * (np.arange(WEEKS) >= WEEKS - 6)) > power


def test_errors_that_have_grown_both_ways_raise_it():
    assert alarms(lambda rng: rng.normal(size=WEEKS) * np.where(np.arange(WEEKS) >= WEEKS - 12, 3, 1)) > 0.9


def test_a_single_freak_week_is_no_drift():
    for at in range(3, WEEKS + 1):
        calm = np.zeros(at)
        calm[-1] = 50
        assert not drifting(calm)


def test_the_alarm_ends_when_forecasts_are_right_again():
    drifted = [0.0] * 10 + [2.5] * 4
    assert drifting(drifted)
    assert not drifting(drifted + [0.0] * 10)


def test_two_weeks_are_too_few():
    assert not drifting([9.0, 9.0])
    assert not drifting([])


def test_weeks_that_overlap_count_once():
    nightly = [week(at) for at in range(30)]
    assert [(chosen.as_of - FIRST).days for chosen in apart(nightly)] == [0, 7, 14, 21, 28]
    assert surprises([week(0, sold=120), week(7, sold=95)]) == [2.0, -0.5]


def shop(truth, *, weeks=12, seed=0, correction=1.0):
    """Weeks of products in categories of four; `truth` are the factors by which they are under-forecast."""
    rng = np.random.default_rng(seed)
    found = []
    for at in range(weeks):
        for product, factor in enumerate(truth):
            mean = 20.0 + 40 * product
            deviation = (mean + (0.12 * mean) ** 2) ** 0.5
            sold = max(round(rng.normal(mean * factor, deviation)), 0)
            found.append(
                week(7 * at, expected=mean * correction, sold=sold, product=product, category=product // 4,
                     deviation=deviation, correction=correction)
            )  # fmt: skip
    return found


def rmse(known, truth):
    factors = [known.of(product, product // 4) for product in range(len(truth))]
    return float(np.sqrt(np.mean(np.log(np.array(factors) / truth) ** 2)))


def test_a_bias_of_all_products_is_taken_out():
    truth = np.full(40, 1.15)
    known = corrections(shop(truth))
    assert rmse(known, truth) < 0.03
    assert known.of(999, 2) == pytest.approx(1.15, abs=0.04)  # a product without a record: its category's
    assert known.of(999, None) == pytest.approx(1.15, abs=0.06)  # and without a category the shop's


def test_a_bias_of_one_category_stays_in_it():
    truth = np.where(np.arange(40) // 4 == 3, 1.2, 1.0)
    known = corrections(shop(truth))
    assert rmse(known, truth) < 0.5 * float(np.sqrt(np.mean(np.log(truth) ** 2)))
    assert known.of(999, 3) > 1.1
    assert known.of(999, 5) == pytest.approx(1.0, abs=0.03)


def test_unbiased_forecasts_are_left_nearly_alone():
    moved = [rmse(corrections(shop(np.ones(40), seed=seed)), np.ones(40)) for seed in range(10)]
    assert np.mean(moved) < 0.015


def test_what_was_applied_already_is_not_forgotten():
    truth = np.full(40, 1.15)
    known = corrections(shop(truth, correction=1.15))  # forecasts that are right because they were corrected
    assert rmse(known, truth) < 0.03


def test_a_bias_that_turns_is_not_corrected():
    weeks = [
        week(7 * at, sold=125 if at % 4 < 2 else 80, product=product, category=0)
        for at in range(12)
        for product in range(9)
    ]
    assert corrections(weeks) == Corrections.none()


def test_no_factor_is_larger_than_a_quarter():
    known = corrections(shop(np.full(40, 3.0)))
    assert known.of(1, 0) == 1.25
    assert corrections(shop(np.full(40, 0.2))).of(1, 0) == 0.8


@pytest.mark.parametrize("weeks", [[], shop(np.full(5, 1.3), weeks=3), [week(7 * at, expected=0) for at in range(9)]])
def test_too_little_is_no_correction(weeks):
    assert corrections(weeks).of(1, 1) == 1.0


def test_one_product_alone_can_be_corrected():
    weeks = [week(7 * at, sold=130) for at in range(10)]
    assert 1.03 < corrections(weeks).of(1, 1) <= 1.25
