"""What every click model must do; each model's test class inherits this and says how to make the model."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from safetensors.numpy import load, save

from common.errors import BadRequest
from ml_tools.promotions.batch import Batch, fingerprints
from ml_tools.promotions.measures import calibration_error, logloss
from ml_tools.promotions.models.base import ClickModel
from tests.unit.ml_tools.promotions.planted import impressions

ROWS, ASKED = 1500, 1500


@cache
def learnt() -> Batch:
    return impressions(ROWS)[0]


@cache
def asked() -> tuple[Batch, np.ndarray]:
    return impressions(ASKED, seed=2)


class ClickModelContract:
    """`make` gives a fresh model; `gain` is the least share of what there is to win over the base rate, in logloss."""

    gain = 0.4

    def make(self) -> ClickModel:
        raise NotImplementedError

    @pytest.fixture(scope="class")
    @classmethod
    def fitted(cls):
        return cls().make().fit(learnt())

    def test_it_finds_what_was_planted(self, fitted):
        batch, true = asked()
        rate = np.full(len(batch), learnt().labels.mean())
        worst, best = logloss(batch.labels, rate), logloss(batch.labels, true)
        assert worst - logloss(batch.labels, fitted.predict_proba(batch)) >= self.gain * (worst - best)

    def test_probabilities_mean_what_they_say(self, fitted):
        batch, _ = asked()
        assert calibration_error(batch.labels, fitted.predict_proba(batch)) < 0.06

    def test_a_batch_says_what_its_rows_say(self, fitted):
        batch = asked()[0].take(slice(0, 20))
        single = [fitted.predict_proba(batch.take(slice(row, row + 1)))[0] for row in range(20)]
        assert np.allclose(fitted.predict_proba(batch), single, atol=1e-5)

    def test_it_does_not_look_at_the_clicks_that_it_predicts(self, fitted):
        batch = asked()[0]
        turned = replace(batch, clicks=1 - batch.labels)
        assert np.array_equal(fitted.predict_proba(turned), fitted.predict_proba(batch.unlabelled()))

    def test_learning_twice_gives_the_same(self):
        part = learnt().take(slice(0, 400))
        first, second = (self.make().fit(part).predict_proba(asked()[0]) for _ in range(2))
        assert np.array_equal(first, second)

    def test_a_restored_model_predicts_and_learns_alike(self, fitted):
        kept = save({name: np.ascontiguousarray(array) for name, array in fitted.weights().items()})
        copies = [self.make().restore(load(kept)) for _ in range(2)]
        batch = asked()[0]
        assert np.allclose(copies[0].predict_proba(batch), fitted.predict_proba(batch), atol=1e-6)
        new = impressions(700, seed=3)[0]
        first, second = (copy.update(new).predict_proba(batch) for copy in copies)
        assert np.array_equal(first, second)

    def test_unseen_categories_unknown_numbers_and_odd_texts_are_answered(self, fitted):
        batch = asked()[0].take(slice(0, 4))
        strange = {
            "slot": fingerprints([None, "", "ein neuer Platz ✨", "\ud800"]),
            "promotion": fingerprints([float("nan"), "p1", "促销", "p" * 10_000]),
        }
        odd = replace(batch, categorical=strange, numeric={"discount": np.array([np.nan, 1e300, -1e300, 0.0])})
        said = fitted.predict_proba(odd)
        assert np.isfinite(said).all()
        assert ((said > 0) & (said < 1)).all()

    @pytest.mark.parametrize("rows", [0, 1, 12])
    def test_hardly_any_impressions_are_enough(self, rows):
        said = self.make().fit(learnt().take(slice(0, rows))).predict_proba(asked()[0].take(slice(0, 50)))
        assert ((said > 0) & (said < 0.6)).all()

    @pytest.mark.parametrize("click", [0.0, 1.0])
    def test_clicks_of_one_kind_are_learnt_without_certainty(self, click):
        batch = learnt().take(slice(0, 300))
        said = self.make().fit(replace(batch, clicks=np.full(300, click))).predict_proba(batch)
        assert ((said > 1e-7) & (said < 1 - 1e-7)).all()
        assert abs(said.mean() - click) < 0.2

    def test_nothing_is_asked_and_nothing_answered(self, fitted):
        assert len(fitted.predict_proba(asked()[0].take(slice(0, 0)))) == 0

    def test_it_cannot_learn_from_impressions_without_clicks(self):
        with pytest.raises(BadRequest, match="whether they were clicked"):
            self.make().fit(learnt().unlabelled())

    def test_an_update_moves_it_towards_what_now_happens(self, fitted):
        model = self.make().restore(fitted.weights())
        batch = asked()[0]
        before = model.predict_proba(batch).mean()
        for seed in range(5, 9):
            model.update(impressions(600, seed=seed, bias=1.0)[0])
        assert model.predict_proba(batch).mean() > before + 0.02
