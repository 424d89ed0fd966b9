"""Ways to sell more: the best of what was tried, what is bought along, what would be lost; and none without data."""

from dataclasses import replace

import numpy as np
import pytest

from common.errors import NotEnoughData
from ml_tools.forecasting.advice.stock_plan import Demand, Policy
from ml_tools.forecasting.advice.ways import (
    Stocked,
    best_bundle,
    best_price,
    best_promotion,
    by_change,
    ordered,
    restock,
    stock_note,
)
from ml_tools.forecasting.advice.what_if import Change, compare
from ml_tools.forecasting.schemas import WayKind
from store.bundles import BoughtTogether, Companion
from store.prices_seen import PricesSeen, PromotionsSeen
from tests.unit.ml_tools.forecasting.advice.outlooks import TODAY, factors, outlook
from tests.unit.ml_tools.forecasting.advice.test_what_if import NOTHING_TRIED, TRIED

PLANNED = outlook(np.full(30, 10.0))
DEEP = replace(TRIED, prices=PricesSeen(66, 32, 0.7, 1.0), promotions=PromotionsSeen(9, 82, 5.0, 30.0))


def companion(name="p_2", *, orders=500, both=60, alike=False):
    return Companion(name, f"Product {name}", 40.0, "USD", alike, orders, both)


def together(*companions, all_orders=50_000, orders=1000, compared=300):
    return BoughtTogether(all_orders, orders, orders, compared, list(companions))


def stocked(units, *, arriving=0, lead=7):
    return Stocked(units, arriving, Demand.of(PLANNED, TODAY), Policy(lead, 0.95, 28), TODAY)


def test_the_cut_that_brings_in_most_is_chosen_within_what_was_tried():
    assert best_price(PLANNED, factors(elasticity=1.5), TRIED) == Change(price_percent=-10)
    assert best_price(PLANNED, factors(elasticity=1.5), DEEP) == Change(price_percent=-30)
    assert best_price(PLANNED, factors(elasticity=0.5), DEEP) == Change(price_percent=-5)


def test_the_promotion_that_brings_in_most_is_chosen_within_what_was_tried():
    # exp(3 d) (1 - d) is largest at 2 / 3: the deepest that was tried; exp(1.2 d) (1 - d) at 1 / 6.
    assert best_promotion(PLANNED, factors(promotion=3.0), DEEP) == Change(discount_percent=30)
    assert best_promotion(PLANNED, factors(promotion=1.2), DEEP) == Change(discount_percent=15)


@pytest.mark.parametrize("choose", [best_price, best_promotion])
def test_nothing_is_proposed_that_was_never_tried_or_does_not_sell_more(choose):
    assert choose(PLANNED, factors(), NOTHING_TRIED) is None
    assert choose(PLANNED, factors(elasticity=-0.2, promotion=-0.2), DEEP) is None


def test_a_promotion_that_is_planned_for_all_days_is_no_new_way():
    promoted = outlook(np.full(30, 10.0), discount=0.3)
    assert best_promotion(promoted, factors(), DEEP) is None


def test_a_change_says_units_money_and_source():
    known, change = factors(), Change(price_percent=-10)
    answer = compare(PLANNED, outlook(np.full(30, 10.0), changed=change, factors=known), known, change)
    way = by_change(answer, change, TRIED)
    assert way.extra_units.mean == pytest.approx(300 * (0.9**-1.5 - 1), rel=0.01)
    assert 0 < way.extra_units.lo < way.extra_units.mean < way.extra_units.hi
    assert way.extra_revenue == pytest.approx(30_000 * (0.9**-0.5 - 1), rel=0.01)
    assert way.source.startswith("a 10 % lower price goes with +17 % sales (+15 to +20 %); from 32 of 66 products")


def test_a_change_that_may_do_nothing_is_no_way():
    known, change = factors(elasticity=0.3, elasticity_error=0.4), Change(price_percent=-10)
    answer = compare(PLANNED, outlook(np.full(30, 10.0), changed=change, factors=known), known, change)
    with pytest.raises(NotEnoughData, match="is not sure"):
        by_change(answer, change, TRIED)


