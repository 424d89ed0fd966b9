"""The belief of clicks: exact where it says it is exact, right on data that is known, and able to change its mind."""

import numpy as np
import pytest

from ml_tools.promotions import belief as module
from ml_tools.promotions.belief import Belief, Examples, prior
from ml_tools.promotions.signals import LOCAL, SHARED, Signals

D, B = len(SHARED), len(LOCAL)
PROMOTIONS = np.array([3, 5, 8])


def examples(seed: int, count: int = 600, *, base: float = -1.0, appeal: float = 0.0) -> Examples:
    """Clicks with the odds of a few known weights; the first promotion has `appeal` of its own."""
    rng = np.random.default_rng(seed)
    shared, local = rng.normal(size=(count, D)) * 0.5, rng.normal(size=(count, B)) * 0.5
    shared[:, 0] = local[:, 0] = 1.0
    rows = rng.integers(0, len(PROMOTIONS), count)
    logits = base + 2 * shared[:, 1] - shared[:, 2] + appeal * (rows == 0)
    clicks = (rng.random(count) < 1 / (1 + np.exp(-logits))).astype(float)
    return Examples(rows, Signals(shared, local), clicks)


def taken(some: Examples, at: slice) -> Examples:
    return Examples(some.rows[at], Signals(some.signals.shared[at], some.signals.local[at]), some.clicks[at])


def dense(belief: Belief) -> np.ndarray:
    """The precision as one matrix."""
    size = D + B * len(belief)
    found = np.zeros((size, size))
    found[:D, :D] = belief.a
    for k in range(len(belief)):
        own = slice(D + k * B, D + (k + 1) * B)
        found[own, own], found[own, :D], found[:D, own] = belief.d[k], belief.c[k], belief.c[k].T
    return found


def flat(belief: Belief) -> np.ndarray:
    return np.concatenate([belief.mean, belief.means.ravel()])


def known() -> Belief:
    return prior().knowing(PROMOTIONS)


def test_the_arrowhead_is_solved_as_the_whole_matrix_is() -> None:
    belief = known().learnt(examples(1))
    right = np.random.default_rng(2).normal(size=D + 3 * B)
    assert np.allclose(belief.precision.solved(right), np.linalg.solve(dense(belief), right))


def test_learning_reaches_the_mode_of_the_posterior() -> None:
    before, some = known(), examples(1)
    after = before.learnt(some)
    off = flat(after) - flat(before)
    logits = some.signals.shared @ after.mean + (some.signals.local * after.means[some.rows]).sum(axis=1)
    rest = some.clicks - 1 / (1 + np.exp(-logits))
    gradient = np.concatenate([some.signals.shared.T @ rest, np.zeros(3 * B)])
    for k in range(3):
        mine = some.rows == k
        gradient[D + k * B : D + (k + 1) * B] = some.signals.local[mine].T @ rest[mine]
    assert np.abs(gradient - dense(before) @ off).max() < 1e-3


def test_known_weights_are_found() -> None:
    after = known().learnt(examples(1, 20_000))
    assert after.mean[1] == pytest.approx(2, abs=0.15)
    assert after.mean[2] == pytest.approx(-1, abs=0.15)


def test_batches_come_to_the_same_as_everything_at_once() -> None:
    some = examples(3, 3000)
    belief = known()
    for first in range(0, 3000, 250):
        belief = belief.learnt(taken(some, slice(first, first + 250)))
    at_once = known().learnt(some)
    assert np.abs(flat(belief) - flat(at_once)).max() < 0.1


def test_a_click_that_comes_late_is_as_good_as_one_in_time() -> None:
    """Learnt as not clicked, then corrected: the mode is nearly that of the truth."""
    some = examples(4, 2000)
    clicked = np.flatnonzero(some.clicks)[:40]
    wrong = Examples(some.rows, some.signals, some.clicks.copy())
    wrong.clicks[clicked] = 0
    nothing = taken(some, slice(0, 0))
    late = Examples(some.rows[clicked], Signals(some.signals.shared[clicked], some.signals.local[clicked]),
                    np.ones(len(clicked)))  # fmt: skip
    truth, corrected, left = (
        known().learnt(some), known().learnt(wrong).learnt(nothing, late), known().learnt(wrong)
    )  # fmt: skip
    error = np.abs(flat(corrected) - flat(truth)).max()
    assert error < 0.3 * np.abs(flat(left) - flat(truth)).max()


def test_draws_have_the_posterior_s_mean_and_the_width_that_is_said() -> None:
    belief = known().learnt(examples(1, 400))
    shared, local = belief.drawn(np.random.default_rng(5), 20_000)
    drawn = np.concatenate([shared, local.transpose(1, 0, 2).reshape(20_000, -1)], axis=1)
    covariance = module.DRAWN_WIDTH**2 * np.linalg.inv(dense(belief))
    assert np.abs(drawn.mean(axis=0) - flat(belief)).max() < 0.03
    assert np.abs(np.cov(drawn.T) - covariance).max() < 0.05 * covariance.max()


def test_forgetting_widens_towards_the_prior_and_keeps_the_mean() -> None:
    learnt = known().learnt(examples(1, 4000))
    aged, ancient = learnt.aged(3.0), learnt.aged(10_000.0)
    assert np.array_equal(flat(aged), flat(learnt))
    wide, narrow = np.diag(np.linalg.inv(dense(aged))), np.diag(np.linalg.inv(dense(learnt)))
    assert (wide[: D + 3 * B] >= narrow - 1e-12).all()
    assert np.allclose(np.linalg.inv(dense(ancient))[:D, :D], np.linalg.inv(dense(known()))[:D, :D], atol=1e-6)
    assert np.allclose(ancient.d, known().d)
    assert learnt.aged(0) is learnt
    assert learnt.aged(-1) is learnt


def test_a_world_that_changes_is_followed() -> None:
    """The appeal of a promotion turns; two days of the new world outweigh ten of the old one."""
    belief = known()
    for day in range(10):
        belief = belief.aged(1).learnt(examples(day, 500, appeal=1.0))
    before = belief.means[0, 0] - belief.means[1:, 0].mean()
    for day in range(2):
        belief = belief.aged(1).learnt(examples(100 + day, 500, appeal=-1.0))
    assert before > 0.6
    assert belief.means[0, 0] - belief.means[1:, 0].mean() < -0.3


def test_promotions_that_are_given_up_leave_what_they_taught() -> None:
    learnt = known().learnt(examples(1))
    rest = learnt.without([5])
    marginal = np.linalg.inv(dense(learnt))
    kept = np.r_[0 : D + B, D + 2 * B : D + 3 * B]
    assert np.allclose(np.linalg.inv(dense(rest)), marginal[np.ix_(kept, kept)])
    assert rest.promotions.tolist() == [3, 8]
    assert learnt.without([99]) is learnt


def test_new_promotions_start_from_the_prior_in_order() -> None:
    belief = known().learnt(examples(1)).knowing([1, 5, 9])
    assert belief.promotions.tolist() == [1, 3, 5, 8, 9]
    assert belief.rows_of([9, 2, 3]).tolist() == [4, -1, 1]
    assert not belief.means[[0, 4]].any()
    assert prior().rows_of([1]).tolist() == [-1]


@pytest.mark.parametrize("clicks", [0.0, 1.0])
def test_clicks_of_one_kind_only_stay_finite(clicks: float) -> None:
    some = examples(6, 2000)
    belief = known().learnt(Examples(some.rows, some.signals, np.full(2000, clicks)))
    assert np.isfinite(flat(belief)).all()
    assert np.linalg.eigvalsh(dense(belief)).min() > 0
