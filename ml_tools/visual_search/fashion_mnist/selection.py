"""Which pictures an epoch is spent on, and what a training remembers for that.

Most pictures are soon easy. InfoBatch (Qin et al., 2024) leaves out half of those whose loss is below the mean, anew in
every epoch, and counts the other half of them twice: the gradient is the same on average, and epochs are shorter.
"""

import torch
from torch import Tensor, nn

LEFT_OUT = 0.5  # of the easy pictures


class Memory(nn.Module):
    """Kept beside the weights: each picture's newest loss [n], and the seconds that the training has taken."""

    losses: Tensor
    seconds: Tensor

    def __init__(self, count: int) -> None:
        super().__init__()
        self.register_buffer("losses", torch.zeros(count))
        self.register_buffer("seconds", torch.zeros(()))


def every(count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """All rows in random order, each counted once: rows [n], weights [n]."""
    return torch.randperm(count, generator=generator), torch.ones(count)


def worth_seeing(losses: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """The rows [m] to see in random order, and how much each counts [m], given every picture's loss [n]."""
    easy = losses < losses.mean()
    left_out = easy & (torch.rand(len(losses), generator=generator) < LEFT_OUT)
    kept = (~left_out).nonzero().flatten()
    rows = kept[torch.randperm(len(kept), generator=generator)]
    return rows, torch.where(easy[rows], 1 / (1 - LEFT_OUT), 1.0)
