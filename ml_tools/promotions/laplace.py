"""Logistic regression with a normal belief about its weights: what a batch of clicks makes of it.

The posterior is taken for normal around its mode, with the curvature there as precision (Laplace's approximation;
MacKay, The Evidence Framework Applied to Classification Networks, 1992), and is the prior of the next batch (Chapelle
and Li, An Empirical Evaluation of Thompson Sampling, NIPS 2011, algorithm 3). What is kept of a precision is its own
affair: all of an arrowhead of blocks, or the diagonal alone. So is the way to the mode: Newton's where all of the
curvature is kept, and a quasi-Newton one where a step by the diagonal would be wrong.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

Floats = NDArray[np.float64]

NEWTON_STEPS, CONVERGED = 20, 1e-6  # of Newton: the rise that a step promises
QUASI_NEWTON_STEPS, TOLERANCE = 100, 1e-7  # of the loss, relative
LEAST_STEP = 1e-4


class Design(Protocol):
    """Examples [n] as a linear map of the weights [w]."""

    def odds(self, weights: Floats) -> Floats:
        """[n]: log-odds of a click."""

    def pulled(self, errors: Floats) -> Floats:
        """[w]: the transpose, X' e."""


Rows = TypeVar("Rows", bound=Design, contravariant=True)


class Precision(Protocol[Rows]):
    """How firm the weights are, as a matrix of some structure."""

    def times(self, off: Floats) -> Floats:
        """[w]: the matrix times a difference of weights."""

    def seen(self, examples: Rows, information: Floats) -> Self:
        """With the curvature X' diag(information) X of examples added, as far as the structure holds it."""

    def climbed(self, posterior: "Posterior", examples: Rows, start: Floats) -> Floats:
        """[w]: the mode, from `start`."""


Firm = TypeVar("Firm", bound=Precision[Any])


@dataclass(frozen=True)
class Gaussian(Generic[Firm]):
    """What is believed of the weights: `mean` [w] and the precision around it."""

    mean: Floats
    precision: Firm

    def learnt(
        self, examples: Design, clicks: Floats, *, start: Floats | None = None, pull: Floats | float = 0.0
    ) -> "Gaussian[Firm]":
        """After examples that were clicked or not [n]. `pull` [w] is a linear term of the log-likelihood."""
        posterior = Posterior(self, examples, clicks, pull)
        mode = self.precision.climbed(posterior, examples, self.mean if start is None else start)
        return Gaussian(mode, self.precision.seen(examples, information(examples, mode)))


@dataclass(frozen=True)
class Posterior:
    """The logarithm of prior times likelihood, up to a constant."""

    prior: Gaussian[Any]
    examples: Design
    clicks: Floats
    pull: Floats | float

    def value(self, weights: Floats) -> float:
        odds, off = self.examples.odds(weights), weights - self.prior.mean
        likelihood = self.clicks @ odds - np.logaddexp(0, odds).sum()
        return float(likelihood - 0.5 * off @ self.prior.precision.times(off) + np.sum(self.pull * weights))

    def gradient(self, weights: Floats) -> Floats:
        errors = self.clicks - expit(self.examples.odds(weights))
        return self.examples.pulled(errors) - self.prior.precision.times(weights - self.prior.mean) + self.pull


def information(examples: Design, weights: Floats) -> Floats:
    """[n]: p (1 - p), what an example says of its log-odds."""
    said = expit(examples.odds(weights))
    return np.asarray(said * (1 - said))


def newton(posterior: Posterior, start: Floats, stepped: Callable[[Floats, Floats], Floats]) -> Floats:
    """The mode by Newton's steps; `stepped` solves the posterior's curvature at the weights for a gradient."""
    weights, value = start, posterior.value(start)
    for _ in range(NEWTON_STEPS):
        gradient = posterior.gradient(weights)
        step = stepped(weights, gradient)
        if gradient @ step < CONVERGED:
            break
        weights, value = _searched(posterior, weights, step, value)
    return weights


def _searched(posterior: Posterior, weights: Floats, step: Floats, value: float) -> tuple[Floats, float]:
    """As far along the step as the posterior rises: logistic Newton steps can be too long."""
    size = 1.0
    while True:
        reached = weights + size * step
        found = posterior.value(reached)
        if found >= value - 1e-9 or size < LEAST_STEP:
            return reached, found
        size /= 2


def quasi_newton(posterior: Posterior, start: Floats) -> Floats:
    """The mode by L-BFGS."""

    def loss(weights: Floats) -> tuple[float, Floats]:
        return -posterior.value(weights), -posterior.gradient(weights)

    options = {"maxiter": QUASI_NEWTON_STEPS, "ftol": TOLERANCE}
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B", options=options).x)


class Squared(Design, Protocol):
    """Examples whose curvature's diagonal can be had."""

    def squared(self, information: Floats) -> Floats:
        """[w]: the diagonal of X' diag(information) X."""


@dataclass(frozen=True)
class Diagonal:
    """A precision of which the diagonal [w] alone is kept."""

    diagonal: Floats

    def times(self, off: Floats) -> Floats:
        return self.diagonal * off

    def seen(self, examples: Squared, information: Floats) -> "Diagonal":
        return Diagonal(self.diagonal + examples.squared(information))

    def climbed(self, posterior: Posterior, examples: Squared, start: Floats) -> Floats:
        return quasi_newton(posterior, start)