def test_a_bundle_is_worth_what_a_promotion_does_for_those_who_buy_both():
    way = best_bundle(PLANNED, factors(promotion=3.0), DEEP, together(companion()))
    along = 300 * 60 / 1000
    assert (way.kind, way.partner_id, way.change_percent) == (WayKind.BUNDLE, "p_2", 10.0)
    assert way.extra_units.mean == pytest.approx(along * (np.exp(0.3) - 1), abs=0.1)
    assert way.extra_units.lo < way.extra_units.mean < way.extra_units.hi
    assert way.extra_revenue == pytest.approx(140 * (along * (np.exp(0.3) - 1) * 0.9 - along * 0.1), abs=1)
    assert "60 of its 1,000 orders" in way.source
    assert "6.0 times as many as by chance (4.7 to 7.7)" in way.source


def test_products_that_go_together_by_chance_make_no_bundle():
    by_chance = [companion(f"p_{at}", orders=2000, both=52) for at in range(20)]  # 40 were to be expected
    assert best_bundle(PLANNED, factors(), DEEP, together(*by_chance)) is None
    assert best_bundle(PLANNED, factors(), DEEP, together(orders=0)) is None


def test_pure_chance_hardly_ever_makes_a_bundle():
    rng = np.random.default_rng(4)
    found = 0
    for _ in range(100):
        pairs = [companion(f"p_{at}", orders=2000, both=int(rng.poisson(40))) for at in range(300)]
        strongest = sorted(pairs, key=lambda pair: -pair.both)[:20]
        found += best_bundle(PLANNED, factors(), DEEP, together(*strongest)) is not None
    assert found <= 4  # 1 % of 100, and luck


def test_complements_come_before_look_alikes():
    likes = together(companion("p_alike", both=90, alike=True), companion("p_other", both=60))
    assert best_bundle(PLANNED, factors(), DEEP, likes).partner_id == "p_other"
    assert best_bundle(PLANNED, factors(), DEEP, together(companion(alike=True))).partner_id == "p_2"


@pytest.mark.parametrize("known", [factors(promotion=0.1, promotion_error=0.2), factors(promotion=-1.0)])
def test_without_a_promotion_that_works_a_bundle_is_not_guessed(known):
    assert best_bundle(PLANNED, known, DEEP, together(companion())) is None
    assert best_bundle(PLANNED, factors(), NOTHING_TRIED, together(companion())) is None


def test_new_goods_bring_what_would_be_lost_after_they_can_be_there():
    way = restock(PLANNED, stocked(100), 30)
    assert way.extra_units.mean == pytest.approx(200, rel=0.05)
    late = restock(PLANNED, stocked(100, lead=20), 30)
    assert late.extra_units.mean == pytest.approx(100, rel=0.1)  # ten a day are lost from day 10 to day 20
    assert late.extra_revenue == pytest.approx(late.extra_units.mean * 100)
    assert way.quantity + 100 == pytest.approx(Demand.of(PLANNED, TODAY).quantile(0.95, 30), abs=1)
    assert way.by == TODAY or way.by > TODAY


def test_a_full_store_needs_no_new_goods():
    assert restock(PLANNED, stocked(1000), 30) is None
    assert restock(PLANNED, stocked(100, arriving=900), 30) is None
    assert (
        restock(outlook(np.zeros(30)), replace(stocked(0), demand=Demand.of(outlook(np.zeros(30)), TODAY)), 30) is None
    )


def test_ways_come_by_what_they_bring_and_small_ones_not_at_all():
    big, small = restock(PLANNED, stocked(100), 30), restock(PLANNED, stocked(250), 30)
    tiny = big.model_copy(update={"extra_units": big.extra_units.model_copy(update={"mean": 0.4})})
    assert ordered([small, None, tiny, big]) == [big, small]


def test_that_goods_are_missing_for_a_way_is_said():
    bundle = best_bundle(PLANNED, factors(), DEEP, together(companion()))
    assert "about 207 are missing" in stock_note([bundle], 300, stocked(100))
    assert stock_note([bundle], 300, stocked(1000)) is None
    assert stock_note([], 300, stocked(100)) is None
