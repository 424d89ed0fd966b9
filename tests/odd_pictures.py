"""Pictures as nobody should send them: odd ones that can be read, and what is no picture at all."""

import io

import numpy as np
from PIL import Image


def jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90)
    return out.getvalue()


def picture(mode, size=(64, 64), kind="PNG"):
    out = io.BytesIO()
    Image.new(mode, size, 200 if mode in ("L", "I;16", "I") else None).save(out, kind)
    return out.getvalue()


NOISE = np.random.default_rng(1).integers(0, 255, (80, 50, 3), dtype=np.uint8)
READABLE = {
    "one pixel": picture("RGB", (1, 1)),
    "blank": picture("RGB", (300, 300)),
    "CMYK": picture("CMYK", kind="JPEG"),
    "16 bits": picture("I;16"),
    "1 bit": picture("1"),
    "palette": picture("P"),
    "transparent": picture("RGBA"),
    "very wide": picture("RGB", (4000, 3)),
    "noise": jpeg(Image.fromarray(NOISE)),
}
UNREADABLE = {
    "truncated": jpeg(Image.fromarray(NOISE))[:900],
    "text": b"this is no picture",
    "empty": b"",
    "gif": picture("P", kind="GIF"),
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "too many pixels": picture("1", (9000, 9000)),
}
