"""A click model that lives through a history says nothing at first, and nothing of what it has not been told yet."""

from collections.abc import Callable

import numpy as np

from ml_tools.promotions.beneath import Beneath
from ml_tools.promotions.chosen import NONE
from ml_tools.promotions.models.ftrl import Ftrl
from ml_tools.promotions.signals import Signals
from tests.unit.ml_tools.promotions.deciding import CATEGORY, PROMOTIONS, candidate, decided


def rows(count: int, seed: int = 1) -> tuple[list[int], Signals, np.ndarray]:
    history = decided(count, seed=seed)
    seen = [(one.seen.shared[one.shown], one.seen.local[one.shown]) for one in history]
    shared, local = (np.array(part) for part in zip(*seen, strict=True))
    clicks = np.array([float(one.event.clicked) for one in history])
    return [one.event.promotion_id for one in history], Signals(shared, local), clicks


def beneath(name: str = "ftrl", maker: Callable[[], Ftrl] = Ftrl) -> Beneath:
    return Beneath(name, {"ftrl": maker}, {one: candidate(one) for one in PROMOTIONS})


def test_it_says_nothing_before_there_are_clicks_enough_and_then_what_it_learnt() -> None:
    model, (promotions, seen, clicks) = beneath(), rows(3000)
    assert not model.words(promotions, seen).any()
    model.learn(promotions[:50], Signals(seen.shared[:50], seen.local[:50]), clicks[:50])
    assert not model.words(promotions, seen).any()
    model.learn(promotions, seen, clicks)
    words = model.words(promotions, seen)
    assert np.corrcoef(words, seen.shared[:, CATEGORY])[0, 1] > 0.5


def test_it_is_updated_in_between_and_fitted_anew_when_its_rows_have_doubled() -> None:
    made: list[Ftrl] = []

    def maker() -> Ftrl:
        made.append(Ftrl())
        return made[-1]

    model, (promotions, seen, clicks) = beneath(maker=maker), rows(1000)
    model.learn(promotions, seen, clicks)
    before = model.words(promotions, seen)
    model.learn(promotions[:100], Signals(seen.shared[:100], seen.local[:100]), 1 - clicks[:100])
    assert len(made) == 1
    assert np.abs(model.words(promotions, seen) - before).max() > 0.01
    model.learn(promotions, seen, clicks)
    assert len(made) == 2


def test_none_never_says_anything() -> None:
    model, (promotions, seen, clicks) = beneath(NONE), rows(500)
    model.learn(promotions, seen, clicks)
    assert not model.words(promotions, seen).any()
