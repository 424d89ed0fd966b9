"""Choosing by draws: what is said to be shown with a probability is shown that often."""

import numpy as np
import pytest

from ml_tools.promotions.belief import prior
from ml_tools.promotions.policy import Draws, choose, probabilities, propensities
from ml_tools.promotions.signals import LOCAL, SHARED, Signals

ALL = np.ones((5, 64), dtype=bool)


def scores(seed: int = 1, rows: int = 5, draws: int = 64) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(rows, draws)) + np.arange(rows)[:, None] / 3


@pytest.mark.parametrize("n", [1, 2, 4])
@pytest.mark.parametrize("paced", [False, True])
def test_propensities_are_how_often_each_is_shown(n: int, paced: bool) -> None:
    rng, found = np.random.default_rng(7), scores()
    taking_part = np.random.default_rng(2).random(ALL.shape) < 0.6 if paced else ALL
    counts, said = np.zeros(5), np.full(5, np.nan)
    for _ in range(20_000):
        choice = choose(rng, found, taking_part, n, floor=0.2)
        counts[choice.rows] += 1
        said[choice.rows] = choice.propensities
    assert np.abs(counts / 20_000 - said).max() < 0.015


def test_the_floor_gives_everybody_a_chance() -> None:
    certain = np.repeat(np.arange(5.0)[:, None] * 50, 64, axis=1)
    found = propensities(certain, ALL, np.arange(5), 1, floor=0.1)
    assert found == pytest.approx([0.02, 0.02, 0.02, 0.02, 0.92])
    assert found.sum() == pytest.approx(1)


def test_nothing_one_and_fewer_than_asked_for() -> None:
    rng = np.random.default_rng(1)
    none = choose(rng, np.zeros((0, 64)), np.zeros((0, 64), dtype=bool), 3, floor=0.1)
    assert (none.rows, none.propensities) == ([], [])
    one = choose(rng, scores(rows=1), ALL[:1], 1, floor=0.1)
    assert (one.rows, one.propensities) == ([0], [1.0])
    few = choose(rng, scores(rows=2), ALL[:2], 5, floor=0.0)
    assert sorted(few.rows) == [0, 1]
    assert few.propensities == [1.0, 1.0]


@pytest.mark.parametrize("floor", [0.0, 1.0])
def test_who_takes_no_part_is_never_shown(floor: float) -> None:
    rng = np.random.default_rng(1)
    taking_part = ALL.copy()
    taking_part[4] = False
    shown = [choose(rng, scores(), taking_part, 3, floor=floor).rows for _ in range(200)]
    assert all(4 not in rows and len(rows) == 3 for rows in shown)
    assert choose(rng, scores(), ~ALL, 3, floor=floor).rows == []


def signals(count: int) -> Signals:
    rng = np.random.default_rng(3)
    return Signals(rng.normal(size=(count, len(SHARED))), rng.normal(size=(count, len(LOCAL))))


def test_a_promotion_has_the_same_draws_whether_or_not_it_is_known_yet() -> None:
    """What is new is drawn from the prior, always the same until the next belief is published."""
    draws, seen = Draws(prior().knowing([1, 2]), seed=4), signals(3)
    first, again = draws.scores([1, 2, 77], seen), draws.scores([1, 2, 77], seen)
    assert np.array_equal(first, again)
    assert np.allclose(draws.scores([2], Signals(seen.shared[1:2], seen.local[1:2])), first[1:2], atol=1e-5)
    assert first[2].std() > 0


def test_paces_are_the_share_of_draws_in_which_a_promotion_takes_part() -> None:
    draws = Draws(prior().knowing([1, 2, 3]), seed=4, count=4000)
    share = draws.taking_part([1, 2, 3, 9], [1.0, 0.5, 0.01, 0.25]).mean(axis=1)
    assert share == pytest.approx([1.0, 0.5, 0.01, 0.25], abs=0.03)


def test_the_expected_probability_is_over_all_draws() -> None:
    found = np.array([[-np.log(3), np.log(3)], [0.0, 0.0]])
    assert probabilities(found, [1, 0]) == pytest.approx([0.5, 0.5])
    assert probabilities(found, []).tolist() == []
