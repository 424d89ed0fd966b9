"""Fashion-MNIST as it is published: four gzipped idx files, and this project's own split of its training pictures.

The last 5,000 of the 60,000 training pictures are for validation: every choice is made on them. The 10,000 test
pictures are for the measurement at the end, and nothing else reads them.
"""

import gzip
import math
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from common.errors import BadRequest

FOLDER = Path("/usr/share/datasets/fashion-mnist")  # of Debian's package dataset-fashion-mnist
SIDE = 28
VALIDATION = 5_000
CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
_UNSIGNED_BYTES = b"\x00\x00\x08"  # an idx file begins with these and its number of dimensions


@dataclass(frozen=True)
class Pictures:
    """`pixels`: uint8 [n, 28, 28], 0 is the background; `labels`: int64 [n], positions in CLASSES."""

    pixels: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)


def training(folder: Path) -> Pictures:
    found = _part(folder, "train")
    return Pictures(found.pixels[:-VALIDATION], found.labels[:-VALIDATION])


def validation(folder: Path) -> Pictures:
    found = _part(folder, "train")
    return Pictures(found.pixels[-VALIDATION:], found.labels[-VALIDATION:])


def test(folder: Path) -> Pictures:
    return _part(folder, "t10k")


def _part(folder: Path, name: str) -> Pictures:
    pixels = read_idx(folder / f"{name}-images-idx3-ubyte.gz")
    labels = read_idx(folder / f"{name}-labels-idx1-ubyte.gz")
    if pixels.shape[1:] != (SIDE, SIDE) or labels.shape != pixels.shape[:1]:
        raise BadRequest(f"{folder} holds pictures {pixels.shape} and labels {labels.shape}, which do not match.")
    if len(labels) and labels.max() >= len(CLASSES):
        raise BadRequest(f"{folder} holds the label {labels.max()}; Fashion-MNIST has labels 0 to {len(CLASSES) - 1}.")
    return Pictures(pixels, labels.astype(np.int64))


def read_idx(path: Path) -> np.ndarray:
    """The uint8 array of a gzipped idx file, of any number of dimensions; BadRequest when it is missing or broken."""
    try:
        content = gzip.decompress(path.read_bytes())
    except FileNotFoundError as error:
        raise BadRequest(
            f"{path} is missing. `apt-get install dataset-fashion-mnist` puts Fashion-MNIST into {FOLDER}; "
            "--data names another folder with the same four files."
        ) from error
    except (OSError, EOFError, zlib.error) as error:
        raise BadRequest(f"{path} is no gzip file, or is cut: {error}.") from error
    if content[:3] != _UNSIGNED_BYTES or len(content) < 4 + 4 * content[3]:
        raise BadRequest(f"{path} is no idx file of unsigned bytes.")
    shape = struct.unpack_from(f">{content[3]}I", content, 4)
    values = np.frombuffer(content, np.uint8, offset=4 + 4 * len(shape))
    if len(values) != math.prod(shape):
        raise BadRequest(f"{path} promises {shape} values and holds {len(values):,}.")
    return values.reshape(shape).copy()  # torch wants arrays that it may write to
