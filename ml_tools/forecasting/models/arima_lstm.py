"""ARIMA+LSTM: what an ARIMA of the product's own days forecasts, and what an LSTM has learnt of such ARIMAs' errors."""

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from ml_tools.forecasting.models.arima import fitted
from ml_tools.forecasting.models.features import MOST, Inputs, inputs_of
from ml_tools.forecasting.models.lstm import RecurrentNetwork
from ml_tools.forecasting.models.network import Network, NetworkForecaster, Recipe
from ml_tools.forecasting.models.windows import Windows

LEAST = 0.05  # multiples of level x pattern that are forecast at least
SPIKE = 5.0  # multiples beyond count as this to the ARIMA


class ResidualNetwork(RecurrentNetwork):
    """Reads the ARIMA's residuals and adds what it makes of them to the ARIMA's forecast."""

    def forward(self, inputs: Inputs) -> Tensor:
        return (inputs.base + super().forward(inputs) - 1.0).clamp(min=LEAST)


class ARIMALSTM(NetworkForecaster):
    """The linear part is fitted to each product, the rest is learnt over all products."""

    name = "ARIMA+LSTM"
    paper = "Zhang, Neurocomputing 2003, with the LSTM of Hochreiter & Schmidhuber, 1997, for the residuals"

    def __init__(self, width: int = 24, hidden: int = 32, dropout: float = 0.1, recipe: Recipe = Recipe()) -> None:
        super().__init__()
        self._width, self._hidden, self._dropout, self.recipe = width, hidden, dropout, recipe

    def network(self, groups: int) -> Network:
        return ResidualNetwork(groups, self._width, self._hidden, self._dropout)

    def _inputs(self, windows: Windows) -> Inputs:
        """The usual inputs, with the ARIMA's residuals in the place of deviations, and its forecast as the base."""
        multiples = np.where(windows.known, np.minimum(windows.multiples, np.float32(SPIKE)), np.float32(np.nan))
        arima = fitted(multiples)
        chance = np.sqrt(windows.expected_past)
        inputs = inputs_of(windows)
        past = inputs.past.clone()
        past[:, 0] = torch.from_numpy(np.clip(arima.residuals, -MOST, MOST))
        past[:, 1] = torch.from_numpy(np.clip(arima.residuals * chance, -MOST, MOST))
        past[:, 2] = 0.0
        return replace(inputs, past=past, base=torch.from_numpy(arima.ahead(windows.leads)))
