"""Every rule of choosing shows what it says with the probability that it says."""

import numpy as np
import pytest

from common.errors import BadRequest
from ml_tools.promotions.policies import RULES, SERVED, rule_of
from ml_tools.promotions.policy import choose, propensities
from ml_tools.promotions.signals import LOCAL, SHARED, Signals

DRAWS, TIMES, SHOP = 64, 20_000, 0.02
ALL = np.ones((4, DRAWS), dtype=bool)


def scores() -> np.ndarray:
    return np.random.default_rng(1).normal(size=(4, DRAWS)).astype(np.float32) + np.arange(4)[:, None] / 4


def seen(*discounts: float) -> Signals:
    shared = np.zeros((4, len(SHARED)))
    shared[:, SHARED.index("discount")] = discounts
    return Signals(shared, np.zeros((4, len(LOCAL))))


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("n", [1, 2])
def test_propensities_are_how_often_each_is_shown_also_where_discounts_are_equal(name: str, n: int) -> None:
    rule, rng = rule_of(name), np.random.default_rng(7)
    table, floor = rule.ranked(scores(), seen(0.2, 0.3, 0.3, 0.1)), rule.floor(SHOP)
    said = propensities(table, ALL, np.arange(4), n, floor=floor)
    counts = np.zeros(4)
    for _ in range(TIMES):
        choice = choose(rng, table, ALL, n, floor=floor)
        assert choice.propensities == pytest.approx(said[choice.rows].tolist())
        counts[choice.rows] += 1
    assert np.abs(counts / TIMES - said).max() < 0.015
    assert said.sum() == pytest.approx(n)
    assert said.min() > 0, "what cannot be shown can never be judged"


def shown_most(name: str, *discounts: float) -> int:
    rule = rule_of(name)
    table = rule.ranked(scores(), seen(*discounts))
    return int(propensities(table, ALL, np.arange(4), 1, floor=rule.floor(SHOP)).argmax())


def test_what_each_rule_shows_most() -> None:
    likeliest = int((1 / (1 + np.exp(-scores()))).mean(axis=1).argmax())
    discounts = [0.4 if row != likeliest else 0.1 for row in range(4)]
    assert shown_most("greedy", *discounts) == shown_most("epsilon-greedy", *discounts) == likeliest
    assert shown_most("discount", *discounts) != likeliest
    assert shown_most("discount", 0.2, 0.2, 0.2, 0.2) == likeliest, "among equals, what is clicked more"


def test_how_much_is_chosen_at_random() -> None:
    assert {name: rule.floor(SHOP) for name, rule in RULES.items()} == {
        SERVED: SHOP, "greedy": SHOP, "epsilon-greedy": 0.1, "discount": SHOP, "random": 1.0,
    }  # fmt: skip
    assert rule_of("epsilon-greedy").floor(0.3) == 0.3, "the shop's own share, where that is more"
    with pytest.raises(BadRequest, match="no policy 'magic'"):
        rule_of("magic")
