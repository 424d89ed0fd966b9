"""Run-out dates and orders against demand whose distribution is known."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import nbinom

from ml_tools.forecasting.advice.stock_plan import Demand, Policy, chance_before, reorder, run_out
from tests.unit.ml_tools.forecasting.advice.outlooks import SHAPE, TODAY, outlook, quantiles

STEADY = Demand.of(outlook(np.full(180, 10.0)), TODAY)
POLICY = Policy(lead_days=7, service_level=0.95, cover_days=28)


def days_to(day):
    return (day - TODAY).days


def test_the_run_out_date_is_the_day_that_expected_demand_empties_the_stock():
    out = run_out(STEADY, 100, TODAY)
    assert days_to(out.expected) == 9  # ten days of ten, today being the first
    assert days_to(out.early) < 9 < days_to(out.late)


def test_chances_are_those_of_the_distribution():
    for stock, days in ((80, 10), (100, 10), (120, 10), (300, 30), (330, 30)):
        mean = 10.0 * days
        truth = nbinom.sf(stock - 1, SHAPE, SHAPE / (SHAPE + mean))
        assert STEADY.chance_of(stock, days) == pytest.approx(truth, abs=0.02)


def test_early_and_late_have_their_chances():
    out = run_out(STEADY, 400, TODAY)
    early = STEADY.chance_of(400, days_to(out.early) + 1)
    late = STEADY.chance_of(400, days_to(out.late) + 1)
    assert 0.1 <= early < 0.2
    assert 0.9 <= late < 0.95


def test_simulated_stock_runs_out_as_often_as_was_said():
    rng = np.random.default_rng(3)
    daily = 6 + 4 * np.sin(np.arange(60) / 9)
    demand = Demand.of(outlook(daily), TODAY)
    level = rng.gamma(SHAPE, 1 / SHAPE, 20_000)
    sums = rng.poisson(level[:, None] * daily).cumsum(axis=1)
    for stock, days in ((60, 10), (150, 25), (220, 40)):
        said = chance_before(demand, stock, TODAY, TODAY + timedelta(days=days))
        assert said == pytest.approx((sums[:, days - 1] >= stock).mean(), abs=0.02)
    order = reorder(demand, 0, 0, POLICY, TODAY)
    assert (sums[:, POLICY.lead_days - 1] <= order.point).mean() == pytest.approx(0.95, abs=0.015)
    assert (sums[:, POLICY.lead_days + POLICY.cover_days - 1] <= order.quantity).mean() == pytest.approx(0.95, abs=0.01)


def test_nothing_in_stock_is_out_today_whatever_is_wanted():
    for daily in (0.0, 10.0):
        demand = Demand.of(outlook(np.full(30, daily)), TODAY)
        out = run_out(demand, 0, TODAY)
        assert out.expected == out.early == out.late == TODAY
        assert chance_before(demand, 0, TODAY, TODAY + timedelta(days=5)) == 1


def test_what_nobody_wants_never_runs_out_and_needs_no_order():
    demand = Demand.of(outlook(np.zeros(180)), TODAY)
    out, order = run_out(demand, 3, TODAY), reorder(demand, 3, 0, POLICY, TODAY)
    assert (out.expected, out.early, out.late) == (None, None, None)
    assert (order.point, order.now, order.quantity, order.by) == (0, False, 0, None)
    empty = reorder(demand, 0, 0, POLICY, TODAY)
    assert (empty.now, empty.quantity) == (False, 0)


def test_a_rare_product_is_not_taken_for_a_normal_one():
    demand = Demand.of(outlook(np.full(180, 0.05), shape=np.inf), TODAY)
    order = reorder(demand, 1, 0, POLICY, TODAY)
    assert order.point == 1  # 0.35 expected over a week: 0 would be enough in 70 %, 1 in 95 %
    assert demand.chance_of(1, 7) == pytest.approx(1 - np.exp(-0.35), abs=0.05)


def test_without_a_lead_time_nothing_needs_to_be_there_before():
    order = reorder(STEADY, 5, 0, Policy(0, 0.95, 28), TODAY)
    assert order.point == 0
    assert order.now  # but five do not last today
    late = reorder(STEADY, 30, 0, Policy(0, 0.95, 28), TODAY)
    assert not late.now
    assert late.by > TODAY


def test_the_last_day_to_order_is_the_last_one_that_keeps_the_service_level():
    order = reorder(STEADY, 200, 0, POLICY, TODAY)
    slack = days_to(order.by)
    assert STEADY.quantile(0.95, slack + POLICY.lead_days) <= 200
    assert STEADY.quantile(0.95, slack + POLICY.lead_days + 1) > 200
    assert not order.now


def test_what_is_on_its_way_counts_for_the_order():
    with_it, without = reorder(STEADY, 50, 100, POLICY, TODAY), reorder(STEADY, 50, 0, POLICY, TODAY)
    assert with_it.quantity == without.quantity - 100
    assert (with_it.now, without.now) == (False, True)


def test_lead_and_cover_may_reach_beyond_what_was_forecast():
    long = reorder(STEADY, 0, 0, Policy(120, 0.95, 120), TODAY)
    truth = quantiles(np.array([2400.0]), 0.95)[0]
    assert long.quantity == pytest.approx(truth, rel=0.03)
    assert STEADY.expected(240) == pytest.approx(2400)


def test_days_that_have_gone_since_the_newest_sales_are_not_demanded_again():
    stale = Demand.of(outlook(np.full(30, 10.0), start=TODAY - timedelta(days=3)), TODAY)
    assert stale.days == 27
    assert days_to(run_out(stale, 100, TODAY).expected) == 9
    assert stale.chance_of(100, 10) == pytest.approx(STEADY.chance_of(100, 10), abs=0.01)


def test_the_shortfall_is_what_is_wanted_beyond_the_stock():
    rng = np.random.default_rng(5)
    sums = rng.poisson(rng.gamma(SHAPE, 1 / SHAPE, 100_000) * 300)
    for stock in (0, 250, 300, 400):
        short = np.maximum(sums - stock, 0)
        said = STEADY.shortfall(stock, 30)
        assert said.mean == pytest.approx(short.mean(), abs=2)
        assert said.hi95 == pytest.approx(np.quantile(short, 0.975), abs=4)


stocks = st.integers(0, 2000)
leads = st.integers(0, 120)
levels = st.floats(0.5, 0.999)


@given(stocks, stocks)
def test_more_stock_lasts_longer_and_needs_less(one, other):
    less, more = sorted((one, other))
    out, longer = run_out(STEADY, less, TODAY), run_out(STEADY, more, TODAY)
    for sooner, later in zip(vars(out).values(), vars(longer).values(), strict=True):
        assert later is None or (sooner is not None and sooner <= later)
    small, big = (reorder(STEADY, stock, 0, POLICY, TODAY) for stock in (less, more))
    assert big.quantity <= small.quantity
    assert small.now or not big.now
    assert big.by is None or small.by <= big.by


@given(stocks, leads, leads)
def test_longer_lead_times_need_earlier_and_larger_orders(stock, one, other):
    short, long = sorted((one, other))
    soon, late = (reorder(STEADY, stock, 0, Policy(lead, 0.95, 28), TODAY) for lead in (short, long))
    assert soon.point <= late.point
    assert soon.quantity <= late.quantity
    assert late.by is not None or soon.by is None
    assert soon.by is None or late.by <= soon.by


@given(stocks, levels, levels)
def test_higher_service_levels_need_more(stock, one, other):
    low, high = sorted((one, other))
    modest, strict = (reorder(STEADY, stock, 0, Policy(7, level, 28), TODAY) for level in (low, high))
    assert modest.point <= strict.point
    assert modest.quantity <= strict.quantity


@given(stocks)
def test_dates_come_in_order_and_within_what_was_forecast(stock):
    out = run_out(STEADY, stock, TODAY)
    found = [day for day in (out.early, out.expected, out.late) if day is not None]
    assert found == sorted(found)
    assert all(TODAY <= day < TODAY + timedelta(days=180) for day in found)


def test_quantiles_that_cross_are_set_right():
    crossing = outlook(np.full(20, 5.0))
    rough = Demand.of(
        type(crossing)(**{**vars(crossing), "cumulative": lambda level: crossing.cumulative(level)[::-1] * 1.0}), TODAY
    )
    assert (np.diff(rough.units, axis=0) >= 0).all()
    assert (np.diff(rough.units, axis=1) >= 0).all()
