"""Pictures as people photograph them again: cropped, darkened, turned by 8 degrees, mirrored."""

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

from ml_tools.visual_search.pictures import Pixels, squared

DISTURBANCES = ("cropped", "darkened", "rotated", "mirrored", "all")
CROP = 0.1  # off each side
DARK = 0.65
DEGREES = 8.0


def disturbed(pixels: Pixels, how: str) -> Pixels:
    """uint8 [s, s, 3] -> the same size."""
    image = Image.fromarray(pixels)
    side = image.width
    if how in ("cropped", "all"):
        margin = round(side * CROP)
        image = image.crop((margin, margin, side - margin, side - margin))
    if how in ("darkened", "all"):
        image = ImageEnhance.Brightness(image).enhance(DARK)
    if how in ("rotated", "all"):
        corner = tuple(int(value) for value in np.asarray(image)[0, 0])
        image = image.rotate(DEGREES, Image.Resampling.BILINEAR, fillcolor=corner)
    if how in ("mirrored", "all"):
        image = ImageOps.mirror(image)
    return squared(image, side)
