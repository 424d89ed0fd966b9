"""Empirical Bayes: how far many estimates of the same kind may differ from what is common to them.

The spread of the true values is what their estimates spread beyond chance (method of moments, as DerSimonian and Laird,
Controlled Clinical Trials, 1986). Where they only differ by chance nothing is left of the differences.
"""

import numpy as np

from ml_tools.forecasting.demand.season import Floats


def shrunk_ratios(sold: Floats, expected: Floats, squares: Floats) -> Floats:
    """Sold over expected of many cells [rows, cells], drawn towards 1 by what chance explains.

    `squares`: the sum of squared daily differences in each cell, which is its variance whatever the distribution.
    """
    chance = np.maximum(squares, expected)
    size = (expected**2).sum()
    spread = max(float(((sold - expected) ** 2 - chance).sum() / size), 0.0) if size > 0 else 0.0
    kept = spread * expected**2 / np.maximum(spread * expected**2 + chance, 1e-12)
    return np.asarray(1 + kept * (np.divide(sold, expected, out=np.ones_like(sold), where=expected > 0) - 1))


def random_effects(estimates: Floats, errors: Floats) -> tuple[float, float, float]:
    """The mean [a] of estimates [a] with standard errors, its own standard error, and the spread of the true values.

    Estimates without information have infinite errors; with none that has any, the mean is 0 and its error infinite.
    """
    known = np.isfinite(errors) & (errors > 0)
    if not known.any():
        return 0.0, float("inf"), 0.0
    value, weight = estimates[known], errors[known] ** -2.0
    mean = float((weight * value).sum() / weight.sum())
    excess = float((weight * (value - mean) ** 2).sum()) - (len(value) - 1)
    scale = float(weight.sum() - (weight**2).sum() / weight.sum())
    spread = np.sqrt(max(excess / scale, 0.0)) if scale > 0 else 0.0
    weight = 1 / (errors[known] ** 2 + spread**2)
    return float((weight * value).sum() / weight.sum()), float(weight.sum() ** -0.5), float(spread)


def drawn_to(mean: float, mean_error: float, spread: float, estimates: Floats, errors: Floats) -> tuple[Floats, Floats]:
    """Each estimate [a] drawn to the mean by how much better that is known, and the standard errors of the results."""
    known = np.isfinite(errors)
    own = np.where(known, errors, 1.0) ** 2
    kept = np.where(known, spread**2 / np.maximum(spread**2 + own, 1e-12), 0.0)
    error = np.sqrt(kept * own + (1 - kept) ** 2 * mean_error**2 + np.where(known, 0.0, spread**2))
    return np.where(known, kept * estimates + (1 - kept) * mean, mean), np.asarray(error)
