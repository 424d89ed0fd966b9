"""Batches of what customers chose, each beside products drawn at random that they did not choose."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ml_tools.recommender.interactions import Interactions


@dataclass(frozen=True)
class Batch:
    """`products` [n, 1 + negatives] hold the chosen one first; `weights` are 0 where a drawn one was chosen as well."""

    customers: Tensor  # [n]
    products: Tensor  # [n, 1 + negatives]
    weights: Tensor  # [n, 1 + negatives]


class Pairs:
    """The events of a training; one counts strength * (floor + (1 - floor) decay^age), age in events since."""

    def __init__(self, data: Interactions, *, negatives: int, decay: float, floor: float, seed: int) -> None:
        self._product_count, self._negatives = data.product_count, negatives
        lengths = np.diff(data.starts)
        self._customers = np.repeat(np.arange(data.customer_count), lengths)
        self._products = data.products.astype(np.int64)
        ages = np.repeat(data.starts[1:], lengths) - 1 - np.arange(len(data))
        weights = data.strengths * (floor + (1 - floor) * np.power(decay, ages))
        self._weights = (weights / weights.mean()).astype(np.float32)
        self._chosen = np.unique(self._keys(self._customers, self._products))
        self._random = np.random.default_rng(seed)

    def __len__(self) -> int:
        return len(self._products)

    def batches(self, size: int, most: int | None = None) -> Iterator[Batch]:
        """All events once, or `most` of them, in random order."""
        order = self._random.permutation(len(self))[:most]
        for first in range(0, len(order), size):
            yield self._batch(order[first : first + size])

    def _batch(self, events: np.ndarray) -> Batch:
        customers = self._customers[events]
        drawn = self._random.integers(self._product_count, size=(len(events), self._negatives))
        weights = np.repeat(self._weights[events, None], 1 + self._negatives, axis=1)
        weights[:, 1:][self._were_chosen(customers[:, None], drawn)] = 0
        products = np.concatenate([self._products[events, None], drawn], axis=1)
        return Batch(torch.from_numpy(customers), torch.from_numpy(products), torch.from_numpy(weights))

    def _were_chosen(self, customers: np.ndarray, products: np.ndarray) -> np.ndarray:
        keys = self._keys(customers, products)
        places = np.minimum(np.searchsorted(self._chosen, keys), len(self._chosen) - 1)
        found: np.ndarray = self._chosen[places] == keys
        return found

    def _keys(self, customers: np.ndarray, products: np.ndarray) -> np.ndarray:
        return customers * np.int64(self._product_count) + products
