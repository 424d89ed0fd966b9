"""Whether a demo product's picture is found again after it was cropped, darkened, turned by 8 degrees and mirrored.

    python -m benchmarks.disturbed_pictures [--seed 20] [--json]

Draws every picture of the demo store, searches each disturbed one among all of them, and prints how often the original
comes back first. Some products look exactly alike (the same cut in the same colour by two brands): a picture that is
pixel for pixel the same counts as the original.
"""

import argparse
import json
from concurrent.futures import ProcessPoolExecutor

import numpy as np
from rich.console import Console
from rich.table import Table

from common.settings import settings
from ml_tools.visual_search.disturb import DISTURBANCES, disturbed
from ml_tools.visual_search.model import VisualModel, load_model
from ml_tools.visual_search.pictures import SIDE, squared
from store.demo.catalogue import catalogue
from store.demo.goods import Look
from store.demo.pictures.drawing import draw
from store.demo.pictures.studio import PICTURE_SIZE, tasks

GROUPS = {
    "phones": {"phone"}, "shoes": {"sneaker", "boot", "heel", "loafer"}, "dresses": {"dress"},
}  # fmt: skip


def drawn(task: tuple[Look, int]) -> np.ndarray:
    """As the shop keeps it, then as the network sees it."""
    return squared(draw(*task, PICTURE_SIZE), SIDE)


def vectors(model: VisualModel, pixels: np.ndarray) -> np.ndarray:
    return np.concatenate(
        [[sight.vector for sight in model.see(pixels[at : at + 64])] for at in range(0, len(pixels), 64)]
    )


def measure(model: VisualModel, seed: int) -> dict[str, dict[str, float]]:
    """Share of pictures found again, by group of goods and disturbance."""
    goods = tasks(catalogue(seed))
    with ProcessPoolExecutor(2) as pool:
        pixels = np.stack(list(pool.map(drawn, [(task.look, task.position) for task in goods], chunksize=32)))
    _, same = np.unique(pixels.reshape(len(pixels), -1), axis=0, return_inverse=True)
    gallery = vectors(model, pixels)
    found: dict[str, dict[str, float]] = {name: {} for name in (*GROUPS, "everything")}
    for how in DISTURBANCES:
        asked = vectors(model, np.stack([disturbed(one, how) for one in pixels]))
        first = (asked @ gallery.T).argmax(axis=1)
        again = same[first] == same
        for name in found:
            member = np.array([name == "everything" or task.look.kind in GROUPS[name] for task in goods])
            found[name][how] = float(again[member].mean())
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    config = settings()
    model = load_model(config.trained_dir, config.models_dir, device="cpu", threads=config.threads)
    found = measure(model, options.seed)
    if options.json:
        print(json.dumps(found))
        return
    table = Table("the original comes first", *DISTURBANCES)
    for name, shares in found.items():
        table.add_row(name, *(f"{share:.3f}" for share in shares.values()))
    Console().print(table)


if __name__ == "__main__":
    main()
