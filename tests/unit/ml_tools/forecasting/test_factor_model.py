"""Level x factors: what it remembers, what it forgets, and what it says of products without a past."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from ml_tools.forecasting.demand.panel import Ahead, Panel
from ml_tools.forecasting.models.factor_model import HALF_LIVES, FactorModel
from ml_tools.forecasting.patterns.factors import Factors
from tests.unit.ml_tools.forecasting.planted import START, shop, true_demand

DAYS, HORIZON = 800, 45


def fitted(panel):
    model = FactorModel()
    model.fit(panel, Factors.learnt(panel))
    return model


@pytest.fixture(scope="module")
def whole():
    return shop(DAYS + HORIZON)


@pytest.fixture(scope="module")
def model(whole):
    return fitted(whole.between(0, DAYS))


def error(forecast, truth):
    return np.abs(forecast - truth).sum() / truth.sum()


def renamed(panel):
    return replace(panel, keys=tuple(f"new {key}" for key in panel.keys))


def test_forecasts_come_close_to_the_true_demand(whole, model):
    past, ahead, _ = whole.split(DAYS, history=120, horizon=HORIZON)
    truth = true_demand(DAYS + HORIZON)[:, DAYS:]
    assert error(model.predict(past, ahead), truth) < 0.04
    assert error(model.predict(renamed(past), ahead), truth) < 0.06


def test_ten_days_do_with_what_training_remembers_and_nearly_without(whole, model):
    past, ahead, _ = whole.split(DAYS, history=10, horizon=HORIZON)
    truth = true_demand(DAYS + HORIZON)[:, DAYS:]
    assert error(model.predict(past, ahead), truth) < 0.05
    assert error(model.predict(renamed(past), ahead), truth) < 0.12


def test_a_product_without_a_past_sells_what_is_alike_and_else_what_its_category_does(whole, model):
    past, ahead, _ = whole.split(DAYS, history=120, horizon=HORIZON)
    nothing = replace(renamed(past), units=np.full(past.units.shape, np.nan))
    mean = true_demand(DAYS + HORIZON)[:, DAYS:].mean()
    assert model.predict(nothing, ahead).mean() == pytest.approx(mean, rel=0.3)
    recent = true_demand(DAYS + HORIZON)[:, DAYS - 28 : DAYS].mean(axis=1)
    alike = model.predict(replace(nothing, alike=recent), ahead)
    assert error(alike, true_demand(DAYS + HORIZON)[:, DAYS:]) < 0.06


def test_levels_that_last_are_remembered_and_levels_that_wander_are_forgotten():
    assert fitted(shop(500))._half_life >= 240
    steps = np.random.default_rng(3).normal(0, 0.09, (24, 500)).cumsum(axis=1)
    wandering = np.random.default_rng(4).poisson(20 * np.exp(steps - steps.mean(axis=1, keepdims=True)))
    panel = Panel.of_units([f"p{row}" for row in range(24)], START, wandering.astype(float))
    assert fitted(panel)._half_life <= HALF_LIVES[1]


def test_days_out_of_stock_do_not_lower_the_forecast(whole, model):
    past, ahead, _ = whole.split(DAYS, history=60, horizon=HORIZON)
    out = np.zeros(past.units.shape, dtype=bool)
    out[:, 20:50] = True
    cut = np.minimum(past.units, 3.0)
    planted = replace(renamed(past), units=np.where(out, np.nan, past.units), at_least=np.where(out, cut, np.nan))
    truth = true_demand(DAYS + HORIZON)[:, DAYS:].sum()
    as_zero = model.predict(replace(renamed(past), units=np.where(out, 0.0, past.units)), ahead).sum()
    assert model.predict(planted, ahead).sum() == pytest.approx(truth, rel=0.05)
    assert as_zero < 0.7 * truth


def test_what_sold_out_every_day_was_wanted_more_than_it_sold(whole, model):
    past, ahead, _ = whole.split(DAYS, history=30, horizon=7)
    sold = np.full((1, 30), 40.0)
    one = replace(renamed(past).of([0]), units=np.full((1, 30), np.nan), at_least=sold)
    low = model.predict(replace(one, at_least=np.full((1, 30), np.nan)), ahead.of(np.array([0]))).mean()
    assert model.predict(one, ahead.of(np.array([0]))).mean() > 1.5 * low


def test_memory_does_not_reach_into_what_came_later(whole, model):
    """A backtest inside the days of training must not see the level of the days that it is to forecast."""
    past, ahead, _ = whole.split(400, history=120, horizon=HORIZON)
    assert model.predict(past, ahead) == pytest.approx(model.predict(renamed(past), ahead))


def test_how_the_shop_went_on_after_training_is_seen_in_the_past(whole):
    model = fitted(whole.between(0, 650))
    doubled = replace(whole, units=whole.units * np.where(np.arange(whole.length) >= 700, 2.0, 1.0))
    past, ahead, _ = doubled.split(DAYS, history=120, horizon=HORIZON)
    assert error(model.predict(past, ahead), 2 * true_demand(DAYS + HORIZON)[:, DAYS:]) < 0.12


def test_a_price_that_changed_since_training_is_accounted_for():
    panel = shop(400)
    price = np.where((np.arange(400) + 20 * np.arange(24)[:, None]) % 100 < 50, 8.0, 10.0)
    units = np.random.default_rng(0).poisson(10 * (price / 10) ** -2.0).astype(float)
    panel = replace(panel, units=units, price=price)
    model = fitted(panel)
    past = panel.between(280, 400)
    dearer = Ahead(past.end + timedelta(days=1), np.full((24, 20), 8.0), np.zeros((24, 20)))
    assert model.predict(past, dearer).mean() == pytest.approx(10 * 0.8**-2, rel=0.08)


@pytest.mark.parametrize(
    "units",
    [
        np.zeros((2, 120)),
        np.full((2, 120), np.nan),
        np.array([[3.0]]),
        np.where(np.arange(120) == 60, 9000.0, 9.0)[None],
    ],
    ids=["zeros", "nothing known", "one day", "a spike of a thousand times"],
)
def test_odd_pasts_get_finite_forecasts(model, units):
    past = Panel.of_units([f"odd {row}" for row in range(len(units))], START, units)
    ahead = Ahead(past.end + timedelta(days=1), np.ones((len(units), 180)), np.zeros((len(units), 180)))
    forecast = model.predict(past, ahead)
    assert np.isfinite(forecast).all()
    assert (forecast >= 0).all()
    if not np.nansum(units) and np.isfinite(units).all():
        assert forecast.max() < 1


def test_weights_of_other_shapes_are_refused(model, whole):
    weights = dict(model.weights())
    for broken in ({"typical": np.ones(1)}, {"sold": np.ones(3)}, {"numbers": np.array([-1.0, 1, 1])}):
        with pytest.raises(ValueError, match=next(iter(broken))):
            FactorModel().restore({**weights, **broken}, Factors.learnt(whole))
    del weights["words"]
    with pytest.raises(ValueError, match="words"):
        FactorModel().restore(weights, Factors.learnt(whole))
