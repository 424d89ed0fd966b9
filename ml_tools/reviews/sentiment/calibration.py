"""From logits to probabilities that can be believed: Platt scaling (Platt, 1999) fitted on the validation part."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

AGREEING_BINS = 10


@dataclass(frozen=True)
class Judged:
    """Probabilities that a writer is content, and that they say both good and bad."""

    positive: float
    mixed: float


@dataclass(frozen=True)
class Calibration:
    """probability = sigmoid(slope * logit + shift), of each logit."""

    positive_slope: float = 1.0
    positive_shift: float = 0.0
    mixed_slope: float = 1.0
    mixed_shift: float = 0.0

    def positive(self, logits: np.ndarray) -> np.ndarray:
        return _sigmoid(self.positive_slope * logits + self.positive_shift)

    def mixed(self, logits: np.ndarray) -> np.ndarray:
        return _sigmoid(self.mixed_slope * logits + self.mixed_shift)

    def judge(self, pieces: np.ndarray) -> Judged:
        """One text from the logits (pieces, 2) of its pieces; pieces that contradict each other make it mixed."""
        positive = float(self.positive(pieces[:, 0].mean()))
        mixed = float(self.mixed(pieces[:, 1]).mean())
        if len(pieces) > 1:
            each = self.positive(pieces[:, 0])
            divided = 2 * min(float((each > 0.7).mean()), float((each < 0.3).mean()))
            mixed = max(mixed, min(divided, 0.95))
        return Judged(positive, mixed)


def fit(logits: np.ndarray, positive: np.ndarray, mixed_logits: np.ndarray, mixed: np.ndarray) -> Calibration:
    """Slopes and shifts from validation logits and their labels; none of the arrays may be of one class alone."""
    return Calibration(*_platt(logits, positive), *_platt(mixed_logits, mixed))


def _platt(logits: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=1e4).fit(logits.reshape(-1, 1), labels)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def calibration_error(positive: np.ndarray, labels: np.ndarray, bins: int = AGREEING_BINS) -> float:
    """Expected calibration error (Naeini et al., 2015) of the chosen class, over equally wide bins of confidence."""
    chosen = positive >= 0.5
    confidence = np.where(chosen, positive, 1 - positive)
    right = chosen == (np.asarray(labels) > 0.5)
    places = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps: Sequence[float] = [
        float((places == place).mean() * abs(right[places == place].mean() - confidence[places == place].mean()))
        for place in np.unique(places)
    ]
    return float(sum(gaps))


def _sigmoid(values: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -30, 30))))
