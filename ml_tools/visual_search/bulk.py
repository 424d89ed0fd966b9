"""Embedding more pictures than one machine has time for: `embedding.sights`, the job's own function, over Ray Data.

Needs the extra `scale` (`pip install 'shopclerk[scale]'`). Files may lie in a folder or in object storage; what is
written are Parquet files with a path, a vector and a problem each, to be loaded by COPY (docs/scaling.md).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from common.settings import settings
from ml_tools.device import best_device
from ml_tools.visual_search.embedding import BATCH, sights
from ml_tools.visual_search.model import load_model
from ml_tools.visual_search.network import DIMENSIONS


class Embedder:
    """One worker: loads the model once, then turns batches of bytes into vectors."""

    def __init__(self) -> None:
        config = settings()
        self._model = load_model(config.trained_dir, config.models_dir, device=best_device(), threads=config.threads)

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        """`{path, bytes}` [n] -> `{path, vector [n, 256], problem}`; a zero vector and the reason for broken ones."""
        found = sights(self._model, [bytes(data) for data in batch["bytes"]])
        nothing = np.zeros(DIMENSIONS, dtype=np.float32)
        return {
            "path": batch["path"],
            "vector": np.stack([nothing if isinstance(one, str) else one.vector for one in found]),
            "problem": np.array([one if isinstance(one, str) else "" for one in found]),
        }


def embed_files(paths: Sequence[str], *, workers: int, target: Path | None = None) -> int:
    """Embed files on `workers` processes of a Ray cluster; returns how many. Writes Parquet into `target` if given."""
    import ray

    files = ray.data.read_binary_files(list(paths), include_paths=True)
    embedded = files.map_batches(Embedder, batch_size=BATCH, concurrency=workers)
    if target is None:
        return int(embedded.materialize().count())
    embedded.write_parquet(str(target))
    return len(paths)
