"""Measures, synthetic queries and the order of candidates, on right answers that are known."""

import math
import random
from datetime import UTC, datetime
from decimal import Decimal

import numpy as np
import pytest

from ml_tools.search.evaluate import ndcg, recall, reciprocal_rank
from ml_tools.search.queries import is_of, queries, typo
from ml_tools.search.ranking import WEIGHTS, Weights, ranked, why
from ml_tools.search.relaxing import loosened
from ml_tools.search.tune import Judged, learnt, mean_ndcg
from store.search import Candidate
from store.search_catalogue import CatalogueProduct
from store.search_conditions import Condition
from tests.unit.ml_tools.search.shop_words import understander


def candidate(number: int, name: str, **changes: object) -> Candidate:
    known = {
        "product_id": number, "public_id": f"p_{number}", "name": name, "in_name": 0, "in_text": 0, "by_facet": 0,
        "likeness": 0.3, "appeal": 0.0, "price": Decimal(10), "created_at": datetime(2026, 1, 1, tzinfo=UTC),
        "in_stock": True,
    }  # fmt: skip
    return Candidate(**{**known, **changes})  # type: ignore[arg-type]


def test_measures() -> None:
    right = frozenset({"a", "b"})
    assert ndcg(["a", "b", "x"], right) == 1
    assert ndcg(["x", "a"], right) == pytest.approx((1 / math.log2(3)) / (1 + 1 / math.log2(3)))
    assert ndcg([], right) == recall([], right) == reciprocal_rank([], right) == 0
    assert recall(["x", "a"], right) == 0.5
    assert reciprocal_rank(["x", "y", "b"], right) == pytest.approx(1 / 3)


def test_the_name_that_was_typed_comes_first() -> None:
    reading = understander().read("galaxy note")
    everything = (1 << len(reading.tokens)) - 1
    exact = candidate(2, "Galaxy Note", in_name=everything, in_text=everything)
    longer = candidate(1, "Galaxy Note Ultra Case", in_name=everything, in_text=everything)
    half = candidate(3, "Galaxy Tab", in_name=1, in_text=1, likeness=0.6, appeal=2.0)
    found = ranked(reading, [longer, half, exact], {})
    assert [one.candidate.product_id for one in found] == [2, 1, 3]
    assert why(found[0], reading)[0] == "name"


def test_taste_appeal_and_stock_decide_among_equals() -> None:
    reading = understander().read("galaxy")
    same = {"in_name": 1, "in_text": 1}
    plain, liked, chosen, gone = (candidate(n, "Galaxy", **same) for n in range(4))
    chosen, gone = candidate(2, "Galaxy", **same, appeal=3.0), candidate(3, "Galaxy", **same, in_stock=False)
    found = ranked(reading, [plain, liked, chosen, gone], {1: 0.9})
    assert [one.candidate.product_id for one in found] == [2, 1, 0, 3]
    codes = {one.candidate.product_id: why(one, reading) for one in found}
    assert "popular" in codes[2]
    assert "taste" in codes[1]


def test_what_is_given_up_goes_from_the_least_to_the_most_meant() -> None:
    reading = understander().read("waterproof leather shoes not black under 50")
    steps = [[part.label for part in dropped] for _, dropped in loosened(reading)]
    assert steps[0] == ["leather"]
    assert steps[1] == ["waterproof"]
    assert steps[2] == ["up to 50"]
    assert not any("not black" in step for step in steps)
    assert len(steps) <= 12


def test_learning_finds_the_feature_that_tells() -> None:
    draw = np.random.default_rng(1)
    names = Weights.names()
    judged = []
    for _ in range(60):
        features = draw.random((30, len(names))).astype(np.float32)
        right = (features[:, names.index("meaning")] > 0.8).astype(float)
        best = float((1 / np.log2(np.arange(2, min(10, int(right.sum())) + 2))).sum())
        judged.append(Judged("kind", features, right, best)) if right.any() else None
    found = learnt(judged, WEIGHTS)
    as_array = np.array([getattr(found, name) for name in names])
    assert found.meaning > WEIGHTS.meaning
    assert mean_ndcg(judged, as_array) > mean_ndcg(judged, np.array([getattr(WEIGHTS, name) for name in names]))


def shop() -> list[CatalogueProduct]:
    draw = random.Random(5)
    return [
        CatalogueProduct(
            f"p_{n}", f"s{n}", f"Maker{n % 7} comfortable {colour} Trousers", f"Maker{n % 7}", "Trousers",
            {"audience": draw.choice(("Men", "Women")), "usage": "Casual"}, draw.uniform(10, 90), (colour,), (),
        )
        for n in range(300)
        for colour in [draw.choice(("Black", "Blue", "Red", "Navy Blue"))]
    ]  # fmt: skip


def test_synthetic_queries_are_the_same_each_time_and_their_answers_are_right() -> None:
    products = shop()
    by_id = {product.public_id: product for product in products}
    made = queries(products, "test", each=20)
    assert made == queries(products, "test", each=20)
    assert {query.kind for query in made} == {"names", "typos", "attributes", "prices", "synonyms"}
    for query in made:
        assert query.answers
        if query.kind in ("names", "typos"):
            assert len({by_id[one].name for one in query.answers}) == 1
    assert any("blue" in query.text and len(query.answers) > 1 for query in made)


def test_tuning_and_test_share_no_products_and_no_queries() -> None:
    products = shop()
    tuning = {one.public_id for one in products if is_of("tuning", one)}
    test = {one.public_id for one in products if is_of("test", one)}
    assert tuning
    assert test
    assert not tuning & test
    templated = {
        part: {query.text for query in queries(products, part, each=30) if query.kind not in ("names", "typos")}
        for part in ("tuning", "test")
    }
    assert not templated["tuning"] & templated["test"]


def test_a_slip_changes_the_word_and_leaves_its_first_letter() -> None:
    draw = random.Random(3)
    for word in ("samsung", "boots", "dress", "note"):
        for _ in range(20):
            slipped = typo(draw, word)
            assert slipped[0] == word[0]
            assert abs(len(slipped) - len(word)) <= 1


def test_conditions_are_plain_values() -> None:
    assert Condition() == Condition()
    assert hash(Condition(colours=("Blue",))) == hash(Condition(colours=("Blue",)))
