"""Weights that all groups share and weights of each group's own: examples of them, and how firm they are.

An example touches the weights of one group, so that the precision of all of them is an arrowhead of blocks,

    [ A   C_1' C_2' ... ]
    [ C_1 D_1           ]
    [ C_2      D_2      ]

which is exact, and costs no more than linear in the number of groups, to keep, to solve and to draw from. As one vector
the weights are the shared ones [d], then each group's [k, b].
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml_tools.promotions.laplace import Posterior, information, newton

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def flat(shared: Floats, own: Floats) -> Floats:
    """[d + k * b] of [d] and [k, b]."""
    return np.concatenate([shared, own.ravel()])


@dataclass(frozen=True)
class Grouped:
    """Examples: the group of each [n], its shared features [n, d] and its own [n, b]; `groups` there are."""

    group: Ints
    shared: Floats
    own: Floats
    groups: int

    def parted(self, weights: Floats) -> tuple[Floats, Floats]:
        """[d] and [k, b] of one vector."""
        d, b = self.shared.shape[1], self.own.shape[1]
        return weights[:d], weights[d:].reshape(self.groups, b)

    def odds(self, weights: Floats) -> Floats:
        shared, own = self.parted(weights)
        return np.asarray(self.shared @ shared + np.einsum("nb,nb->n", self.own, own[self.group]))

    def pulled(self, errors: Floats) -> Floats:
        own = np.zeros((self.groups, self.own.shape[1]))
        np.add.at(own, self.group, self.own * errors[:, None])
        return flat(self.shared.T @ errors, own)

    def summed(self) -> Floats:
        """[d + k * b]: X' 1, the sum of all examples."""
        return self.pulled(np.ones(len(self.group)))


@dataclass(frozen=True)
class Arrowhead:
    """A [d, d], C [k, b, d], D [k, b, b]."""

    a: Floats
    c: Floats
    d: Floats

    def times(self, off: Floats) -> Floats:
        shared, own = self._parted(off)
        return flat(
            self.a @ shared + np.einsum("kbd,kb->d", self.c, own),
            self.c @ shared + np.einsum("kbe,ke->kb", self.d, own),
        )

    def seen(self, examples: Grouped, information: Floats) -> "Arrowhead":
        x, z = examples.shared, examples.own
        a = self.a + x.T @ (information[:, None] * x)
        c, d = self.c.copy(), self.d.copy()
        if not len(examples.group):
            return Arrowhead(a, c, d)
        order = np.argsort(examples.group, kind="stable")
        found, starts = np.unique(examples.group[order], return_index=True)
        for group, mine in zip(found, np.split(order, starts[1:]), strict=True):
            weighted = information[mine, None] * z[mine]
            c[group] += weighted.T @ x[mine]
            d[group] += weighted.T @ z[mine]
        return Arrowhead(a, c, d)

    def climbed(self, posterior: Posterior, examples: Grouped, start: Floats) -> Floats:
        """By Newton's steps, for which nothing of the curvature is missing."""

        def stepped(weights: Floats, gradient: Floats) -> Floats:
            return self.seen(examples, information(examples, weights)).solved(gradient)

        return newton(posterior, start, stepped)

    def solved(self, right: Floats) -> Floats:
        """[d + k * b]: the system's solution, by Schur's complement."""
        shared, own = self._parted(right)
        inner = np.linalg.solve(self.d, np.concatenate([self.c, own[:, :, None]], axis=2))
        by_c, by_own = inner[:, :, :-1], inner[:, :, -1]
        schur = self.a - np.einsum("kbd,kbe->de", self.c, by_c)
        first = np.linalg.solve(schur, shared - np.einsum("kbd,kb->d", self.c, by_own))
        return flat(first, by_own - by_c @ first)

    def marginal(self) -> Floats:
        """[d, d]: the precision of the shared weights, each group's integrated out."""
        return np.asarray(self.a - np.einsum("kbd,kbe->de", self.c, np.linalg.solve(self.d, self.c)))

    def drawn(self, rng: np.random.Generator, count: int) -> tuple[Floats, Floats]:
        """`count` deviations from the mean: [count, d], and [k, count, b] of each group's given those."""
        d, (k, b, _) = len(self.a), self.c.shape
        shared = np.linalg.solve(np.linalg.cholesky(_symmetric(self.marginal())).T, rng.standard_normal((d, count))).T
        lower = np.linalg.cholesky(_symmetric(self.d))
        noise = np.linalg.solve(lower.transpose(0, 2, 1), rng.standard_normal((k, b, count)))
        moved = np.linalg.solve(self.d, self.c) @ shared.T  # [k, b, count]
        return shared, (noise - moved).transpose(0, 2, 1)

    def _parted(self, weights: Floats) -> tuple[Floats, Floats]:
        d, (k, b, _) = len(self.a), self.c.shape
        return weights[:d], weights[d:].reshape(k, b)


def _symmetric(blocks: Floats) -> Floats:
    return (blocks + np.swapaxes(blocks, -1, -2)) / 2
