"""Pictures as the network sees them: any JPEG, PNG or WebP becomes 224 x 224 RGB; and folders of labelled pictures."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from common.errors import BadRequest

SIDE = 224
MOST_PIXELS = 40_000_000
FORMATS = ("JPEG", "PNG", "WEBP")
Pixels = NDArray[np.uint8]
Reader = Callable[[str], bytes]


def read_picture(data: bytes, side: int = SIDE) -> Pixels:
    """The picture in `data` as uint8 [side, side, 3], upright, whole, on a square of its own border's colour.

    Transparency becomes white, 16-bit and CMYK become plain RGB. Raises BadRequest with the reason for anything else.
    """
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise BadRequest(f"The picture has more than {MOST_PIXELS // 1_000_000} million pixels.")
            image.draft("RGB", (2 * side, 2 * side))
            image.load()
            return squared(_rgb(ImageOps.exif_transpose(_smaller(image, side))), side)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise BadRequest("The picture is broken or no JPEG, PNG or WebP.") from error


def _smaller(image: Image.Image, side: int) -> Image.Image:
    """A large picture in a size that is no more than needed, so that converting it takes little memory."""
    factor = min(image.size) // (2 * side)
    if factor < 2:
        return image
    if image.mode.startswith("I;"):
        image = image.convert("I")
    elif image.mode in ("1", "P", "PA"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    exif, small = image.getexif(), image.reduce(factor)
    small.getexif().update(exif)
    return small


def squared(image: Image.Image, side: int = SIDE) -> Pixels:
    """An RGB picture shrunk or grown to `side` on its longer side, and filled up with the median of its border."""
    scale = side / max(image.size)
    width, height = (max(1, round(length * scale)) for length in image.size)
    small = np.asarray(image.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=2.0))
    if (width, height) == (side, side):
        return small
    border = np.concatenate([small[0], small[-1], small[:, 0], small[:, -1]])
    whole = np.empty((side, side, 3), dtype=np.uint8)
    whole[:] = np.median(border, axis=0)
    top, left = (side - height) // 2, (side - width) // 2
    whole[top : top + height, left : left + width] = small
    return whole


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I") or image.mode == "F":  # 16 bits a pixel: the upper half of them
        wide = np.asarray(image, dtype=np.float32)
        image = Image.fromarray((wide * (255 / max(65535.0, float(wide.max(initial=1))))).astype(np.uint8), "L")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image).convert("RGB")
    return image.convert("RGB")


def read_all(names: Iterable[str], read: Reader, *, side: int = SIDE, threads: int = 2) -> Iterator[Pixels]:
    """The named pictures in their order, decoded a few at a time; raises BadRequest naming the first broken one."""

    def one(name: str) -> Pixels:
        try:
            return read_picture(read(name), side)
        except (KeyError, OSError) as error:
            raise BadRequest(f"There is no picture {name!r}.") from error
        except BadRequest as error:
            raise BadRequest(f"{name}: {error.message}") from error

    with ThreadPoolExecutor(threads) as pool:
        yield from pool.map(one, names)


class PictureSet:
    """A folder with `products.csv` (a row a picture; the column `image` names its file) and `images.zip` or files."""

    def __init__(self, folder: Path) -> None:
        table = folder / "products.csv"
        if not table.is_file():
            raise BadRequest(f"{folder} holds no products.csv.")
        with table.open(encoding="utf-8", newline="") as file:
            self.rows = list(csv.DictReader(file))
        if not self.rows or "image" not in self.rows[0]:
            raise BadRequest(f"{table} needs a column `image` and at least one row.")
        self.name = folder.name
        self._folder = folder
        archive = folder / "images.zip"
        self._zip = zipfile.ZipFile(archive) if archive.is_file() else None

    def read(self, name: str) -> bytes:
        """The bytes of one picture; KeyError or OSError when there is none."""
        if self._zip is None:
            return (self._folder / name).read_bytes()
        try:
            return self._zip.read(name)
        except KeyError:
            return self._zip.read(Path(name).name)

    def pixels(self, rows: Iterable[dict[str, str]]) -> Iterator[Pixels]:
        return read_all((row["image"] for row in rows), self.read)
