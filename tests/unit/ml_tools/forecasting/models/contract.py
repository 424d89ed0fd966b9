"""What every forecaster must do, whatever it is made of; a model's test inherits it and says how to make a small one.

The shop is planted: levels, weekdays and promotions are known, so the right answer is, too.
"""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, ClassVar

import numpy as np
import pytest

from ml_tools.forecasting.demand.panel import Ahead, Panel
from ml_tools.forecasting.models.base import HISTORY_DAYS, MAX_HORIZON_DAYS, Forecaster
from ml_tools.forecasting.models.registry import model_class
from ml_tools.forecasting.patterns.factors import Factors

START = date(2024, 1, 1)
DAYS, SERIES = 280, 24
WEEKDAY = np.array([0.8, 0.8, 0.9, 1.0, 1.2, 1.4, 0.9])
LIFT = 2.0  # demand is multiplied by exp(LIFT x discount)


def planted_mean(days=DAYS + MAX_HORIZON_DAYS):
    """[SERIES, days]: half of the products are of a category that sells much, half of one that sells little."""
    level = np.where(np.arange(SERIES) % 2 == 0, 40.0, 6.0) * np.linspace(0.8, 1.2, SERIES)
    return level[:, None] * WEEKDAY[np.arange(days) % 7] * np.exp(LIFT * planted_discount(days))


def planted_discount(days=DAYS + MAX_HORIZON_DAYS):
    """Each product is 20 % off for a week in every ten, each at another time."""
    return np.where((np.arange(days)[None] + 11 * np.arange(SERIES)[:, None]) % 70 < 7, 0.2, 0.0)


def planted(days=DAYS, seed=0):
    units = np.random.default_rng(seed).poisson(planted_mean()).astype(float)[:, :days]
    groups = ["phones" if row % 2 == 0 else "cases" for row in range(SERIES)]
    panel = Panel.of_units([f"p{row}" for row in range(SERIES)], START, units, groups=groups)
    return replace(panel, discount=planted_discount()[:, :days])


def newest(panel, days):
    return panel.between(panel.length - days, panel.length)


def ahead_of(past, horizon):
    """The planned promotions of the days after a past of products p0, p1, ..."""
    first = (past.end - START).days + 1
    rows = [int(key[1:]) % SERIES for key in past.keys]
    discount = planted_discount(first + horizon)[rows, first:]
    return Ahead(past.end + timedelta(days=1), np.ones((len(past), horizon)), discount)


def lone(units, group="phones", alike=np.nan):
    """A past of one product that the training did not know."""
    units = np.asarray(units, dtype=float)[None]
    start = START + timedelta(days=DAYS - units.shape[1])
    return replace(Panel.of_units(["p960"], start, units, groups=[group]), alike=np.array([alike]))


