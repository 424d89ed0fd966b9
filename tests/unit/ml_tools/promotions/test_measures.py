"""Measures on what has a known answer, and calibration of what is known to be off."""

import numpy as np
import pytest
from scipy.special import expit

from common.errors import NotEnoughData
from ml_tools.promotions.calibration import Calibration, beta, calibrated, isotonic, platt
from ml_tools.promotions.measures import (
    calibration_error,
    calibration_error_if_true,
    debiased_calibration_error,
    log_odds,
    logloss,
    measured,
)

ROWS = 8000


@pytest.fixture(scope="module")
def drawn():
    """True log-odds and the clicks drawn from them."""
    generator = np.random.default_rng(4)
    odds = generator.normal(-1.5, 1.0, ROWS)
    return odds, (generator.random(ROWS) < expit(odds)).astype(float)


def test_a_calibration_error_by_hand():
    clicks, said = np.array([0.0, 1, 1, 1]), np.array([0.2, 0.3, 0.8, 0.9])
    assert calibration_error(clicks, said, bins=2) == pytest.approx((abs(0.5 - 0.25) + abs(1 - 0.85)) / 2)


def test_the_same_for_everybody_is_one_bin():
    assert calibration_error(np.array([0.0, 0, 0, 1]), np.full(4, 0.25)) == 0


def test_the_truth_has_an_error_that_scatter_explains(drawn):
    odds, clicks = drawn
    few = slice(0, 500)
    error, expected = calibration_error(clicks[few], expit(odds[few])), calibration_error_if_true(expit(odds[few]))
    assert 0.02 < expected < 0.06
    assert error < 2 * expected
    assert debiased_calibration_error(clicks, expit(odds)) < 0.01
    assert debiased_calibration_error(clicks, expit(odds + 0.7)) > 0.05


def test_certainty_that_is_wrong_costs_much_but_not_everything():
    assert logloss(np.array([1.0]), np.array([0.0])) == pytest.approx(-np.log(1e-7))


def test_nothing_is_ranked_where_all_clicked_alike():
    found = measured(np.zeros(5), np.linspace(0, 0.4, 5))
    assert "AUC" not in found
    assert np.isfinite(list(found.values())).all()
    with pytest.raises(NotEnoughData):
        measured(np.zeros(0), np.zeros(0))


@pytest.mark.parametrize("fit", [platt, beta, isotonic])
def test_what_is_off_is_put_right(drawn, fit):
    odds, clicks = drawn
    off = odds * 2 + 1  # too sure, and too high
    half = ROWS // 2
    fitted = fit(clicks[:half], off[:half])
    assert calibration_error(clicks[half:], fitted.apply(off[half:])) < 0.03
    assert calibration_error(clicks[half:], expit(off[half:])) > 0.06


def test_what_is_right_is_left_alone(drawn):
    odds, clicks = drawn
    for start in range(0, ROWS, 1000):
        assert calibrated(clicks[start : start + 1000], odds[start : start + 1000]) == Calibration()


def test_what_is_far_off_is_calibrated(drawn):
    odds, clicks = drawn
    found = calibrated(clicks, odds + 1)
    assert found != Calibration()
    assert calibration_error(clicks, found.apply(odds + 1)) < 0.02


def test_too_few_rows_to_calibrate_by():
    assert calibrated(np.ones(3), np.zeros(3)) == Calibration()


@pytest.mark.parametrize("fit", [platt, beta, isotonic])
def test_no_calibration_turns_the_order_around(drawn, fit):
    odds, clicks = drawn
    said = fit(1 - clicks[:400], odds[:400]).apply(np.sort(odds))
    assert (np.diff(said) >= -1e-9).all()


def test_a_calibration_survives_being_written_down(drawn):
    odds, clicks = drawn
    for fit in (platt, beta, isotonic):
        found = fit(clicks, odds)
        assert np.allclose(Calibration.of(found.array()).apply(odds), found.apply(odds))


def test_log_odds_turn_back():
    assert expit(log_odds(np.array([0.01, 0.5, 0.99]))) == pytest.approx([0.01, 0.5, 0.99])
