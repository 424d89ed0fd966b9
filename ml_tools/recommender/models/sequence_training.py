"""Trains an encoder of histories and the vectors of products together, on CPU or CUDA."""

import copy
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from ml_tools.device import best_device
from ml_tools.recommender.interactions import Interactions, Ints, ProductFeatures
from ml_tools.recommender.models.base import Progress
from ml_tools.recommender.models.sequence_batches import Batch, batches
from ml_tools.recommender.models.sequence_loss import Rivals, RivalSource, cross_entropy, popularity_loss
from ml_tools.recommender.models.sequence_products import ProductVectors
from ml_tools.training import Checkpoints

HELD_OUT = 0.1  # share of customers whose last product chooses the epoch
MOST_HELD_OUT = 2000
WARM_UP = 0.05
TOLD_EVERY = 20.0  # seconds


@dataclass(frozen=True)
class Recipe:
    """How a sequence model is built and trained; what fits most shops.

    `temperature`: products and histories are unit vectors, and their cosine over this is the score (Gupta et al.,
    "NISER", 2019), which is kinder to rare products; None for plain dot products. `rivals`: how many products
    targets are held against at a time; None for all. `batch`: products in a batch, with padding.
    """

    width: int = 64
    window: int = 100
    layers: int = 2
    heads: int = 2
    dropout: float = 0.15
    temperature: float | None = 0.1
    content: bool = False
    epochs: int = 5
    patience: int = 3
    batch: int = 2048
    rate: float = 0.005
    weight_decay: float = 0.0
    rivals: int | None = 1024
    power: float = 0.5
    seed: int = 7


class Encoder(nn.Module):
    """Turns product vectors [rows, length, width] into what is wanted next at each place, same shape.

    It looks backwards only, so padding on the right changes nothing.
    """

    def last(self, vectors: Tensor, lengths: Tensor) -> Tensor:
        """[rows, width] after the last of each row's `lengths` places alone."""
        hidden: Tensor = self(vectors)
        return hidden[torch.arange(len(hidden), device=hidden.device), lengths - 1]


class SequenceNetwork(nn.Module):
    """Vectors of products, and an encoder of histories made of them.

    `nobody` is what is wanted by those of whom nothing is known.
    """

    def __init__(self, products: ProductVectors, encoder: Encoder, recipe: Recipe) -> None:
        super().__init__()
        self.products, self.encoder = products, encoder
        self.nobody = nn.Parameter(torch.zeros(recipe.width))
        self._scale = math.sqrt(recipe.width)
        self._temperature = recipe.temperature

    def wanted(self, vectors: Tensor) -> Tensor:
        """[rows, length, width]: its dot product with a product's vector is that product's score."""
        return self.scaled(self.encoder(vectors * self._scale))

    def wanted_last(self, vectors: Tensor, lengths: Tensor) -> Tensor:
        """[rows, width]: the same after the last of each row's `lengths` places alone."""
        return self.scaled(self.encoder.last(vectors * self._scale, lengths))

    def scaled(self, hidden: Tensor) -> Tensor:
        if self._temperature is None:
            return hidden
        return nn.functional.normalize(hidden.float(), dim=-1) / self._temperature


