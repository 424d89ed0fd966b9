"""Every forecaster under the one contract."""

import pytest
import torch

from ml_tools.forecasting.models.dbn import PreTraining
from ml_tools.forecasting.models.network import Recipe
from tests.unit.ml_tools.forecasting.models.contract import ForecasterContract, GlobalContract

QUICK = Recipe(epochs=2, batch=256)


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Tiny networks only wait for each other on several."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


class TestSeasonalNaive(ForecasterContract):
    model, error = "seasonal naive", 0.25


class TestAutoETS(ForecasterContract):
    model = "AutoETS"


class TestTheta(ForecasterContract):
    model = "Theta"


class TestAutoARIMA(ForecasterContract):
    model = "AutoARIMA"


class TestFactors(ForecasterContract):
    model = "factors"


class TestCNN(GlobalContract):
    model, options = "CNN", {"width": 8, "hidden": 8, "recipe": QUICK}


class TestDBN(GlobalContract):
    model, options = "DBN", {"hidden": (16, 8), "pre_training": PreTraining(epochs=1), "recipe": QUICK}


class TestLSTM(GlobalContract):
    model, options = "LSTM", {"width": 8, "hidden": 8, "recipe": QUICK}


class TestARIMALSTM(GlobalContract):
    model, options = "ARIMA+LSTM", {"width": 8, "hidden": 8, "recipe": QUICK}


class TestLightGBM(GlobalContract):
    model, options = "LightGBM", {"rounds": 20, "rows": 10_000}
