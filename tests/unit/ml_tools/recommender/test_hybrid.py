"""The hybrid finds what its models find, learns whom to trust, and survives every shop; and so do its parts."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from common.errors import BadRequest, NotEnoughData, NotFound, TooLarge
from ml_tools.recommender.candidates import NEW_ONES, candidates_of, feature_names, highest
from ml_tools.recommender.interactions import ProductFeatures, held_out, interactions_of
from ml_tools.recommender.models.base import Filters, Shippable
from ml_tools.recommender.models.content_knn import ContentKNN, content_vectors
from ml_tools.recommender.models.ease import EASE
from ml_tools.recommender.models.hybrid import Hybrid, coming_back, counts_and_lateness, usual_models
from ml_tools.recommender.models.next_linear import NextLinear
from ml_tools.recommender.models.popularity import Popularity
from ml_tools.recommender.models.ranker import Question, Ranker, ndcg, train_ranker, untaught

GROUPS, SIZE = 6, 20
COUNT = GROUPS * SIZE


class NextInGroup(Shippable):
    """Says rightly that a group's next product comes next, in the data below."""

    name, paper = "next_in_group", "none"

    def _fit(self, data, progress):
        self._count = data.product_count

    def scores(self, histories):
        scores = np.zeros((len(histories), self._count), dtype=np.float32)
        for row, history in enumerate(histories):
            if len(history):
                scores[row, following(history[-1])] = 1
        return scores

    def state(self):
        return {"count": np.array([self._count])}

    def restore(self, state, product_count):
        self._count = product_count
        self.data = interactions_of([], product_count)
        return self


def following(product):
    return product - product % SIZE + (product + 1) % SIZE


def walks(customers=300, length=6, seed=0):
    """Everybody goes through a group in its order."""
    generator = np.random.default_rng(seed)
    histories = []
    for _ in range(customers):
        history = [int(generator.integers(COUNT))]
        while len(history) < length:
            history.append(following(history[-1]))
        histories.append(history)
    return histories


