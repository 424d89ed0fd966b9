"""From a model's log-odds to probabilities that mean what they say, learnt on impressions the model had not learnt.

Platt (1999): log-odds times a scale plus a shift. Beta (Kull et al., AISTATS 2017): different scales for
confidence in a click and in none. Isotonic (Zadrozny and Elkan, KDD 2002): any rising curve. Fits are drawn towards
changing nothing, and a more complex one is taken only where it is better beyond doubt: a needless shift by the scatter
of a few hundred clicks does more harm than most models' own bias.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.isotonic import IsotonicRegression

from ml_tools.promotions.batch import Doubles
from ml_tools.promotions.measures import log_odds

LEAST_ISOTONIC = 500  # clicks
FOLDS = 5
DOUBT = 2.0  # standard errors by which a calibration must be better than a simpler one
_SCALE_PRIOR, _SHIFT_PRIOR = 50.0, 20.0  # precision around changing nothing


@dataclass(frozen=True)
class Calibration:
    """Calibrated log-odds = scales[0] log p - scales[1] log(1 - p) + shift, of what the model says (p). An isotonic
    curve comes before: log-odds at `knots` [k] become `heights` [k], and lie on straight lines between."""

    scales: tuple[float, float] = (1.0, 1.0)
    shift: float = 0.0
    knots: tuple[float, ...] = ()
    heights: tuple[float, ...] = ()

    def apply(self, odds: Doubles) -> Doubles:
        """Probabilities [n] of log-odds [n]."""
        if self.knots:
            odds = np.interp(odds, self.knots, self.heights) + 1e-3 * odds  # what was in order stays in order
        return np.asarray(expit(_features(odds) @ np.array([*self.scales, self.shift])))

    def array(self) -> NDArray[np.float64]:
        return np.array([*self.scales, self.shift, *self.knots, *self.heights], dtype=np.float64)

    @classmethod
    def of(cls, array: NDArray[np.generic]) -> "Calibration":
        first, second, shift, *curve = np.asarray(array, dtype=np.float64).tolist()
        half = len(curve) // 2
        return cls((first, second), shift, tuple(curve[:half]), tuple(curve[half:]))


def _features(odds: Doubles) -> Doubles:
    """[n, 3]: log p, -log(1 - p) and 1; the first two sum to the log-odds."""
    return np.stack([-np.logaddexp(0, -odds), np.logaddexp(0, odds), np.ones_like(odds)], axis=1)


def platt(clicks: Doubles, odds: Doubles) -> Calibration:
    scale, shift = _fitted(np.stack([odds, np.ones_like(odds)], axis=1), clicks, np.array([1.0, 0.0]))
    scale = max(scale, 0.0)  # a negative one would turn the order around
    return Calibration((scale, scale), shift)


def beta(clicks: Doubles, odds: Doubles) -> Calibration:
    first, second, shift = _fitted(_features(odds), clicks, np.array([1.0, 1.0, 0.0]))
    return Calibration((max(first, 0.0), max(second, 0.0)), shift)


def isotonic(clicks: Doubles, odds: Doubles) -> Calibration:
    """The rising curve through the middle of each of its steps."""
    found = IsotonicRegression(y_min=1e-4, y_max=1 - 1e-4).fit_transform(odds, clicks)
    heights, step = np.unique(found, return_inverse=True)
    size = np.bincount(step)
    knots = np.bincount(step, odds) / size
    smoothed = (heights * size + clicks.mean()) / (size + 1)  # a step without a click is not impossible
    return Calibration(knots=tuple(knots.tolist()), heights=tuple(log_odds(smoothed).tolist()))


def _fitted(features: Doubles, clicks: Doubles, unchanged: Doubles) -> list[float]:
    """The likeliest weights, with a normal prior around changing nothing."""
    precision = np.full(len(unchanged), _SCALE_PRIOR)
    precision[-1] = _SHIFT_PRIOR

    def loss(weights: Doubles) -> tuple[float, Doubles]:
        odds = features @ weights
        away = weights - unchanged
        value = np.logaddexp(0, odds).sum() - clicks @ odds + 0.5 * (precision * away**2).sum()
        return float(value), np.asarray(features.T @ (expit(odds) - clicks) + precision * away)

    return [float(weight) for weight in minimize(loss, unchanged, jac=True, method="L-BFGS-B").x]


_KINDS: Mapping[str, Callable[[Doubles, Doubles], Calibration]] = {"platt": platt, "beta": beta, "isotonic": isotonic}


def calibrated(clicks: Doubles, odds: Doubles) -> Calibration:
    """The calibration of log-odds [n] against clicks [n], both of rows that the model did not learn.

    By cross-validation over blocks of time; the simplest that no other beats beyond DOUBT."""
    if len(clicks) < 2 * FOLDS:
        return Calibration()
    blocks = np.arange(len(clicks)) * FOLDS // len(clicks)
    chosen, chosen_losses = Calibration(), _losses(clicks, expit(odds))
    for kind, fit in _KINDS.items():
        if kind == "isotonic" and min(clicks.sum(), len(clicks) - clicks.sum()) < LEAST_ISOTONIC:
            continue
        predicted = np.zeros_like(odds)
        for block in range(FOLDS):
            inside = blocks == block
            predicted[inside] = fit(clicks[~inside], odds[~inside]).apply(odds[inside])
        gains = chosen_losses - _losses(clicks, predicted)
        if gains.mean() > DOUBT * gains.std() / np.sqrt(len(gains)):
            chosen, chosen_losses = fit(clicks, odds), _losses(clicks, predicted)
    return chosen


def _losses(clicks: Doubles, probabilities: Doubles) -> Doubles:
    kept = np.clip(probabilities, 1e-7, 1 - 1e-7)
    return np.asarray(-np.where(clicks > 0, np.log(kept), np.log1p(-kept)))
