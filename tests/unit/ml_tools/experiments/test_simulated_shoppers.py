"""The simulated customers of the closed loop: they choose by their true tastes, and nothing is shown twice."""

import numpy as np
import pytest

from benchmarks.simulated_shoppers import SHOWN, Crowd, chosen, lists, live, probability
from ml_tools.recommender.interactions import Floats, Ints

PRODUCTS, CUSTOMERS, DAYS = 40, 200, 5


@pytest.fixture
def people() -> Crowd:
    """Everybody likes the first ten products, and has looked at the first one already."""
    rng = np.random.default_rng(3)
    shares = np.where(np.arange(PRODUCTS) < 10, 3.7, 0.1) * np.ones((CUSTOMERS, 1))
    luck = rng.random((DAYS, CUSTOMERS, SHOWN, 3), dtype=np.float32)
    histories = [np.zeros(1, dtype=np.int32)] * CUSTOMERS
    return Crowd(shares.astype(np.float32), histories, np.ones((DAYS, CUSTOMERS), dtype=bool), luck)


def test_a_list_holds_the_best_that_the_history_does_not() -> None:
    scores = np.arange(PRODUCTS, dtype=np.float32)[None, ::-1]
    assert lists(scores, [np.array([1, 3], dtype=np.int32)]).tolist() == [[0, 2, 4, 5, 6, 7]]


def test_a_model_with_little_to_say_leaves_places_empty() -> None:
    scores = np.full((1, PRODUCTS), -np.inf, dtype=np.float32)
    scores[0, 7] = 1
    assert lists(scores, [np.zeros(0, dtype=np.int32)]).tolist() == [[7, -1, -1, -1, -1, -1]]


def test_who_shows_what_people_like_sells_more(people: Crowd) -> None:
    rng = np.random.default_rng(4)
    lived = {
        "oracle": live(people, lambda customers, histories: people.shares[customers]),
        "random": live(people, lambda customers, histories: rng.random((len(customers), PRODUCTS), dtype=np.float32)),
    }
    assert lived["oracle"].clicks.sum() > 2 * lived["random"].clicks.sum()
    assert lived["oracle"].purchases.sum() > lived["random"].purchases.sum()
    assert (lived["oracle"].shown == SHOWN).all()


def test_what_was_clicked_is_in_the_history_of_the_next_visit(people: Crowd) -> None:
    seen: list[list[Ints]] = []

    def scores(customers: Ints, histories: list[Ints]) -> Floats:
        seen.append(histories)
        return people.shares[customers]

    lived = live(people, scores)
    clicks_before = lived.clicks.cumsum(axis=0)
    for day in range(1, DAYS):
        assert [len(history) for history in seen[day]] == (1 + clicks_before[day - 1]).tolist()
    assert all(len(set(history)) == len(history) for history in seen[-1])


def test_clicks_come_as_often_as_the_model_of_choice_says(people: Crowd) -> None:
    """At place k: 1 / log2(k + 1) times the odds of a click on what is looked at."""
    shown = np.tile(np.arange(1, 1 + SHOWN, dtype=np.int32), (CUSTOMERS, 1))
    everybody = np.arange(CUSTOMERS)
    rates = np.mean([chosen(people, day, everybody, shown)[0] for day in range(DAYS)], axis=(0, 1))
    click = float(probability(np.array([0.02 / 0.98 * 3.7], dtype=np.float32))[0])
    expected = click / np.log2(np.arange(SHOWN) + 2)
    assert rates == pytest.approx(expected, abs=4 * np.sqrt(click / (DAYS * CUSTOMERS)))
