"""What is trained is judged by what came last, written whole, and refused when it is worse than what serves."""

from datetime import UTC, datetime

import numpy as np
import pytest

from ml_tools import artefacts
from ml_tools.errors import BrokenArtefact
from ml_tools.recommender.interactions import interactions_of
from ml_tools.recommender.judging import Verdict, judged
from ml_tools.recommender.model import ARRAYS, DESCRIPTION, TOOL, Catalogue, read_model
from ml_tools.recommender.models.item_knn import ItemKNN
from ml_tools.recommender.models.popularity import Popularity
from ml_tools.recommender.policies import chosen_policy, ranking
from ml_tools.recommender.serving import Serving, newest_readable
from ml_tools.recommender.train import train_on
from ml_tools.recommender.training_data import Questions, held_back, rows_of, training_data
from tests.unit.ml_tools.recommender.shop import DAY, MAKERS, described, events, groups_shop, lines

GOOD = {"hybrid": lambda: ItemKNN(shrink=0.1), "popularity": Popularity}


def trained(data, models, **options):
    return train_on(data, models, **{"makers": GOOD, **options})


def test_what_was_trained_is_read_again_and_answers_alike(tmp_path):
    data = groups_shop()
    artefact = trained(data, tmp_path).artefact
    model = read_model(artefact, GOOD)
    fitted = ItemKNN(shrink=0.1).fit(data.learnt.interactions)
    history = np.array([0, 1], dtype=np.int32)
    assert model.policies["hybrid"].next(history, 3).products.tolist() == fitted.next(history, 3).products.tolist()
    assert model.catalogue.ids.tolist() == data.catalogue.ids.tolist()
    assert np.allclose(model.content, data.content, atol=2e-3)
    for name, links in data.links().items():
        assert (model.links[name].matrix != links.matrix).nnz == 0
    assert model.space.vocabulary.words == data.space.vocabulary.words


def test_the_manifest_says_how_good_it_is_beside_popularity_and_on_what(tmp_path):
    manifest = trained(groups_shop(), tmp_path).artefact.manifest
    quality = manifest.quality
    assert quality["customers"] == 60
    assert quality["recall_at_10"] >= quality["popularity_recall_at_10"]
    assert quality["ndcg_at_10"] > quality["popularity_ndcg_at_10"]
    assert "60 customers" in manifest.trained_on
    assert manifest.as_of.isoformat() == "1970-03-01"


def test_the_last_products_are_held_back_from_those_who_came_last():
    data = groups_shop()
    rest, questions = held_back(data, after=0, most=10)
    assert len(questions.targets) == 10
    assert len(rest) == len(data.learnt.interactions) - 10
    for customer, history, target in zip(range(60)[-10:], questions.histories, questions.targets, strict=False):
        assert target not in history
        assert customer < 60
    assert len(held_back(data, after=59 * DAY, most=10)[1].targets) == 1
    assert len(held_back(data, after=60 * DAY, most=10)[1].targets) == 0


def test_a_model_is_judged_among_products_it_does_not_hold_already():
    data = interactions_of([[0, 1], [0, 1], [0, 2]], 3)
    catalogue = Catalogue(np.array([7, 8, 9]), np.zeros(3), ["c"], np.zeros(3, dtype=bool), np.zeros(3))
    model = ItemKNN(shrink=0.1).fit(data)
    verdict = judged(model, catalogue, Questions([np.array([7])] * 3, np.array([8, 9, 99])))
    assert verdict.gains.tolist() == pytest.approx([1.0, 1 / np.log2(3), 0.0])
    assert verdict.hit_rate == pytest.approx(2 / 3)


def test_equal_scores_never_flatter():
    class Same(Popularity):
        def scores(self, histories):
            return np.ones((len(histories), 3), dtype=np.float32)

    catalogue = Catalogue(np.array([7, 8, 9]), np.zeros(3), ["c"], np.zeros(3, dtype=bool), np.zeros(3))
    verdict = judged(Same().fit(interactions_of([], 3)), catalogue, Questions([np.array([7])], np.array([8])))
    assert verdict.gains.tolist() == pytest.approx([1 / np.log2(3)])


def test_worse_is_more_than_chance():
    better = Verdict(np.ones(50, dtype=np.float32))
    noisy = Verdict(np.where(np.arange(50) == 0, 0.0, 1.0).astype(np.float32))
    clearly = Verdict(np.where(np.arange(50) % 2, 0.0, 1.0).astype(np.float32))
    assert clearly.worse_than(better)
    assert not noisy.worse_than(better)
    assert not better.worse_than(better)
    assert not better.worse_than(clearly)


def refreshed(data, models, makers):
    """A refresh on the same events, as if they had all come in since (the first training lies in 1970)."""
    return train_on(data, models, makers=makers, refresh=True, least_fresh=10)


@pytest.fixture
def long_ago(tmp_path):
    """A good model that serves and was trained before anything happened."""
    artefact = trained(groups_shop(), tmp_path).artefact
    manifest = artefact.manifest.model_copy(
        update={"trained_at": datetime(1970, 1, 1, tzinfo=UTC), "version": "19700101T000000Z"}
    )
    target = tmp_path / TOOL / "19700101T000000Z"
    artefact.folder.rename(target)
    (target / artefacts.MANIFEST).write_text(manifest.model_dump_json())
    return tmp_path


