"""DBN: a deep belief network, restricted Boltzmann machines taught one on the other, then fine-tuned to the days ahead.

Each machine learns without any answer to reproduce what the one below makes of the days before, by contrastive
divergence (CD-1); then the stack becomes an ordinary network and is trained by back-propagation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn

from ml_tools.forecasting.models.base import HISTORY_DAYS, Progress
from ml_tools.forecasting.models.decoder import bounded
from ml_tools.forecasting.models.features import STATIC_NUMBERS, Inputs
from ml_tools.forecasting.models.network import Network, NetworkForecaster, Recipe
from ml_tools.forecasting.models.windows import LEADS, Windows

# Of the past channels: deviations in standard deviations, which days are known, time of the year, price, discount.
DAILY = (1, 3)
WEEKLY = (4, 5, 6, 7)
VISIBLE = len(DAILY) * HISTORY_DAYS + len(WEEKLY) * (HISTORY_DAYS // 7 + 1) + STATIC_NUMBERS
STILL = 1e-3  # numbers that vary less than this, in standard deviations, tell nothing


@dataclass(frozen=True)
class PreTraining:
    """How the machines are taught: Hinton, A Practical Guide to Training Restricted Boltzmann Machines, 2012."""

    epochs: int = 4
    batch: int = 100
    rate: float = 5e-3
    momentum: float = 0.5
    weight_decay: float = 2e-4


class BoltzmannMachine(nn.Module):
    """Bernoulli hidden units over Bernoulli visible ones, or over Gaussian ones of variance 1 (`gaussian`)."""

    def __init__(self, visible: int, hidden: int, *, gaussian: bool) -> None:
        super().__init__()
        self.gaussian = gaussian
        self.weight = nn.Parameter(torch.randn(visible, hidden) * 0.01)
        self.visible_bias, self.hidden_bias = nn.Parameter(torch.zeros(visible)), nn.Parameter(torch.zeros(hidden))

    def forward(self, visible: Tensor) -> Tensor:
        """Chances of the hidden units [n, hidden] to be on."""
        return torch.sigmoid(visible @ self.weight + self.hidden_bias)

    def back(self, hidden: Tensor) -> Tensor:
        """Means of the visible units [n, visible]."""
        mean = hidden @ self.weight.T + self.visible_bias
        return mean if self.gaussian else torch.sigmoid(mean)

    @torch.no_grad()
    def reconstruction_error(self, visible: Tensor) -> float:
        """Mean square of what is lost on the way up and down."""
        return float((visible - self.back(self(visible))).square().mean())

    @torch.no_grad()
    def teach(self, visible: Tensor, how: PreTraining) -> list[float]:
        """Contrastive divergence with one step (Hinton, 2002); returns the reconstruction error before and after each
        epoch."""
        speed = [torch.zeros_like(value) for value in self.parameters()]
        errors = [self.reconstruction_error(visible)]
        for _ in range(how.epochs):
            for rows in torch.randperm(len(visible), device="cpu").to(visible.device).split(how.batch):
                for value, moving, gradient in zip(
                    self.parameters(), speed, self._divergence(visible[rows]), strict=True
                ):
                    decay = how.weight_decay if value.dim() > 1 else 0.0
                    moving.mul_(how.momentum).add_(gradient - decay * value, alpha=how.rate)
                    value.add_(moving)
            errors.append(self.reconstruction_error(visible))
        return errors

    def _divergence(self, visible: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """By how much the data speak for the weight and either bias more than what the machine makes of them."""
        on = self(visible)
        made = self.back(torch.bernoulli(on))
        again = self(made)
        count = len(visible)
        return (
            (visible.T @ on - made.T @ again) / count,
            (visible - made).mean(dim=0),
            (on - again).mean(dim=0),
        )


class BeliefNetwork(Network):
    """The stack, and a linear layer that starts at zero; `shift`, `scale` [VISIBLE] standardise what it reads."""

    shift: Tensor
    scale: Tensor

    def __init__(self, hidden: Sequence[int]) -> None:
        super().__init__()
        self.register_buffer("shift", torch.zeros(VISIBLE))
        self.register_buffer("scale", torch.ones(VISIBLE))
        sizes = [VISIBLE, *hidden]
        self.machines = nn.ModuleList(
            BoltzmannMachine(below, above, gaussian=place == 0) for place, (below, above) in enumerate(pairwise(sizes))
        )
        self.out = nn.Linear(sizes[-1], LEADS)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, inputs: Inputs) -> Tensor:
        hidden = self.visible(inputs)
        for machine in self.machines:
            hidden = machine(hidden)
        return bounded(self.out(hidden)[:, : inputs.expected.shape[1]])

    def visible(self, inputs: Inputs) -> Tensor:
        return (visible_units(inputs) - self.shift) * self.scale

    def pre_train(self, inputs: Inputs, how: PreTraining) -> list[list[float]]:
        """Teach the machines, lowest first; returns each one's reconstruction errors."""
        raw = visible_units(inputs)
        spread = raw.std(dim=0)
        self.shift.copy_(raw.mean(dim=0))
        self.scale.copy_(torch.where(spread > STILL, 1 / spread.clamp(min=STILL), 0.0))
        hidden, errors = self.visible(inputs), []
        for machine in self.machines:
            assert isinstance(machine, BoltzmannMachine)
            errors.append(machine.teach(hidden, how))
            with torch.no_grad():
                hidden = machine(hidden)
        return errors


def visible_units(inputs: Inputs) -> Tensor:
    """[n, VISIBLE]: each day's deviation and whether it is known, the calendar and offers once a week, the product."""
    daily = inputs.past[:, DAILY].flatten(1)
    weekly = inputs.past.flip(2)[:, WEEKLY, ::7].flatten(1)
    return torch.cat([daily, weekly, inputs.static], dim=1)


class DBN(NetworkForecaster):
    """Global over all products; what is known of the days ahead reaches it through the factors' pattern alone."""

    name = "DBN"
    paper = "Hinton, Osindero & Teh, Neural Computation 2006; for series Kuremoto et al., Neurocomputing 2014"

    def __init__(
        self,
        hidden: Sequence[int] = (128, 64),
        pre_training: PreTraining = PreTraining(),
        recipe: Recipe = Recipe(epochs=20),
    ) -> None:
        super().__init__()
        self._hidden, self._pre_training, self.recipe = tuple(hidden), pre_training, recipe

    def network(self, groups: int) -> Network:
        return BeliefNetwork(self._hidden)

    def _prepare(self, teaching: Windows, progress: Progress) -> None:
        assert isinstance(self._network, BeliefNetwork)
        for place, errors in enumerate(self._network.pre_train(self._inputs(teaching), self._pre_training)):
            progress(f"DBN: machine {place + 1} reconstructs with an error of {errors[-1]:.4f}, {errors[0]:.4f} before")
