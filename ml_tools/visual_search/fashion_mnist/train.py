"""The training: SGD with momentum, a cosine of learning rates, averaged weights, resumable at every epoch.

On a CPU each batch is divided among workers, one torch thread each, that share the weights. They wait for one another
once a step and not once a layer, which is faster, and much faster on a machine where others compute too.
"""

import copy
import math
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from ml_tools.device import best_device
from ml_tools.training import Checkpoints, average_into
from ml_tools.visual_search.fashion_mnist.augmentation import views
from ml_tools.visual_search.fashion_mnist.data import Pictures
from ml_tools.visual_search.fashion_mnist.network import Classifier, FashionNetwork, mixed_precision
from ml_tools.visual_search.fashion_mnist.selection import Memory, every, worth_seeing

SEED = 7
EPOCHS = 25
BATCH = 128
RATE, WARM_UP = 0.1, 0.1
MOMENTUM, WEIGHT_DECAY = 0.9, 5e-4
SMOOTHING = 0.1  # of labels: what is called a shirt and what a T-shirt is not always agreed on
AVERAGE = 0.998
ALL_SEEN = 0.125  # the last share of the training, in which nothing is left out


class Training:
    """A network that is being trained on pictures, its average, and all that a step needs."""

    def __init__(self, pictures: Pictures, *, epochs: int, workers: int = 1) -> None:
        torch.manual_seed(SEED)
        self.device = torch.device(best_device())
        self.pixels, self.labels = torch.from_numpy(pictures.pixels), torch.from_numpy(pictures.labels)
        self.epochs = epochs
        self.network, self.averaged = FashionNetwork().to(self.device), FashionNetwork().to(self.device).eval()
        self.averaged.load_state_dict(self.network.state_dict())
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.replicas = [self.network, *(_replica(self.network) for _ in range(1, workers))]
        self.pool = ThreadPoolExecutor(workers)
        self.memory = Memory(len(pictures))
        self.optimizer = _optimizer(self.network)
        self.steps = 0

    def epoch(self, number: int) -> None:
        """One pass, epochs being counted from 0; what is random in it depends on the number alone."""
        generator = torch.Generator().manual_seed(SEED * 1000 + number)
        rows, weights = self._chosen(number, generator)
        batches = list(zip(rows.split(BATCH), weights.split(BATCH), strict=True))
        for replica in self.replicas:
            replica.train()
        started = told = time.monotonic()
        for at, (some, counted) in enumerate(batches):
            self.set_rate((number + at / len(batches)) / self.epochs)
            self.step(some, counted, generator)
            if time.monotonic() - told > 20:
                told = time.monotonic()
                speed = BATCH * (at + 1) / (told - started)
                print(f"epoch {number + 1}/{self.epochs} {at / len(batches):4.0%} {speed:.0f} pictures/s", flush=True)  # noqa: T201 (the progress of a long command)
        self.memory.seconds += time.monotonic() - started

    def _chosen(self, number: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        if number >= (1 - ALL_SEEN) * self.epochs:
            return every(len(self.labels), generator)
        return worth_seeing(self.memory.losses, generator)

    def set_rate(self, done: float) -> None:
        """`done`: share of the whole training, 0..1."""
        factor = min(1.0, done / WARM_UP) * (0.5 + 0.5 * math.cos(math.pi * done))
        for group in self.optimizer.param_groups:
            group["lr"] = RATE * factor

    def step(self, rows: Tensor, weights: Tensor, generator: torch.Generator) -> Tensor:
        """One step on the pictures at `rows` [n], each counted by its weight [n]; returns their losses [n]."""
        seen = views(self.pixels[rows].to(self.device), generator).contiguous(memory_format=torch.channels_last)
        targets, shares = self.labels[rows].to(self.device), (weights / weights.sum()).to(self.device)
        self.optimizer.zero_grad(set_to_none=True)
        parts = [tensor.chunk(len(self.replicas)) for tensor in (seen, targets, shares)]
        losses = torch.cat(list(self.pool.map(self._backward, self.replicas, *parts)))
        self.optimizer.step()
        self.steps += 1
        average_into(self.averaged, self.network, min(AVERAGE, (1 + self.steps) / (10 + self.steps)))
        self.memory.losses[rows] = losses.cpu()
        return losses

    def _backward(self, network: FashionNetwork, seen: Tensor, targets: Tensor, shares: Tensor) -> Tensor:
        """Adds the gradient of one worker's pictures to what the weights have; returns the losses [n]."""
        with mixed_precision(self.device):
            logits = network(seen)
        losses = functional.cross_entropy(logits.float(), targets, reduction="none", label_smoothing=SMOOTHING)
        (losses * shares).sum().backward()
        return losses.detach()


def _replica(network: FashionNetwork) -> FashionNetwork:
    """The same weights in a network of its own, whose batch statistics are its own and are not kept."""
    return copy.deepcopy(network, memo={id(weights): weights for weights in network.parameters()})


def _optimizer(network: nn.Module) -> torch.optim.SGD:
    """Weight decay is for convolutions and the head's matrix, not for biases and the scales of normalisations."""
    decayed = [weights for weights in network.parameters() if weights.dim() > 1]
    others = [weights for weights in network.parameters() if weights.dim() <= 1]
    groups: list[dict[str, Any]] = [{"params": decayed, "weight_decay": WEIGHT_DECAY}, {"params": others}]
    return torch.optim.SGD(groups, lr=RATE, momentum=MOMENTUM, nesterov=True)


def train(
    pictures: Pictures, held_out: Pictures, checkpoints: Checkpoints, *, epochs: int = EPOCHS, workers: int = 1
) -> Training:
    """Trains to the end; goes on from the newest checkpoint when there is one."""
    training = Training(pictures, epochs=epochs, workers=workers)
    parts = {"network": training.network, "averaged": training.averaged, "memory": training.memory}
    first = checkpoints.restore(parts, training.optimizer)
    training.steps = first * len(pictures) // BATCH  # only tells a beginning from later
    for number in range(first, epochs):
        training.epoch(number)
        checkpoints.keep(parts, training.optimizer, number + 1)
        right, loss = accuracy(training.averaged, held_out, workers=workers), training.memory.losses.mean()
        minutes = training.memory.seconds / 60
        print(f"epoch {number + 1}/{epochs} {minutes:.1f} min  loss {loss:.3f} validation {right:.4f}", flush=True)  # noqa: T201 (the progress of a long command)
    return training


def accuracy(network: FashionNetwork, pictures: Pictures, *, batch: int = 250, workers: int = 1) -> float:
    """The share of pictures that get their label, each averaged with its mirror image."""
    device = next(network.parameters()).device
    classifier = Classifier(network).eval()

    def chosen(at: int) -> np.ndarray:
        with torch.no_grad(), mixed_precision(device):
            pixels = torch.from_numpy(pictures.pixels[at : at + batch]).to(device)
            return classifier(pixels).argmax(dim=1).cpu().numpy()

    with ThreadPoolExecutor(workers) as pool:
        found = list(pool.map(chosen, range(0, len(pictures), batch)))
    return float(np.mean(np.concatenate(found) == pictures.labels))
