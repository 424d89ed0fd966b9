"""Prediction intervals, calibrated on backtests: split conformal, quantiles of past errors instead of assumed ones
(Vovk and others, 2005; Lei and others, 2018).

Errors are those of square roots, on which counts have one spread at every level. They are scaled by a spread whose few
parts are learnt: the noise of counts, errors of single days and of the level, both of each product by itself and of all
products together, and a level that drifts. So one formula holds for a day of one product and for a quarter of the whole
shop, and the quantiles of what is left need to tell no more than days from sums, and one product from many.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls
from scipy.special import ndtri

from ml_tools.forecasting.demand.season import Floats

SHIFT = 0.375  # Anscombe's, which makes the square root of small counts behave
POISSON = 0.25  # variance of the square root of a Poisson count
LEVELS = np.arange(1, 200) / 200  # of the quantiles that are kept
SIZES = 4.0 ** np.arange(-1, 10)  # expected units around which shapes are learnt: from a quarter to 262,144
KINDS = (
    "day",
    "sum",
    "days of many",
    "sums of many",
    "day of few",
    "sum of few",
    "day of new",
    "sum of new",
)  # of products of which few days are known, and of those without any
PRIOR_SAMPLES = 30.0  # samples of the cautious shape that each kind's are mixed with
SIZE_SAMPLES = 2000.0  # ... of a kind's shape that each size's are: sums that overlap tell less than their number
CAUTIOUS = 1.25  # by how much the shape that stands in for missing backtests is wider than a normal distribution
FADING_UNITS = 2.0  # units seen of a product after which half of a new product's uncertainty is gone
ROUNDS = 8
LIMIT = 9.0  # squared scaled errors beyond are outliers to the spread, not to the quantiles


@dataclass(frozen=True)
class Sums:
    """What is needed to tell how far expected units may be off; all arrays of one shape.

    `mean`: expected units. `own`: units of a typical product of the sum (the sum of squares over the sum), that is how
    much errors of single products do not cancel out. `new`: the same, of products of which little is known. `days`: how
    many are summed up. `lead`: days from the origin to their middle.
    """

    mean: Floats
    own: Floats
    new: Floats
    days: Floats
    lead: Floats

    def parts(self) -> Floats:
        """What the variance of the square root is a sum of [..., 7], before each part's factor."""
        months = self.lead / 30
        return np.stack(
            [
                np.ones_like(self.mean),
                self.own / self.days,
                self.mean / self.days,
                self.own,
                self.own * months,
                self.mean * (1 + months) / 2,
                self.new,
            ],
            axis=-1,
        )


CAUTIOUS_FACTORS = np.array([POISSON, 0.02, 0.01, 0.01, 0.004, 0.004, 0.25])


def root(units: Floats) -> Floats:
    return np.asarray(np.sqrt(units + SHIFT))


def newness(known: Floats) -> Floats:
    """How much of a new product's uncertainty is left after so many units were seen; all of it where it is NaN."""
    return np.asarray(1 / (1 + np.nan_to_num(known, nan=0.0) / FADING_UNITS))


@dataclass(frozen=True)
class Calibration:
    """`factors` [7] of the spread's parts; `shapes` [kinds, sizes, levels]: quantiles of scaled errors, rising."""

    factors: Floats
    shapes: Floats

    @staticmethod
    def cautious() -> "Calibration":
        """Where no backtest could be made: wide, and of the shape of a normal distribution."""
        shape = CAUTIOUS * ndtri(LEVELS)
        return Calibration(CAUTIOUS_FACTORS, np.tile(shape, (len(KINDS), len(SIZES), 1)))

    @staticmethod
    def learnt(samples: Mapping[str, tuple[Sums, Floats, Floats]]) -> "Calibration":
        """From what was expected and what came, by kind: sums [n], the units sold [n], and each product's own share of
        the spread [n], 1 for a usual one."""
        factors = _spread_factors(samples)
        spread = Calibration(factors, Calibration.cautious().shapes)
        return Calibration(factors, np.stack([spread._shape(samples.get(kind)) for kind in KINDS]))

    def spread(self, sums: Sums) -> Floats:
        """Expected standard deviation of the square root."""
        return np.asarray(np.sqrt(sums.parts() @ self.factors))

    def quantile(self, sums: Sums, kind: str, level: float, scale: Floats | float = 1.0) -> Floats:
        """Units that are not exceeded with a chance of `level` (0 to 1, exclusive); rises with it."""
        if not 0 < level < 1:
            raise ValueError(f"A quantile lies between 0 and 1, both exclusive; not at {level}.")
        reach = self._scaled(KINDS.index(kind), sums.mean, level) * self.spread(sums) * scale
        units = np.maximum(np.maximum(root(sums.mean) + reach, 0) ** 2 - SHIFT, 0)
        # Where hardly anything is sold the mean lies above most days; people expect a band to hold it all the same.
        if level >= 0.9:
            return np.asarray(np.maximum(units, sums.mean))
        return np.asarray(np.minimum(units, sums.mean) if level <= 0.1 else units)

    def _scaled(self, kind: int, mean: Floats, level: float) -> Floats:
        """The quantile of scaled errors for sums of this size, between the sizes that shapes were learnt for."""
        at_sizes = np.array([_between_levels(shape, level) for shape in self.shapes[kind]])
        return np.interp(np.log(np.maximum(mean, 1e-9)), np.log(SIZES), at_sizes)

    def _shape(self, samples: tuple[Sums, Floats, Floats] | None) -> Floats:
        """Quantiles of scaled errors [sizes, levels] of one kind."""
        cautious = CAUTIOUS * ndtri(LEVELS)
        if samples is None or not len(samples[0].mean):
            return np.tile(cautious, (len(SIZES), 1))
        sums, sold, scale = samples
        errors = (root(sold) - root(sums.mean)) / (self.spread(sums) * scale)
        nearness = _nearness(sums.mean)
        overall = _mixed_quantiles(errors, np.ones(len(errors)), cautious, PRIOR_SAMPLES)
        return np.stack([_mixed_quantiles(errors, near, overall, SIZE_SAMPLES) for near in nearness.T])


