"""DCN V2: explicit crosses of the field vectors, x0 * (U V x + b) + x, beside a perceptron (the parallel form)."""

import torch
from torch import Tensor, nn

from ml_tools.promotions.models.network import HIDDEN, WIDTH, NetworkModel, perceptron

CROSSES = 2
RANK = 16  # of the crosses' matrices


class _Crosses(nn.Module):
    def __init__(self, fields: int) -> None:
        super().__init__()
        width = fields * WIDTH
        self.down = nn.ModuleList(nn.Linear(width, RANK, bias=False) for _ in range(CROSSES))
        self.up = nn.ModuleList(nn.Linear(RANK, width) for _ in range(CROSSES))
        self.deep = perceptron(width, None)
        self.last = nn.Linear(width + HIDDEN[-1], 1)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, fields: Tensor) -> Tensor:
        first = crossed = fields.flatten(1)
        for down, up in zip(self.down, self.up, strict=True):
            crossed = first * up(down(crossed)) + crossed
        found: Tensor = self.last(torch.cat([crossed, self.deep(first)], dim=1))[:, 0]
        return found


class DCNv2(NetworkModel):
    name = "dcn"
    paper = "Wang et al., DCN V2: Improved Deep & Cross Network, WWW 2021"

    def _head(self, fields: int) -> nn.Module:
        return _Crosses(fields)
