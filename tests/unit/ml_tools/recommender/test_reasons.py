"""A reason names the product of the history that an answer comes from, and claims nothing that is not so."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from ml_tools.recommender.assortment import assortment_of
from ml_tools.recommender.features import History
from ml_tools.recommender.model import ServedModel
from ml_tools.recommender.reasons import Traced, reasons_for
from ml_tools.recommender.train import Manifest
from ml_tools.recommender.training_data import training_data
from tests.unit.ml_tools.recommender.shop import LONG_AGO, MAKERS, axis, described, events, lines

NOW = datetime(2026, 7, 1, tzinfo=UTC)
MUG, SAUCER, LAMP, BULB, CHAIR, ANOTHER_MUG, NEW_MUG = range(101, 108)


def served(data):
    policies = {name: make().fit(data.learnt.interactions) for name, make in MAKERS.items()}
    manifest = Manifest(name="x", version="1", files={}, licence="none")
    return ServedModel(manifest, data.catalogue, data.space, data.content, data.links(), policies)


@pytest.fixture(scope="module")
def assortment():
    """Mug and saucer are in one order; bulbs are looked at after lamps; chairs are what most look at."""
    categories = {MUG: "mugs", SAUCER: "plates", LAMP: "lamps", BULB: "bulbs", CHAIR: "chairs", ANOTHER_MUG: "mugs"}
    looks = {MUG: 0, ANOTHER_MUG: 0, SAUCER: 1, LAMP: 2, BULB: 3, CHAIR: 4}
    products = [described(one, category, picture=axis(looks[one])) for one, category in categories.items()]
    seen = [(f"s{n}", LAMP, "view", 1) for n in range(6)] + [(f"s{n}", BULB, "view", 2) for n in range(6)]
    seen += [(f"v{n}", CHAIR, "view", 1) for n in range(30)]
    bought = [(f"c{n}", product, n, n) for n in range(6) for product in (MUG, SAUCER)]
    data = training_data(products, events(seen), lines(bought), "v1", None)
    newcomers = [described(NEW_MUG, "mugs", picture=axis(0))]
    return assortment_of(served(data), newcomers, None)


def reason(assortment, history, product, *, created_at=LONG_AGO, explored=False):
    rows = np.array([assortment.row_of(one) for one in history], dtype=np.int32)
    touched = History(rows, np.ones(len(rows), dtype=np.float32))
    wanted = np.array([assortment.row_of(product)], dtype=np.int32)
    return reasons_for(assortment, touched, wanted, [created_at], [explored], NOW)[0]


def test_what_was_bought_in_one_order_says_so_and_with_what(assortment):
    traced = reason(assortment, [LAMP, MUG], SAUCER)
    assert traced == Traced("bought_together", assortment.row_of(MUG))


def test_what_others_chose_next_says_after_what(assortment):
    assert reason(assortment, [MUG, LAMP], BULB) == Traced("after_this", assortment.row_of(LAMP))


def test_what_only_looks_alike_says_so(assortment):
    assert reason(assortment, [LAMP, MUG], ANOTHER_MUG) == Traced("looks_like", assortment.row_of(MUG))


def test_without_any_likeness_a_popular_product_is_only_popular(assortment):
    assert reason(assortment, [MUG], CHAIR) == Traced("popular", None)
    assert reason(assortment, [], CHAIR) == Traced("popular", None)


def test_what_is_neither_like_nor_popular_is_something_else(assortment):
    assert reason(assortment, [CHAIR], ANOTHER_MUG) == Traced("something_else", None)


def test_a_newcomer_is_new_or_looks_like_something(assortment):
    fresh = NOW - timedelta(days=3)
    assert reason(assortment, [MUG], NEW_MUG, created_at=fresh, explored=True) == Traced("new", None)
    assert reason(assortment, [NEW_MUG], MUG).because_of == assortment.row_of(NEW_MUG)
    assert reason(assortment, [], NEW_MUG, created_at=fresh) == Traced("new", None)


def test_what_was_drawn_to_explore_claims_no_likeness(assortment):
    assert reason(assortment, [MUG], SAUCER, explored=True) == Traced("something_else", None)


def test_a_product_is_no_reason_for_itself(assortment):
    assert reason(assortment, [LAMP], LAMP).because_of is None


def test_the_named_product_carries_the_score(assortment):
    """Without it the model's score of the product falls."""
    model = assortment.model.policies["item-knn"]
    rows = [assortment.row_of(one) for one in (CHAIR, LAMP, MUG)]
    target = assortment.row_of(SAUCER)
    named = reason(assortment, [CHAIR, LAMP, MUG], SAUCER).because_of
    without = [row for row in rows if row != named]
    whole, less = model.scores([np.array(rows, dtype=np.int32), np.array(without, dtype=np.int32)])
    assert less[target] < whole[target]
