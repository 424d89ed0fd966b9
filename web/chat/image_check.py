"""Uploaded images made safe: known formats only, measured before they are decoded, drawn anew without metadata."""

import hashlib
import io
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from common.errors import TooLarge
from web.bodies import Malformed

MEGAPIXELS = 20
LONGEST_SIDE = 2_048  # pixels kept: more than any model or page uses
QUALITY = 90
_MAGIC = ((b"\xff\xd8\xff", "JPEG"), (b"\x89PNG\r\n\x1a\n", "PNG"))


@dataclass(frozen=True)
class CleanImage:
    """An image that this process encoded itself, as JPEG, or as PNG when it has transparency."""

    content: bytes
    suffix: str
    width: int
    height: int

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def clean_image(raw: bytes) -> CleanImage:
    """The picture in `raw`, upright, at most 2,048 pixels a side, without EXIF or anything else hidden in the file.

    Raises Malformed for what is no still JPEG, PNG or WebP picture, TooLarge past 20 megapixels.
    """
    kind = _kind(raw)
    if kind == "WEBP":
        _check_pixels(*_webp_size(raw))  # its decoder reserves memory as soon as the file is opened
    try:
        with Image.open(io.BytesIO(raw), formats=[kind]) as image:
            _check_pixels(*image.size)
            if kind != "JPEG" and getattr(image, "is_animated", False):
                raise Malformed("Please send a still picture, not an animated one.")
            return _encoded(_upright(image))
    except Image.DecompressionBombError as error:
        raise _too_many_pixels() from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise Malformed("This picture is broken and cannot be read.") from error


def _kind(raw: bytes) -> str:
    for magic, kind in _MAGIC:
        if raw.startswith(magic):
            return kind
    if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        return "WEBP"
    raise Malformed("Please send a JPEG, PNG or WebP picture.")


def _webp_size(raw: bytes) -> tuple[int, int]:
    """Width and height from a WebP's first chunk (RFC 9649); raises Malformed when it has none of the three kinds."""
    chunk, head = raw[12:16], raw[20:30]
    if len(head) == 10 and chunk == b"VP8X":
        return 1 + int.from_bytes(head[4:7], "little"), 1 + int.from_bytes(head[7:10], "little")
    if len(head) == 10 and chunk == b"VP8L":
        bits = int.from_bytes(head[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if len(head) == 10 and chunk == b"VP8 ":
        return int.from_bytes(head[6:8], "little") & 0x3FFF, int.from_bytes(head[8:10], "little") & 0x3FFF
    raise Malformed("This picture is broken and cannot be read.")


def _check_pixels(width: int, height: int) -> None:
    if not 0 < width * height <= MEGAPIXELS * 1_000_000:
        raise _too_many_pixels()


def _too_many_pixels() -> TooLarge:
    return TooLarge(f"This picture is too large; the limit is {MEGAPIXELS} megapixels.")


def _upright(image: Image.Image) -> Image.Image:
    """Decoded, turned as its EXIF says, at most so large; JPEG decoders shrink large pictures while they read."""
    image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    image.load()
    upright = ImageOps.exif_transpose(image)
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return upright


def _encoded(image: Image.Image) -> CleanImage:
    transparent = image.has_transparency_data
    pixels = image.convert("RGBA" if transparent else "RGB")
    bare = Image.new(pixels.mode, pixels.size)
    bare.paste(pixels)
    out = io.BytesIO()
    if transparent:
        bare.save(out, "PNG")
    else:
        bare.save(out, "JPEG", quality=QUALITY)
    return CleanImage(out.getvalue(), "png" if transparent else "jpg", *bare.size)
