"""CNN: dilated causal convolutions over the days before, and a small network that answers each day ahead."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from ml_tools.forecasting.models.decoder import Decoder
from ml_tools.forecasting.models.features import PAST_CHANNELS, Inputs
from ml_tools.forecasting.models.network import Network, NetworkForecaster, Recipe

LAYERS = 7  # dilations of 1 to 64 days, which together look back over 128


class DilatedBlock(nn.Module):
    """A causal convolution over two places, gated, added to the newer one (van den Oord et al., 2016).

    Only every other place is computed, which are all that the newest place of the last layer looks at: the same answer
    as of dilations that double, for a sixth of the work.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.convolution = nn.Linear(2 * width, 2 * width)

    def forward(self, days: Tensor) -> Tensor:
        """[n, places, width] -> [n, places / 2, width]."""
        count, places, width = days.shape
        pairs = days.reshape(count, places // 2, 2 * width)
        value, gate = self.convolution(pairs).chunk(2, dim=2)
        return pairs[:, :, width:] + torch.tanh(value) * torch.sigmoid(gate)


class ConvolutionalNetwork(Network):
    """What the newest place of the convolutions has read, which is all days before, answered for each day ahead."""

    def __init__(self, groups: int, width: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.enter = nn.Linear(PAST_CHANNELS, width)
        self.blocks = nn.Sequential(*[DilatedBlock(width) for _ in range(LAYERS)])
        self.decoder = Decoder(width, hidden, groups, dropout)

    def forward(self, inputs: Inputs) -> Tensor:
        earlier = 2**LAYERS - inputs.past.shape[2]
        days = functional.pad(inputs.past, (earlier, 0)).transpose(1, 2)
        answer: Tensor = self.decoder(self.blocks(self.enter(days))[:, 0], inputs)
        return answer


class CNN(NetworkForecaster):
    """Global over all products; reads the days before causally and answers all days ahead at once."""

    name = "CNN"
    paper = "Borovykh, Bohte & Oosterlee, 2017; global and direct as in Chen et al., DeepTCN, Neurocomputing 2020"

    def __init__(self, width: int = 24, hidden: int = 32, dropout: float = 0.1, recipe: Recipe = Recipe()) -> None:
        super().__init__()
        self._width, self._hidden, self._dropout, self.recipe = width, hidden, dropout, recipe

    def network(self, groups: int) -> Network:
        return ConvolutionalNetwork(groups, self._width, self._hidden, self._dropout)
