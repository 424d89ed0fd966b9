"""Policies are judged as far as the log can tell, beside the one that runs; where it cannot, that is said."""

from dataclasses import replace

import numpy as np
import pytest

from common.errors import BadRequest, NotEnoughData
from ml_tools.promotions.chosen import NONE
from ml_tools.promotions.evaluate import FIRST_SHARE
from ml_tools.promotions.judging import Judged, Judgement, judge
from ml_tools.promotions.living import Policy
from ml_tools.promotions.signals import Signals
from tests.unit.ml_tools.promotions.deciding import click_rates, decided, shop_of

FLOOR = 0.02


def asked(*names: str) -> list[Policy]:
    return [Policy.written(name, NONE) for name in names]


def judged(found: Judgement, name: str) -> Judged:
    return next(one for one in found.policies if one.policy == name)


@pytest.fixture(scope="module")
def found() -> Judgement:
    return judge(shop_of(decided(6000)), asked("greedy", "random", "discount"), floor=FLOOR)


def test_who_shows_what_people_like_is_told_from_who_does_not(found: Judgement) -> None:
    assert [one.policy for one in found.policies] == ["thompson", "greedy", "random", "discount"]
    assert [one.verdict for one in found.policies] == ["open", "open", "worse", "worse"]
    assert judged(found, "greedy").robust.value > found.earned.value


def test_the_estimates_hold_what_the_policies_are_worth(found: Judgement) -> None:
    """Of a random choice, and of the likeliest, under the rates that the clicks were drawn from."""
    late = [one for number, one in enumerate(decided(6000)) if number >= FIRST_SHARE * 6000]
    rates = np.array([click_rates(one.seen) for one in late])
    worth = {"random": rates.mean(), "greedy": (1 - FLOOR) * rates.max(axis=1).mean() + FLOOR * rates.mean()}
    for name, true in worth.items():
        one = judged(found, name)
        for estimate in (one.ips, one.snips, one.robust):
            low, high = estimate.interval
            assert low < true < high, name
            assert high - low < 0.08


def test_the_running_policy_is_no_better_than_itself(found: Judgement) -> None:
    running = found.policies[0]
    assert (running.gain.value, running.gain.standard_error, running.verdict) == (0.0, 0.0, "open")


def test_only_what_is_asked_for_judges() -> None:
    """The last days, one slot, showings of one promotion alone that had a choice and a propensity."""
    history = decided(2500)
    history[-1] = replace(history[-1], alone=False)
    history[-2] = replace(history[-2], propensity=0.0)
    history[-3] = replace(history[-3], slot="cart")
    history[-4] = replace(history[-4], candidates=[], seen=first(history[-4].seen, 0), shown=None)
    whole = judge(shop_of(history), asked("random"), floor=FLOOR)
    assert whole.impressions == 2500 * (1 - FIRST_SHARE) - 3
    late = judge(shop_of(history), asked("random"), floor=FLOOR, days=20, slot="home_hero")
    assert 1200 <= late.impressions <= 1250
    assert (late.last - late.first).days in (19, 20)


def test_what_may_not_be_shown_today_counts_for_nothing() -> None:
    """A policy that would never have made a showing gets no credit for its click."""
    only = [
        replace(one, candidates=[4], seen=first(one.seen), shown=0 if one.event.promotion_id == 4 else None)
        for one in decided(3000)
    ]
    found = judge(shop_of(only), asked("random"), floor=FLOOR)
    rate = np.mean([click_rates(one.seen)[0] for one in only[600:]])
    low, high = found.policies[1].ips.interval
    assert low < rate < high


def first(seen: Signals, count: int = 1) -> Signals:
    return Signals(seen.shared[:count], seen.local[:count])


def test_too_few_showings_are_refused() -> None:
    with pytest.raises(NotEnoughData, match="960 showings can be judged; at least 1,000"):
        judge(shop_of(decided(1200)), asked("greedy"), floor=FLOOR)


def test_a_log_that_says_too_little_of_a_policy_is_refused() -> None:
    """Whatever people like, one promotion was shown 98 times in 100."""
    history = decided(2500, chances=(0.01, 0.01, 0.98))
    with pytest.raises(NotEnoughData, match=r"say no more of \S+ than \d+ of its own .* at least 300"):
        judge(shop_of(history), asked("random"), floor=FLOOR)


def test_propensities_that_are_not_true_are_noticed() -> None:
    history = [replace(one, propensity=one.propensity / 2) for one in decided(3000)]
    with pytest.raises(NotEnoughData, match=r"average 2\.\d\d, where 1 is right"):
        judge(shop_of(history), asked("greedy"), floor=FLOOR)


def test_policies_are_named_with_or_without_a_model_beneath() -> None:
    assert Policy.written("greedy", "boosted").name == "greedy+boosted"
    assert Policy.written("greedy+none", "boosted").name == "greedy"
    with pytest.raises(BadRequest, match="no policy 'magic': choose one of thompson"):
        Policy.written("magic+ftrl", NONE)
    with pytest.raises(BadRequest, match="No click model is called 'oracle'"):
        judge(shop_of(decided(1200)), asked("greedy+oracle"), floor=FLOOR)


def test_a_click_model_beneath_is_judged_with_what_it_knew() -> None:
    found = judge(shop_of(decided(3000)), asked("greedy+ftrl"), floor=FLOOR)
    assert [one.policy for one in found.policies] == ["thompson", "greedy+ftrl"]
    assert found.policies[1].verdict in ("open", "better")
