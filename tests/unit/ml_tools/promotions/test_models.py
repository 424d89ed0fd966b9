"""Every click model under the one contract, and what is particular to each."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from ml_tools.promotions.batch import Batch, fingerprints
from ml_tools.promotions.models import MODELS
from ml_tools.promotions.models.base_rate import BaseRate
from ml_tools.promotions.models.blend import Blend, _shares
from ml_tools.promotions.models.boosted import Boosted
from ml_tools.promotions.models.dcn import DCNv2
from ml_tools.promotions.models.deepfm import DeepFM
from ml_tools.promotions.models.factorisation_machine import FactorisationMachine
from ml_tools.promotions.models.ftrl import Ftrl
from ml_tools.promotions.models.logistic import Logistic
from tests.unit.ml_tools.promotions.contract import ClickModelContract, asked, learnt

TRAINED = {"epochs": 20, "decay": 0.05}


class TestBaseRate(ClickModelContract):
    gain = -0.1

    def make(self):
        return BaseRate()


class TestFtrl(ClickModelContract):
    def make(self):
        return Ftrl(alpha=0.1, l2=3.0, passes=3)


class TestLogistic(ClickModelContract):
    gain = 0.8

    def make(self):
        return Logistic()


class TestFactorisationMachine(ClickModelContract):
    def make(self):
        return FactorisationMachine(**TRAINED)


class TestDeepFM(ClickModelContract):
    def make(self):
        return DeepFM(**TRAINED)


class TestDCNv2(ClickModelContract):
    def make(self):
        return DCNv2(**TRAINED)


class TestBoosted(ClickModelContract):
    def make(self):
        return Boosted(leaves=4, trees=60, rate=0.08)


class TestBlend(ClickModelContract):
    gain = 0.7

    def make(self):
        return Blend([Logistic(), Boosted(leaves=4, trees=30, rate=0.08)])


def two_fields(rows, seed=1):
    """Clicks that depend on a pair of fields alone: neither field says anything by itself."""
    drawn = np.random.default_rng(seed)
    first, second = drawn.integers(0, 2, (2, rows))
    rate = np.where(first == second, 0.7, 0.1)
    keys = {"first": fingerprints(map(str, first)), "second": fingerprints(map(str, second))}
    return Batch(rows, keys, clicks=(drawn.random(rows) < rate).astype(float)), rate


@pytest.mark.parametrize("model", [FactorisationMachine, DeepFM, DCNv2])
def test_networks_find_pairs_that_a_line_cannot(model):
    batch, _ = two_fields(2000)
    asked, rate = two_fields(500, seed=2)
    said = model(epochs=25, decay=0.0).fit(batch).predict_proba(asked)
    line = Logistic().fit(batch).predict_proba(asked)
    assert said[rate > 0.5].mean() > 0.55
    assert said[rate < 0.5].mean() < 0.25
    assert abs(line[rate > 0.5].mean() - line[rate < 0.5].mean()) < 0.05


def test_the_logistic_weights_are_those_of_the_planted_model():
    model = Logistic().fit(learnt())
    row = asked()[0].take(np.array([0, 0]))
    both = replace(row, categorical={**row.categorical, "slot": fingerprints(["hero", "side"])})
    hero, side = model.log_odds(both)
    assert hero - side == pytest.approx(2.0, abs=0.5)


def test_a_new_promotion_is_learnt_by_an_update_alone():
    model = Logistic().fit(learnt())
    batch = asked()[0].take(slice(0, 200))
    keys = {**batch.categorical, "promotion": fingerprints(["new"] * 200)}
    new = Batch(200, keys, batch.numeric, batch.multi, batch.vectors, np.ones(200))
    before = model.predict_proba(new).mean()
    assert model.update(new).predict_proba(new).mean() > before + 0.2


def test_updates_reach_what_learning_at_once_reaches():
    whole = Logistic().fit(learnt())
    parts = Logistic().fit(learnt().take(slice(0, 700)))
    for start in range(700, 1500, 100):
        parts.update(learnt().take(slice(start, start + 100)))
    batch = asked()[0]
    assert np.corrcoef(whole.log_odds(batch), parts.log_odds(batch))[0, 1] > 0.97


def test_ftrl_keeps_weights_at_nothing_until_enough_speaks_for_them():
    drawn = np.random.default_rng(1)
    noise = fingerprints(map(str, drawn.integers(0, 2000, 4000)))
    model = Ftrl(alpha=0.05, l2=3.0, passes=1)
    model.fit(Batch(4000, {"noise": noise}, clicks=(drawn.random(4000) < 0.05).astype(float)))
    weights = model._weights(np.flatnonzero(model._squares))
    assert (weights == 0).mean() > 0.5


def test_a_million_categories_fit_in_the_hashed_table():
    rows = 1_000_000
    keys = np.arange(rows, dtype=np.uint64) * np.uint64(11400714819323198485)
    clicks = (np.arange(rows) % 10 == 0).astype(float)
    model = Ftrl(alpha=0.05, l2=10.0, passes=1)
    model.learn(Batch(20_000, {"device": keys[:20_000]}, clicks=clicks[:20_000]))
    said = model.predict_proba(Batch(rows, {"device": keys}))
    assert len(said) == rows
    assert said.mean() == pytest.approx(0.1, abs=0.02)


def test_the_blend_leans_on_the_member_that_knows():
    drawn = np.random.default_rng(1)
    known = drawn.normal(size=2000)
    clicks = (drawn.random(2000) < 1 / (1 + np.exp(-known))).astype(float)
    shares = _shares(np.stack([known, drawn.normal(size=2000)], axis=1), clicks)
    assert shares[0] > 0.75
    assert shares.sum() == pytest.approx(1)


def test_the_blend_says_what_its_simplest_member_says_while_clicks_are_few():
    few = learnt().take(slice(0, 120))
    blend, line = Blend([Logistic(), Boosted()]).fit(few), Logistic()
    line.learn(few)
    assert blend.shares.tolist() == [1.0, 0.0]
    assert np.allclose(blend.log_odds(asked()[0]), line.log_odds(asked()[0]))


def test_every_model_is_named_as_it_is_looked_up_and_has_its_paper():
    for name, model in MODELS.items():
        assert model.name == name
        assert model.paper


def test_looking_a_simple_model_up_does_not_import_torch():
    code = "import sys; from ml_tools.promotions.models import MODELS; MODELS['logistic']; "
    code += "sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
