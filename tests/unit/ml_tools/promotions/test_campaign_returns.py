"""Returns, kinds and reasons of campaigns whose truth is planted."""

from datetime import date, timedelta

import numpy as np
import pytest

from ml_tools.promotions.campaigns.campaign import Campaign
from ml_tools.promotions.campaigns.clusters import clustered
from ml_tools.promotions.campaigns.evaluate import halves, predicted_halves
from ml_tools.promotions.campaigns.learning import Usual, campaign_row, reasons
from ml_tools.promotions.campaigns.returns import Returns, fit_returns, predicted
from ml_tools.promotions.campaigns.tree import Tree, grown
from store.promotion_reports import CampaignDay
from tests.unit.ml_tools.promotions.campaign_shop import START, campaign, shown


def drawn(count: int, seed: int = 0, *, clicks: int = 300) -> list[Campaign]:
    """Whole-shop campaigns sell ten times as often, for five times as much."""
    rng, found = np.random.default_rng(seed), []
    for number in range(count):
        whole = number % 3 == 0
        rate = rng.beta(*((30, 70) if whole else (3, 97)))
        value = (200 if whole else 40) * np.exp(rng.normal(0, 0.2))
        found.append(
            campaign(number, clicks, int(rng.binomial(clicks, rate)), float(value), covered=2 if whole else 1,
                     price=0.0 if whole else 40.0, discount=float(rng.choice([10, 20, 30])))
        )  # fmt: skip
    return found


def test_a_return_is_predicted_from_what_is_alike_and_then_from_its_own_orders() -> None:
    model = fit_returns(drawn(30))
    new_whole, new_small = campaign(90, 0, 0, 0, covered=2, price=0.0), campaign(91, 0, 0, 0)
    expected = predicted(model, new_whole, 300)
    assert expected.mean == pytest.approx(0.3 * 200 / 0.5, rel=0.3)
    assert predicted(model, new_small, 300).mean == pytest.approx(0.03 * 40 / 0.5, rel=0.5)
    known = campaign(92, 3000, 300, 40.0)  # ten per cent, far above its kind
    own = predicted(model, known, 3000)
    assert own.mean == pytest.approx(8.0, rel=0.15)
    assert own.high - own.low < expected.high - expected.low
    assert own == predicted(model, known, 3000), "the same question has the same answer"
    assert predicted(Returns.from_json(model.as_json()), known, 3000).mean == pytest.approx(own.mean)


def test_the_interval_holds_returns_that_come_about_eight_times_in_ten() -> None:
    """Of new campaigns of the same shop, drawn after the model was fitted on others."""
    model, later = fit_returns(drawn(60, seed=1)), drawn(120, seed=2)
    inside = []
    for one in later:
        before = campaign(one.promotion.promotion_id, 0, 0, 0, covered=one.promotion.covered,
                          price=one.promotion.price, discount=one.promotion.discount)  # fmt: skip
        found = predicted(model, before, one.clicks, draws=800)
        inside.append(found.low <= (one.roas or 0) <= found.high)
    assert 0.68 <= np.mean(inside) <= 0.93


@pytest.mark.parametrize("count", [0, 1])
def test_nothing_or_next_to_nothing_is_known(count: int) -> None:
    found = predicted(fit_returns(drawn(count)), campaign(5, 0, 0, 0), 50)
    assert 0 <= found.low <= found.median <= found.high < np.inf


def test_what_costs_nothing_has_no_return() -> None:
    free = campaign(5, 40, 2, 30.0, cost_per_click=0.0)
    assert free.roas is None
    with pytest.raises(ValueError, match="cost nothing"):
        predicted(fit_returns([]), free, 40)
    row = campaign_row(free, "like most", fit_returns([]), Tree([], False, None), Usual.of([free]), 1.0, START)
    assert (row.predicted_roas, row.verdict) == (None, "unclear")


def test_kinds_are_found_and_named_by_what_marks_them() -> None:
    often = [campaign(n, 400 + n, 100 + n, 50.0) for n in range(10)]
    seldom = [campaign(20 + n, 400 + n, 2, 50.0) for n in range(6)]
    found = clustered([*often, *seldom])
    assert [cluster.size for cluster in found.clusters] == [10, 6], found.silhouette
    assert found.of == [0] * 10 + [1] * 6
    assert "often_bought" in found.clusters[0].traits
    assert "seldom bought from" in found.clusters[1].name
    assert found.silhouette is not None
    assert found.silhouette > 0.5
    assert len(clustered(often[:3]).clusters) == 1
    assert clustered([]).clusters == []


def test_a_tree_finds_what_sets_good_campaigns_apart_and_is_given_up_where_nothing_does() -> None:
    campaigns = drawn(36)
    tree = grown(campaigns, break_even=20.0)
    assert tree.accuracy is not None
    assert tree.accuracy > 0.9
    assert tree.rules[0].when[0].feature == "covered"
    assert tree.rules[0].worth_share > 0.9
    assert sum(rule.campaigns for rule in tree.rules) == 36
    assert tree.path(campaigns[0])[0].code == "at_least"
    assert Tree.from_json(tree.as_json()) == tree
    rng = np.random.default_rng(3)
    chance = [campaign(n, 100, int(rng.integers(1, 9)), 40.0, discount=float(rng.integers(5, 40))) for n in range(40)]
    assert grown(chance, break_even=4.0).rules == []
    assert grown(campaigns[:5], break_even=20.0).accuracy is None
    assert grown(campaigns, break_even=0.001).better_half, "all were worth it"


def test_reasons_are_the_parts_of_the_return_that_stand_out() -> None:
    usual = Usual.of(drawn(30))
    dear = campaign(1, 500, 50, 400.0, cost_per_click=2.0)
    found = {(one.code, one.feature) for one in reasons(dear, usual, unsure=False)}
    assert {("high", "order_value"), ("high", "cost_per_click")} <= found
    weak = campaign(2, 900, 1, 40.0)
    assert ("low", "conversion_rate") in {(one.code, one.feature) for one in reasons(weak, usual, unsure=False)}
    young = reasons(campaign(3, 4, 0, 0.0), usual, unsure=True)
    assert [(one.code, one.feature, one.value) for one in young] == [("few", "clicks", 4)]


def test_second_halves_are_predicted_beside_peers() -> None:
    """Of small campaigns, which a first half alone says little of: errors below those of going on as it was."""
    rng, promotions, days = np.random.default_rng(4), {}, []
    for number in range(12):
        promotions[number], rate = shown(number), rng.beta(4, 96)
        for day in range(10):
            orders = int(rng.binomial(6, rate))
            days.append(CampaignDay(number, START + timedelta(days=day), 60, 6, orders, orders * 40.0))
    table = predicted_halves(halves(promotions, days))
    assert table["hierarchical"].absolute < table["first half continued"].absolute
    assert table["hierarchical"].covered is not None
    assert table["hierarchical"].covered >= 0.65
    assert halves({1: shown(1, cost_per_click=0.0)}, [CampaignDay(1, date(2026, 3, 2), 50, 20, 1, 10.0)]) == []
