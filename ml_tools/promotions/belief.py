"""What is believed of clicks: a Bayesian logistic regression that learns batch by batch, and forgets.

P(click) = sigmoid(w . x + v_k . z), with weights w that all promotions share and weights v_k of promotion k. Hierarchy
by priors: v_k is small, so that a new promotion starts from what holds for all. The posterior is Gaussian, by Laplace's
approximation around the mode after each batch (Chapelle & Li, An Empirical Evaluation of Thompson Sampling, NIPS 2011,
algorithm 3, with full instead of diagonal precision). An example touches the weights of one promotion, so that the
precision is an arrowhead of blocks,

    [ A   C_1' C_2' ... ]
    [ C_1 D_1           ]
    [ C_2      D_2      ]

which is exact, and costs no more than linear in the number of promotions, to keep, to solve and to draw from.

Forgetting takes precision towards the prior's and leaves the mean (West & Harrison's discounting): what was learnt long
ago can be overturned, and what nobody tests any more is drawn wider, and so is tested. It is done on the shared
weights, and on each promotion's given those. On the blocks as they stand it would make up knowledge: where only a sum
of weights is known, pinning one of them settles the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ml_tools.promotions.signals import LOCAL, SHARED, Signals

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BASE_RATE = 0.05  # clicks per showing before anything was learnt
SHARED_DEVIATION, LOCAL_DEVIATION, CONSTANT_DEVIATION = 1.0, 0.07, 0.7
# Days until half of what was learnt is forgotten: what everybody likes at once changes faster than who likes what.
SHARED_HALF_LIFE, LOCAL_HALF_LIFE, CONSTANT_HALF_LIFE = 30.0, 10.0, 1.0
# Draws are half as wide as the posterior, which Chapelle & Li found to cost fewer clicks (their section 3).
DRAWN_WIDTH = 0.5
NEWTON_STEPS, CONVERGED = 20, 1e-6


@dataclass(frozen=True)
class Examples:
    """Impressions: the promotion of each (row of the belief), signals, and whether it was clicked (0 or 1)."""

    rows: Ints
    signals: Signals
    clicks: Floats

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class Belief:
    """`promotions` [k] sorted ids; `mean` [d], `means` [k, b]; of the precision A [d, d], C [k, b, d], D [k, b, b]."""

    promotions: Ints
    mean: Floats
    means: Floats
    a: Floats
    c: Floats
    d: Floats

    def __len__(self) -> int:
        return len(self.promotions)

    def rows_of(self, promotions: Sequence[int] | Ints) -> Ints:
        """The row of each promotion, -1 for one that is not known."""
        asked = np.asarray(promotions, dtype=np.int64)
        if not len(self):
            return np.full(len(asked), -1, dtype=np.int64)
        at = np.minimum(np.searchsorted(self.promotions, asked), len(self) - 1)
        return np.where(self.promotions[at] == asked, at, -1)

    def knowing(self, promotions: Sequence[int] | Ints) -> "Belief":
        """The same, with the prior for those that are new."""
        new = np.setdiff1d(np.asarray(promotions, dtype=np.int64), self.promotions)
        if not len(new):
            return self
        ids = np.concatenate([self.promotions, new])
        order = np.argsort(ids)
        count, (b, d) = len(new), (self.means.shape[1], len(self.mean))
        return replace(
            self,
            promotions=ids[order],
            means=np.concatenate([self.means, np.zeros((count, b))])[order],
            c=np.concatenate([self.c, np.zeros((count, b, d))])[order],
            d=np.concatenate([self.d, np.broadcast_to(np.diag(_local_prior()), (count, b, b))])[order],
        )

    def without(self, promotions: Sequence[int] | Ints) -> "Belief":
        """Promotions are given up; what they taught of the shared weights stays (they are integrated out)."""
        gone = np.isin(self.promotions, np.asarray(promotions, dtype=np.int64))
        if not gone.any():
            return self
        taught = np.einsum("kbd,kbe->de", self.c[gone], np.linalg.solve(self.d[gone], self.c[gone]))
        kept = ~gone
        return replace(
            self, promotions=self.promotions[kept], means=self.means[kept], a=self.a - taught, c=self.c[kept],
            d=self.d[kept],
        )  # fmt: skip

    def with_one_signal_more(self) -> "Belief":
        """With the prior for the last of the shared signals, which was not there when this was learnt."""
        a = np.pad(self.a, (0, 1))
        a[-1, -1] = SHARED_DEVIATION**-2
        return replace(self, mean=np.append(self.mean, 0.0), a=a, c=np.pad(self.c, ((0, 0), (0, 0), (0, 1))))

    def expected(self, examples: Examples) -> Floats:
        """[n]: the probability of a click at the mean of the weights."""
        return _probability(_logits(examples, self.mean, self.means))

    def aged(self, days: float) -> "Belief":
        """After so many days. The shared weights' own precision, and each promotion's given those, are nearer to the
        prior's; the means stay, and so does what one says of the other."""
        if days <= 0:
            return self
        shared, local = 0.5 ** (days / SHARED_HALF_LIFE), np.full(len(LOCAL), 0.5 ** (days / LOCAL_HALF_LIFE))
        local[0] = 0.5 ** (days / CONSTANT_HALF_LIFE)
        kept, slopes = np.sqrt(local), np.linalg.solve(self.d, self.c)
        own = shared * (self.a - np.einsum("kbd,kbe->de", self.c, slopes)) + (1 - shared) * np.diag(_shared_prior())
        d = np.outer(kept, kept) * self.d + np.diag((1 - local) * _local_prior())
        c = d @ slopes
        return replace(self, a=own + np.einsum("kbd,kbe->de", c, slopes), c=c, d=d)

    def learnt(self, examples: Examples, late: Examples | None = None) -> "Belief":
        """The posterior after a batch, whose promotions are all known.

        `late` are examples that were learnt as not clicked and were clicked after all. Taking log(1 - p) back and
        adding log p leaves exactly w . x + v . z: a linear term.
        """
        shared, local = np.zeros_like(self.mean), np.zeros_like(self.means)
        if late is not None and len(late):
            shared += late.signals.shared.sum(axis=0)
            np.add.at(local, late.rows, late.signals.local)
        mean, means = self.mean, self.means
        objective = self._objective(examples, mean, means, shared, local)
        for _ in range(NEWTON_STEPS):
            step, steps, gain = self._newton(examples, mean, means, shared, local)
            if gain < CONVERGED:
                break
            mean, means, objective = self._searched(examples, (mean, step), (means, steps), shared, local, objective)
        a, c, d = self._curvature(examples, mean, means)
        return replace(self, mean=mean, means=means, a=a, c=c, d=d)

    def _newton(
        self, examples: Examples, mean: Floats, means: Floats, shared: Floats, local: Floats
    ) -> tuple[Floats, Floats, float]:
        """The step in both kinds of weights, and the rise that it promises."""
        off = examples.clicks - _probability(_logits(examples, mean, means))
        by_mean, by_means = self._pulled(mean - self.mean, means - self.means)
        gradient = shared + examples.signals.shared.T @ off - by_mean
        gradients = local - by_means
        np.add.at(gradients, examples.rows, examples.signals.local * off[:, None])
        step, steps = solved(*self._curvature(examples, mean, means), gradient, gradients)
        return step, steps, float(gradient @ step + (gradients * steps).sum())

    def _searched(
        self,
        examples: Examples,
        first: tuple[Floats, Floats],
        second: tuple[Floats, Floats],
        shared: Floats,
        local: Floats,
        objective: float,
    ) -> tuple[Floats, Floats, float]:
        """As far along the step as the objective rises: logistic Newton steps can be too long."""
        size = 1.0
        while True:
            mean, means = first[0] + size * first[1], second[0] + size * second[1]
            found = self._objective(examples, mean, means, shared, local)
            if found >= objective - 1e-9 or size < 1e-4:
                return mean, means, found
            size /= 2

    def _objective(self, examples: Examples, mean: Floats, means: Floats, shared: Floats, local: Floats) -> float:
        logits = _logits(examples, mean, means)
        likelihood = examples.clicks @ logits - np.logaddexp(0, logits).sum()
        off, offs = mean - self.mean, means - self.means
        by_mean, by_means = self._pulled(off, offs)
        prior = 0.5 * (off @ by_mean + (offs * by_means).sum())
        return float(likelihood - prior + shared @ mean + (local * means).sum())

    def _pulled(self, off: Floats, offs: Floats) -> tuple[Floats, Floats]:
        """The precision times a difference."""
        return (
            self.a @ off + np.einsum("kbd,kb->d", self.c, offs),
            self.c @ off + np.einsum("kbe,ke->kb", self.d, offs),
        )

    def _curvature(self, examples: Examples, mean: Floats, means: Floats) -> tuple[Floats, Floats, Floats]:
        probability = _probability(_logits(examples, mean, means))
        weights = probability * (1 - probability)
        x, z = examples.signals.shared, examples.signals.local
        a = self.a + x.T @ (weights[:, None] * x)
        c, d = self.c.copy(), self.d.copy()
        if not len(examples):
            return a, c, d
        order = np.argsort(examples.rows, kind="stable")
        found, starts = np.unique(examples.rows[order], return_index=True)
        for row, mine in zip(found, np.split(order, starts[1:]), strict=True):
            weighted = weights[mine, None] * z[mine]
            c[row] += weighted.T @ x[mine]
            d[row] += weighted.T @ z[mine]
        return a, c, d

    def drawn(self, rng: np.random.Generator, count: int) -> tuple[Floats, Floats]:
        """`count` draws of all weights, DRAWN_WIDTH as wide as the posterior: [count, d] and [k, count, b]. First the
        shared ones, then each promotion's given those."""
        schur = self.a - np.einsum("kbd,kbe->de", self.c, np.linalg.solve(self.d, self.c))
        off = np.linalg.solve(np.linalg.cholesky(_symmetric(schur)).T, rng.standard_normal((len(self.mean), count))).T
        k, b = self.means.shape
        lower = np.linalg.cholesky(_symmetric(self.d))
        noise = np.linalg.solve(lower.transpose(0, 2, 1), rng.standard_normal((k, b, count)))
        moved = np.linalg.solve(self.d, self.c) @ off.T  # [k, b, count]
        return self.mean + DRAWN_WIDTH * off, (self.means[:, :, None] + DRAWN_WIDTH * (noise - moved)).transpose(
            0, 2, 1
        )


