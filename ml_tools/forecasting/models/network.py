"""Training of the networks: the negative-binomial loss, early stopping by later windows, CUDA where there is one."""

import copy
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ml_tools.device import best_device
from ml_tools.forecasting.models.base import Progress
from ml_tools.forecasting.models.features import Inputs, inputs_of
from ml_tools.forecasting.models.global_model import Arrays, GlobalForecaster, under
from ml_tools.forecasting.models.windows import Singles, Windows

THREADS = 1  # such small networks wait for each other on several, above all while something else runs
DISPERSION = 0.05  # relative variance of demand beyond chance that the loss assumes


@dataclass(frozen=True)
class Recipe:
    """How a network is trained."""

    epochs: int = 10
    patience: int = 3
    batch: int = 512
    rate: float = 3e-3
    weight_decay: float = 1e-3
    seed: int = 0


class Network(nn.Module, ABC):
    """Inputs -> [n, leads]: multiples of level x pattern."""

    @abstractmethod
    def forward(self, inputs: Inputs) -> Tensor: ...


class NetworkForecaster(GlobalForecaster):
    """A global model that is one torch network."""

    recipe = Recipe()

    @abstractmethod
    def network(self, groups: int) -> Network:
        """A fresh one, which answers what the factors do; `groups`: how many categories there are."""

    def _learn(self, teaching: Windows, held: Windows, progress: Progress) -> None:
        with seeded(self.recipe.seed):
            self._network = self._fresh()
            if self._leads:
                self._prepare(teaching, progress)
                train(self._network, self._inputs(teaching), self._inputs(held), self.recipe, progress, self.name)

    def _prepare(self, teaching: Windows, progress: Progress) -> None:
        """What comes before the training proper; nothing for most."""

    def _inputs(self, windows: Windows) -> Inputs:
        """What the network reads of windows."""
        return inputs_of(windows)

    def _fresh(self) -> Network:
        return self.network(len(self._base.levels.groups) + 1)

    def _multiples(self, windows: Windows) -> Singles:
        device = torch.device(best_device())
        self._network.to(device).eval()
        with torch.inference_mode():
            answer: Singles = self._network(self._inputs(windows).to(device)).float().cpu().numpy()
        return answer

    def _state(self) -> Mapping[str, NDArray[Any]]:
        return {f"network.{name}": value.cpu().numpy() for name, value in self._network.state_dict().items()}

    def _restore(self, state: Arrays) -> None:
        self._network = self._fresh()
        arrays = under(state, "network.")
        self._network.load_state_dict({name: torch.from_numpy(np.array(value)) for name, value in arrays.items()})


def loss_of(multiples: Tensor, inputs: Inputs) -> Tensor:
    """Negative-binomial loss [] over all known days (Hilbe, 2011): its answer is the mean, and it forgives most where
    the level itself is in doubt. Less than zero where the network does better than the
    factors alone."""
    known = torch.isfinite(inputs.truth)
    truth = torch.where(known, inputs.truth, inputs.expected)
    dispersion = (DISPERSION + inputs.doubt)[:, None]
    mean = inputs.expected * multiples.clamp(min=1e-4)

    def likelihood(of: Tensor) -> Tensor:
        return truth * torch.log(of) - (truth + 1 / dispersion) * torch.log1p(dispersion * of)

    gain = torch.where(known, likelihood(mean) - likelihood(inputs.expected), 0.0)
    return -gain.sum() / known.sum().clamp(min=1)


def train(
    network: nn.Module, teaching: Inputs, held: Inputs, recipe: Recipe, progress: Progress, name: str
) -> list[float]:
    """Leave the network as it was after the epoch that foretold the held windows best; returns the losses of those."""
    device = torch.device(best_device())
    network.to(device)
    teaching, held = teaching.to(device), held.to(device)
    optimizer = torch.optim.AdamW(network.parameters(), lr=recipe.rate, weight_decay=recipe.weight_decay)
    steps = -(-len(teaching) // recipe.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, recipe.rate, total_steps=recipe.epochs * steps)
    losses, best = [held_loss(network, held)], copy.deepcopy(network.state_dict())
    for epoch in range(recipe.epochs):
        network.train()
        for rows in torch.randperm(len(teaching)).to(device).split(recipe.batch):
            batch = part(teaching, rows)
            with torch.autocast(device.type, dtype=torch.bfloat16, enabled=device.type == "cuda"):
                multiples = network(batch)
            loss = loss_of(multiples.float(), batch)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
        losses.append(held_loss(network, held))
        progress(f"{name}: epoch {epoch + 1} of {recipe.epochs}, held-out loss {losses[-1]:.5f}")
        if losses[-1] <= min(losses):
            best = copy.deepcopy(network.state_dict())
        elif len(losses) - 1 - int(np.argmin(losses)) >= recipe.patience:
            break
    network.load_state_dict(best)
    network.eval()
    return losses


def held_loss(network: nn.Module, held: Inputs) -> float:
    """The loss over windows that are not learnt from."""
    network.eval()
    with torch.inference_mode():
        parts = [part(held, rows) for rows in torch.arange(len(held), device=held.group.device).split(2048)]
        losses = [float(loss_of(network(piece).float(), piece)) * len(piece) for piece in parts]
    return sum(losses) / max(len(held), 1)


def part(inputs: Inputs, rows: Tensor) -> Inputs:
    """Some of the windows."""
    return Inputs(**{name: tensor[rows] for name, tensor in vars(inputs).items()})


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Torch drawing from a seed, on THREADS threads; as it was before afterwards."""
    before = torch.get_num_threads()
    torch.set_num_threads(min(THREADS, before))
    try:
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            yield
    finally:
        torch.set_num_threads(before)
