"""How a product is ordered: the question's word, the product's own, the shop's; and what cannot be meant."""

import pytest

from ml_tools.forecasting.advice.ordering import ordering
from ml_tools.forecasting.advice.stock_plan import Policy
from ml_tools.forecasting.schemas import StockPlanRequest
from store.stock import StockNow

SHOP = Policy(lead_days=7, service_level=0.95, cover_days=28)


def now(*, units=10, variants=1, empty=0, **attributes):
    return StockNow("Mug", units, variants, empty, 10.0, "EUR", attributes)


def test_the_shop_s_policy_holds_where_nothing_else_is_said():
    found = ordering(now(), SHOP)
    assert (found.policy, found.arriving, found.notes) == (SHOP, 0, [])


@pytest.mark.parametrize(("value", "lead"), [(21, 21), ("21", 21), (21.0, 21), (0, 0), (120, 120)])
def test_a_product_may_have_a_lead_time_of_its_own(value, lead):
    assert ordering(now(lead_days=value), SHOP).policy == Policy(lead, 0.95, 28)


@pytest.mark.parametrize("value", ["soon", -1, 121, 2.5, True, [], float("nan"), float("inf"), ""])
def test_a_lead_time_that_is_none_is_told_and_not_used(value):
    found = ordering(now(lead_days=value), SHOP)
    assert found.policy == SHOP
    assert found.notes == ["Its attribute lead_days is not a whole number from 0 to 120, and was not used."]


def test_the_question_comes_first():
    asked = StockPlanRequest(product_id="p_1", lead_days=0, service_level=0.5, cover_days=1)
    found = ordering(now(lead_days="soon"), SHOP, asked)
    assert (found.policy, found.notes) == (Policy(0, 0.5, 1), [])
    assert ordering(now(lead_days=9), SHOP, StockPlanRequest(product_id="p_1")).policy == Policy(9, 0.95, 28)


def test_what_is_on_its_way_is_read():
    assert ordering(now(arriving="40"), SHOP).arriving == 40
    wrong = ordering(now(arriving=-4), SHOP)
    assert (wrong.arriving, len(wrong.notes)) == (0, 1)


@pytest.mark.parametrize(
    ("units", "variants", "empty", "told"),
    [(10, 3, 1, "1 is out already"), (10, 3, 2, "2 are out already"), (10, 3, 0, None), (0, 3, 3, None)],
)
def test_variants_that_are_out_are_told(units, variants, empty, told):
    notes = ordering(now(units=units, variants=variants, empty=empty), SHOP).notes
    assert bool(notes) == bool(told)
    assert not told or told in notes[0]
