"""The visual search's evaluation as a command: on given folders, or on the held-out parts of the public sets."""

import time
from pathlib import Path
from typing import Any

from common.settings import Settings, settings
from ml_tools.device import best_device
from ml_tools.visual_search.datasets import PHOTOS
from ml_tools.visual_search.evaluate import OURS, Metrics, evaluate, garment_accuracy, held_out, merged, whole
from ml_tools.visual_search.model import NAME, load_model


def evaluate_visual_search(gallery: Path | None, queries: Path | None, *, peers: bool) -> dict[str, Any]:
    """The result as `report` prints it; raises BadRequest for folders that hold no pictures."""
    started, config = time.perf_counter(), settings()
    model = load_model(config.trained_dir, config.models_dir, device=best_device(), threads=config.threads)
    own_split = gallery is None or queries is None
    items, asked = (
        held_out(config.shopclerk_data / PHOTOS)
        if gallery is None or queries is None
        else (whole(gallery), whole(queries))
    )
    found = [evaluate(model, items, asked)]
    if peers:
        from ml_tools.visual_search.peers import evaluate_peer
        from ml_tools.visual_search.peers import peers as every_peer

        found += [evaluate_peer(name, features, items, asked) for name, features in every_peer().items()]
    if own_split:
        found += [garment_accuracy(model, config.shopclerk_data), *_fashion_mnist(config)]
    return {
        "tool": "visual-search",
        "model": {"name": NAME, "version": model.version},
        "data": f"{items.source.name} (own split)" if own_split else f"{asked.source.name} in {items.source.name}",
        "rows": len(asked.rows),
        "metrics": merged(*found),
        "seconds": round(time.perf_counter() - started, 1),
    }


def _fashion_mnist(config: Settings) -> list[Metrics]:
    """The plain reference's accuracy on Fashion-MNIST's test pictures; nothing where they are not installed."""
    from ml_tools.artefacts import open_artefact
    from ml_tools.visual_search.fashion_mnist import artefact, data

    if not data.FOLDER.is_dir():
        return []
    measured = artefact.evaluate(
        open_artefact(config.models_dir / artefact.TOOL), data.test(data.FOLDER), threads=config.threads
    )
    # Published, for a network of about as many parameters that was trained far longer.
    return [{"Fashion-MNIST accuracy": {OURS: measured.accuracy, "DenseNet-BC": 0.954}}]
