"""The click model beneath the belief serves where it adds something, and says nothing where it does not."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from ml_tools.errors import BrokenArtefact
from ml_tools.promotions.batch import Batch
from ml_tools.promotions.chosen import MOST_SAID, NONE, Chosen, batch_of, nothing_chosen, read_chosen, written
from ml_tools.promotions.models.boosted import Boosted
from ml_tools.promotions.policy import Draws, choose, propensities
from ml_tools.promotions.replay import Decision, Lived
from ml_tools.promotions.replay import choose as chosen_by
from ml_tools.promotions.signals import LOCAL, SHARED, Signals, in_todays_form, readable
from store.promotion_learning import Learnable
from store.promotions import Candidate

START = datetime(2026, 3, 1, tzinfo=UTC)
MODEL, DISCOUNT, BRAND = SHARED.index("model"), SHARED.index("discount"), SHARED.index("brand")
PROMOTIONS = {
    n: Candidate(n, f"pr_{n}", "Offer", 10.0, date(2026, 3, 1), None, "c", "d", None, 0, 0, 1.0) for n in (1, 2)
}
MAKERS = {"boosted": lambda: Boosted(leaves=4, trees=60, rate=0.2)}


def lived(count: int, *, crossed: bool, said: float = 0.0, seed: int = 1) -> Lived:
    """A history in which a click depends on two signals: on whether they differ, or on their sum; `said` is what the
    model in force said of each, and is wrong."""
    rng = np.random.default_rng(seed)
    shown = []
    for n in range(count):
        shared, local = np.zeros(len(SHARED)), np.zeros(len(LOCAL))
        shared[0] = local[0] = 1.0
        shared[DISCOUNT], shared[BRAND] = rng.choice([-1.0, 1.0], 2)
        odds = -1 - 2 * shared[DISCOUNT] * shared[BRAND] if crossed else -1 + shared[DISCOUNT] + shared[BRAND]
        clicked = bool(rng.random() < 1 / (1 + np.exp(-odds)))
        shared[MODEL] = said * (1 if clicked else -1)
        row = Signals(shared[None], local[None]).row(0)
        shown.append(Learnable(n + 1, 1 + n % 2, list(row), clicked, START + timedelta(minutes=n)))
    return Lived(shown, PROMOTIONS, [1, 2])


@pytest.fixture(scope="module")
def won() -> Decision:
    return chosen_by(lived(1500, crossed=True), Chosen(), MAKERS)


def test_a_model_that_sees_what_a_line_cannot_serves_and_the_belief_trusts_it(won: Decision) -> None:
    assert won.chosen.name == "boosted"
    assert won.changed
    assert won.losses["boosted"] < won.losses[NONE] - 0.02
    assert won.replayed.belief.mean[MODEL] > 0.5


def test_where_a_line_says_all_the_belief_serves_alone() -> None:
    found = chosen_by(lived(1500, crossed=False), Chosen(), MAKERS)
    assert (found.chosen.name, found.changed) == (NONE, False)


def test_too_few_clicks_try_nothing() -> None:
    found = chosen_by(lived(40, crossed=True), Chosen(), MAKERS)
    assert (found.chosen.name, found.losses) == (NONE, {})
    assert len(found.replayed.expected) == 40
    assert chosen_by(Lived([], PROMOTIONS, [1]), Chosen(), MAKERS).chosen.name == NONE


def test_a_new_one_that_is_worse_than_the_one_in_force_was_is_refused(won: Decision) -> None:
    found = chosen_by(lived(1500, crossed=True, said=3.0), won.chosen, MAKERS)
    assert found.chosen is won.chosen
    assert not found.changed


def test_one_in_force_that_misleads_is_replaced(won: Decision) -> None:
    found = chosen_by(lived(1500, crossed=True, said=0.01), won.chosen, MAKERS)
    assert found.changed


def test_it_comes_back_as_it_was_kept_and_damage_is_noticed(won: Decision) -> None:
    content, sha256 = written(won.chosen)
    kept = replace(nothing_chosen(), content=content, sha256=sha256)
    again = read_chosen(kept)
    seen = Signals(np.random.default_rng(3).normal(size=(2, len(SHARED))), np.ones((2, len(LOCAL))))
    candidates = list(PROMOTIONS.values())
    assert np.allclose(again.said(candidates, seen).shared, won.chosen.said(candidates, seen).shared)
    assert read_chosen(nothing_chosen()).said(candidates, seen) is seen
    with pytest.raises(BrokenArtefact):
        read_chosen(replace(kept, content=content[:-1]))
    with pytest.raises(BrokenArtefact, match="shape"):
        read_chosen(kept, makers={})


def test_what_it_says_is_bounded_and_propensities_stay_exact(won: Decision) -> None:
    seen = Signals(np.ones((2, len(SHARED))), np.ones((2, len(LOCAL))))
    seen.shared[:, DISCOUNT], seen.shared[:, BRAND] = (1, 1), (1, -1)
    said = won.chosen.said(list(PROMOTIONS.values()), seen)
    assert np.abs(said.shared[:, MODEL]).max() <= MOST_SAID
    assert said.shared[1, MODEL] > said.shared[0, MODEL] + 0.3
    scores = Draws(won.replayed.belief, seed=1).scores([1, 2], said)
    everybody = np.ones(scores.shape, dtype=bool)
    chances = propensities(scores, everybody, np.arange(2), 1, floor=0.02)
    rng = np.random.default_rng(2)
    counted = np.bincount([choose(rng, scores, everybody, 1, floor=0.02).rows[0] for _ in range(4000)], minlength=2)
    assert chances.sum() == pytest.approx(1)
    assert counted / 4000 == pytest.approx(chances, abs=0.03)


def test_models_read_what_a_promotion_is_and_where_it_is_shown() -> None:
    seen = Signals(np.zeros((2, len(SHARED))), np.zeros((2, len(LOCAL))))
    seen.shared[1, SHARED.index("slot_cart")] = 1
    found = batch_of(list(PROMOTIONS.values()), seen)
    assert isinstance(found, Batch)
    assert found.categorical["promotion"][0] != found.categorical["promotion"][1]
    assert found.categorical["slot"][0] != found.categorical["slot"][1]
    assert "model" not in found.numeric


def test_signals_of_before_there_was_a_model_are_read_with_silence() -> None:
    today = Signals(np.arange(len(SHARED))[None] / 10, np.arange(len(LOCAL))[None] / 10).row(0)
    before = [1.0, *today[1 : len(SHARED)], *today[1 + len(SHARED) :]]
    assert readable(before)
    assert not readable(before[:-1])
    row = in_todays_form(before)
    assert (row[len(SHARED)], row[0]) == (0.0, today[0])
    assert [one for at, one in enumerate(row) if at != len(SHARED)] == [
        one for at, one in enumerate(today) if at != len(SHARED)
    ]
