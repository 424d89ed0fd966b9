"""Chooses everything in `Calibration` on validation pictures, searched in a gallery of training pictures."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from ml_tools.visual_search.calibration import (
    SAME_LABEL_PRECISION,
    Calibration,
    Floats,
    fit_temperature,
    fit_threshold,
    softmax,
)
from ml_tools.visual_search.retrieval import Ids, rankings
from ml_tools.visual_search.vocabulary import ATTRIBUTES, UNKNOWN

PRODUCT_SHARES = (0.1, 0.15, 0.2, 0.3, 0.4)  # of the squared weights
COLOUR_SHARES = (0.2, 0.3, 0.4, 0.5)  # of what is left for kind and colour
NEIGHBOURS = 10
# Of pictures of what is sold, so many may be answered with "nothing close". Few, because photos of another kind than
# the shop's own (drawings, rooms) are less sure than those that this is chosen on.
WRONGLY_NOTHING = 0.005


@dataclass(frozen=True)
class Outputs:
    """What the bare network gave for n pictures, and their true classes by attribute, UNKNOWN for none."""

    parts: Mapping[str, Floats]
    logits: Mapping[str, Floats]
    targets: Mapping[str, NDArray[np.int64]]


def calibrate(gallery: Outputs, validation: Outputs, disturbed: Mapping[str, Floats]) -> Calibration:
    """`disturbed`: the parts of the validation pictures cropped, darkened, turned and mirrored, in the same order."""
    weights = choose_weights(gallery, validation, disturbed)
    temperatures, thresholds = {}, {}
    for name in ATTRIBUTES:
        known = validation.targets[name] != UNKNOWN
        logits, truth = validation.logits[name][known], validation.targets[name][known]
        temperatures[name] = fit_temperature(logits, truth)
        chances = softmax(logits / temperatures[name])
        thresholds[name] = fit_threshold(chances.max(axis=1), chances.argmax(axis=1) == truth)
    nearest = _nearest(weights, gallery, validation)
    return Calibration(
        weights=weights,
        temperatures=temperatures,
        thresholds=thresholds,
        likeness=_likeness_chance(weights, gallery, validation, nearest),
        same={name: _same_label(name, gallery, validation, nearest) for name in ("kind", "colour")},
        nothing_close=_nothing_close(gallery, validation),
    )


def choose_weights(gallery: Outputs, validation: Outputs, disturbed: Mapping[str, Floats]) -> dict[str, float]:
    """The weights with the best sum of: kind and both at 1 and 10, and the very picture found again when disturbed."""

    def score(weights: dict[str, float]) -> float:
        order = _nearest(weights, gallery, validation)
        kind = _hits("kind", gallery, validation, order)
        both = kind & _hits("colour", gallery, validation, order)
        again = _joined(weights, disturbed) @ _joined(weights, validation.parts).T
        found = (again.argmax(axis=1) == np.arange(len(again))).mean()
        return float(kind[:, 0].mean() + kind.mean() + both[:, 0].mean() + both.mean() + found)

    return max((_weights(p, c) for p, c in product(PRODUCT_SHARES, COLOUR_SHARES)), key=score)


def _weights(product_share: float, colour_share: float) -> dict[str, float]:
    rest = 1 - product_share
    squares = {"kind": rest * (1 - colour_share), "colour": rest * colour_share, "product": product_share}
    return {name: float(np.sqrt(square)) for name, square in squares.items()}


def _joined(weights: Mapping[str, float], parts: Mapping[str, Floats]) -> Floats:
    return np.concatenate([weight * parts[name] for name, weight in weights.items()], axis=1)


def _nearest(weights: Mapping[str, float], gallery: Outputs, validation: Outputs) -> Ids:
    """Rows of the gallery, the likest NEIGHBOURS of each validation picture."""
    queries, items = _joined(weights, validation.parts), _joined(weights, gallery.parts)
    return np.concatenate([order for _, order in rankings(queries, items, most=NEIGHBOURS)])


def _hits(name: str, gallery: Outputs, validation: Outputs, order: Ids) -> NDArray[np.bool_]:
    wanted = validation.targets[name][:, None]
    return (gallery.targets[name][order] == wanted) & (wanted != UNKNOWN)


def _part_likeness(name: str, gallery: Outputs, validation: Outputs, order: Ids) -> Floats:
    return np.einsum("qd,qkd->qk", validation.parts[name], gallery.parts[name][order])


def _likeness_chance(
    weights: Mapping[str, float], gallery: Outputs, validation: Outputs, order: Ids
) -> tuple[float, float]:
    likeness = sum(weights[name] ** 2 * _part_likeness(name, gallery, validation, order) for name in weights)
    both = _hits("kind", gallery, validation, order) & _hits("colour", gallery, validation, order)
    fitted = LogisticRegression(C=100).fit(np.asarray(likeness).reshape(-1, 1), both.ravel())
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])


def _same_label(name: str, gallery: Outputs, validation: Outputs, order: Ids) -> float:
    likeness = _part_likeness(name, gallery, validation, order).ravel()
    return fit_threshold(likeness, _hits(name, gallery, validation, order).ravel(), SAME_LABEL_PRECISION)


def nearest_kinds(gallery: Outputs, validation: Outputs) -> tuple[Floats, Floats]:
    """The kind likeness of the nearest picture [n], in the whole gallery and with the query's own kind taken out."""
    likeness = validation.parts["kind"] @ gallery.parts["kind"].T
    own = gallery.targets["kind"][None, :] == validation.targets["kind"][:, None]
    return likeness.max(axis=1), np.where(own, -1.0, likeness).max(axis=1)


def _nothing_close(gallery: Outputs, validation: Outputs) -> float:
    sold, _ = nearest_kinds(gallery, validation)
    return float(np.quantile(sold, WRONGLY_NOTHING))
