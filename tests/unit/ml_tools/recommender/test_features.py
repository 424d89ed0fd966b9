"""Events and orders become histories; products become words and places, also those that came in later."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from ml_tools.recommender.content import Vocabulary, features_of, fit_space
from ml_tools.recommender.features import history_of, learnt_from, repeat_shares, steps_within, words_of
from ml_tools.recommender.interactions import ProductFeatures, interactions_of
from ml_tools.recommender.links import Links, bought_by_the_same, bought_together, chosen_next, summed
from store.recommendations import Touch
from tests.unit.ml_tools.recommender.shop import axis, described, events, lines

CATALOGUE = np.array([101, 102, 103], dtype=np.int64)
NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


def touch(product_id, kind="view", minutes=0):
    return Touch(product_id, f"p_{product_id}", kind, NOON + timedelta(minutes=minutes))


def row_of(product_id):
    return {101: 0, 102: 1, 103: 2}.get(product_id)


def test_a_history_holds_each_product_once_where_it_was_touched_last_with_its_strongest_touch():
    history = history_of([touch(101, "cart"), touch(102), touch(101), touch(999)], row_of, longest=10)
    assert history.products.tolist() == [1, 0]
    assert history.strengths.tolist() == [1, 3]


def test_a_long_history_keeps_its_newest_end():
    assert history_of([touch(101), touch(102), touch(103)], row_of, longest=2).products.tolist() == [1, 2]


def test_events_and_orders_become_one_history_a_customer_in_time_order():
    seen = events([("c1", 103, "view", 30), ("c1", 101, "view", 10), ("s9", 102, "click", 5), ("c1", 999, "view", 1)])
    learnt = learnt_from(seen, lines([("c1", 101, 20, 7), ("c2", 102, 1, 8)]), CATALOGUE, ProductFeatures())
    data = learnt.interactions
    assert [one.tolist() for one in data.histories()] == [[0, 2], [1], [1]]
    assert data.strengths.tolist() == [5, 1, 5, 1.5]
    assert learnt.at.tolist() == [20, 30, 1, 5]


def test_no_events_at_all_are_no_history():
    assert len(learnt_from(events([]), lines([]), CATALOGUE, ProductFeatures()).interactions) == 0


def test_what_customers_buy_again_shows_by_category():
    bought = [(f"c{n}", 101, 1, n) for n in range(40)] + [(f"c{n}", 101, 2, 100 + n) for n in range(10)]
    bought += [(f"c{n}", 102, 1, 200 + n) for n in range(40)] + [("c1", 103, 1, 300), ("c1", 103, 2, 301)]
    shares = repeat_shares(lines(bought), {101: "tea", 102: "phones", 103: "rare"})
    assert shares == {"tea": 0.25, "phones": 0.0}


def test_the_words_of_a_product_are_its_facts():
    words = words_of(described(1, "phones", colour="Blue", tags=["sporty", "bold"], waterproof=True, ram=8))
    assert {"category:phones", "colour:Blue", "tags:sporty", "tags:bold", "waterproof:True"} <= set(words)
    assert not any(word.startswith("ram") for word in words)


def test_steps_pair_neighbours_of_one_history_only():
    first, second, weights = steps_within(interactions_of([[0, 1, 2], [2, 0]], 3), 2)
    assert sorted(zip(first.tolist(), second.tolist(), weights.tolist(), strict=True)) == [
        (0, 1, 1.0),
        (0, 2, 0.5),
        (1, 2, 1.0),
        (2, 0, 1.0),
    ]


def test_links_lead_to_what_was_bought_in_the_same_order_and_by_the_same_customers():
    bought = lines([("c1", 101, 1, 1), ("c1", 102, 1, 1), ("c1", 103, 9, 2), ("c2", 101, 1, 3), ("c2", 103, 5, 4)])
    together, same = bought_together(bought, CATALOGUE), bought_by_the_same(bought, CATALOGUE)
    assert together.from_product(0)[0].tolist() == [1]
    assert same.between(np.array([0]), np.array([2, 1, 0]))[0].argmax() == 0
    assert same.between(np.array([0]), np.array([0]))[0, 0] == 0


def test_links_of_steps_have_a_direction_and_can_be_kept_as_arrays():
    links = chosen_next(interactions_of([[0, 1]] * 5, 3))
    again = Links.of(links.arrays(), 3)
    assert again.from_product(0)[0].tolist() == [1]
    assert again.from_product(1)[0].tolist() == []
    total = summed(again, [0, 1], np.array([2.0, 1.0], dtype=np.float32), 3)
    assert total[1] == pytest.approx(2 * again.from_product(0)[1][0])


def places(products, later):
    vocabulary = Vocabulary.of([words_of(product) for product in products])
    space = fit_space(features_of(products, vocabulary, None), vocabulary, "v1")
    return [space.places(features_of(some, vocabulary, None)) for some in (products, later)]


def test_a_product_that_came_in_later_lies_among_those_it_resembles():
    products = [described(at, "mugs" if at < 5 else "lamps", picture=axis(at // 5)) for at in range(10)]
    learnt, later = places(products, [described(99, "lamps", picture=axis(1)), described(98, "nowhere")])
    likeness = later @ learnt.T
    assert likeness[0, 5:].min() > 0.9 > likeness[0, :5].max()
    assert np.isfinite(likeness).all()


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_tiny_shop_has_places_too(count):
    learnt, later = places([described(at) for at in range(count)], [described(99)])
    assert len(learnt) == count
    assert np.isfinite(learnt).all()
    assert np.isfinite(later).all()
