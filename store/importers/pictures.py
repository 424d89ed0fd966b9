"""Product pictures of an import: found in a folder or a zip, checked, and put into the store's folder by their hash."""

import hashlib
import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import psycopg
from PIL import Image, UnidentifiedImageError

from common.errors import BadRequest
from store.importers.report import Errors

MOST_BYTES = 20_000_000
MOST_PIXELS = 40_000_000
SUFFIXES = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp"}


class Pictures(Protocol):
    """Where the files named in the column `images` are; names are relative, with `/`."""

    def read(self, name: str) -> bytes:
        """The file's bytes; raises OSError or KeyError when there is none."""


class PictureFolder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    def read(self, name: str) -> bytes:
        path = (self._folder / name).resolve()
        if not path.is_relative_to(self._folder):
            raise FileNotFoundError(name)
        if path.stat().st_size > MOST_BYTES:
            raise ValueError(f"is larger than {MOST_BYTES // 1_000_000} MB")
        return path.read_bytes()


class PictureZip:
    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path)

    def read(self, name: str) -> bytes:
        if self._zip.getinfo(name).file_size > MOST_BYTES:
            raise ValueError(f"is larger than {MOST_BYTES // 1_000_000} MB")
        return self._zip.read(name)


def open_pictures(path: Path) -> Pictures:
    """A folder or a zip; raises BadRequest when it is neither."""
    if path.is_dir():
        return PictureFolder(path)
    try:
        return PictureZip(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise BadRequest(f"{path} is neither a folder nor a zip of pictures.") from error


def suffix(data: bytes) -> str:
    """`.jpg`, `.png` or `.webp`; raises ValueError with the reason for anything else."""
    try:
        with Image.open(io.BytesIO(data), formats=list(SUFFIXES)) as image:
            if image.width * image.height > MOST_PIXELS:
                raise ValueError(f"has more than {MOST_PIXELS // 1_000_000} million pixels")
            image.verify()
            return SUFFIXES[str(image.format)]
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError):
        raise ValueError("is not a readable JPEG, PNG or WebP picture") from None


@contextmanager
def copied(cursor: psycopg.Cursor, pictures: Pictures | None, images_dir: Path, errors: Errors) -> Iterator[None]:
    """Puts every picture that the staged rows name into `images_dir`, and the table `copied_images` (name, path,
    sha256) beside them; takes the new files away again when the block fails."""
    written: list[Path] = []
    cursor.execute("CREATE TEMP TABLE copied_images (name text, path text, sha256 text) ON COMMIT DROP")
    try:
        for line, name in _named(cursor):
            try:
                if pictures is None:
                    raise ValueError("needs a folder or a zip of pictures (--images)")
                data = pictures.read(name)
                digest = hashlib.sha256(data).hexdigest()
                target = images_dir / f"{digest}{suffix(data)}"
            except (OSError, KeyError):
                errors.add(line, "images", f"there is no picture {name!r}")
            except ValueError as error:
                errors.add(line, "images", f"{name!r} {error}")
            else:
                if not target.exists():
                    images_dir.mkdir(parents=True, exist_ok=True)
                    written.append(target)
                    target.write_bytes(data)
                cursor.execute("INSERT INTO copied_images VALUES (%s, %s, %s)", (name, target.name, digest))
        yield
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise


def _named(cursor: psycopg.Cursor) -> list[tuple[int, str]]:
    """`(line, name)` of each picture, at its first mention."""
    names: dict[str, int] = {}
    found = cursor.execute("SELECT file_line, images FROM staged WHERE images IS NOT NULL ORDER BY file_line")
    for line, images in found.fetchall():
        for name in re.split(r"\s*\|\s*", images):
            names.setdefault(name, line)
    return [(line, name) for name, line in names.items()]
