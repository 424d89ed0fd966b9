"""A shop's calendar and its level over time, fitted together, since each alone would take up what is the other's.

A Poisson regression on weekday and year whose level is a random walk over weeks, its steps from a t distribution:
mostly small, now and then a jump (Student's t innovations as scale mixtures; West, Biometrika, 1987). Solved
exactly: the walk is a band of the normal equations, the calendar is eliminated by its Schur complement.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve_banded, cholesky_banded

from ml_tools.forecasting.demand.season import Floats
from ml_tools.forecasting.patterns.common_level import WEEKS, YEARLY_SPREADS

STEPS = 6
DEGREES = 4.0  # of freedom of the walk's steps
UNSETTLED_WEEKS = 4  # the newest: what looks like a jump there may be a few odd days
RIDGE = 1e-2
LEAST = 1e-9
POISSON_MEDIAN = 0.455  # median of a squared standard normal: what is beyond is more than chance


@dataclass(frozen=True)
class ShopCalendar:
    """`weights` [columns] of the design; `level` [weeks] and the variance `step` [weeks] of its steps; `excess`: by how
    much the days' variance is above chance; `likelihood`: the logarithm of what speaks for the design."""

    weights: Floats
    level: Floats
    step: Floats
    excess: float
    likelihood: float

    @property
    def drift(self) -> float:
        """The level's usual step from one week to the next, drawn to none by how uncertain it is (James and Stein).

        Jumps count little: each step counts by the inverse of its variance.
        """
        if len(self.level) < 2:
            return 0.0
        certainty = 1 / self.step[1:]
        usual = float((certainty * np.diff(self.level)).sum() / certainty.sum())
        return usual * max(0.0, 1 - 1 / (certainty.sum() * usual**2)) if usual else 0.0


def fitted(sold: Floats, due: Floats, design: Floats, week: NDArray[np.int64]) -> ShopCalendar:
    """Fit the shop's units [days] against what is due [days] (0 where unknown); `design` [days, columns], `week` [days]
    counts from 0."""
    weeks, columns = int(week.max()) + 1, design.shape[1]
    level = np.full(weeks, np.log(max(sold.sum(), LEAST) / max(due.sum(), LEAST)))
    weights, excess, scale = np.zeros(columns), 1.0, np.ones(max(weeks - 1, 0))
    spread, likelihood = float(YEARLY_SPREADS[0]), -np.inf
    for _ in range(STEPS):
        offset = np.clip(level[week] + design @ weights, -20, 20)
        mean = due * np.exp(offset)
        response = offset + np.clip((sold - mean) / np.maximum(mean, LEAST), -1.0, 4.0)
        certainty = np.where(due > 0, mean / excess, 0.0)
        normal = _Normal(certainty, response, design, week, weeks)
        likelihood, level, weights, spread = max(
            (normal.solved(1 / (candidate**2 / WEEKS * scale), candidate) for candidate in map(float, YEARLY_SPREADS)),
            key=lambda solution: solution[0],
        )
        scale = np.maximum((DEGREES + np.diff(level) ** 2 / (spread**2 / WEEKS)) / (DEGREES + 1), 0.05)
        scale[-UNSETTLED_WEEKS:] = 1.0
        mean = due * np.exp(np.clip(level[week] + design @ weights, -20, 20))
        squares = (sold - mean)[due > 0] ** 2 / np.maximum(mean[due > 0], LEAST)
        excess = max(1.0, float(np.median(squares)) / POISSON_MEDIAN) if len(squares) else 1.0
    return ShopCalendar(weights, level, np.append(spread**2 / WEEKS, spread**2 / WEEKS * scale), excess, likelihood)


class _Normal:
    """The normal equations of one step: a diagonal for the level's weeks, a block for the calendar, and their cross."""

    def __init__(
        self, certainty: Floats, response: Floats, design: Floats, week: NDArray[np.int64], weeks: int
    ) -> None:
        weighted = certainty[:, None] * design
        self._diagonal = np.bincount(week, certainty, weeks) + LEAST
        self._level_side = np.bincount(week, certainty * response, weeks)
        self._cross = np.zeros((weeks, design.shape[1]))
        np.add.at(self._cross, week, weighted)
        self._block = design.T @ weighted + RIDGE * np.eye(design.shape[1])
        self._side = weighted.T @ response

    def solved(self, precision: Floats, spread: float) -> tuple[float, Floats, Floats, float]:
        """The log likelihood (but for a constant), the level, the weights; `precision` [weeks - 1] of the steps."""
        band = np.zeros((2, len(self._diagonal)))
        band[1] = self._diagonal
        band[1, 1:] += precision
        band[1, :-1] += precision
        band[0, 1:] = -precision
        factor = cholesky_banded(band)
        solved = cho_solve_banded((factor, False), np.column_stack([self._cross, self._level_side]))
        complement = self._block - self._cross.T @ solved[:, :-1]
        side = self._side - self._cross.T @ solved[:, -1]
        lower = np.linalg.cholesky(complement + LEAST * np.eye(len(complement)))
        weights = np.linalg.solve(complement + LEAST * np.eye(len(complement)), side)
        level = solved[:, -1] - solved[:, :-1] @ weights
        explained = 0.5 * float(self._level_side @ level + self._side @ weights)
        size = 0.5 * np.log(precision).sum() - np.log(factor[1]).sum() - np.log(np.diag(lower)).sum()
        return explained + float(size), level, weights, spread
