"""Every forecaster by its name; a model's module is imported when it is asked for.

So nobody waits for torch or LightGBM who needs neither.
"""

from collections.abc import Iterable
from importlib import import_module

from ml_tools.forecasting.models.base import Forecaster

PLACES = {
    "seasonal naive": "statistical:SeasonalNaiveForecaster",
    "AutoETS": "statistical:AutoETSForecaster",
    "AutoARIMA": "statistical:AutoARIMAForecaster",
    "Theta": "statistical:ThetaForecaster",
    "factors": "factor_model:FactorModel",
    "CNN": "cnn:CNN",
    "DBN": "dbn:DBN",
    "LSTM": "lstm:LSTM",
    "ARIMA+LSTM": "arima_lstm:ARIMALSTM",
    "LightGBM": "lightgbm:LightGBM",
}
NAMES = tuple(PLACES)
LOCAL = ("seasonal naive", "AutoETS", "AutoARIMA", "Theta")  # fitted to each series when it is forecast


def model_class(name: str) -> type[Forecaster]:
    """The class of a model; ValueError for a name that there is none of."""
    if name not in PLACES:
        raise ValueError(f"There is no model {name!r}; there are {', '.join(NAMES)}.")
    module, _, model = PLACES[name].partition(":")
    found: type[Forecaster] = getattr(import_module(f"ml_tools.forecasting.models.{module}"), model)
    return found


def models(names: Iterable[str]) -> dict[str, Forecaster]:
    """A fresh, unfitted model for each name, in that order."""
    return {name: model_class(name)() for name in names}
