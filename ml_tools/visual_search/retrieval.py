"""How good a ranking is: precision at k and mean average precision, for any labels, over any vectors."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from ml_tools.visual_search.calibration import Floats

BLOCK = 256  # queries ranked at once
AT = (1, 10)

Ids = NDArray[np.int64]


def rankings(queries: Floats, gallery: Floats, *, most: int | None = None) -> Iterator[tuple[slice, Ids]]:
    """Per block of queries [n, d]: its place, and the gallery's rows by likeness (dot product), the likest first."""
    most = min(most or len(gallery), len(gallery))
    for start in range(0, len(queries), BLOCK):
        block = slice(start, start + BLOCK)
        likeness = queries[block] @ gallery.T
        if most < len(gallery):
            nearest = np.argpartition(-likeness, most - 1, axis=1)[:, :most]
            order = np.argsort(-np.take_along_axis(likeness, nearest, axis=1), axis=1, kind="stable")
            yield block, np.take_along_axis(nearest, order, axis=1)
        else:
            yield block, np.argsort(-likeness, axis=1, kind="stable")


def retrieval_metrics(
    queries: Floats, gallery: Floats, query_labels: Mapping[str, NDArray], gallery_labels: Mapping[str, NDArray]
) -> dict[str, float]:
    """`P@1 kind`, `P@10 kind`, `MAP kind`, ... for each name of the labels; queries without a label are left out.

    Queries none of whose label is in the gallery count as 0 for precision and are left out of the mean average
    precision, which is undefined there.
    """
    sums: dict[str, list[float]] = {}
    for block, order in rankings(queries, gallery):
        for name, wanted in query_labels.items():
            known = wanted[block] != ""
            hits = gallery_labels[name][order[known]] == wanted[block][known, None]
            for k in AT:
                sums.setdefault(f"P@{k} {name}", []).extend(hits[:, :k].mean(axis=1))
            relevant = hits.sum(axis=1)
            found = relevant > 0
            precision = np.cumsum(hits, axis=1) / np.arange(1, hits.shape[1] + 1)
            average = (precision * hits).sum(axis=1)[found] / relevant[found]
            sums.setdefault(f"MAP {name}", []).extend(average)
    return {name: float(np.mean(values)) for name, values in sums.items()}
