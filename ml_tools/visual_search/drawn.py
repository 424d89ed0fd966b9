"""Pictures drawn by code to learn from: whole assortments like the demo store's, but none of its own products.

They teach kinds that the photos lack (phones, lamps, chairs, ...), exact patterns, and to tell look-alikes apart.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ml_tools.visual_search.pictures import SIDE, Pixels
from ml_tools.visual_search.vocabulary import COLOUR_OF_PALETTE, KIND_OF_DRAWING
from store.demo.catalogue import catalogue
from store.demo.colours import PALETTE
from store.demo.goods import DemoProduct, Look
from store.demo.pictures.drawing import draw
from store.demo.seeds import stream

if TYPE_CHECKING:
    from ml_tools.visual_search.datasets import Described

PROCESSES = 2
_NAME_OF_RGB = {rgb: name for name, rgb in PALETTE.items()}


def drawn_goods(seeds: Iterable[int]) -> tuple[Pixels, list["Described"]]:
    """Pictures [n, 224, 224, 3] and their labels: one picture a product and colour, of one assortment a seed."""
    tasks = [task for seed in seeds for task in _tasks(seed)]
    with ProcessPoolExecutor(PROCESSES) as pool:
        pixels = list(pool.map(_drawn, [(look, at) for look, at, _ in tasks], chunksize=32))
    return np.stack(pixels), [words for _, _, words in tasks]


def _tasks(seed: int) -> Iterator[tuple[Look, int, "Described"]]:
    rng = stream(seed, "drawn goods")
    for product in catalogue(seed).products:
        look = product.look
        if look.kind == "phone":  # phones are the same for every seed: give them colours that they do not come in
            names = rng.choice(list(PALETTE), size=2, replace=False)
            look = replace(look, colours=tuple(PALETTE[str(name)] for name in names))
        for at, rgb in enumerate(look.colours):
            yield look, at, _described(product, look, _NAME_OF_RGB[rgb])


def _described(product: DemoProduct, look: Look, colour: str) -> "Described":
    from ml_tools.visual_search.datasets import Described

    kind = KIND_OF_DRAWING.get(f"{look.kind}/{look.cut}") or KIND_OF_DRAWING[look.kind]
    # Who wears drawn clothes cannot be seen: the drawings are the same for all.
    return Described(kind=kind, colour=COLOUR_OF_PALETTE.get(colour, colour), pattern=look.pattern)


def _drawn(task: tuple[Look, int]) -> Pixels:
    look, at = task
    return np.asarray(draw(look, at, SIDE))