class ForecasterContract:
    """`options` make it small enough for a test."""

    model: ClassVar[str]
    options: ClassVar[dict[str, Any]] = {}
    error: ClassVar[float] = 0.12  # share of four weeks' sales that it may be off
    tolerance: ClassVar[float] = 1e-4  # by which a batch may differ from one by one

    @classmethod
    def make(cls) -> Forecaster:
        return model_class(cls.model)(**cls.options)

    @pytest.fixture(scope="class")
    @classmethod
    def panel(cls) -> Panel:
        return planted()

    @pytest.fixture(scope="class")
    @classmethod
    def factors(cls, panel) -> Factors:
        return Factors.learnt(panel)

    @pytest.fixture(scope="class")
    @classmethod
    def fitted(cls, panel, factors) -> Forecaster:
        model = cls.make()
        model.fit(panel, factors)
        return model

    @staticmethod
    def sound(forecast, series, horizon):
        assert forecast.shape == (series, horizon)
        assert np.isfinite(forecast).all()
        assert (forecast >= 0).all()
        return forecast

    def test_it_has_the_name_it_is_known_by_and_says_where_it_comes_from(self):
        assert model_class(self.model).name == self.model
        assert model_class(self.model).paper

    def test_it_finds_what_is_planted(self, fitted, panel):
        rows = range(0, SERIES, 3)
        past = newest(panel.of(rows), HISTORY_DAYS)
        truth = planted_mean()[rows, DAYS : DAYS + 28]
        forecast = self.sound(fitted.predict(past, ahead_of(past, 28)), len(rows), 28)
        assert np.abs(forecast.sum(axis=1) / truth.sum(axis=1) - 1).mean() < self.error

    @pytest.mark.parametrize("horizon", [1, 8, 60, 61, MAX_HORIZON_DAYS])
    def test_it_looks_ahead_as_far_as_is_asked(self, fitted, panel, horizon):
        past = newest(panel.of([0, 1, 2]), HISTORY_DAYS)
        self.sound(fitted.predict(past, ahead_of(past, horizon)), 3, horizon)

    def test_a_longer_forecast_begins_with_the_shorter_one(self, fitted, panel):
        past = newest(panel.of([0, 1, 2]), HISTORY_DAYS)
        long, short = (fitted.predict(past, ahead_of(past, horizon)) for horizon in (90, 20))
        assert long[:, :20] == pytest.approx(short, rel=self.tolerance, abs=1e-4)

    @pytest.mark.parametrize("days", [0, 1, 10, 120])
    def test_few_days_and_none_are_enough(self, fitted, panel, days):
        past = newest(panel.of([8, 9, 12, 13]), days)
        forecast = self.sound(fitted.predict(past, ahead_of(past, 28)), 4, 28)
        assert 20 < forecast[::2].mean() < 80
        assert 2 < forecast[1::2].mean() < 15

    def test_a_product_without_a_day_sells_as_what_is_alike(self, fitted):
        past = lone(np.full(30, np.nan), alike=100.0)
        assert 70 < self.sound(fitted.predict(past, ahead_of(past, 28)), 1, 28).mean() < 140

    def test_a_product_without_a_day_sells_as_its_category_does(self, fitted):
        for group, low, high in (("phones", 25, 70), ("cases", 3, 12)):
            past = lone(np.full(120, np.nan), group)
            assert low < self.sound(fitted.predict(past, ahead_of(past, 28)), 1, 28).mean() < high

    def test_an_unknown_category_gets_an_answer(self, fitted):
        for units in ([], np.full(120, np.nan), np.full(120, 10.0)):
            past = lone(units, "hats")
            self.sound(fitted.predict(past, ahead_of(past, 14)), 1, 14)

    def test_what_never_sells_is_not_expected_to(self, fitted):
        past = lone(np.zeros(120))
        assert self.sound(fitted.predict(past, ahead_of(past, 45)), 1, 45).mean() < 0.4  # a hundredth of its category

    def test_what_always_sells_alike_goes_on_about_so(self, fitted):
        past = lone(np.full(120, 20.0))
        assert 12 < self.sound(fitted.predict(past, ahead_of(past, 45)), 1, 45).mean() < 32

    def test_a_spike_of_a_thousand_times_leaves_a_finite_answer(self, fitted):
        units = np.full(120, 5.0)
        units[60] = 5000.0
        past = lone(units)
        assert self.sound(fitted.predict(past, ahead_of(past, 45)), 1, 45).max() < 15_001

    def test_gaps_are_not_zeros(self, fitted, panel):
        past = newest(panel.of([0]), HISTORY_DAYS)
        holed = replace(past, units=np.where(np.arange(HISTORY_DAYS) % 3 == 0, np.nan, past.units))
        whole, rest = (fitted.predict(p, ahead_of(p, 28)).sum() for p in (past, holed))
        assert rest == pytest.approx(whole, rel=0.25)

    def test_many_products_are_forecast_as_each_alone(self, fitted, panel):
        past = newest(panel.of([0, 1, 2]), HISTORY_DAYS)
        ahead = ahead_of(past, 20)
        together = fitted.predict(past, ahead)
        for row in range(3):
            alone = fitted.predict(past.of([row]), ahead.of(np.array([row])))
            assert together[row] == pytest.approx(alone[0], rel=self.tolerance, abs=1e-4)

    def test_no_product_has_no_forecast(self, fitted, panel):
        past = newest(panel.of([]), HISTORY_DAYS)
        assert fitted.predict(past, Ahead(DAYS_END, np.ones((0, 9)), np.zeros((0, 9)))).shape == (0, 9)

    def test_the_same_data_make_the_same_model(self, fitted, panel, factors):
        again = self.make()
        again.fit(panel, factors)
        past = newest(panel.of([3, 4, 5]), 100)
        assert np.array_equal(again.predict(past, ahead_of(past, 30)), fitted.predict(past, ahead_of(past, 30)))

    def test_what_is_written_down_and_read_again_forecasts_the_same(self, fitted, panel, factors):
        weights = {name: np.array(values) for name, values in fitted.weights().items()}
        assert all(values.dtype.kind in "biuf" for values in weights.values())
        again = self.make()
        again.restore(weights, factors)
        past = newest(panel.of([3, 4, 5]), 60)
        assert np.array_equal(again.predict(past, ahead_of(past, 45)), fitted.predict(past, ahead_of(past, 45)))

    def test_other_weights_are_refused(self, factors):
        with pytest.raises(ValueError, match=r"weights|levels"):
            self.make().restore({"levels.groups": np.zeros(3)}, factors)

    def test_a_shop_of_a_few_days_can_be_learnt_from(self, panel):
        young = newest(panel, 5)
        model = self.make()
        model.fit(young, Factors.plain())
        self.sound(model.predict(young, ahead_of(young, 10)), SERIES, 10)

    def test_an_empty_shop_can_be_learnt_from(self, panel):
        empty = replace(newest(panel, 60), units=np.full((SERIES, 60), np.nan))
        model = self.make()
        model.fit(empty, Factors.plain())
        past = lone(np.full(30, 4.0))
        assert self.sound(model.predict(past, ahead_of(past, 10)), 1, 10).mean() == pytest.approx(4, rel=0.3)


class GlobalContract(ForecasterContract):
    """Holds for all that learn what the factors miss."""

    def test_days_before_the_history_count_for_nothing(self, fitted, panel):
        past = newest(panel.of([0, 1]), 160)
        changed = replace(past, units=np.where(np.arange(160) < 40, 500.0, past.units))
        recent = newest(past, HISTORY_DAYS)
        ahead = ahead_of(past, 10)
        assert np.array_equal(fitted.predict(changed, ahead), fitted.predict(recent, ahead))


DAYS_END = START + timedelta(days=DAYS)