def scaled_errors(spread: Calibration, sums: Sums, sold: Floats) -> Floats:
    """Errors on square roots over their expected spread."""
    return np.asarray((root(sold) - root(sums.mean)) / spread.spread(sums))


def _spread_factors(samples: Mapping[str, tuple[Sums, Floats, Floats]]) -> Floats:
    """Non-negative least squares of squared errors on the parts, weighted by the spread found before; each kind counts
    alike however many samples it has."""
    kept = {kind: sample for kind, sample in samples.items() if len(sample[0].mean)}
    if not kept:
        return CAUTIOUS_FACTORS
    parts = np.concatenate([sums.parts() for sums, _, _ in kept.values()])
    squares = np.concatenate([(root(sold) - root(sums.mean)) ** 2 for sums, sold, _ in kept.values()])
    counts = np.concatenate([np.full(len(sold), 1 / len(sold)) for _, sold, _ in kept.values()])
    factors = CAUTIOUS_FACTORS
    pull = np.sqrt(0.002)  # of the cautious factors, where the samples say nothing of a part
    for _ in range(ROUNDS):
        variance = parts @ factors
        weight = np.sqrt(counts) / variance
        clipped = np.minimum(squares, LIMIT * variance)
        ties = np.diag(pull / np.maximum(CAUTIOUS_FACTORS, 1e-9))
        design = np.vstack([parts * weight[:, None], ties])
        target = np.concatenate([clipped * weight, np.full(len(CAUTIOUS_FACTORS), pull)])
        factors = _non_negative(design, target)
        factors[0] = max(factors[0], 0.05)
    return np.asarray(factors)


def _non_negative(design: Floats, target: Floats) -> Floats:
    """The non-negative least squares of many rows, through their few normal equations."""
    lower = np.linalg.cholesky(design.T @ design)
    return np.asarray(nnls(lower.T, np.linalg.solve(lower, design.T @ target))[0])


def _nearness(mean: Floats) -> Floats:
    """How much a sample tells about each of the sizes [n, sizes]: shares between the two nearest."""
    place = np.interp(np.log(np.maximum(mean, 1e-9)), np.log(SIZES), np.arange(len(SIZES)))
    return np.asarray(np.maximum(1 - np.abs(place[:, None] - np.arange(len(SIZES))), 0))


def _mixed_quantiles(errors: Floats, weights: Floats, prior: Floats, samples: float) -> Floats:
    """Quantiles at LEVELS of weighted errors, mixed with a prior's as with so many samples of it."""
    values = np.concatenate([errors, prior])
    each = np.concatenate([weights, np.full(len(prior), samples / len(prior))])
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(each[order])
    return np.interp(LEVELS, (reached - each[order] / 2) / reached[-1], values[order])


def _between_levels(shape: Floats, level: float) -> float:
    """The quantile at any level; beyond the outermost kept ones it goes on as a normal distribution's does."""
    if level < LEVELS[0] or level > LEVELS[-1]:
        end = 0 if level < 0.5 else -1
        reach = max(abs(float(ndtri(level) / ndtri(LEVELS[end]))), 1.0)
        return float(shape[end] + (reach - 1) * abs(shape[end]) * (-1 if end == 0 else 1))
    return float(np.interp(level, LEVELS, shape))
