"""What networks with an encoder share: the part that answers each day ahead from what was read of a product."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from ml_tools.forecasting.models.features import AHEAD_CHANNELS, STATIC_NUMBERS, Inputs

GROUP_WIDTH = 4
MOST_LOG = 1.5  # the factors' forecast is changed by no more than this factor's logarithm


def bounded(logarithms: Tensor) -> Tensor:
    """Multiples of what the factors forecast; 1 for zero."""
    return torch.exp(MOST_LOG * torch.tanh(logarithms / MOST_LOG))


class Decoder(nn.Module):
    """What was read of a product [n, width], and its static numbers and category -> multiples of each day ahead.

    The last layer starts at zero, so that an untrained network answers 1.
    """

    def __init__(self, width: int, hidden: int, groups: int, dropout: float) -> None:
        super().__init__()
        self.group = nn.Embedding(groups, GROUP_WIDTH)
        self.product = nn.Linear(width + STATIC_NUMBERS + GROUP_WIDTH, hidden)
        self.day = nn.Linear(AHEAD_CHANNELS, hidden, bias=False)
        self.middle = nn.Linear(hidden, hidden)
        self.out = nn.Linear(hidden, 1)
        self.dropout = nn.Dropout(dropout)
        nn.init.zeros_(self.group.weight)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, read: Tensor, inputs: Inputs) -> Tensor:
        product = self.product(torch.cat([read, inputs.static, self.group(inputs.group)], dim=1))
        days = functional.gelu(product[:, None] + self.day(inputs.ahead.transpose(1, 2)))
        days = functional.gelu(self.middle(self.dropout(days)))
        return bounded(self.out(days).squeeze(2))
