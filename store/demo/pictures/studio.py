"""The demo store's picture studio: two processes draw every product in every colour, beside the rest of the load."""

import hashlib
import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from store.demo.catalogue import Catalogue
from store.demo.goods import Look
from store.demo.pictures.drawing import draw

PICTURE_SIZE = 512
PROCESSES = 2
BATCH = 12
FOLDER = "demo"


@dataclass(frozen=True)
class Task:
    product: int  # index in the catalogue
    position: int  # 0 is the main picture; one per colour
    name: str
    look: Look


@dataclass(frozen=True)
class Picture:
    """A drawn picture; `path` is relative to the images folder."""

    product: int
    position: int
    path: str
    sha256: str


class Studio:
    """Draws into `images_dir/demo`. Use as a context: leaving it early abandons what is not drawn yet."""

    def __init__(self, images_dir: Path, size: int = PICTURE_SIZE) -> None:
        self._folder = images_dir / FOLDER
        self._size = size
        # A fresh interpreter per process: a fork would copy threads and sockets of whoever loads.
        self._pool = ProcessPoolExecutor(PROCESSES, mp_context=multiprocessing.get_context("spawn"))
        self._batches: list[Future[list[Picture]]] = []

    def __enter__(self) -> "Studio":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def begin(self, catalogue: Catalogue) -> None:
        """Start to draw every product."""
        self._submit(tasks(catalogue))

    def finish(self, progress: Callable[[float], None] = lambda done: None) -> list[Picture]:
        """Wait for all pictures; an error of a drawing is raised here."""
        drawn: list[Picture] = []
        for number, batch in enumerate(self._batches):
            progress(number / len(self._batches))
            drawn.extend(batch.result())
        return drawn

    def draw_missing(self, catalogue: Catalogue) -> int:
        """Draw only what is not in the folder; returns how many pictures that were."""
        missing = [task for task in tasks(catalogue) if not (self._folder / task.name).exists()]
        self._submit(missing)
        return len(self.finish())

    def _submit(self, wanted: Sequence[Task]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        for first in range(0, len(wanted), BATCH):
            batch = list(wanted[first : first + BATCH])
            self._batches.append(self._pool.submit(_draw_all, batch, self._folder, self._size))


def tasks(catalogue: Catalogue) -> list[Task]:
    """One picture per product and colour."""
    return [
        Task(number, position, f"{product.sku}-{position}.jpg", product.look)
        for number, product in enumerate(catalogue.products)
        for position in range(len(product.look.colours))
    ]


def _draw_all(batch: list[Task], folder: Path, size: int) -> list[Picture]:
    return [_draw_one(task, folder, size) for task in batch]


def _draw_one(task: Task, folder: Path, size: int) -> Picture:
    path = folder / task.name
    draw(task.look, task.position, size).save(path, "JPEG", quality=88, optimize=False)
    return Picture(task.product, task.position, f"{FOLDER}/{task.name}", hashlib.sha256(path.read_bytes()).hexdigest())
