"""Every model under the one contract, and what is particular to each."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.sparse import csr_matrix

from common.errors import TooLarge
from ml_tools.recommender.interactions import ProductFeatures, interactions_of
from ml_tools.recommender.models import MODELS
from ml_tools.recommender.models.als import ALS
from ml_tools.recommender.models.convncf import ConvNCF
from ml_tools.recommender.models.ease import DECAYS, EASE
from ml_tools.recommender.models.foldin import HistoryMap
from ml_tools.recommender.models.item_knn import ItemKNN
from ml_tools.recommender.models.linear import newest_first, strongest
from ml_tools.recommender.models.mult_vae import MultVAE
from ml_tools.recommender.models.pairs import Pairs
from ml_tools.recommender.models.session_knn import SessionKNN
from tests.unit.ml_tools.recommender.contract import (
    PRODUCTS,
    SIZE,
    PersonalContract,
    ShippableContract,
    group_of,
    planted_histories,
    products,
)

ONE_ROUND = {"dimensions": 2, "rounds": 1}
HURRIED = {"epochs": 1}
TINY_SEQUENCES = {
    "width": 16,
    "window": 20,
    "layers": 1,
    "epochs": 40,
    "patience": 40,
    "batch": 128,
    "rate": 1e-2,
    "dropout": 0.0,
}


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Tiny networks only wait for each other on several."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


class TestPopularity(ShippableContract):
    model = "popularity"


class TestItemKNN(PersonalContract, ShippableContract):
    model = "item_knn"


class TestSessionKNN(PersonalContract, ShippableContract):
    model = "session_knn"


class TestALS(PersonalContract, ShippableContract):
    model, options = "als", {"factors": 8, "penalty": 1.0}


class TestEASE(PersonalContract, ShippableContract):
    model, options = "ease", {"penalty": 10.0}


class TestNeuMF(PersonalContract):
    model, options = (
        "neumf",
        {"size": 16, "hidden": (16, 8), "epochs": 60, "batch": 256, "rate": 2e-2, "weight_decay": 1.0},
    )
    hurried = HURRIED


class TestConvNCF(PersonalContract):
    model, options = "convncf", {"channels": 4, "epochs": 30, "batch": 256, "cnn_batch": 512, "rate": 5e-2}
    hurried = HURRIED


class TestMultVAE(PersonalContract, ShippableContract):
    model, options = "mult_vae", {"hidden": 32, "latent": 8, "epochs": 60, "batch": 40, "rate": 1e-2}
    hurried = HURRIED


class TestGRU4Rec(PersonalContract, ShippableContract):
    model, options = "gru4rec", TINY_SEQUENCES
    hurried = HURRIED


class TestSASRec(PersonalContract, ShippableContract):
    model, options = "sasrec", TINY_SEQUENCES
    hurried = HURRIED


class TestNextLinear(PersonalContract, ShippableContract):
    model, options = "next_linear", {"penalty": 10.0}


class TestTastes(PersonalContract, ShippableContract):
    model, options = "tastes", {"dimensions": 4, "rounds": 40}
    hurried = ONE_ROUND

    @pytest.fixture(scope="class")
    @classmethod
    def planted(cls):
        words = csr_matrix(np.eye(4, dtype=np.float32)[group_of(np.arange(PRODUCTS))])
        return interactions_of(planted_histories(), PRODUCTS, ProductFeatures(attributes=words))


class TestHybrid(PersonalContract, ShippableContract):
    model, recommends_known = "hybrid", False

    @classmethod
    def make(cls, **_):
        return MODELS["hybrid"](models=[EASE(penalty=10.0), ItemKNN(), SessionKNN(), MODELS["popularity"]()])


def test_the_table_imports_a_model_only_when_asked_for_it():
    code = "import sys, ml_tools.recommender.models as m; assert 'als' in m.MODELS; print('torch' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"


def test_ease_refuses_more_products_than_it_can_hold_and_says_what_to_use():
    with pytest.raises(TooLarge, match="item_knn or als"):
        EASE().fit(interactions_of([[0, 1]], 20_001))


def test_item_knn_of_a_large_catalogue_stays_sparse():
    model = ItemKNN().fit(interactions_of(planted_histories(), 200_000))
    assert len(model.state()["values"]) == PRODUCTS * (SIZE - 1)


def test_cosines_are_those_of_customers_and_shrink():
    model = ItemKNN(shrink=0.0, decay=1.0).fit(interactions_of([[0, 1], [0, 1], [0], [1, 2]], 3))
    assert model.scores([products(0)])[0] == pytest.approx([0, 2 / 3, 0], abs=1e-5)
    shrunk = ItemKNN(shrink=1.0, decay=1.0).fit(interactions_of([[0, 1], [0, 1], [0], [1, 2]], 3))
    assert shrunk.scores([products(0)])[0] == pytest.approx([0, 2 / 4, 0], abs=1e-5)


def test_ease_solves_its_least_squares():
    """B, without its diagonal, minimises |X - XB|^2 + penalty |B|^2: no other weight of a product does better."""
    data = interactions_of([[0, 1], [0, 1, 2], [1, 2], [2, 3], [0, 3]], 4)
    shown, penalty = data.matrix().toarray(), 2.0
    weights = EASE(penalty=penalty, decay=1.0).fit(data)
    prior = weights.scores([products()])[0]
    learnt = np.stack([weights.scores([products(product)])[0] for product in range(4)]) - prior
    for target in range(4):
        others = [product for product in range(4) if product != target]
        known = shown[:, others]
        best = np.linalg.solve(known.T @ known + penalty * np.eye(3), known.T @ shown[:, target])
        assert learnt[others, target] == pytest.approx(best, abs=1e-4)
        assert learnt[target, target] == pytest.approx(0, abs=1e-6)


def test_newer_products_of_a_history_count_more():
    model = ItemKNN(decay=0.5).fit(interactions_of(planted_histories(), PRODUCTS))
    assert group_of(model.next(products(0, 1, 8, 9), 3).products).tolist() == [1, 1, 1]
    assert group_of(model.next(products(8, 9, 0, 1), 3).products).tolist() == [0, 0, 0]


def test_a_session_leads_to_what_came_next_to_it_in_others():
    sessions = [[0, 1, 2, 3, 4, 5]] * 3 + [[5, 4, 9, 8, 7, 6]]
    model = SessionKNN().fit(interactions_of(sessions, 10))
    assert model.next(products(0, 1), 2).products.tolist() == [2, 3]


def test_a_bestseller_is_looked_up_in_its_newest_sessions_only():
    sessions = [[0, 1]] * 50 + [[0, 2]] * 5
    assert SessionKNN(sample=5).fit(interactions_of(sessions, 3)).next(products(0), 1).products.tolist() == [2]
    assert SessionKNN(sample=500).fit(interactions_of(sessions, 3)).next(products(0), 1).products.tolist() == [1]


def test_als_folds_a_history_in_by_least_squares():
    model = ALS(factors=4, penalty=1.0, confidence=3.0, decay=1.0).fit(interactions_of(planted_histories(), PRODUCTS))
    vectors, history = model.product_vectors.astype(np.float64), [0, 3, 5]
    chosen = vectors[history]
    matrix = vectors.T @ vectors + 2.0 * chosen.T @ chosen + np.eye(4)
    assert model.vectors([products(*history)])[0] == pytest.approx(
        np.linalg.solve(matrix, 3.0 * chosen.sum(axis=0)), rel=1e-3
    )


def test_a_product_that_nobody_touched_is_recommended_by_its_picture():
    pictures = np.eye(4, dtype=np.float32)[group_of(np.arange(PRODUCTS))]
    histories = [history[history % SIZE != 7] for history in planted_histories()]  # the last of each group is new
    data = interactions_of(histories, PRODUCTS, ProductFeatures(image=pictures))
    options = {"channels": 4, "epochs": 30, "batch": 256, "rate": 5e-2}
    with_pictures, without = ConvNCF(**options).fit(data), ConvNCF(**options, images=False).fit(data)
    new = np.arange(7, PRODUCTS, SIZE)
    assert with_pictures.scores([products(8, 9, 10)])[0][new].argmax() == 1
    ranks = [np.flatnonzero(m.similar(8, PRODUCTS).products == 15)[0] for m in (with_pictures, without)]
    assert ranks[0] < SIZE <= ranks[1]


def test_the_shortlist_comes_first_and_the_rest_behind_it():
    options = {"channels": 4, "epochs": 20, "batch": 256, "rate": 5e-2}
    data = interactions_of(planted_histories(), PRODUCTS)
    long, short = (ConvNCF(**options, shortlist=size).fit(data).customer_scores([0])[0] for size in (PRODUCTS, 5))
    best = np.argsort(-short)
    assert short[best[:5]] == pytest.approx(long[best[:5]], rel=1e-4)
    assert len(np.unique(short)) == PRODUCTS


def test_mult_vae_knows_nothing_of_a_product_beyond_who_chose_it():
    model = MultVAE(hidden=16, latent=4, epochs=20, batch=40, rate=1e-2).fit(interactions_of(planted_histories(), 40))
    assert model.scores([products(0, 1)])[0][PRODUCTS:].max() < model.scores([products(0, 1)])[0][:SIZE].min()


def test_the_newest_of_each_product_counts():
    assert newest_first(products(3, 1, 3, 2, 1)).tolist() == [1, 2, 3]
    assert newest_first(products()).tolist() == []


def test_the_strongest_of_a_row_stay_whatever_their_sign():
    kept = strongest(csr_matrix(np.array([[0.1, -0.9, 0.5], [0.0, 0.0, 0.2]])), 2)
    assert kept.toarray().tolist() == [[0, -0.9, 0.5], [0, 0, 0.2]]


def test_the_cnn_adds_something_of_its_own_to_the_inner_products():
    options = {"channels": 4, "epochs": 3, "batch": 256, "cnn_batch": 32, "cnn_rate": 2e-2}
    network = ConvNCF(**options).fit(interactions_of(planted_histories(), PRODUCTS))._network
    customers, everything = network.customers.weight[:4], torch.arange(PRODUCTS).expand(4, -1)
    with torch.inference_mode():
        added = network(customers, everything) - network.inner(customers, everything)
    assert added.std() > 0.05


def test_what_a_customer_chose_never_counts_as_not_chosen():
    pairs = Pairs(interactions_of([[0, 1, 2], [3]], 4), negatives=20, decay=1.0, floor=1.0, seed=0)
    (batch,) = pairs.batches(100)
    for customer, row, weights in zip(batch.customers, batch.products, batch.weights, strict=True):
        chosen = row < 3 if customer == 0 else row == 3
        assert weights[0] == 1
        assert chosen[0]
        assert not weights[1:][chosen[1:]].any()
        assert weights[1:][~chosen[1:]].all()


def test_newer_and_stronger_events_count_more():
    data = replace(interactions_of([[0, 1, 2]], 4), strengths=np.array([1, 1, 3], dtype=np.float32))
    (batch,) = Pairs(data, negatives=1, decay=0.5, floor=0.0, seed=0).batches(3)
    weight = dict(zip(batch.products[:, 0].tolist(), batch.weights[:, 0].tolist(), strict=True))
    assert weight[1] / weight[0] == pytest.approx(2)
    assert weight[2] / weight[1] == pytest.approx(6)


def test_histories_map_to_vectors_that_are_linear_in_their_products():
    draw = np.random.default_rng(0)
    vectors, mixing = draw.normal(size=(PRODUCTS, 5)).astype(np.float32), draw.normal(size=(5, 3))
    data = interactions_of([*planted_histories(), []], PRODUCTS)
    customers = np.stack([*(vectors[history].mean(axis=0) @ mixing + 1 for history in planted_histories()), np.ones(3)])
    fold_in = HistoryMap(data, customers.astype(np.float32), vectors, decay=1.0, ridge=1e-6)
    assert fold_in([products(1, 9, 30)])[0] == pytest.approx(vectors[[1, 9, 30]].mean(axis=0) @ mixing + 1, abs=1e-2)
    assert fold_in([products()])[0] == pytest.approx(customers[:-1].mean(axis=0), abs=1e-4)


def test_ease_chooses_the_decay_that_suits_the_shop():
    draw = np.random.default_rng(1)
    chains = [[(start + step) % 40 for step in range(6)] for start in draw.integers(40, size=400)]
    noise = [[int(product) for product in draw.permutation(40)[:4]] + chain for chain in chains]
    assert EASE.suited_to(interactions_of(noise, 40))._decay == min(DECAYS)
    assert len(EASE.suited_to(interactions_of([], 0)).fit(interactions_of([], 0)).scores([])) == 0
