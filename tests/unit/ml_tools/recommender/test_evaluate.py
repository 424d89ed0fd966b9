"""The measures against numbers worked out by hand, and protocols that ask what they say they ask."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from cli.evaluation import evaluate_app
from cli.recommender_evaluation import parse_protocol
from common.errors import BadRequest, NotEnoughData
from ml_tools.recommender.datasets import leave_one_out, numbered
from ml_tools.recommender.evaluate import chosen_models, cold_split, cold_start, evaluate
from ml_tools.recommender.interactions import interactions_of
from ml_tools.recommender.measures import measured, places
from ml_tools.recommender.models.base import Recommender
from ml_tools.recommender.models.popularity import Popularity
from ml_tools.recommender.peers import ImplicitAls, ImplicitBpr, TunedIals
from ml_tools.recommender.protocols import NEGATIVES, Protocol, negatives, ranked


class Oracle(Recommender):
    """Knows the answers; says the higher the better, and the history above all."""

    name, paper = "oracle", "none"

    def __init__(self, split):
        self._split = split

    def _fit(self, data, progress):
        self.learnt = data

    def scores(self, histories):
        scores = np.zeros((len(histories), self.data.product_count), dtype=np.float32)
        for row, history in enumerate(histories):
            (question,) = [n for n, known in enumerate(self._split.histories) if np.array_equal(known, history)]
            scores[row, self._split.targets[question]] = 1
            scores[row, history] = 2
        return scores


def measures_of(scores, right=0):
    return measured(*places(np.array([scores], dtype=np.float32), np.array([right])))


def test_third_place():
    found = measures_of([5, 9, 7, 1])
    assert found["HR@10"] == found["recall@10"] == found["HR@20"] == 1
    assert found["NDCG@10"] == pytest.approx(0.5)  # 1 / log2(4)
    assert found["MRR@10"] == pytest.approx(1 / 3)


def test_twelfth_place_counts_at_twenty_only():
    found = measures_of([0.5, *range(1, 12)])
    assert (found["HR@10"], found["NDCG@10"], found["MRR@10"]) == (0, 0, 0)
    assert found["HR@20"] == 1
    assert found["MRR@20"] == pytest.approx(1 / 12)
    assert found["NDCG@20"] == pytest.approx(1 / np.log2(13))


def test_equals_are_counted_by_expectation():
    found = measures_of([1] * 40)
    assert found["HR@10"] == pytest.approx(10 / 40)
    assert found["HR@20"] == pytest.approx(20 / 40)
    assert found["MRR@10"] == pytest.approx(sum(1 / place for place in range(1, 11)) / 40)
    two = measures_of([1, 1, 0])
    assert two["NDCG@10"] == pytest.approx((1 + 1 / np.log2(3)) / 2)


def test_equals_on_the_edge_of_the_list():
    """Nine above, one beside: the tenth or the eleventh place, each in half of the cases."""
    assert measures_of([1, 1, *[2] * 9])["HR@10"] == pytest.approx(0.5)


def test_what_has_no_score_is_not_found():
    assert measures_of([-np.inf, -np.inf, 1])["HR@10"] == 0
    assert measures_of([-np.inf])["HR@10"] == 0


def test_several_questions_are_averaged():
    above, beside = places(np.array([[3, 2], [2, 3]], dtype=np.float32), np.array([0, 0]))
    assert (above.tolist(), beside.tolist()) == ([0, 1], [0, 0])
    assert measured(above, beside)["MRR@10"] == pytest.approx(0.75)


@pytest.fixture
def split():
    rows = [[str((start + step) % 150) for step in range(4)] for start in range(0, 150, 3)]
    return leave_one_out(numbered("ring", rows))


@pytest.mark.parametrize("protocol", list(Protocol))
def test_who_knows_the_answers_is_always_right(split, protocol):
    metrics = evaluate(split, {"oracle": Oracle(split)}, protocol)
    assert metrics["NDCG@10"]["oracle"] == 1
    assert metrics["HR@10"]["oracle"] == 1


def test_models_learn_nothing_of_what_is_asked(split):
    oracle = Oracle(split)
    evaluate(split, {"oracle": oracle}, Protocol.FULL)
    for customer, target in zip(split.customers, split.targets, strict=True):
        assert target not in oracle.learnt.of(customer)


def test_negatives_were_never_chosen_and_are_always_the_same(split):
    drawn = negatives(split)
    assert drawn.shape == (len(split), NEGATIVES)
    assert np.array_equal(drawn, negatives(split))
    for row, history, target in zip(drawn, split.histories, split.targets, strict=True):
        assert len(set(row.tolist())) == NEGATIVES
        assert not set(row.tolist()) & {*history.tolist(), int(target)}


def test_too_few_products_for_negatives():
    small = leave_one_out(numbered("small", [["1", "2"], ["2", "3"]]))
    with pytest.raises(NotEnoughData):
        negatives(small)


def test_the_history_is_left_out_only_where_nobody_comes_back():
    once = leave_one_out(numbered("once", [["1", "1x", "2"], ["1", "2", "3"], ["1", "3"]]))
    above, _ = ranked(Popularity().fit(once.learnt), once, Protocol.FULL)
    assert above[2] == 2  # 1 is the customer's own: only 1x and 2 may stand above 3
    again = leave_one_out(numbered("again", [["1", "1", "2"], ["1", "2", "3"], ["1", "3"]]))
    assert again.repeats
    above, _ = ranked(Popularity().fit(again.learnt), again, Protocol.FULL)
    assert above[2] == 2  # 1 and 2


def test_hidden_products_are_in_no_history_but_asked_for():
    rows = [[str((start + step) % 60) for step in range(5)] for start in range(60)]
    cold, hidden = cold_split(numbered("ring", rows))
    assert len(hidden) == 6
    assert not np.isin(cold.learnt.products, hidden).any()
    assert np.isin(cold.targets, hidden).all()
    assert len(cold) == 6


def test_cold_start_gives_popularity_what_guessing_gets():
    rows = [[str((start + step) % 600) for step in range(5)] for start in range(600)]
    metrics, asked = cold_start(numbered("ring", rows), {"popularity": Popularity()})
    assert asked == 60
    assert metrics["cold R@20"]["popularity"] == pytest.approx(20 / 60)
    assert metrics["cold R@20 of all"]["popularity"] == 0


def test_models_and_protocols_are_asked_for_by_name():
    assert list(chosen_models(["popularity"])) == ["popularity"]
    with pytest.raises(BadRequest, match="No model is called clairvoyance"):
        chosen_models(["clairvoyance"])
    assert parse_protocol("99") is Protocol.SAMPLED
    with pytest.raises(BadRequest):
        parse_protocol("98")


@pytest.mark.parametrize("peer", [TunedIals(factors=8), ImplicitAls(), ImplicitBpr()])
def test_peers_tell_two_groups_apart(peer):
    generator = np.random.default_rng(0)
    histories = [generator.choice(10, 5, replace=False) + 10 * (customer % 2) for customer in range(80)]
    fitted = peer.fit(interactions_of(histories, 20))
    assert fitted.recommend(1, 1).products[0] >= 10
    assert fitted.next(np.array([2, 3, 4]), 1).products[0] < 10


def test_a_history_of_the_training_folds_in_to_what_was_learnt_of_its_customer():
    histories = [[0, 1, 2], [2, 3], [4, 0, 3]]
    fitted = TunedIals(factors=4).fit(interactions_of(histories, 5))
    assert np.allclose(fitted.scores([np.array(history) for history in histories]), fitted.customer_scores([0, 1, 2]))


def test_the_command_prints_one_json_object(tmp_path):
    file = tmp_path / "some.txt"
    file.write_text("".join(f"{c} {c % 7} {c % 5 + 7} {c % 3 + 12}\n" for c in range(30)))
    command = ["recommender", "--sequences", str(file), "--models", "popularity", "--json"]
    answer = CliRunner().invoke(evaluate_app, command)
    found = json.loads(answer.stdout)
    assert (found["tool"], found["data"], found["rows"]) == ("recommender", "some.txt", 30)
    assert {"HR@10", "recall@20", "NDCG@10", "MRR@20"} <= set(found["metrics"])
    assert set(found["metrics"]["HR@10"]) == {"popularity"}


@pytest.mark.parametrize("wrong", [["--models", "clairvoyance"], ["--protocol", "98"]])
def test_the_command_says_what_is_wrong(tmp_path, wrong):
    file = tmp_path / "some.txt"
    file.write_text("1 2 3\n")
    assert CliRunner().invoke(evaluate_app, ["recommender", "--sequences", str(file), *wrong]).exit_code == 2
