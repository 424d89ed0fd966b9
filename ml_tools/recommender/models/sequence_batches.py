"""Histories as batches of tensors: cut into windows, sorted by length, padded on the right.

Padding stands on the right, after what counts. Encoders look backwards only, so nothing ever sees it, and a history
gives the same in a batch of one as in a batch of many.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ml_tools.recommender.interactions import Interactions, Ints

SORTED_TOGETHER = 64  # batches; within so many, windows of like length go together, which saves padding


@dataclass(frozen=True)
class Batch:
    """`inputs` [rows, longest] padded with 0; `targets` [n] follow the n inputs at which `counts` is true."""

    inputs: Tensor
    counts: Tensor
    targets: Tensor


def padded(histories: Sequence[Ints]) -> tuple[Tensor, Tensor]:
    """Histories [rows, longest] padded with 0, and their lengths [rows]; none may be empty."""
    lengths = np.array([len(history) for history in histories])
    filled = np.zeros((len(histories), int(lengths.max())), dtype=np.int64)
    filled[np.arange(filled.shape[1]) < lengths[:, None]] = np.concatenate(list(histories))
    return torch.from_numpy(filled), torch.from_numpy(lengths)


def windows(starts: NDArray[np.int64], window: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """[windows, 2]: first and past-the-last product of each window, of up to window + 1 products.

    Neighbouring windows share one product, so every product but a customer's first is a target once. Where a long
    history is cut is drawn anew each time.
    """
    firsts, ends = starts[:-1], starts[1:]
    fits = ends - firsts <= window + 1
    whole = np.stack([firsts, ends], axis=1)[fits & (ends - firsts >= 2)]
    cut = [_cut(first, end, window, rng) for first, end in zip(firsts[~fits], ends[~fits], strict=True)]
    return np.concatenate([whole, *cut])


def _cut(first: int, end: int, window: int, rng: np.random.Generator) -> NDArray[np.int64]:
    borders = np.arange(first + rng.integers(1, window + 1), end - 1, window)
    return np.stack([np.r_[first, borders], np.r_[borders, end - 1] + 1], axis=1)


def batches(data: Interactions, window: int, size: int, rng: np.random.Generator) -> Iterator[Batch]:
    """All windows once, in random order, in batches of at most `size` inputs with padding (at least one window)."""
    slices = windows(data.starts, window, rng)
    groups = _groups(rng.permutation(slices), size)
    for at in rng.permutation(len(groups)):
        yield _batch(data.products, groups[at])


def _groups(slices: NDArray[np.int64], size: int) -> list[NDArray[np.int64]]:
    groups = []
    lengths = slices[:, 1] - slices[:, 0] - 1
    together = max(1, SORTED_TOGETHER * size // max(1, int(lengths.mean()) if len(lengths) else 1))
    for start in range(0, len(slices), together):
        chunk = slices[start : start + together]
        chunk = chunk[np.argsort(chunk[:, 0] - chunk[:, 1], kind="stable")]  # the longest first
        while len(chunk):
            rows = max(1, size // int(chunk[0, 1] - chunk[0, 0] - 1))
            groups.append(chunk[:rows])
            chunk = chunk[rows:]
    return groups


def _batch(products: Ints, slices: NDArray[np.int64]) -> Batch:
    inputs, lengths = padded([products[first : end - 1] for first, end in slices])
    targets = np.concatenate([products[first + 1 : end] for first, end in slices])
    counts = torch.arange(inputs.shape[1]) < lengths[:, None]
    return Batch(inputs, counts, torch.from_numpy(targets.astype(np.int64)))
