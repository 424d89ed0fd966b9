"""Off-policy estimators against a simulated truth: right on average, and as far off as they say."""

import numpy as np
import pytest
from scipy.special import softmax

from common.errors import BadRequest, NotEnoughData
from ml_tools.promotions.off_policy import Logged, doubly_robust, ips, snips

CHOICES, ROWS, RUNS = 5, 1000, 300


def _mostly_the_best(scores, epsilon):
    """[rows, choices]: the best with 1 - epsilon, and epsilon shared by all."""
    return epsilon / CHOICES + (1 - epsilon) * np.eye(CHOICES)[scores.argmax(axis=1)]


def world(seed):
    """A log of a softmax policy, a new policy that it is to judge, its true value, and click rates [rows, choices]."""
    drawn = np.random.default_rng(seed)
    rates = drawn.beta(2, 12, (ROWS, CHOICES))
    old = softmax(drawn.normal(size=(ROWS, CHOICES)) * 0.7, axis=1)
    new = _mostly_the_best(rates + drawn.normal(0, 0.05, rates.shape), 0.2)
    shown = (np.cumsum(old, axis=1) < drawn.random(ROWS)[:, None]).sum(axis=1).clip(max=CHOICES - 1)
    rows = np.arange(ROWS)
    clicks = (drawn.random(ROWS) < rates[rows, shown]).astype(float)
    return Logged(clicks, old[rows, shown], new[rows, shown]), (new * rates).sum(axis=1).mean(), rates, new, shown


def robust(seed):
    logged, true, rates, new, shown = world(seed)
    guess = rates * 1.3 + 0.02  # wrong, and still of use
    return doubly_robust(logged, guess[np.arange(ROWS), shown], (new * guess).sum(axis=1)), true


ESTIMATORS = {
    "ips": lambda seed: (ips(world(seed)[0]), world(seed)[1]),
    "snips": lambda seed: (snips(world(seed)[0]), world(seed)[1]),
    "doubly robust": robust,
}


@pytest.mark.parametrize("name", ESTIMATORS)
def test_an_estimator_is_right_on_average_and_knows_how_far_it_may_be_off(name):
    found = [ESTIMATORS[name](seed) for seed in range(RUNS)]
    errors = np.array([estimate.value - true for estimate, true in found])
    said = np.array([estimate.standard_error for estimate, _ in found])
    assert abs(errors.mean()) < 3 * errors.std() / np.sqrt(RUNS)
    assert errors.std() == pytest.approx(said.mean(), rel=0.15)
    covered = [estimate.interval[0] <= true <= estimate.interval[1] for estimate, true in found]
    assert np.mean(covered) > 0.9


def test_good_predictions_make_the_doubly_robust_estimate_surer():
    logged, _, rates, new, shown = world(1)
    better = doubly_robust(logged, rates[np.arange(ROWS), shown], (new * rates).sum(axis=1))
    assert better.standard_error < ips(logged).standard_error


def test_the_policy_that_ran_is_worth_what_it_got():
    logged = world(1)[0]
    same = Logged(logged.rewards, logged.propensities, logged.propensities)
    assert ips(same).value == pytest.approx(logged.rewards.mean())
    assert snips(same).effective == pytest.approx(ROWS)


def test_estimates_by_hand():
    logged = Logged(np.array([1.0, 0.0]), np.array([0.5, 0.25]), np.array([0.25, 0.75]))
    assert ips(logged).value == pytest.approx(0.25)
    assert snips(logged).value == pytest.approx(0.5 / 3.5)
    assert ips(logged, most=1.0).effective == pytest.approx(1.5**2 / 1.25)
    assert doubly_robust(logged, np.array([0.5, 0.5]), np.array([0.4, 0.4])).value == pytest.approx(
        0.4 + (0.5 * 0.5 - 3 * 0.5) / 2
    )


def test_what_could_not_have_been_shown_is_refused():
    with pytest.raises(BadRequest, match="propensity above 0"):
        Logged(np.ones(1), np.zeros(1), np.ones(1))
    with pytest.raises(NotEnoughData, match="Nothing was logged"):
        Logged(np.ones(0), np.ones(0), np.ones(0))
    with pytest.raises(NotEnoughData, match="shown nothing"):
        snips(Logged(np.ones(2), np.ones(2), np.zeros(2)))
    with pytest.raises(BadRequest, match="same impressions"):
        Logged(np.ones(2), np.ones(1), np.ones(2))