def prior(*, base_rate: float = BASE_RATE) -> Belief:
    """What is believed before anything is learnt: a base rate, and that anything may matter."""
    mean = np.zeros(len(SHARED))
    mean[0] = np.log(base_rate / (1 - base_rate))
    b, d = len(LOCAL), len(SHARED)
    return Belief(
        np.zeros(0, dtype=np.int64), mean, np.zeros((0, b)), np.diag(_shared_prior()), np.zeros((0, b, d)),
        np.zeros((0, b, b)),
    )  # fmt: skip


def solved(a: Floats, c: Floats, d: Floats, right: Floats, rights: Floats) -> tuple[Floats, Floats]:
    """The arrowhead system's solution, by Schur's complement: [d] and [k, b]."""
    inner = np.linalg.solve(d, np.concatenate([c, rights[:, :, None]], axis=2))
    by_c, by_right = inner[:, :, :-1], inner[:, :, -1]
    schur = a - np.einsum("kbd,kbe->de", c, by_c)
    first = np.linalg.solve(schur, right - np.einsum("kbd,kb->d", c, by_right))
    return first, by_right - by_c @ first


def _shared_prior() -> Floats:
    return np.full(len(SHARED), SHARED_DEVIATION**-2)


def _local_prior() -> Floats:
    precision = np.full(len(LOCAL), LOCAL_DEVIATION**-2)
    precision[0] = CONSTANT_DEVIATION**-2
    return precision


def local_prior_drawn(rng: np.random.Generator, count: int) -> Floats:
    """[count, b]: weights of a promotion of which nothing is known."""
    return np.asarray(rng.standard_normal((count, len(LOCAL))) / np.sqrt(_local_prior()))


def _logits(examples: Examples, mean: Floats, means: Floats) -> Floats:
    own = np.einsum("nb,nb->n", examples.signals.local, means[examples.rows])
    return np.asarray(examples.signals.shared @ mean + own)


def _probability(logits: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -35, 35))))


def _symmetric(blocks: Floats) -> Floats:
    return (blocks + np.swapaxes(blocks, -1, -2)) / 2