def test_a_worse_model_is_refused_with_the_reason_and_the_old_one_stays(long_ago):
    refused = refreshed(groups_shop(seed=1), long_ago, {"hybrid": Worst, "popularity": Popularity})
    assert refused.artefact is None
    assert "NDCG@10" in refused.reason
    assert len(artefacts.versions(long_ago, TOOL)) == 1


class Worst(ItemKNN):
    """Likes best what nobody chose with the history; reads what ItemKNN wrote."""

    def _weights_of(self, data, progress):
        return -1 * super()._weights_of(data, progress)


def test_a_model_that_is_as_good_is_taken(long_ago):
    assert refreshed(groups_shop(seed=1), long_ago, GOOD).artefact is not None
    assert len(artefacts.versions(long_ago, TOOL)) == 2


def test_with_little_news_there_is_no_training(tmp_path):
    trained(groups_shop(), tmp_path)
    outcome = trained(groups_shop(), tmp_path, refresh=True)
    assert outcome.artefact is None
    assert "0 customers" in outcome.reason


def test_the_first_refresh_of_a_shop_is_a_training(tmp_path):
    assert trained(groups_shop(), tmp_path, refresh=True).artefact is not None


@pytest.mark.parametrize("count", [1, 2])
def test_a_shop_without_events_can_be_trained(tmp_path, count):
    data = training_data([described(at) for at in range(count)], events([]), lines([]), None, None)
    artefact = trained(data, tmp_path).artefact
    assert artefact.manifest.as_of is None
    assert len(read_model(artefact, GOOD).catalogue) == count


def test_a_damaged_newest_version_is_passed_over_and_all_damaged_is_told(tmp_path):
    first = trained(groups_shop(), tmp_path).artefact
    second = tmp_path / TOOL / "29990101T000000Z"
    second.mkdir()
    for name in (artefacts.MANIFEST, ARRAYS, DESCRIPTION):
        (second / name).write_bytes((first.folder / name).read_bytes())
    (second / ARRAYS).write_bytes(b"")
    assert newest_readable(tmp_path, GOOD).manifest.version == first.manifest.version
    (first.folder / DESCRIPTION).write_bytes(b"{}")
    with pytest.raises(BrokenArtefact):
        newest_readable(tmp_path, GOOD)


def test_an_artefact_of_another_shape_is_broken_though_its_bytes_are_sound(tmp_path):
    artefact = artefacts.save(
        tmp_path, TOOL, {DESCRIPTION: b"{}", ARRAYS: (b"\x02" + bytes(7) + b"{}")}, name="x", trained_on="", as_of=None,
        licence="none", quality={},
    )  # fmt: skip
    with pytest.raises(BrokenArtefact, match="right shape"):
        read_model(artefact, GOOD)


def test_where_every_version_is_damaged_a_refresh_trains_anew(tmp_path):
    (trained(groups_shop(), tmp_path).artefact.folder / ARRAYS).write_bytes(b"")
    assert trained(groups_shop(), tmp_path, refresh=True, now=datetime(2999, 1, 1, tzinfo=UTC)).artefact is not None
    assert newest_readable(tmp_path, GOOD).manifest.version == "29990101T000000Z"


def test_serving_keeps_the_old_model_when_the_new_one_is_broken(tmp_path):
    first = trained(groups_shop(), tmp_path).artefact
    serving = Serving(tmp_path, makers=GOOD)
    serving.load()
    (first.folder / ARRAYS).write_bytes(b"")
    broken = tmp_path / TOOL / "29990101T000000Z"
    broken.mkdir()
    serving.load()
    assert serving.known.manifest.version == first.manifest.version


def test_the_policy_of_an_arm_is_taken_when_it_was_trained():
    assert chosen_policy("item-knn", MAKERS) == "item-knn"
    assert chosen_policy("unheard-of", {"hybrid": 1, "popularity": 1}) == "hybrid"
    assert chosen_policy(None, MAKERS) == "popularity"


def test_rows_of_ids_leave_out_what_the_catalogue_does_not_have():
    catalogue = Catalogue(np.array([5, 7]), np.zeros(2), ["c"], np.zeros(2, dtype=bool), np.zeros(2))
    assert rows_of(np.array([7, 6, 5, 9]), catalogue).tolist() == [1, 0]


def test_the_served_hybrid_is_trained_quickly_kept_and_read_again(tmp_path):
    """The way of `shopclerk up`: with the makers that serve."""
    data = groups_shop()
    artefact = train_on(data, tmp_path, quick=True).artefact
    model = read_model(artefact)
    assert set(model.policies) == {"hybrid", "item-knn", "popularity"}
    found = ranking(model.policies["hybrid"], np.array([0, 1], dtype=np.int32), 4, None)
    assert set(found.products.tolist()) <= {2, 3, 4, 5}
    allowed = np.zeros(12, dtype=bool)
    allowed[[3, 8]] = True
    narrowed = ranking(model.policies["hybrid"], np.array([0, 1], dtype=np.int32), 4, allowed)
    assert narrowed.products.tolist() == [3, 8]


def test_a_model_without_candidates_of_its_own_ranks_everything_allowed(tmp_path):
    model = ItemKNN(shrink=0.1).fit(groups_shop().learnt.interactions)
    allowed = np.zeros(12, dtype=bool)
    allowed[[0, 3, 8]] = True
    found = ranking(model, np.array([0, 1], dtype=np.int32), 2, allowed)
    assert len(found) == 2
    assert set(found.products.tolist()) <= {0, 3, 8}