class SequenceTraining:
    """One training; `run` leaves the network as it was after its best epoch."""

    def __init__(self, network: SequenceNetwork, data: Interactions, recipe: Recipe, progress: Progress) -> None:
        self._network, self._recipe, self._progress = network, recipe, progress
        self._features: ProductFeatures = data.features
        self._data, self._held, self._held_targets = held_out(data, recipe.seed)
        popularity = np.bincount(self._data.products, minlength=data.product_count).astype(np.float64)
        self._rivals = RivalSource(popularity, recipe.rivals, recipe.power)
        self._device = torch.device(best_device())
        self._precision = mixed_precision(self._device)
        matrices = [p for p in network.parameters() if p.dim() > 1]
        others = [p for p in network.parameters() if p.dim() <= 1]
        groups = [{"params": matrices, "weight_decay": recipe.weight_decay}, {"params": others, "weight_decay": 0.0}]
        self._optimizer = torch.optim.AdamW(groups, lr=recipe.rate, betas=(0.9, 0.98), fused=True)

    def run(
        self, rank_of: Callable[[SequenceNetwork, list[Ints], Ints], float], checkpoints: Checkpoints | None
    ) -> None:
        """`rank_of` judges a network by the products held out: higher is better."""
        network = self._network
        best, since = copy.deepcopy(network), 0
        first = checkpoints.restore({"network": network, "best": best}, self._optimizer) if checkpoints else 0
        highest = rank_of(best, self._held, self._held_targets) if first else -math.inf
        for epoch in range(first, self._recipe.epochs):
            loss = self._epoch(epoch)
            reached = rank_of(network, self._held, self._held_targets)
            self._progress(f"epoch {epoch + 1}/{self._recipe.epochs}: loss {loss:.3f}, held-out NDCG@20 {reached:.4f}")
            since += 1
            if reached >= highest:
                highest, since = reached, 0
                best.load_state_dict(network.state_dict())
            if checkpoints:
                checkpoints.keep({"network": network, "best": best}, self._optimizer, epoch + 1)
            if since > self._recipe.patience:
                break
        network.load_state_dict(best.state_dict())

    def _epoch(self, epoch: int) -> float:
        self._network.train()
        torch.manual_seed(self._recipe.seed * 1000 + epoch)
        rng = np.random.default_rng([self._recipe.seed, epoch])
        total, seen, told = 0.0, 0, time.monotonic()
        todo = max(1, len(self._data) - self._data.customer_count)
        for batch in batches(self._data, self._recipe.window, self._recipe.batch, rng):
            self._set_rate((epoch + min(1.0, seen / todo)) / self._recipe.epochs)
            total += self._step(batch, rng) * len(batch.targets)
            seen += len(batch.targets)
            if time.monotonic() - told > TOLD_EVERY:
                told = time.monotonic()
                self._progress(f"epoch {epoch + 1}/{self._recipe.epochs} {seen / todo:4.0%}: loss {total / seen:.3f}")
        return total / max(1, seen)

    def _set_rate(self, done: float) -> None:
        """Warm up, then a cosine; `done`: share of the whole training, 0..1."""
        warm = min(1.0, (done + 1e-3) / WARM_UP)
        for group in self._optimizer.param_groups:
            group["lr"] = self._recipe.rate * warm * (0.5 + 0.5 * math.cos(math.pi * done))

    def _step(self, batch: Batch, rng: np.random.Generator) -> float:
        rivals, device = self._rivals.draw(rng), self._device
        products, places = torch.unique(
            torch.cat([batch.inputs.flatten(), batch.targets, rivals.products]), return_inverse=True
        )
        sizes = [batch.inputs.numel(), len(batch.targets), len(rivals.products)]
        inputs, targets, against = places.to(device).split(sizes)
        vectors = self._network.products(products.to(device), self._features)
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=self._precision == torch.bfloat16):
            wanted = self._network.wanted(vectors[inputs].view(*batch.inputs.shape, -1))
        chosen, rival_vectors = vectors[targets], vectors[against]
        drawn = Rivals(against, rivals.log_expected.to(device))
        wanted = wanted[batch.counts.to(device)].float()
        loss = cross_entropy(wanted, targets, chosen, drawn, rival_vectors, self._precision)
        told = loss.detach()
        loss = loss + popularity_loss(self._network.nobody, chosen, drawn, rival_vectors)
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self._network.encoder.parameters(), 5.0)
        self._optimizer.step()
        return float(told)


def mixed_precision(device: torch.device) -> torch.dtype:
    """The type for the large matrix products of a training: bfloat16 where the hardware is fast at it."""
    fast = device.type == "cuda" or torch.cpu.get_capabilities().get("avx512_bf16", False)
    return torch.bfloat16 if fast else torch.float32


def held_out(data: Interactions, seed: int) -> tuple[Interactions, list[Ints], Ints]:
    """Data without the last product of some customers, those customers' histories, and those last products.

    Only from histories of three products on: shorter ones would have nothing left to learn from.
    """
    long_enough = np.flatnonzero(np.diff(data.starts) >= 3)
    count = min(MOST_HELD_OUT, int(len(long_enough) * HELD_OUT))
    chosen = np.sort(np.random.default_rng(seed).choice(long_enough, count, replace=False))
    rest, last = data.without_last_of(chosen)
    return rest, [rest.of(customer) for customer in chosen], last
