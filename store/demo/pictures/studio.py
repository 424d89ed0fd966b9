"""The demo store's picture studio: two processes draw every product in every colour, beside the rest of the load."""

import hashlib
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from common.settings import ROOT
from store.demo.catalogue import Catalogue
from store.demo.goods import Look

PICTURE_SIZE = 512
PROCESSES = 2
FOLDER = "demo"


class PictureError(RuntimeError):
    """A drawing process failed; the message holds its last words."""


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


def tasks(catalogue: Catalogue) -> list[Task]:
    """One picture per product and colour."""
    return [
        Task(number, position, f"{product.sku}-{position}.jpg", product.look)
        for number, product in enumerate(catalogue.products)
        for position in range(len(product.look.colours))
    ]


class Studio:
    """Draws into `images_dir/demo`. Use as a context: leaving it early ends what is still drawing."""

    def __init__(self, images_dir: Path, seed: int, size: int = PICTURE_SIZE) -> None:
        self._folder = images_dir / FOLDER
        self._seed, self._size = seed, size
        self._painters: list[subprocess.Popen[str]] = []

    def __enter__(self) -> "Studio":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for painter in self._painters:
            if painter.poll() is None:
                painter.terminate()
            painter.communicate()

    def begin(self, *, only_missing: bool = False) -> None:
        """Start to draw. Plain child processes: they import what drawing needs and nothing of whoever loads."""
        self._folder.mkdir(parents=True, exist_ok=True)
        words = [str(self._seed), str(self._size), str(self._folder), str(PROCESSES)]
        for share in range(PROCESSES):
            command = [sys.executable, "-m", "store.demo.pictures.painter", *words, str(share)]
            command += ["--only-missing"] if only_missing else []
            self._painters.append(
                subprocess.Popen(  # noqa: S603 - our own module, no shell
                    command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
                )
            )

    def finish(self, catalogue: Catalogue, progress: Callable[[float], None] = lambda done: None) -> list[Picture]:
        """Wait for all pictures; raises PictureError when one could not be drawn."""
        wanted = tasks(catalogue)
        for number, painter in enumerate(self._painters):
            assert painter.stdout is not None
            for drawn, _ in enumerate(painter.stdout, start=1):
                progress(min(1.0, (number + drawn * PROCESSES / len(wanted)) / PROCESSES))
            _, words = painter.communicate()
            if painter.returncode != 0:
                raise PictureError(f"The demo pictures could not be drawn: {words.strip()[-500:]}")
        return [self._picture(task) for task in wanted]

    def is_complete(self, catalogue: Catalogue) -> bool:
        return all((self._folder / task.name).exists() for task in tasks(catalogue))

    def _picture(self, task: Task) -> Picture:
        digest = hashlib.sha256((self._folder / task.name).read_bytes()).hexdigest()
        return Picture(task.product, task.position, f"{FOLDER}/{task.name}", digest)
