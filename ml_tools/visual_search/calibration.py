"""What was chosen on validation data, apart from the weights: how parts weigh, how sure a label is, what is close.

Everything here is plain numbers that ship as `calibration.json` beside the network.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml_tools.errors import BrokenArtefact
from ml_tools.visual_search.vocabulary import ATTRIBUTES

Floats = NDArray[np.float32]
PRECISION = 0.95  # of what is accepted without a person
SAME_LABEL_PRECISION = 0.9  # of what a card calls the same kind or colour


@dataclass(frozen=True)
class Calibration:
    """`weights`: of the embedding's parts, squares summing to 1. `temperatures` and `thresholds`: per attribute.

    `likeness`: slope and intercept of the chance that a likeness (cosine) means the same kind and colour. `same`: from
    which part likeness on two pictures show the same kind or colour. `nothing_close`: the kind likeness of the nearest
    product below which the shop sells nothing of the kind.
    """

    weights: Mapping[str, float]
    temperatures: Mapping[str, float]
    thresholds: Mapping[str, float]
    likeness: tuple[float, float]
    same: Mapping[str, float]
    nothing_close: float

    @classmethod
    def from_json(cls, raw: Any) -> "Calibration":
        """Raises BrokenArtefact for anything that is not whole."""
        try:
            slope, intercept = raw["likeness"]
            found = cls(
                {part: float(raw["weights"][part]) for part in ("kind", "colour", "product")},
                {name: float(raw["temperatures"][name]) for name in ATTRIBUTES},
                {name: float(raw["thresholds"][name]) for name in ATTRIBUTES},
                (float(slope), float(intercept)),
                {name: float(raw["same"][name]) for name in ("kind", "colour")},
                float(raw["nothing_close"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise BrokenArtefact("The calibration does not have the right shape.") from error
        if not np.isclose(sum(weight**2 for weight in found.weights.values()), 1, atol=1e-3):
            raise BrokenArtefact("The weights of the embedding's parts do not make a unit vector.")
        return found

    def to_json(self) -> dict[str, Any]:
        return {key: dict(value) if isinstance(value, Mapping) else value for key, value in asdict(self).items()}

    def vectors(self, parts: Mapping[str, Floats]) -> Floats:
        """Unit parts [n, d] -> unit vectors [n, 256]: the cosine of two is the weighted mean of their parts'."""
        return np.concatenate([self.weights[name] * parts[name] for name in ("kind", "colour", "product")], axis=1)

    def confidences(self, attribute: str, logits: Floats) -> Floats:
        """Logits [n, classes] -> calibrated chances [n, classes] (temperature scaling, Guo et al., 2017)."""
        return softmax(logits / self.temperatures[attribute])

    def chance_of_same(self, likeness: float) -> float:
        """The chance, 0..1, that a picture of that likeness shows the same kind in the same colour."""
        slope, intercept = self.likeness
        return float(1 / (1 + np.exp(-(slope * likeness + intercept))))


def softmax(logits: Floats) -> Floats:
    exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponents / exponents.sum(axis=1, keepdims=True)


def fit_temperature(logits: Floats, truth: NDArray[np.int64]) -> float:
    """The temperature with the least negative log-likelihood of the true classes [n]."""

    def loss(temperature: float) -> float:
        chances = softmax(logits / temperature)[np.arange(len(truth)), truth]
        return float(-np.log(np.maximum(chances, 1e-9)).mean())

    return float(min(np.exp(np.linspace(-1.5, 1.5, 121)), key=loss))


def fit_threshold(confidence: Floats, right: NDArray[np.bool_], precision: float = PRECISION) -> float:
    """The least confidence from which on labels are right often enough; 1.01 (never) when no confidence is.

    The precision must hold for all labels at or above the threshold, one standard error included, so that a lucky
    handful of examples does not lower it.
    """
    order = np.argsort(-confidence)
    hits = np.cumsum(right[order])
    count = np.arange(1, len(order) + 1)
    share = hits / count
    safe = share - np.sqrt(np.maximum(share * (1 - share), 0.25 / count) / count) >= precision
    return float(confidence[order][np.flatnonzero(safe)[-1]]) if safe.any() else 1.01
