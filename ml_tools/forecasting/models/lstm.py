"""LSTM: a recurrent encoder of the days before, and a small network that answers each day ahead."""

from torch import Tensor, nn

from ml_tools.forecasting.models.decoder import Decoder
from ml_tools.forecasting.models.features import PAST_CHANNELS, Inputs
from ml_tools.forecasting.models.network import Network, NetworkForecaster, Recipe


class RecurrentNetwork(Network):
    """The state after the newest day, answered for each day ahead at once (direct, not day by day)."""

    def __init__(self, groups: int, width: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.encoder = nn.LSTM(PAST_CHANNELS, width, batch_first=True)
        self.decoder = Decoder(width, hidden, groups, dropout)

    def forward(self, inputs: Inputs) -> Tensor:
        _, (state, _) = self.encoder(inputs.past.transpose(1, 2))
        answer: Tensor = self.decoder(state[-1], inputs)
        return answer


class LSTM(NetworkForecaster):
    """Global over all products."""

    name = "LSTM"
    paper = "Hochreiter & Schmidhuber, 1997; global and direct as in Wen et al., MQ-RNN, NeurIPS workshop 2017"

    def __init__(self, width: int = 24, hidden: int = 32, dropout: float = 0.1, recipe: Recipe = Recipe()) -> None:
        super().__init__()
        self._width, self._hidden, self._dropout, self.recipe = width, hidden, dropout, recipe

    def network(self, groups: int) -> Network:
        return RecurrentNetwork(groups, self._width, self._hidden, self._dropout)
