"""One drawing process: `python -m store.demo.pictures.painter SEED SIZE FOLDER PROCESSES SHARE [--only-missing]`.

Draws every PROCESSES-th picture of the catalogue, and prints a picture's name when it is there."""

import sys
from pathlib import Path

from store.demo.catalogue import catalogue
from store.demo.pictures.drawing import draw
from store.demo.pictures.studio import tasks


def paint(seed: int, size: int, folder: Path, processes: int, share: int, *, only_missing: bool) -> None:
    for task in tasks(catalogue(seed))[share::processes]:
        path = folder / task.name
        if only_missing and path.exists():
            continue
        # Under another name first: a picture that is there is whole.
        draft = path.with_suffix(".draft")
        draw(task.look, task.position, size).save(draft, "JPEG", quality=88)
        draft.replace(path)
        sys.stdout.write(f"{task.name}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    seed, size, folder, processes, share, *rest = sys.argv[1:]
    paint(int(seed), int(size), Path(folder), int(processes), int(share), only_missing=rest == ["--only-missing"])
