"""What a price or a promotion does: by the factors that were learnt, with their errors, and not without them."""

from datetime import timedelta

import numpy as np
import pytest

from common.errors import NotEnoughData
from ml_tools.forecasting.advice.experience import Experience
from ml_tools.forecasting.advice.what_if import Change, compare, log_error, revenue
from ml_tools.forecasting.patterns.factors import Factors
from store.prices_seen import PricesSeen, PromotionsSeen
from tests.unit.ml_tools.forecasting.advice.outlooks import TODAY, factors, outlook

TRIED = Experience(
    days=913,
    own=True,
    prices=PricesSeen(products=66, changed=32, lowest=0.9, highest=1.05),
    priced="in Mugs",
    promotions=PromotionsSeen(promotions=9, days=82, smallest=15.0, largest=25.0),
    promoted="in Mugs",
)
NOTHING_TRIED = Experience(
    913, False, PricesSeen(66, 0, 1.0, 1.0), "in Mugs", PromotionsSeen(0, 0, 0.0, 0.0), "in Mugs"
)
PLANNED = outlook(np.full(30, 10.0))


def changed(change, known, planned_discount=0.0):
    return outlook(np.full(30, 10.0), discount=planned_discount, changed=change, factors=known)


def test_a_lower_price_sells_as_much_more_as_the_elasticity_says():
    known, change = factors(elasticity=1.5, elasticity_error=0.1), Change(price_percent=-10)
    answer = compare(PLANNED, changed(change, known), known, change)
    assert answer.effect.mean == pytest.approx(100 * (0.9**-1.5 - 1), abs=0.1)
    assert answer.effect.lo == pytest.approx(100 * (0.9 ** -(1.5 - 0.196) - 1), abs=0.1)
    assert answer.effect.hi == pytest.approx(100 * (0.9 ** -(1.5 + 0.196) - 1), abs=0.1)
    assert answer.revenue_planned == pytest.approx(30 * 10 * 100)
    assert answer.revenue_changed == pytest.approx(30 * 10 * 100 * 0.9**-0.5)


def test_a_higher_price_sells_less():
    known, change = factors(), Change(price_percent=5)
    answer = compare(PLANNED, changed(change, known), known, change)
    assert answer.effect.hi < 0
    assert answer.changed.mean < answer.planned.mean


def test_a_promotion_does_nothing_on_days_that_have_it_already():
    known, change = factors(promotion=3.0), Change(discount_percent=20)
    some = np.where(np.arange(30) < 15, 0.25, 0.0)
    planned = outlook(np.full(30, 10.0), discount=some)
    answer = compare(planned, changed(change, known, some), known, change)
    assert answer.effect.mean == pytest.approx(100 * (np.exp(0.6) - 1) / 2, abs=0.1)
    assert log_error(planned, known, change) == pytest.approx(0.2 * 0.2 / 2)
    assert answer.revenue_planned == pytest.approx(1000 * 15 * (0.75 + 1))


def test_the_range_of_what_changes_carries_both_errors():
    sure, unsure = factors(elasticity_error=0.0), factors(elasticity_error=1.5)
    change = Change(price_percent=-20)
    narrow = compare(PLANNED, changed(change, sure), sure, change).changed
    wide = compare(PLANNED, changed(change, unsure), unsure, change).changed
    assert wide.lo95 < narrow.lo95 < narrow.lo80 < narrow.mean < narrow.hi80 < narrow.hi95 < wide.hi95
    assert wide.mean == narrow.mean


def test_simulated_effects_lie_in_the_interval_as_often_as_it_says():
    rng = np.random.default_rng(2)
    inside = 0
    for _ in range(200):
        learnt = factors(elasticity=rng.normal(1.5, 0.3), elasticity_error=0.3)
        change = Change(price_percent=-10)
        effect = compare(PLANNED, changed(change, learnt), learnt, change).effect
        inside += effect.lo <= 100 * (0.9**-1.5 - 1) <= effect.hi
    assert inside / 200 == pytest.approx(0.95, abs=0.03)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (Change(price_percent=-10), "The price has been the same on all 913 days, so nothing is known"),
        (Change(discount_percent=10), "no promotion on any of the 913 days"),
    ],
)
def test_what_was_never_tried_is_refused_with_the_reason(change, reason):
    with pytest.raises(NotEnoughData, match=reason):
        NOTHING_TRIED.learnt_from(change)


def test_factors_that_learnt_nothing_are_not_asked():
    known, change = Factors.plain(), Change(price_percent=-10)
    with pytest.raises(NotEnoughData, match="nothing can be learnt"):
        compare(PLANNED, changed(change, known), known, change)


def test_what_nobody_buys_has_no_percents():
    nothing = outlook(np.zeros(30))
    with pytest.raises(NotEnoughData, match="No sales are expected"):
        compare(nothing, nothing, factors(), Change(price_percent=-10))


def test_where_it_was_learnt_is_said_in_words():
    assert TRIED.learnt_from(Change(price_percent=-5)) == (
        "32 of 66 products in Mugs that changed their price in 913 days"
    )
    assert TRIED.learnt_from(Change(discount_percent=20)) == "9 promotions of 15 to 25 % in Mugs, on 82 of 913 days"


@pytest.mark.parametrize(
    ("change", "note"),
    [
        (Change(price_percent=-10), None),
        (Change(price_percent=-30), "10 % below today's to 5 % above today's"),
        (Change(price_percent=20), "extrapolated"),
        (Change(discount_percent=25), None),
        (Change(discount_percent=40), "more than 25 % off"),
    ],
)
def test_going_beyond_what_was_tried_is_noted(change, note):
    notes = TRIED.notes(change)
    assert bool(notes) == bool(note)
    assert not note or note in notes[0]


def test_a_change_leaves_the_plan_it_was_made_from_alone():
    ahead = PLANNED.ahead
    after = Change(price_percent=-50)(ahead)
    assert (after.price == ahead.price / 2).all()
    assert (ahead.price == 100).all()
    assert after.start == TODAY == ahead.start
    assert after.start + timedelta(days=after.horizon) == TODAY + timedelta(days=30)
    assert revenue(PLANNED) == 30_000
