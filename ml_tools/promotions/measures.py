"""How good predicted probabilities of a click are: ranking (AUC, PR-AUC), both at once (logloss, Brier), calibration.

The expected calibration error of n impressions is above 0 even for the true probabilities, since a bin's clicks scatter
around their mean: about .04 for 480 impressions in 10 bins. So it stands beside what the same predictions would get if
they were true ("ECE if true"), and beside an estimate without that part ("ECE debiased", squared errors less their
expected scatter: Kumar, Liang and Ma, Verified Uncertainty Calibration, NeurIPS 2019).
"""

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

from common.errors import NotEnoughData
from ml_tools.promotions.batch import Doubles

BINS = 10
TINY = 1e-7
SEED, DRAWS = 20, 200


def clipped(probabilities: Doubles) -> Doubles:
    return np.clip(probabilities, TINY, 1 - TINY)


def log_odds(probabilities: Doubles) -> Doubles:
    found = clipped(probabilities)
    return np.asarray(np.log(found) - np.log1p(-found))


def logloss(clicks: Doubles, probabilities: Doubles) -> float:
    """Mean negative log-likelihood, in nats; certainty is taken for 1 - 1e-7."""
    found = clipped(probabilities)
    return float(-np.mean(clicks * np.log(found) + (1 - clicks) * np.log1p(-found)))


def _bins(clicks: Doubles, probabilities: Doubles, bins: int) -> tuple[Doubles, Doubles, Doubles]:
    """Per bin of (nearly) equally many: rows, mean click, mean probability. Equal predictions stay together."""
    _, inverse, counts = np.unique(probabilities, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - counts / 2  # where each value stands among all rows
    number = np.minimum((middle * bins / len(probabilities)).astype(int), bins - 1)[inverse]
    size = np.bincount(number, minlength=bins).astype(np.float64)
    kept = size > 0
    rate = np.bincount(number, clicks, bins)[kept] / size[kept]
    said = np.bincount(number, probabilities, bins)[kept] / size[kept]
    return size[kept], rate, said


def calibration_error(clicks: Doubles, probabilities: Doubles, bins: int = BINS) -> float:
    """ECE: the mean distance of clicks from what was said, over bins of equally many impressions."""
    size, rate, said = _bins(clicks, probabilities, bins)
    return float((size * np.abs(rate - said)).sum() / size.sum())


def debiased_calibration_error(clicks: Doubles, probabilities: Doubles, bins: int = BINS) -> float:
    """The root of the mean squared error of the bins, less what their clicks scatter; 0 when that is more."""
    size, rate, said = _bins(clicks, probabilities, bins)
    scatter = rate * (1 - rate) / np.maximum(size - 1, 1)
    return float(np.sqrt(max(0.0, (size * ((rate - said) ** 2 - scatter)).sum() / size.sum())))


def calibration_error_if_true(probabilities: Doubles, bins: int = BINS) -> float:
    """The mean ECE of the same predictions when clicks are drawn from them: what no model can be expected to beat."""
    generator = np.random.default_rng(SEED)
    drawn = (generator.random((DRAWS, len(probabilities))) < probabilities).astype(np.float64)
    return float(np.mean([calibration_error(clicks, probabilities, bins) for clicks in drawn]))


def measured(clicks: Doubles, probabilities: Doubles) -> dict[str, float]:
    """All measures; those that rank are left out when nobody, or everybody, clicked.

    Raises NotEnoughData without impressions."""
    if not len(clicks):
        raise NotEnoughData("There are no impressions to judge by.")
    found = {}
    if 0 < clicks.sum() < len(clicks):
        found["AUC"] = float(roc_auc_score(clicks, probabilities))
        found["PR-AUC"] = float(average_precision_score(clicks, probabilities))
    return found | {
        "logloss": logloss(clicks, probabilities),
        "Brier": float(np.mean((clicks - probabilities) ** 2)),
        "ECE": calibration_error(clicks, probabilities),
        "ECE if true": calibration_error_if_true(probabilities),
        "ECE debiased": debiased_calibration_error(clicks, probabilities),
    }
