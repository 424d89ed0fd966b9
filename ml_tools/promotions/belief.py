"""What is believed of clicks: a Bayesian logistic regression that learns batch by batch, and forgets.

P(click) = sigmoid(w . x + v_k . z), with weights w that all promotions share and weights v_k of promotion k. Hierarchy
by priors: v_k is small, so that a new promotion starts from what holds for all. Batches are learnt by Laplace's
approximation (`laplace`), with a precision of which nothing is left out (`arrowhead`).

Forgetting takes precision towards the prior's and leaves the mean (West & Harrison's discounting): what was learnt long
ago can be overturned, and what nobody tests any more is drawn wider, and so is tested. It is done on the shared
weights, and on each promotion's given those. On the blocks as they stand it would make up knowledge: where only a sum
of weights is known, pinning one of them settles the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from ml_tools.promotions.arrowhead import Arrowhead, Grouped, flat
from ml_tools.promotions.laplace import Gaussian
from ml_tools.promotions.signals import LOCAL, SHARED, Signals

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BASE_RATE = 0.05  # clicks per showing before anything was learnt
SHARED_DEVIATION, LOCAL_DEVIATION, CONSTANT_DEVIATION = 1.0, 0.07, 0.7
# Days until half of what was learnt is forgotten: what everybody likes at once changes faster than who likes what.
SHARED_HALF_LIFE, LOCAL_HALF_LIFE, CONSTANT_HALF_LIFE = 30.0, 10.0, 1.0
# Draws are half as wide as the posterior, which Chapelle & Li found to cost fewer clicks (their section 3).
DRAWN_WIDTH = 0.5


@dataclass(frozen=True)
class Examples:
    """Impressions: the promotion of each (row of the belief), signals, and whether it was clicked (0 or 1)."""

    rows: Ints
    signals: Signals
    clicks: Floats

    def __len__(self) -> int:
        return len(self.rows)

    def of(self, promotions: int) -> Grouped:
        """The same as examples of so many groups of weights."""
        return Grouped(self.rows, self.signals.shared, self.signals.local, promotions)


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

    @property
    def precision(self) -> Arrowhead:
        return Arrowhead(self.a, self.c, self.d)

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
        kept, left = ~gone, Arrowhead(self.a, self.c[gone], self.d[gone]).marginal()
        return replace(
            self, promotions=self.promotions[kept], means=self.means[kept], a=left, c=self.c[kept], d=self.d[kept]
        )

    def with_one_signal_more(self) -> "Belief":
        """With the prior for the last of the shared signals, which was not there when this was learnt."""
        a = np.pad(self.a, (0, 1))
        a[-1, -1] = SHARED_DEVIATION**-2
        return replace(self, mean=np.append(self.mean, 0.0), a=a, c=np.pad(self.c, ((0, 0), (0, 0), (0, 1))))

    def expected(self, examples: Examples) -> Floats:
        """[n]: the probability of a click at the mean of the weights."""
        return np.asarray(expit(examples.of(len(self)).odds(flat(self.mean, self.means))))

    def aged(self, days: float) -> "Belief":
        """After so many days. The shared weights' own precision, and each promotion's given those, are nearer to the
        prior's; the means stay, and so does what one says of the other."""
        if days <= 0:
            return self
        shared, local = 0.5 ** (days / SHARED_HALF_LIFE), np.full(len(LOCAL), 0.5 ** (days / LOCAL_HALF_LIFE))
        local[0] = 0.5 ** (days / CONSTANT_HALF_LIFE)
        kept, slopes = np.sqrt(local), np.linalg.solve(self.d, self.c)
        own = shared * self.precision.marginal() + (1 - shared) * np.diag(_shared_prior())
        d = np.outer(kept, kept) * self.d + np.diag((1 - local) * _local_prior())
        c = d @ slopes
        return replace(self, a=own + np.einsum("kbd,kbe->de", c, slopes), c=c, d=d)

    def learnt(self, examples: Examples, late: Examples | None = None) -> "Belief":
        """The posterior after a batch, whose promotions are all known.

        `late` are examples that were learnt as not clicked and were clicked after all. Taking log(1 - p) back and
        adding log p leaves exactly w . x + v . z: a linear term.
        """
        pull = 0.0 if late is None else late.of(len(self)).summed()
        before, grouped = Gaussian(flat(self.mean, self.means), self.precision), examples.of(len(self))
        after = before.learnt(grouped, examples.clicks, pull=pull)
        mean, means = grouped.parted(after.mean)
        return replace(self, mean=mean, means=means, a=after.precision.a, c=after.precision.c, d=after.precision.d)

    def drawn(self, rng: np.random.Generator, count: int) -> tuple[Floats, Floats]:
        """`count` draws of all weights, DRAWN_WIDTH as wide as the posterior: [count, d] and [k, count, b]. First the
        shared ones, then each promotion's given those."""
        shared, local = self.precision.drawn(rng, count)
        return self.mean + DRAWN_WIDTH * shared, self.means[:, None, :] + DRAWN_WIDTH * local


def prior(*, base_rate: float = BASE_RATE) -> Belief:
    """What is believed before anything is learnt: a base rate, and that anything may matter."""
    mean = np.zeros(len(SHARED))
    mean[0] = np.log(base_rate / (1 - base_rate))
    b, d = len(LOCAL), len(SHARED)
    return Belief(
        np.zeros(0, dtype=np.int64), mean, np.zeros((0, b)), np.diag(_shared_prior()), np.zeros((0, b, d)),
        np.zeros((0, b, b)),
    )  # fmt: skip


def _shared_prior() -> Floats:
    return np.full(len(SHARED), SHARED_DEVIATION**-2)


def _local_prior() -> Floats:
    precision = np.full(len(LOCAL), LOCAL_DEVIATION**-2)
    precision[0] = CONSTANT_DEVIATION**-2
    return precision


def local_prior_drawn(rng: np.random.Generator, count: int) -> Floats:
    """[count, b]: weights of a promotion of which nothing is known."""
    return np.asarray(rng.standard_normal((count, len(LOCAL))) / np.sqrt(_local_prior()))
