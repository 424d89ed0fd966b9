"""What every recommender must do, whatever it is made of; a model's test inherits it and says how to make a tiny one.

The shop is planted: groups of products whose customers choose within one group only, so that the right answer is known.
"""

from typing import Any, ClassVar

import numpy as np
import pytest

from common.errors import BadRequest, NotFound
from ml_tools.recommender.interactions import Interactions, interactions_of
from ml_tools.recommender.models import MODELS
from ml_tools.recommender.models.base import NEVER, Filters, Recommender, Shippable
from ml_tools.recommender.models.popularity import Popularity

GROUPS, SIZE, CUSTOMERS, CHOSEN = 4, 8, 120, 5
PRODUCTS = GROUPS * SIZE


def group_of(products):
    return np.asarray(products) // SIZE


def planted_histories(seed=0):
    """Customer c chooses five of the eight products of group c % 4, in an order of their own."""
    draw = np.random.default_rng(seed)
    return [
        (customer % GROUPS) * SIZE + draw.choice(SIZE, CHOSEN, replace=False).astype(np.int32)
        for customer in range(CUSTOMERS)
    ]


def products(*numbers):
    return np.array(numbers, dtype=np.int32)


class RecommenderContract:
    """`options` make it small enough for a test, `hurried` ones so quick that it learns little."""

    model: ClassVar[str]
    options: ClassVar[dict[str, Any]] = {}
    hurried: ClassVar[dict[str, Any]] = {}
    recommends_known: ClassVar[bool] = True  # False: it learns from the shop whether people come back to what they know

    @classmethod
    def make(cls, **options: Any) -> Recommender:
        return MODELS[cls.model](**cls.options | options)

    @pytest.fixture(scope="class")
    @classmethod
    def planted(cls) -> Interactions:
        return interactions_of(planted_histories(), PRODUCTS)

    @pytest.fixture(scope="class")
    @classmethod
    def fitted(cls, planted) -> Recommender:
        return cls.make().fit(planted)

    @pytest.fixture(scope="class")
    @classmethod
    def in_empty_store(cls) -> Recommender:
        return cls.make(**cls.hurried).fit(interactions_of([], 0))

    def test_it_has_the_name_it_is_known_by_and_says_where_it_comes_from(self):
        assert MODELS[self.model].name == self.model
        assert MODELS[self.model].paper

    def test_known_products_are_not_recommended_again(self, fitted, planted):
        for customer in (0, 1, 2, 3):
            assert not set(fitted.recommend(customer, 10).products) & set(planted.of(customer))

    def test_known_products_are_recommended_again_to_those_who_ask(self, fitted):
        ranking = fitted.recommend(0, PRODUCTS, Filters(known=True))
        assert len(ranking) == PRODUCTS - (0 if self.recommends_known else CHOSEN)

    def test_only_allowed_products_are_recommended(self, fitted):
        allowed = np.arange(PRODUCTS) % 3 == 0
        for ranking in (
            fitted.recommend(1, PRODUCTS, Filters(allowed)),
            fitted.next(products(9, 10), PRODUCTS, Filters(allowed)),
            fitted.similar(9, PRODUCTS, Filters(allowed)),
        ):
            assert len(ranking)
            assert allowed[ranking.products].all()

    def test_the_best_come_first_and_nothing_comes_twice(self, fitted):
        ranking = fitted.recommend(2, 12)
        assert (np.diff(ranking.scores) <= 0).all()
        assert len(set(ranking.products)) == len(ranking) == 12

    def test_a_longer_answer_begins_with_the_shorter_one(self, fitted):
        assert fitted.recommend(0, 10).products[:4].tolist() == fitted.recommend(0, 4).products.tolist()

    def test_many_histories_score_as_each_alone(self, fitted):
        histories = [products(1, 2), products(), products(20, 21, 22)]
        together = fitted.scores(histories)
        assert together.shape == (3, PRODUCTS)
        for row, history in zip(together, histories, strict=True):
            assert row == pytest.approx(fitted.scores([history])[0], rel=1e-4, abs=1e-5)

    def test_no_history_has_no_scores(self, fitted):
        assert fitted.scores([]).shape == (0, PRODUCTS)

    def test_candidates_keep_their_order(self, fitted):
        """Not always their scores: who scores few products may take its time with each."""
        candidates = np.array([[0, 9, 17], [30, 2, 12]], dtype=np.int32)
        some = fitted.candidate_scores([0, 3], candidates)
        everything = np.take_along_axis(fitted.customer_scores([0, 3]), candidates, axis=1)
        assert some.shape == (2, 3)
        assert some.argmax(axis=1).tolist() == everything.argmax(axis=1).tolist()

    def test_the_same_data_make_the_same_model(self, fitted, planted):
        again = self.make().fit(planted)
        assert np.array_equal(again.scores([products(3, 4)]), fitted.scores([products(3, 4)]))
        assert np.array_equal(again.customer_scores([5]), fitted.customer_scores([5]))

    def test_none_at_all_is_a_bad_request(self, fitted):
        for ask in (lambda: fitted.recommend(0, 0), lambda: fitted.next(products(1), 0), lambda: fitted.similar(1, -1)):
            with pytest.raises(BadRequest):
                ask()

    def test_ten_thousand_are_as_many_as_there_are(self, fitted):
        assert len(fitted.recommend(0, 10_000)) == PRODUCTS - CHOSEN
        assert len(fitted.similar(0, 10_000)) == PRODUCTS - 1

    def test_a_customer_that_training_never_saw_is_not_found(self, fitted):
        for customer in (-1, CUSTOMERS):
            with pytest.raises(NotFound):
                fitted.recommend(customer, 3)

    def test_a_product_that_training_never_saw_is_not_found(self, fitted):
        for product in (-1, PRODUCTS):
            with pytest.raises(NotFound):
                fitted.similar(product, 3)
            with pytest.raises(NotFound):
                fitted.next(products(0, product), 3)

    def test_an_empty_session_gets_an_answer(self, fitted):
        ranking = fitted.next(products(), 6)
        assert len(ranking) == 6
        assert np.isfinite(ranking.scores).all()

    def test_an_empty_store_has_nothing_to_recommend(self, in_empty_store):
        assert len(in_empty_store.next(products(), 5)) == 0
        with pytest.raises(NotFound):
            in_empty_store.recommend(0, 5)
        with pytest.raises(NotFound):
            in_empty_store.similar(0, 5)

    def test_products_that_nobody_touched_are_no_failure(self):
        untouched = self.make(**self.hurried).fit(interactions_of([[], []], 5))
        assert len(untouched.next(products(1), 9)) <= 4
        assert len(untouched.recommend(0, 9)) <= 5

    def test_a_shop_of_one_product_recommends_it_to_those_who_have_not_got_it(self):
        one = self.make(**self.hurried).fit(interactions_of([[0], [0]], 1))
        assert one.next(products(), 3).products.tolist() == [0]
        assert len(one.recommend(0, 3)) == 0
        assert len(one.similar(0, 3)) == 0

    def test_a_customer_of_ten_thousand_events_is_a_customer(self):
        everything = np.random.default_rng(1).integers(PRODUCTS, size=10_000).astype(np.int32)
        busy = self.make(**self.hurried).fit(interactions_of([*planted_histories(), everything], PRODUCTS))
        assert len(busy.recommend(CUSTOMERS, 5)) == 0
        assert len(busy.recommend(CUSTOMERS, 5, Filters(known=True))) == (5 if self.recommends_known else 0)
        assert len(busy.recommend(0, 5)) == 5


