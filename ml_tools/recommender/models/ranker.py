"""The learnt ranker: from what speaks for each candidate to one score; trained with torch, answers with numpy.

A straight line and a small network beside it, trained so that the product that came next gets the largest share of a
softmax over the candidates (Cao et al., Learning to Rank: From Pairwise Approach to Listwise Approach, ICML 2007).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from common.errors import NotEnoughData
from ml_tools.recommender.interactions import Floats
from ml_tools.recommender.models.base import Progress, silent

HIDDEN = (48, 24)
DROPOUT = 0.1
EPOCHS = 12
BATCH = 64  # questions
MOST_RIVALS = 150  # candidates that a right one is held against in training
RATE, WEIGHT_DECAY = 2e-3, 1e-4
SEED = 3
MOST_DEVIATION = 8.0  # standard deviations; further out counts no more
CUTOFF = 10  # of the NDCG that chooses the epoch


@dataclass(frozen=True)
class Question:
    """Candidates' features [k, f], and which of them came next."""

    features: Floats
    right: int


@dataclass(frozen=True)
class Ranker:
    """`mean`, `scale` [f] make features comparable; `line` [f]; `layers` are weights and biases, ReLU between them."""

    mean: Floats
    scale: Floats
    line: Floats
    layers: Sequence[tuple[Floats, Floats]]

    def scores(self, features: Floats) -> Floats:
        """[k] of features [k, f]."""
        plain = np.clip((features - self.mean) * self.scale, -MOST_DEVIATION, MOST_DEVIATION)
        scores = plain @ self.line
        if self.layers:
            hidden = plain
            for weights, bias in self.layers[:-1]:
                hidden = np.maximum(hidden @ weights + bias, 0)
            weights, bias = self.layers[-1]
            scores = scores + (hidden @ weights + bias)[:, 0]
        return np.asarray(scores, dtype=np.float32)

    def arrays(self) -> Mapping[str, NDArray[np.generic]]:
        named = {"mean": self.mean, "scale": self.scale, "line": self.line}
        for number, (weights, bias) in enumerate(self.layers):
            named |= {f"weights{number}": weights, f"bias{number}": bias}
        return named

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[np.generic]]) -> "Ranker":
        plain = {name: np.asarray(array, dtype=np.float32) for name, array in arrays.items()}
        depth = sum(name.startswith("weights") for name in plain)
        layers = [(plain[f"weights{number}"], plain[f"bias{number}"]) for number in range(depth)]
        return cls(plain["mean"], plain["scale"], plain["line"], layers)


def untaught(wishes: Floats) -> Ranker:
    """The ranker of a shop that has no examples yet: a weighted sum with the weights `wishes` [f]."""
    return Ranker(np.zeros_like(wishes), np.ones_like(wishes), wishes, [])


def ndcg(ranker: Ranker, questions: Sequence[Question]) -> float:
    """Mean NDCG@10 of the right candidates; equals stand above."""
    gains = []
    for question in questions:
        scores = ranker.scores(question.features)
        place = int((scores >= scores[question.right]).sum())
        gains.append(1 / np.log2(place + 1) if place <= CUTOFF else 0.0)
    return float(np.mean(gains)) if gains else 0.0


def train_ranker(teaching: Sequence[Question], judging: Sequence[Question], progress: Progress = silent) -> Ranker:
    """Learn on some customers' questions and keep the epoch that ranks those of others best.

    Raises NotEnoughData without questions of either kind."""
    if not teaching or not judging:
        raise NotEnoughData("The ranker needs customers to learn from and others to be judged by.")
    with torch.random.fork_rng():
        torch.manual_seed(SEED)
        training = _Training(teaching)
        best, best_ndcg = training.ranker(), -1.0
        for epoch in range(EPOCHS):
            training.epoch()
            found = training.ranker()
            reached = ndcg(found, judging)
            progress(f"ranker: epoch {epoch + 1}, NDCG@{CUTOFF} {reached:.4f}")
            if reached > best_ndcg:
                best, best_ndcg = found, reached
    return best


class _Network(nn.Module):
    def __init__(self, inputs: int) -> None:
        super().__init__()
        widths = (inputs, *HIDDEN, 1)
        self.linear = [nn.Linear(before, after) for before, after in pairwise(widths)]
        self.layers = nn.ModuleList(self.linear)
        self.line = nn.Parameter(torch.zeros(inputs))
        self.dropout = nn.Dropout(DROPOUT)

    def forward(self, features: Tensor) -> Tensor:
        """[questions, k] of [questions, k, f]."""
        hidden = features
        for layer in self.linear[:-1]:
            hidden = self.dropout(functional.relu(layer(hidden)))
        scores: Tensor = features @ self.line + self.linear[-1](hidden)[..., 0]
        return scores


class _Training:
    """Questions as padded tensors, the network and its optimizer."""

    def __init__(self, teaching: Sequence[Question]) -> None:
        generator = np.random.default_rng(SEED)
        fewer = [_with_fewer_rivals(question, generator) for question in teaching]
        self._features, self._lengths, self._right = _padded(fewer)
        told = torch.arange(self._features.shape[1])[None] < self._lengths[:, None]
        plain = self._features[told]
        self._mean, spread = plain.mean(dim=0), plain.std(dim=0, correction=0)
        self._scale = torch.where(spread > 1e-6, 1 / spread.clamp(min=1e-6), 0.0)
        self._network = _Network(plain.shape[1])
        self._optimizer = torch.optim.AdamW(self._network.parameters(), lr=RATE, weight_decay=WEIGHT_DECAY)
        steps = EPOCHS * (len(teaching) // BATCH + 1)
        self._schedule = torch.optim.lr_scheduler.OneCycleLR(self._optimizer, RATE, total_steps=steps)

    def epoch(self) -> None:
        self._network.train()
        for part in torch.randperm(len(self._right)).split(BATCH):
            plain = ((self._features[part] - self._mean) * self._scale).clamp(-MOST_DEVIATION, MOST_DEVIATION)
            past = torch.arange(plain.shape[1])[None] >= self._lengths[part, None]
            scores = self._network(plain).masked_fill(past, -torch.inf)
            loss = functional.cross_entropy(scores, self._right[part])
            self._optimizer.zero_grad()
            loss.backward()
            self._optimizer.step()
            self._schedule.step()

    def ranker(self) -> Ranker:
        """What the network is now."""
        layers = [(_array(layer.weight.T), _array(layer.bias)) for layer in self._network.linear]
        return Ranker(_array(self._mean), _array(self._scale), _array(self._network.line), layers)


def _with_fewer_rivals(question: Question, generator: np.random.Generator) -> Question:
    """The right candidate, first, and a draw of the others: enough to learn from, and several times faster."""
    others = np.delete(np.arange(len(question.features)), question.right)
    if len(others) > MOST_RIVALS:
        others = generator.choice(others, MOST_RIVALS, replace=False)
    return Question(question.features[np.concatenate([[question.right], others])], 0)


def _padded(questions: Sequence[Question]) -> tuple[Tensor, Tensor, Tensor]:
    """Features [n, longest, f], how many candidates each question has [n], and which is right [n]."""
    lengths = torch.tensor([len(question.features) for question in questions])
    features = torch.zeros(len(questions), int(lengths.max()), questions[0].features.shape[1])
    for row, question in enumerate(questions):
        features[row, : len(question.features)] = torch.from_numpy(question.features)
    return features, lengths, torch.tensor([question.right for question in questions])


def _array(tensor: Tensor) -> Floats:
    return np.array(tensor.detach().cpu().numpy(), dtype=np.float32, order="C")
