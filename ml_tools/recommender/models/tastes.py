"""Tastes: a customer is a point among the directions in which the products of a shop differ, told by their words."""

from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ml_tools.recommender.interactions import Floats, Interactions, Ints, ProductFeatures, interactions_of
from ml_tools.recommender.models.base import Progress, Shippable
from ml_tools.recommender.models.content_knn import content_vectors

MOST_NUMBERS = 4_000_000  # customers x products that the directions are learnt from, and that are scored at once
SHORTEST = 3  # products of a history that teaches
LEAST_PRODUCTS = 2  # a word of one product alone tells nothing of others
NEWTON_STEPS = 8  # for a taste of which nothing is known yet
LONGEST_STEP = 2.0
CONTENT_RIDGE, OWN_RIDGE = 1.0, 20.0  # precision of what content, and what a product alone, says of directions


class Tastes(Shippable):
    """P(product | customer) = softmax(taste . directions + bias), taste ~ N(0, 1) in each dimension.

    Directions are linear in what is known of a product, plus a little of its own. They are learnt by expectation and
    maximisation: each customer's taste has a normal posterior around its mode (Laplace), found by Newton's method, and
    the directions climb the likelihood of tastes drawn from it; so somebody of few products has a vague taste, not a
    wild one. A history's score is that of its posterior's mode.
    """

    name = "tastes"
    paper = "Collins et al., Exponential Family PCA, NIPS 2001; the multinomial decoder of Liang et al., WWW 2018"

    def __init__(self, dimensions: int = 16, rounds: int = 40, climbs: int = 4, rate: float = 0.05) -> None:
        self._dimensions, self._rounds, self._climbs, self._rate = dimensions, rounds, climbs, rate

    def _fit(self, data: Interactions, progress: Progress) -> None:
        counts = np.bincount(data.products, minlength=data.product_count)
        self._bias = np.log(counts + 1).astype(np.float32)
        self._directions = np.zeros((data.product_count, self._dimensions), dtype=np.float32)
        able = np.flatnonzero(np.diff(data.starts) >= SHORTEST)
        most = max(1, MOST_NUMBERS // max(1, data.product_count))
        able = np.sort(np.random.default_rng(0).permutation(able)[:most])
        if len(able) > 1 and data.product_count > 1:
            chosen = data.matrix()[able]
            chosen.data[:] = 1
            known = torch.tensor(_known(data.features, data.product_count))
            self._learn(torch.tensor(chosen.todense()), known, progress)
        self._prepare()

    def _learn(self, chosen: Tensor, known: Tensor, progress: Progress) -> None:
        torch.manual_seed(0)
        size = known.pow(2).sum(dim=1).mean().sqrt().clamp(min=1e-6)
        content = (0.3 / size * torch.randn(known.shape[1], self._dimensions)).requires_grad_()
        own = (0.01 * torch.randn(known.shape[0], self._dimensions)).requires_grad_()
        bias = torch.tensor(self._bias).requires_grad_()
        optimiser = torch.optim.Adam([content, own, bias], lr=self._rate)
        steps = self._rounds * self._climbs
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, self._rate, total_steps=steps, pct_start=0.2)
        mode = torch.zeros(len(chosen), self._dimensions)
        for turn in range(self._rounds):
            with torch.no_grad():
                directions = known @ content + own
                told, counts = chosen @ directions, chosen.sum(dim=1, keepdim=True)
                mode, curve = newton(mode, told, counts, directions, bias, 2 if turn else NEWTON_STEPS)
                spread = torch.linalg.cholesky(torch.linalg.inv(curve) + 1e-6 * torch.eye(self._dimensions))
            for _ in range(self._climbs):
                taste = mode + (spread @ torch.randn(*mode.shape, 1))[:, :, 0]
                logits = taste @ (known @ content + own).T + bias
                doubt = CONTENT_RIDGE * content.pow(2).sum() / 2 + OWN_RIDGE * own.pow(2).sum() / 2
                loss = (doubt - (chosen * torch.log_softmax(logits, dim=1)).sum()) / len(chosen)
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                schedule.step()
            progress(f"tastes: {turn + 1} of {self._rounds}, {float(loss.detach()):.3f}")
        with torch.no_grad():
            self._directions = (known @ content + own).numpy().astype(np.float32)
            self._bias = bias.numpy().astype(np.float32)

    def _prepare(self) -> None:
        # In double precision a history scores the same alone and among others.
        self._exact = torch.tensor(self._directions, dtype=torch.float64), torch.tensor(self._bias, dtype=torch.float64)

    def scores(self, histories: Sequence[Ints]) -> Floats:
        size = max(1, MOST_NUMBERS // max(1, len(self._bias)))
        parts = [self._scores(histories[at : at + size]) for at in range(0, len(histories), size)]
        return np.concatenate([*parts, np.zeros((0, len(self._bias)), dtype=np.float32)])

    def _scores(self, histories: Sequence[Ints]) -> Floats:
        return self.tastes(histories) @ self._directions.T + self._bias

    def tastes(self, histories: Sequence[Ints]) -> Floats:
        """[histories, dimensions]: the likeliest taste of each."""
        distinct = [np.unique(history) for history in histories]
        directions, bias = self._exact
        told = torch.stack([directions[torch.from_numpy(products).long()].sum(dim=0) for products in distinct])
        counts = torch.tensor([[len(products)] for products in distinct], dtype=torch.float64)
        mode, _ = newton(torch.zeros_like(told), told, counts, directions, bias, NEWTON_STEPS)
        return np.asarray(mode.numpy(), dtype=np.float32)

    def state(self) -> Mapping[str, NDArray[np.generic]]:
        return {"directions": self._directions, "bias": self._bias}

    def restore(self, state: Mapping[str, NDArray[np.generic]], product_count: int) -> Self:
        self.data = interactions_of([], product_count)
        self._directions = np.asarray(state["directions"], dtype=np.float32)
        self._bias = np.asarray(state["bias"], dtype=np.float32)
        self._prepare()
        return self


def newton(
    taste: Tensor, told: Tensor, counts: Tensor, directions: Tensor, bias: Tensor, steps: int
) -> tuple[Tensor, Tensor]:
    """The modes [n, k] of the tastes' posteriors and their curvatures [n, k, k]; `told` sums the directions chosen."""
    k = directions.shape[1]
    pairs = (directions[:, :, None] * directions[:, None, :]).reshape(len(directions), k * k)
    for _ in range(steps):
        likely = torch.softmax(taste @ directions.T + bias, dim=1)
        mean = likely @ directions
        spread = (likely @ pairs).reshape(-1, k, k) - mean[:, :, None] * mean[:, None, :]
        curve = counts[:, :, None] * spread + torch.eye(k, dtype=taste.dtype)
        step = torch.linalg.solve(curve, (told - counts * mean - taste)[:, :, None])[:, :, 0]
        taste = taste + step / (step.norm(dim=1, keepdim=True) / LONGEST_STEP).clamp(min=1)
    return taste, curve


def _known(features: ProductFeatures, product_count: int) -> Floats:
    """[products, m]: the words of attributes, else picture and text."""
    if features.attributes is None:
        return content_vectors(features, product_count) * np.float32(3)
    words = np.asarray((features.attributes > 0).todense(), dtype=np.float32)
    return words[:, words.sum(axis=0) >= LEAST_PRODUCTS]
