"""The loss of sequence models: softmax cross-entropy, over all products or over some that all positions share.

With it instead of one negative a position, SASRec gains a third and more (Klenitskiy & Vasilev, "Turning Dross Into
Gold Loss", RecSys 2023; Petrov & Macdonald, "gSASRec", RecSys 2023).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

ROWS = 256  # scored at a time: the scores then stay in the processor's cache, which is twice as fast


@dataclass(frozen=True)
class Rivals:
    """Products [n] that targets are held against, and log(how often a step expects each among them) [n]."""

    products: Tensor
    log_expected: Tensor


class RivalSource:
    """All products that somebody touched, or `count` of them drawn in proportion to their popularity ** `power`."""

    def __init__(self, popularity: NDArray[np.float64], count: int | None, power: float) -> None:
        touched = np.flatnonzero(popularity)
        self._all = Rivals(torch.from_numpy(touched), torch.zeros(len(touched)))
        self._count = count if count is not None and count < len(touched) else None
        self._chances = popularity**power * (popularity > 0)
        self._upto = np.cumsum(self._chances / max(self._chances.sum(), 1.0))

    def draw(self, rng: np.random.Generator) -> Rivals:
        if self._count is None:
            return self._all
        drawn = np.minimum(np.searchsorted(self._upto, rng.random(self._count)), len(self._upto) - 1)
        products, times = np.unique(drawn, return_counts=True)
        expected = self._count * self._chances[products] / self._chances.sum() / times
        return Rivals(torch.from_numpy(products), torch.from_numpy(np.log(expected).astype(np.float32)))


def cross_entropy(
    wanted: Tensor,
    targets: Tensor,
    target_vectors: Tensor,
    rivals: Rivals,
    rival_vectors: Tensor,
    precision: torch.dtype,
) -> Tensor:
    """Mean loss of `wanted` [n, width] at `targets` [n] with their vectors [n, width].

    `precision` is the type of the large matrix products.
    Rivals' scores are corrected for how they were drawn (Bengio & Senécal, 2008), the target's is not: it was not
    drawn. A rival that is the target itself does not count against it.
    """
    at = torch.searchsorted(rivals.products, targets).clamp(max=len(rivals.products) - 1)
    at = torch.where(rivals.products[at] == targets, at, -1)
    loss: Tensor = _SharedSoftmax.apply(wanted, target_vectors, rival_vectors, rivals.log_expected, at, precision)
    return loss


class _SharedSoftmax(torch.autograd.Function):
    """Gradients are made while the scores are at hand, some rows at a time; the scores are never kept."""

    @staticmethod
    def forward(
        ctx: Any,
        wanted: Tensor,
        chosen: Tensor,
        rivals: Tensor,
        log_expected: Tensor,
        at: Tensor,
        precision: torch.dtype,
    ) -> Tensor:
        loss = wanted.new_zeros((), dtype=torch.float32)
        to_wanted, to_chosen = torch.empty_like(wanted), torch.empty_like(chosen)
        to_rivals = torch.zeros_like(rivals, dtype=torch.float32)
        others = rivals.to(precision)
        for start in range(0, len(wanted), ROWS):
            rows = slice(start, start + ROWS)
            want, choice = wanted[rows].float(), chosen[rows].float()
            right = (want * choice).sum(dim=1, keepdim=True)
            scores = (want.to(precision) @ others.T).float().sub_(log_expected)
            hits = torch.nonzero(at[rows] >= 0).squeeze(1)
            scores[hits, at[rows][hits]] = -torch.inf
            highest = torch.maximum(scores.amax(dim=1, keepdim=True), right)
            shares, share = scores.sub_(highest).exp_(), (right - highest).exp_()
            total = shares.sum(dim=1, keepdim=True) + share
            loss += (highest + total.log() - right).sum()
            shares, missing = (shares / total).to(precision), share / total - 1
            to_wanted[rows] = shares @ others + missing * choice
            to_chosen[rows] = missing * want
            to_rivals += shares.T @ want.to(precision)
        ctx.save_for_backward(to_wanted, to_chosen, to_rivals)
        ctx.count = max(1, len(wanted))
        return loss / ctx.count

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        share = gradients[0] / ctx.count
        to_wanted, to_chosen, to_rivals = ctx.saved_tensors
        return to_wanted * share, to_chosen * share, to_rivals * share, None, None, None


def popularity_loss(nobody: Tensor, target_vectors: Tensor, rivals: Rivals, rival_vectors: Tensor) -> Tensor:
    """The same for one vector [width] that is to want what people choose, whatever they chose before."""
    scores = rival_vectors.detach() @ nobody - rivals.log_expected
    return torch.logsumexp(scores, dim=0) - (target_vectors.detach() @ nobody).mean()
