"""The figures of the network on a shop's pictures: retrieval, tags, what is accepted alone, and garment kinds."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ml_tools.visual_search.calibrate import Outputs, nearest_kinds
from ml_tools.visual_search.calibration import Calibration, Floats
from ml_tools.visual_search.pictures import Pixels, Reader, read_all
from ml_tools.visual_search.retrieval import retrieval_metrics
from ml_tools.visual_search.vocabulary import ATTRIBUTES, GARMENTS, UNKNOWN

RETRIEVED = ("kind", "colour")


def shop_metrics(chosen: Calibration, gallery: Sequence[Outputs], queries: Outputs) -> dict[str, float]:
    """Everything that is measured on pictures with known attributes."""
    items = np.concatenate([chosen.vectors(one.parts) for one in gallery])
    item_labels = _retrieval_labels(
        {name: np.concatenate([one.targets[name] for one in gallery]) for name in RETRIEVED}
    )
    return {
        **retrieval_metrics(chosen.vectors(queries.parts), items, _retrieval_labels(queries.targets), item_labels),
        **tag_metrics(chosen, queries),
        **nothing_close_metrics(chosen, gallery, queries),
    }


def _retrieval_labels(targets: Mapping[str, NDArray[np.int64]]) -> dict[str, NDArray[np.str_]]:
    """Class indices as strings, "" for unknown, and kind and colour together."""
    words = {name: np.where(targets[name] == UNKNOWN, "", targets[name].astype(str)) for name in RETRIEVED}
    known = (words["kind"] != "") & (words["colour"] != "")
    both = np.char.add(np.char.add(words["kind"], "/"), words["colour"])
    return {**words, "kind and colour": np.where(known, both, "")}


def tag_metrics(chosen: Calibration, queries: Outputs) -> dict[str, float]:
    """Per attribute: accuracy (and within the first three), the share accepted alone, and how often that is right."""
    found: dict[str, float] = {}
    accepted, right, seen = 0, 0, 0
    for name in ATTRIBUTES:
        known = queries.targets[name] != UNKNOWN
        if not known.any():
            continue
        truth = queries.targets[name][known]
        chances = chosen.confidences(name, queries.logits[name][known])
        order = np.argsort(-chances, axis=1)
        correct = order[:, 0] == truth
        sure = chances.max(axis=1) >= chosen.thresholds[name]
        found[f"tag {name}"] = float(correct.mean())
        if name == "colour":
            found["tag colour in 3"] = float((order[:, :3] == truth[:, None]).any(axis=1).mean())
        found[f"accepted {name}"] = float(sure.mean())
        found[f"accepted {name} right"] = float(correct[sure].mean()) if sure.any() else 1.0
        accepted, right, seen = accepted + int(sure.sum()), right + int(correct[sure].sum()), seen + len(truth)
    return {**found, "accepted": accepted / max(seen, 1), "accepted right": right / max(accepted, 1)}


def nothing_close_metrics(chosen: Calibration, gallery: Sequence[Outputs], queries: Outputs) -> dict[str, float]:
    """How often "nothing close" is said: wrongly of what is sold, rightly when the query's kind is taken out."""
    joined = Outputs(
        {"kind": np.concatenate([one.parts["kind"] for one in gallery])},
        {},
        {"kind": np.concatenate([one.targets["kind"] for one in gallery])},
    )
    known = queries.targets["kind"] != UNKNOWN
    asked = Outputs({"kind": queries.parts["kind"][known]}, {}, {"kind": queries.targets["kind"][known]})
    sold, missing = nearest_kinds(joined, asked)
    return {
        "nothing close, wrongly": float((sold < chosen.nothing_close).mean()),
        "nothing close, rightly": float((missing < chosen.nothing_close).mean()),
    }


def garment_accuracy(
    run: Callable[[Pixels], Mapping[str, Floats]], names: Sequence[str], kinds: Sequence[str], read: Reader
) -> float:
    """The share of garment photos whose kind is told right."""
    logits = run(np.stack(list(read_all(names, read))))["logits_garment"]
    return float((logits.argmax(axis=1) == np.array([GARMENTS.index(kind) for kind in kinds])).mean())
