"""The ARIMA of many series, the classical models' care for few days, the loss, the convolutions, and the registry."""

import subprocess
import sys
from typing import ClassVar

import numpy as np
import pytest
import torch
from torch.nn import functional

from ml_tools.forecasting.models.arima import fitted
from ml_tools.forecasting.models.cnn import DilatedBlock
from ml_tools.forecasting.models.features import AHEAD_CHANNELS, PAST_CHANNELS, STATIC_NUMBERS, Inputs
from ml_tools.forecasting.models.network import loss_of
from ml_tools.forecasting.models.registry import NAMES, model_class, models
from ml_tools.forecasting.models.statistical import LocalForecaster, ThetaForecaster, few_days
from tests.unit.ml_tools.forecasting.models.contract import ahead_of, lone, newest, planted


class TestARIMA:
    def test_a_level_with_noise_is_forecast_by_its_mean(self):
        noise = 1 + 0.2 * np.random.default_rng(0).normal(size=(50, 120)).astype(np.float32)
        fit = fitted(noise)
        assert np.median(fit.ma) >= 0.9
        assert np.abs(fit.ahead(30)[:, -1] - 1).mean() < 0.06

    def test_a_random_walk_is_forecast_by_its_newest_value(self):
        walk = 1 + np.cumsum(0.1 * np.random.default_rng(1).normal(size=(50, 120)), axis=1).astype(np.float32)
        fit = fitted(walk)
        assert np.median(fit.ma) <= 0.3
        assert np.abs(fit.ahead(1)[:, 0] - walk[:, -1]).mean() < 0.05

    def test_residuals_are_what_the_one_step_forecasts_missed(self):
        values = np.array([[1.0, 2.0, 2.0, 1.5]], dtype=np.float32)
        fit = fitted(values)
        last, step, error = 1.0, 0.0, 0.0
        for value, residual in zip(values[0], fit.residuals[0], strict=True):
            due = last + fit.ar[0] * step - fit.ma[0] * error
            assert residual == pytest.approx(value - due, abs=1e-5)
            step, last, error = value - last, value, value - due

    def test_unknown_days_are_no_surprise(self):
        values = np.full((1, 60), 2.0, dtype=np.float32)
        values[0, 20:40] = np.nan
        fit = fitted(values, start=2.0)
        assert (fit.residuals[0, 20:40] == 0).all()
        assert fit.ahead(10) == pytest.approx(np.full((1, 10), 2.0), abs=1e-3)

    def test_nothing_is_known_of_no_series(self):
        assert fitted(np.zeros((0, 120), np.float32)).ahead(5).shape == (0, 5)


class Stumbling(LocalForecaster):
    name: ClassVar[str] = "stumbling"
    paper: ClassVar[str] = "none"

    def forecast(self, units, horizon):
        raise RuntimeError("no fit")


class TestLocal:
    def test_a_fit_that_fails_leaves_the_weekdays_means(self):
        past = newest(planted().of([0]), 70)
        forecast = Stumbling().predict(past, ahead_of(past, 14))[0]
        assert forecast[:7] == pytest.approx(forecast[7:])
        assert forecast == pytest.approx(few_days(past.units[0], 0.0, 14))

    def test_few_days_are_drawn_towards_their_mean(self):
        forecast = few_days(np.array([2.0, 4.0]), 99.0, 7)
        assert forecast == pytest.approx([3, 3, 3, 3, 3, 2.5, 3.5])

    def test_days_before_the_first_known_one_do_not_count(self):
        naive = model_class("seasonal naive")()
        week = np.arange(1.0, 8.0)
        past = lone(np.concatenate([np.full(50, np.nan), np.tile(week, 3)]))
        assert naive.predict(past, ahead_of(past, 7))[0] == pytest.approx(week)

    def test_many_series_in_processes_are_forecast_as_few(self):
        theta = ThetaForecaster(per_worker=4)
        past = newest(planted().of([0, 1] * 4), 60)
        forecast = theta.predict(past, ahead_of(past, 10))
        few = theta.predict(past.of([0, 1]), ahead_of(past.of([0, 1]), 10))
        assert np.array_equal(forecast, np.tile(few, (4, 1)))


def inputs(expected, truth, sold):
    count, leads = expected.shape
    return Inputs(
        past=torch.zeros(count, PAST_CHANNELS, 120),
        ahead=torch.zeros(count, AHEAD_CHANNELS, leads),
        static=torch.zeros(count, STATIC_NUMBERS),
        group=torch.zeros(count, dtype=torch.int64),
        expected=expected,
        truth=truth,
        doubt=torch.full((count,), 1 / (1 + sold)),
        base=torch.ones(count, leads),
    )


class TestLoss:
    truth = torch.poisson(torch.full((2000, 1), 12.0), generator=torch.Generator().manual_seed(0))

    def at(self, multiple, sold=1000.0):
        known = inputs(torch.full((2000, 1), 10.0), self.truth, sold)
        return float(loss_of(torch.full((2000, 1), multiple), known))

    def test_it_is_least_at_the_mean_and_zero_at_the_factors_forecast(self):
        assert self.at(1.0) == 0
        assert self.at(1.2) < min(self.at(1.1), self.at(1.3), 0)

    def test_it_forgives_where_the_level_is_in_doubt(self):
        assert abs(self.at(2.0, sold=0)) < 0.3 * abs(self.at(2.0))

    def test_unknown_days_do_not_count(self):
        truth = torch.tensor([[12.0, float("nan")]])
        both = loss_of(torch.tensor([[1.1, 7.0]]), inputs(torch.full((1, 2), 10.0), truth, 5.0))
        one = loss_of(torch.tensor([[1.1]]), inputs(torch.full((1, 1), 10.0), truth[:, :1], 5.0))
        assert both == pytest.approx(float(one))


def test_every_other_place_is_what_a_dilated_convolution_computes_there():
    width, days = 3, torch.randn(2, 8, 3)
    blocks = [DilatedBlock(width) for _ in range(3)]
    halved = days
    for block in blocks:
        halved = block(halved)
    whole = days.transpose(1, 2)
    for place, block in enumerate(blocks):
        kernel = block.convolution.weight.view(2 * width, 2, width).transpose(1, 2)
        padded = functional.pad(whole, (2**place, 0))
        read = functional.conv1d(padded, kernel, block.convolution.bias, dilation=2**place)
        value, gate = read.chunk(2, dim=1)
        whole = whole + torch.tanh(value) * torch.sigmoid(gate)
    assert torch.allclose(halved[:, 0], whole[:, :, -1], atol=1e-5)


class TestRegistry:
    def test_it_has_a_fresh_one_of_each(self):
        one, two = models(NAMES), models(NAMES)
        assert tuple(one) == NAMES
        assert all(model.name == name and model is not two[name] for name, model in one.items())

    def test_an_unknown_name_is_refused_with_those_that_there_are(self):
        with pytest.raises(ValueError, match="LightGBM"):
            model_class("oracle")

    def test_a_model_is_imported_only_when_asked_for(self):
        code = "import sys, ml_tools.forecasting.models.registry as r; print('torch' in sys.modules, len(r.NAMES))"
        answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert answer.stdout.split() == ["False", str(len(NAMES))]
