"""One answer holds different things, now and then something new, and the same for the same customer on the same day."""

import numpy as np
import pytest

from ml_tools.recommender.diversity import diversified, draw_for, interleaved, likeness_of, slots_to_explore

SCORES = np.array([1.0, 0.95, 0.9, 0.2], dtype=np.float32)
CONTENT = np.array([[1, 0], [1, 0], [0, 1], [0, 1]], dtype=np.float32)
CATEGORIES = np.array([0, 0, 1, 1], dtype=np.int32)


def chosen(n, diversity):
    return diversified(SCORES, likeness_of(CONTENT, CATEGORIES), n, diversity).tolist()


def test_without_diversity_the_order_is_that_of_the_scores():
    assert chosen(4, 0.0) == [0, 1, 2, 3]


def test_with_diversity_a_look_alike_waits_behind_what_is_different():
    assert chosen(2, 0.5) == [0, 2]


def test_with_all_diversity_scores_do_not_count():
    assert set(chosen(2, 1.0)) in ({0, 2}, {0, 3})


def test_every_candidate_comes_once_and_no_more_than_there_are():
    assert sorted(chosen(10, 0.3)) == [0, 1, 2, 3]
    assert diversified(SCORES[:0], likeness_of(CONTENT[:0], CATEGORIES[:0]), 5, 0.5).tolist() == []


def test_equal_scores_are_no_trouble():
    same = np.ones(4, dtype=np.float32)
    assert diversified(same, likeness_of(CONTENT, CATEGORIES), 2, 0.2).tolist() == [0, 2]


def test_a_category_makes_products_alike_even_without_content():
    likeness = likeness_of(np.zeros((3, 2), dtype=np.float32), np.array([0, 0, 1]))
    assert likeness[0, 1] > likeness[0, 2]


def test_a_customer_gets_the_same_draw_all_day_and_another_one_tomorrow():
    def draw(*what):
        return draw_for(*what).random(3).tolist()

    assert draw("cu_1", "2026-07-01") == draw("cu_1", "2026-07-01")
    assert draw("cu_1", "2026-07-01") != draw("cu_1", "2026-07-02")
    assert draw("cu_1", "2026-07-01") != draw("cu_2", "2026-07-01")


@pytest.mark.parametrize(("n", "share"), [(6, 0.1), (20, 0.1), (50, 0.4)])
def test_the_share_of_explored_slots_holds_on_average(n, share):
    slots = [slots_to_explore(n, share, draw_for("somebody", day)) for day in range(400)]
    assert np.mean(slots) == pytest.approx(n * share, abs=0.1)
    assert set(slots) <= {int(n * share), int(n * share) + 1}


def test_a_single_slot_is_never_explored():
    assert {slots_to_explore(1, 0.5, draw_for(day)) for day in range(50)} == {0}


def test_explored_products_stand_anywhere_but_first():
    places = set()
    for day in range(100):
        mixed = interleaved([1, 2, 3, 4], [9], draw_for(day))
        assert [one for one in mixed if one != 9] == [1, 2, 3, 4]
        places.add(mixed.index(9))
    assert places == {1, 2, 3, 4}
    assert interleaved([], [9, 8], draw_for(0)) == [9, 8]
