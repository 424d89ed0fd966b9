"""The visual search held against pictures that it has never seen: retrieval, tags, and what it accepts by itself."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ml_tools.visual_search.calibration import Floats
from ml_tools.visual_search.datasets import Described, Split, described, garments, split_of
from ml_tools.visual_search.model import Sight, VisualModel
from ml_tools.visual_search.network import PARTS
from ml_tools.visual_search.pictures import PictureSet, Pixels, read_all
from ml_tools.visual_search.retrieval import retrieval_metrics
from ml_tools.visual_search.vocabulary import ATTRIBUTES, GARMENTS

BATCH = 64
OURS = "shopclerk"

Metrics = dict[str, dict[str, float]]  # measure -> model -> value
Words = NDArray[np.str_]


@dataclass(frozen=True)
class Pictures:
    """Some rows of a set of pictures, with the labels that their table gives."""

    source: PictureSet
    rows: Sequence[dict[str, str]]

    def words(self) -> list[Described]:
        return [described(row) for row in self.rows]

    def groups(self) -> Words:
        """What a shop sells or does not: the sub-category where the table has one, else the kind."""
        return np.array([row.get("subCategory") or row.get("articleType") or "" for row in self.rows])

    def batches(self) -> Iterator[Pixels]:
        yield from batches(self.source.pixels(self.rows))


def batches(pixels: Iterable[Pixels]) -> Iterator[Pixels]:
    """uint8 [s, s, 3] one by one -> [up to 64, s, s, 3]."""
    waiting: list[Pixels] = []
    for one in pixels:
        waiting.append(one)
        if len(waiting) == BATCH:
            yield np.stack(waiting)
            waiting = []
    if waiting:
        yield np.stack(waiting)


def whole(folder: Path) -> Pictures:
    """All pictures of a folder; raises BadRequest for one without `products.csv`."""
    source = PictureSet(folder)
    return Pictures(source, source.rows)


def held_out(folder: Path) -> tuple[Pictures, Pictures]:
    """Gallery and queries of the own split: what was trained and chosen on, and the test part."""
    source = PictureSet(folder)
    test = [row for row in source.rows if split_of(row["id"]) is Split.TEST]
    rest = [row for row in source.rows if split_of(row["id"]) is not Split.TEST]
    return Pictures(source, rest), Pictures(source, test)


def evaluate(model: VisualModel, gallery: Pictures, queries: Pictures) -> Metrics:
    """Our figures: retrieval of the queries in the gallery, tags of the queries, and "nothing close"."""
    items = [sight for batch in gallery.batches() for sight in model.see(batch)]
    asked = [sight for batch in queries.batches() for sight in model.see(batch)]
    item_words, words = gallery.words(), queries.words()
    found = {
        **retrieval_metrics(_vectors(asked), _vectors(items), retrieved_labels(words), retrieved_labels(item_words)),
        **tag_metrics(model, asked, words),
        **nothing_close_metrics(model, asked, items, queries.groups(), gallery.groups()),
    }
    return {name: {OURS: value} for name, value in found.items()}


def _vectors(sights: Sequence[Sight]) -> Floats:
    return np.stack([sight.vector for sight in sights])


def retrieved_labels(words: Sequence[Described]) -> dict[str, Words]:
    """Kind, colour, and both together, as words; "" where one is not known."""
    kind = np.array([one.kind or "" for one in words])
    colour = np.array([one.colour or "" for one in words])
    both = [f"{one.kind}/{one.colour}" if one.kind and one.colour else "" for one in words]
    return {"kind": kind, "colour": colour, "kind and colour": np.array(both)}


def tag_metrics(model: VisualModel, sights: Sequence[Sight], words: Sequence[Described]) -> dict[str, float]:
    """Per attribute: how often the first label (for colour also one of three) is right, the share that would be
    accepted without a person, and how often those are right. A label outside of the vocabulary is a wrong one."""
    found: dict[str, float] = {}
    everything: list[tuple[bool, bool]] = []  # accepted, right
    for name in ATTRIBUTES:
        pairs = [(sight.labels[name], getattr(word, name)) for sight, word in zip(sights, words, strict=True)]
        known = [(labels, truth) for labels, truth in pairs if truth]
        if not known:
            continue
        right = np.array([labels[0][0] == truth for labels, truth in known])
        sure = np.array([labels[0][1] >= model.calibration.thresholds[name] for labels, _ in known])
        found[f"tag {name}"] = float(right.mean())
        if name == "colour":
            in_three = [truth in {label for label, _ in labels} for labels, truth in known]
            found["tag colour in 3"] = float(np.mean(in_three))
        found[f"accepted {name}"] = float(sure.mean())
        found[f"accepted {name} right"] = float(right[sure].mean()) if sure.any() else 1.0
        everything += zip(sure.tolist(), right.tolist(), strict=True)
    accepted = [right for sure, right in everything if sure]
    if everything:
        found["accepted"] = len(accepted) / len(everything)
        found["accepted right"] = float(np.mean(accepted)) if accepted else 1.0
    return found


def nothing_close_metrics(
    model: VisualModel, asked: Sequence[Sight], items: Sequence[Sight], groups: Words, item_groups: Words
) -> dict[str, float]:
    """How often "nothing close" is said: wrongly of what is sold, rightly when the query's whole group is taken out."""
    known = np.isin(groups, item_groups) & (groups != "")
    if not known.any():
        return {}
    scale = 1 / model.calibration.weights["kind"] ** 2
    kind_part = slice(0, PARTS["kind"])
    likeness = _vectors(asked)[known][:, kind_part] @ _vectors(items)[:, kind_part].T * scale
    without = np.where(item_groups[None, :] == groups[known][:, None], -1.0, likeness).max(axis=1)
    limit = model.calibration.nothing_close
    return {
        "nothing close, wrongly": float((likeness.max(axis=1) < limit).mean()),
        "nothing close, rightly": float((without < limit).mean()),
    }


def garment_accuracy(model: VisualModel, data: Path) -> Metrics:
    """The share of clothing-cc0's validation photos whose kind of garment is told right; all ten kinds by name."""
    names, kinds, read = garments(data, "validation")
    logits = [model.encoder.run(batch)["logits_garment"] for batch in batches(read_all(names, read))]
    right = np.concatenate(logits).argmax(axis=1) == np.array([GARMENTS.index(kind) for kind in kinds])
    # Published for the full-size pictures of this very split.
    return {"clothing-cc0 accuracy": {OURS: float(right.mean()), "Xception": 0.903}}


def merged(*found: Mapping[str, Mapping[str, float]]) -> Metrics:
    """Figures of several models as one table."""
    together: Metrics = {}
    for metrics in found:
        for name, by_model in metrics.items():
            together.setdefault(name, {}).update(by_model)
    return together
