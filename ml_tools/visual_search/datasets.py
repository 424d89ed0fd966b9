"""What the network learns from: labelled pictures of three sources as one set of arrays, split by product.

A product's split follows from a hash of its id, so that it is the same on every machine and for ever:
train 80 %, validation 8 % (what is chosen and calibrated on), test 12 % (only ever evaluated on).
"""

import hashlib
import io
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from common.errors import BadRequest
from ml_tools.visual_search.drawn import drawn_goods
from ml_tools.visual_search.pictures import SIDE, PictureSet, Pixels, read_all
from ml_tools.visual_search.vocabulary import (
    ATTRIBUTES,
    AUDIENCE_OF_GENDER,
    GARMENTS,
    PATTERNS,
    STYLE_OF_USAGE,
    UNKNOWN,
    Labels,
    pattern_in,
)

VALIDATION_SHARE, TEST_SHARE = 0.08, 0.12
LEAST_EXAMPLES = 5  # classes with fewer teach nothing that would hold
PHOTOS, GARMENT_PHOTOS = "fashion-photos", "clothing-cc0"


class Split(StrEnum):
    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


def split_of(product_id: str) -> Split:
    """The split that a product belongs to."""
    place = int.from_bytes(hashlib.sha256(product_id.encode()).digest()[:4]) / 2**32
    if place < TEST_SHARE:
        return Split.TEST
    return Split.VALIDATION if place < TEST_SHARE + VALIDATION_SHARE else Split.TRAIN


@dataclass(frozen=True)
class Goods:
    """n pictures: pixels [n, 224, 224, 3], and per attribute (and "garment") the class index [n], UNKNOWN for none."""

    pixels: Pixels
    targets: dict[str, NDArray[np.int64]]

    def __len__(self) -> int:
        return len(self.pixels)


@dataclass(frozen=True)
class Described:
    """One picture's labels as words; None where nothing is known."""

    kind: str | None = None
    colour: str | None = None
    pattern: str | None = None
    style: str | None = None
    audience: str | None = None
    garment: str | None = None


def described(row: dict[str, str]) -> Described:
    """The labels in a row of a `products.csv` with the columns of fashion-photos."""
    return Described(
        kind=row.get("articleType") or None,
        colour=row.get("baseColour") or None,
        pattern=pattern_in(row.get("productDisplayName", "")),
        style=STYLE_OF_USAGE.get(row.get("usage", "")),
        audience=AUDIENCE_OF_GENDER.get(row.get("gender", "")),
    )


def labels_of(words: Iterable[Described]) -> Labels:
    """The vocabulary of a training set; kinds and colours with too few examples are left out."""
    rows = list(words)

    def frequent(values: Iterable[str | None]) -> list[str]:
        counts = Counter(value for value in values if value)
        return sorted(value for value, count in counts.items() if count >= LEAST_EXAMPLES)

    return Labels(
        {
            "kind": frequent(row.kind for row in rows),
            "colour": frequent(row.colour for row in rows),
            "pattern": list(PATTERNS),
            "style": sorted(set(STYLE_OF_USAGE.values())),
            "audience": sorted(set(AUDIENCE_OF_GENDER.values())),
        }
    )


def goods(pixels: Pixels, words: Sequence[Described], labels: Labels) -> Goods:
    targets = {
        name: np.array([labels.index(name, getattr(word, name)) for word in words], dtype=np.int64)
        for name in ATTRIBUTES
    }
    garment = [GARMENTS.index(word.garment) if word.garment else UNKNOWN for word in words]
    return Goods(pixels, {**targets, "garment": np.array(garment, dtype=np.int64)})


def training_goods(data: Path, *, drawings: int = 2) -> tuple[Goods, Labels]:
    """Everything that is learnt from: the training split of the photos, all garment photos meant for training, and
    freshly drawn goods (`drawings` whole assortments, none of them the demo store's). BadRequest without the data."""
    photos = PictureSet(data / PHOTOS)
    rows = [row for row in photos.rows if split_of(row["id"]) is Split.TRAIN]
    names, kinds, read = garments(data, "train")
    drawn_pixels, drawn_words = drawn_goods(seeds=range(101, 101 + drawings))
    words = [
        *(described(row) for row in rows),
        *(Described(garment=kind) for kind in kinds),
        *drawn_words,
    ]
    pixels = np.empty((len(words), SIDE, SIDE, 3), dtype=np.uint8)
    for at, picture in enumerate(photos.pixels(rows)):
        pixels[at] = picture
    for at, picture in enumerate(read_all(names, read), start=len(rows)):
        pixels[at] = picture
    pixels[len(rows) + len(names) :] = drawn_pixels
    labels = labels_of(words)
    return goods(pixels, words, labels), labels


def photo_goods(data: Path, split: Split, labels: Labels) -> Goods:
    """One split of the photos."""
    photos = PictureSet(data / PHOTOS)
    rows = [row for row in photos.rows if split_of(row["id"]) is split]
    return goods(np.stack(list(photos.pixels(rows))), [described(row) for row in rows], labels)


def garments(data: Path, part: str) -> tuple[list[str], list[str], Callable[[str], bytes]]:
    """Names, kinds and a reader of the garment photos in `train` or `validation`; a folder is a kind."""
    path = data / GARMENT_PHOTOS / f"{part}.zip"
    if not path.is_file():
        raise BadRequest(f"There is no {path}.")
    archive = zipfile.ZipFile(io.BytesIO(path.read_bytes()))
    names = sorted(name for name in archive.namelist() if not name.endswith("/"))
    return names, [name.rsplit("/", 2)[-2] for name in names], archive.read
