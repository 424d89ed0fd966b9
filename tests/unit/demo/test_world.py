"""The demo world on a small scale: the same for the same seed, and true to what it says it was drawn from."""

from datetime import date

import numpy as np
import pytest

from store.demo.customers import SHOPPER
from store.demo.orders import DELIVERED, PLACED
from store.demo.world import World, draw_world

TODAY = date(2026, 3, 15)
SCALE = 0.08


@pytest.fixture(scope="module")
def world() -> World:
    return draw_world(20, TODAY, SCALE)


def test_same_seed_and_day_give_the_same_orders(world: World) -> None:
    again = draw_world(20, TODAY, SCALE)
    assert again.orders.total.sum() == world.orders.total.sum()
    assert list(again.orders.number[:50]) == list(world.orders.number[:50])
    assert again.reviews.equals(world.reviews)


def test_a_scale_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="scale"):
        draw_world(20, TODAY, 0)


def test_what_is_sold_is_what_was_ordered(world: World) -> None:
    ordered = np.zeros_like(world.sales.sold)
    day = world.orders.day[world.orders.line_order]
    np.add.at(ordered, (world.orders.line_product, day), world.orders.line_units)
    assert (ordered == world.sales.sold).all()


def test_nothing_is_sold_on_missing_days_nor_before_a_launch(world: World) -> None:
    assert world.sales.sold[:, world.demand.missing].sum() == 0
    for row, launched in zip(world.sales.sold, world.demand.launched, strict=True):
        assert row[:launched].sum() == 0


def test_sold_out_days_are_those_on_which_stock_ended_or_demand_was_not_met(world: World) -> None:
    sales = world.sales
    unmet = sales.wanted > sales.sold
    assert (sales.sold_out >= unmet).all()
    assert (sales.stock[unmet] == 0).all()
    assert sales.sold_out.any()


def test_some_products_are_out_and_some_run_out_within_two_weeks(world: World) -> None:
    stock, pace = world.sales.stock[:, -1], world.demand.mean[:, world.span.days - 28 : world.span.days].mean(axis=1)
    assert (stock == 0).sum() >= 2
    assert ((stock > 0) & (stock < 14 * pace)).sum() >= 2


def test_summer_things_sell_in_summer_and_winter_things_in_winter(world: World) -> None:
    months = np.array([world.span.day(d).month for d in range(world.span.days)])
    seasons = np.array([p.season for p in world.catalogue.products])
    sold = {s: world.sales.sold[seasons == s].sum(axis=0) for s in ("summer", "winter")}
    warm, cold = np.isin(months, (6, 7, 8)), np.isin(months, (12, 1, 2))
    assert sold["summer"][warm].mean() > 1.8 * sold["summer"][cold].mean()
    assert sold["winter"][cold].mean() > 1.8 * sold["winter"][warm].mean()


def test_units_follow_the_true_mean(world: World) -> None:
    days = np.setdiff1d(np.arange(world.span.days), world.demand.missing)
    wanted = world.sales.wanted[:, days].sum(axis=1)
    expected = world.demand.mean[:, days].sum(axis=1)
    big = expected > 100
    assert big.sum() > 20
    assert np.abs(wanted[big] / expected[big] - 1).max() < 0.5
    assert abs(wanted.sum() / expected.sum() - 1) < 0.03


def test_buyers_like_what_they_buy(world: World) -> None:
    """The taste for what somebody bought is well above the taste for the same thing of a random other."""
    orders, people = world.orders, world.customers
    buyer = orders.customer[orders.line_order]
    wanted = world.features[orders.line_product]
    other = np.random.default_rng(0).permutation(buyer)
    own = (wanted * people.taste[buyer]).sum(axis=1).mean()
    assert own > (wanted * people.taste[other]).sum(axis=1).mean() + 0.5


def test_the_shopper_can_cancel_an_order_and_return_another(world: World) -> None:
    orders = world.orders
    own = orders.customer == SHOPPER
    assert own.sum() >= 10
    assert PLACED in orders.status[own & (orders.day == world.span.days - 1)]
    fresh = own & (orders.status == DELIVERED) & (orders.day == world.span.days - 10)
    assert fresh.any()
    age = np.datetime64(TODAY.isoformat(), "s") - orders.delivered[fresh]
    assert (age < np.timedelta64(14, "D")).all()


def test_clicks_follow_the_click_model(world: World) -> None:
    """The hero of the home page is clicked more often than the strip beside a product, and propensities are fair."""
    shown = world.impressions
    rate = shown.assign(clicked=shown["clicked"].notna()).groupby("slot")["clicked"].mean()
    assert rate["home_hero"] > rate["product_side"]
    assert shown["propensity"].between(0, 1, inclusive="right").all()


def test_ratings_follow_the_hidden_quality_and_words_vary(world: World) -> None:
    reviews = world.reviews
    quality = world.quality[reviews["product"], :4].mean(axis=1)
    assert np.corrcoef(quality, reviews["rating"])[0, 1] > 0.4
    assert reviews["body"].nunique() > 0.85 * len(reviews)
    assert set(reviews["rating"]) == {1, 2, 3, 4, 5}