class PersonalContract(RecommenderContract):
    """Holds for all that look at what somebody chose; popularity does not."""

    def test_held_out_products_are_found_far_more_often_than_by_popularity(self, planted):
        known, held = planted.without_last()
        found = {
            name: np.mean([held[customer] in model.recommend(customer, 4).products for customer in range(CUSTOMERS)])
            for name, model in (("this", self.make().fit(known)), ("popularity", Popularity().fit(known)))
        }
        assert found["this"] > 0.75 > 3 * found["popularity"]

    def test_customers_are_recommended_their_own_group(self, fitted):
        for customer in range(8):
            assert group_of(fitted.recommend(customer, 3).products).tolist() == [customer % GROUPS] * 3

    def test_a_history_that_training_never_saw_gets_its_group(self, fitted):
        for group in range(GROUPS):
            first = group * SIZE
            ranking = fitted.next(products(first + 6, first + 1, first + 4), 4)
            assert group_of(ranking.products).tolist() == [group] * 4

    def test_ten_thousand_events_of_one_group_lead_to_the_rest_of_it(self, fitted):
        session = products(*[16 + step % 5 for step in range(10_000)])
        assert set(fitted.next(session, 3).products) == {21, 22, 23}

    def test_an_event_moves_the_next_answer(self, fitted):
        before = fitted.next(products(0, 1), 4)
        after = fitted.next(products(0, 1, 24, 25, 26), 4)
        assert after.products.tolist() != before.products.tolist()
        assert 3 in group_of(after.products)

    def test_similar_products_are_of_the_same_group_and_never_the_product_itself(self, fitted):
        for product in (0, 9, 18, 31):
            ranking = fitted.similar(product, 4)
            assert product not in ranking.products
            assert group_of(ranking.products).tolist() == [product // SIZE] * 4


class ShippableContract(RecommenderContract):
    """Holds for all that can be written down as arrays."""

    def test_what_is_written_down_and_read_again_scores_the_same(self, fitted):
        assert isinstance(fitted, Shippable)
        state = {name: np.array(values) for name, values in fitted.state().items()}
        blank = MODELS[self.model]()
        assert isinstance(blank, Shippable)
        again = blank.restore(state, PRODUCTS)
        histories = [products(), products(1, 2), products(30, 8, 8)]
        assert again.scores(histories) == pytest.approx(fitted.scores(histories), rel=1e-5, abs=1e-6)
        assert again.similar(3, 4).products.tolist() == fitted.similar(3, 4).products.tolist()

    def test_the_state_is_arrays_of_numbers(self, fitted):
        assert all(np.asarray(values).dtype.kind in "biuf" for values in fitted.state().values())

    def test_a_model_of_an_empty_store_ships_too(self, in_empty_store):
        again = MODELS[self.model]().restore(in_empty_store.state(), 0)
        assert len(again.next(products(), 5)) == 0
        assert again.scores([products()]).shape == (1, 0)
        assert (again.scores([products()]) > NEVER).all()