def groups_as_attributes():
    rows = np.arange(COUNT)
    return ProductFeatures(attributes=csr_matrix((np.ones(COUNT), (rows, rows // SIZE)), dtype=np.float32))


@pytest.fixture(scope="module")
def shop():
    return interactions_of(walks(), COUNT, groups_as_attributes())


@pytest.fixture(scope="module")
def hybrid(shop):
    return Hybrid([NextInGroup(), Popularity(), ContentKNN()]).fit(shop)


def test_the_ranker_learns_whom_to_trust(hybrid):
    for history in walks(20, seed=1):
        assert hybrid.next(np.array(history[:-1]), 1).products.tolist() == [history[-1]]


def test_ranking_scores_and_next_agree(hybrid):
    history = np.array([3, 4, 5])
    ranking = hybrid.ranking(history)
    assert ranking.products[:5].tolist() == hybrid.next(history, 5).products.tolist()
    assert np.allclose(hybrid.scores([history])[0][ranking.products], ranking.scores)


def test_batch_equals_single(hybrid):
    histories = [np.array(history) for history in walks(5, seed=2)]
    together = hybrid.scores(histories)
    for row, history in zip(together, histories, strict=True):
        assert np.allclose(row, hybrid.scores([history])[0], equal_nan=True)


def test_the_history_is_no_candidate_where_nobody_comes_back(hybrid):
    history = np.array([0, 1, 2])
    assert not hybrid.repeats
    assert not np.isin(hybrid.candidates(history).products, history).any()


def test_the_history_is_a_candidate_where_people_come_back():
    back_and_forth = interactions_of([[product, product + 1, product] for product in range(150)] * 2, 151)
    hybrid = Hybrid([EASE(), Popularity()]).fit(back_and_forth)
    assert hybrid.repeats
    assert 7 in hybrid.candidates(np.array([7, 8])).products
    assert hybrid.next(np.array([7, 8]), 1, Filters(known=True)).products[0] in (7, 8)


def test_candidates_are_allowed_ones_only(hybrid):
    allowed = np.zeros(COUNT, dtype=bool)
    allowed[[4, 50]] = True
    assert hybrid.candidates(np.array([3]), allowed).products.tolist() == [4, 50]
    assert len(hybrid.candidates(np.array([3]), np.zeros(COUNT, dtype=bool))) == 0


def test_products_that_are_asked_for_have_scores_in_any_case(shop, hybrid):
    asked = np.array([[5, 90, 33], [100, 2, 1]])
    scores = hybrid.candidate_scores([0, 1], asked)
    assert np.isfinite(scores).all()
    ranking = hybrid.ranking(shop.of(0))
    likely = hybrid.candidate_scores([0], ranking.products[None, :10])[0]
    assert np.allclose(likely, ranking.scores[:10], atol=1e-4)


def test_every_candidate_says_who_found_it_and_has_all_features(hybrid):
    found = hybrid.candidates(np.array([3]))
    assert found.features.shape == (len(found), len(hybrid.feature_names))
    assert np.isfinite(found.features).all()
    assert hybrid.models[found.found_by[found.products.tolist().index(4)]].name == "next_in_group"


def test_written_down_and_read_again_it_answers_the_same(shop):
    hybrid = Hybrid([EASE(), Popularity(), ContentKNN()]).fit(shop)
    again = Hybrid().restore(hybrid.state(), COUNT)
    for history in (np.array([3, 4]), np.zeros(0, dtype=np.int32)):
        assert np.allclose(hybrid.scores([history]), again.scores([history]), equal_nan=True)
        assert np.array_equal(hybrid.candidates(history).found_by, again.candidates(history).found_by)


def test_a_new_product_is_found_by_its_content():
    histories = [[product for product in history if product != 7] for history in walks()]
    hybrid = Hybrid([EASE(), Popularity(), ContentKNN()]).fit(interactions_of(histories, COUNT, groups_as_attributes()))
    found = hybrid.candidates(np.array([5, 6]))
    assert 7 in found.products
    assert 7 in hybrid.next(np.array([5, 6]), SIZE).products


@pytest.mark.parametrize(
    ("histories", "count"), [([], 0), ([], 3), ([[0]], 1), ([[]], 1), ([[0, 0, 0]], 1), ([[0, 1], [1]], 2)]
)
def test_small_shops(histories, count):
    hybrid = Hybrid([EASE(), Popularity()]).fit(interactions_of(histories, count))
    assert hybrid.scores([np.zeros(0, dtype=np.int32)]).shape == (1, count)
    again = Hybrid().restore(hybrid.state(), count)
    assert len(again.next(np.zeros(0, dtype=np.int32), 10_000)) <= count


def test_long_histories_many_products_and_wrong_questions(hybrid):
    long = np.random.default_rng(0).integers(0, COUNT, 10_000).astype(np.int32)
    assert hybrid.next(long, 5, Filters(known=True)).products.size <= 5
    assert len(hybrid.next(np.array([3]), 10_000)) <= COUNT
    with pytest.raises(BadRequest):
        hybrid.next(np.array([3]), 0)
    with pytest.raises(NotFound):
        hybrid.next(np.array([COUNT]), 1)
    with pytest.raises(NotFound):
        hybrid.recommend(300, 1)


def test_models_are_chosen_by_size_and_by_what_is_known_of_products(shop):
    names = {model.name for model in usual_models(shop)}
    assert {"ease", "next_linear", "tastes", "content_knn"} < names
    assert not names & {"sasrec", "gru4rec"}
    large = {model.name for model in usual_models(interactions_of([], 200_000))}
    assert large == {"item_knn", "session_knn", "popularity"}
    short = {model.name for model in usual_models(shop, slow=True)}
    long = {model.name for model in usual_models(interactions_of([list(range(60))], 60), slow=True)}
    assert "gru4rec" in short - long
    assert "sasrec" in long - short


def test_what_teaches_the_ranker_is_left_out_of_the_histories(shop):
    rest, asked, targets = held_out(shop, 8_000)
    assert len(rest) == len(shop) - len(asked)
    for customer, target in zip(asked[:20], targets, strict=False):
        assert shop.of(customer).tolist() == [*rest.of(customer).tolist(), target]


def test_coming_back_counts_targets_in_their_history():
    assert coming_back([np.array([1, 2]), np.array([1])], np.array([2, 2])) == 0.5


def test_lateness_is_between_first_and_last():
    counts, lateness = counts_and_lateness(interactions_of([[0, 1]] * 50, 3))
    assert counts.tolist() == [50, 50, 0]
    assert lateness[0] < lateness[2] == 0.5 < lateness[1]


@pytest.mark.parametrize("count", [1, 5, 50, 5000])
def test_the_highest_scores_are_the_highest(count):
    scores = np.random.default_rng(count).normal(size=count).astype(np.float32)
    scores[::7] = -np.inf
    found = highest(scores, 20)
    right = np.sort(scores[np.isfinite(scores)])[::-1][:20]
    assert np.array_equal(np.sort(scores[found])[::-1], right)


def test_the_highest_of_few_scores_among_many_products():
    scores = np.full(10_000, -np.inf, dtype=np.float32)
    scores[[5, 7]] = 1
    assert sorted(highest(scores, 20).tolist()) == [5, 7]
    assert highest(np.full(10_000, -np.inf, dtype=np.float32), 20).size == 0


def test_only_some_new_products_are_candidates(hybrid):
    facts = hybrid._facts.__class__(np.zeros(COUNT), np.zeros(COUNT), hybrid._facts.vectors)
    scores = [np.full(COUNT, -np.inf, dtype=np.float32), np.arange(COUNT, dtype=np.float32)]
    found = candidates_of(np.array([3]), [scores[0]], facts, content=None, repeats=False)
    assert len(found) == 0
    found = candidates_of(np.array([3]), scores, facts, content=1, repeats=False)
    assert len(found) >= NEW_ONES
    assert len(feature_names(["a", "b"])) == found.features.shape[1]


def test_content_vectors_keep_cosines_and_know_what_is_unknown():
    generator = np.random.default_rng(0)
    image = generator.normal(size=(30, 8)).astype(np.float32)
    image[3] = 0
    vectors = content_vectors(ProductFeatures(image=image), 30)
    units = image / np.maximum(np.linalg.norm(image, axis=1, keepdims=True), 1e-9)
    assert np.allclose(vectors @ vectors.T, units @ units.T, atol=1e-5)
    assert not vectors[3].any()
    with pytest.raises(BadRequest):
        content_vectors(ProductFeatures(image=image), 31)


def test_content_knn_learns_what_leads_to_what():
    """Who chose of group 0 chooses of group 1 next: groups that share no attribute."""
    generator = np.random.default_rng(0)
    histories = [[int(generator.integers(SIZE)), SIZE + int(generator.integers(SIZE))] for _ in range(400)]
    model = ContentKNN().fit(interactions_of(histories, COUNT, groups_as_attributes()))
    found = model.next(np.array([2]), SIZE).products
    assert set(found.tolist()) == set(range(SIZE, 2 * SIZE))
    assert len(model.next(np.zeros(0, dtype=np.int32), 5)) == 0


def test_next_linear_is_the_ridge_regression_it_says_it_is():
    histories = [[0, 1, 2, 3], [2, 3], [3, 1, 0], [4]]
    model = NextLinear(penalty=2.0, decay=0.5).fit(interactions_of(histories, 5))
    before, following = [], []
    for history in histories:
        for at in range(1, len(history)):
            row = np.zeros(5)
            row[history[:at]] = 0.5 ** np.arange(at)[::-1]
            before.append(row)
            following.append(np.eye(5)[history[at]])
    x, y = np.array(before), np.array(following)
    weights = np.linalg.solve(x.T @ x + 2 * np.eye(5), x.T @ y)
    asked = np.array([2, 3])
    assert np.allclose(model.scores([asked])[0], weights[3] + 0.5 * weights[2], atol=1e-3)
    with pytest.raises(TooLarge):
        NextLinear().fit(interactions_of([], 30_000))


def questions(count, seed):
    """The right candidate is the one with the highest first feature."""
    features = np.random.default_rng(seed).normal(size=(count, 15, 3)).astype(np.float32)
    return [Question(one, int(one[:, 0].argmax())) for one in features]


def test_the_ranker_learns_and_is_written_down():
    ranker = train_ranker(questions(300, 0), questions(50, 1))
    asked = questions(100, 2)
    assert ndcg(ranker, asked) > 0.9
    again = Ranker.of(ranker.arrays())
    assert np.array_equal(again.scores(asked[0].features), ranker.scores(asked[0].features))


def test_the_ranker_needs_examples_and_can_do_without():
    with pytest.raises(NotEnoughData):
        train_ranker([], questions(3, 0))
    wishes = untaught(np.array([2, 0, -1], dtype=np.float32))
    assert wishes.scores(np.array([[1, 5, 1]], dtype=np.float32)).tolist() == [1]
    assert Ranker.of(wishes.arrays()).scores(np.array([[1, 5, 1]], dtype=np.float32)).tolist() == [1]
