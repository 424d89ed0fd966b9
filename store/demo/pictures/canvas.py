"""A sheet to draw products on: shapes with colour, pattern, relief and shadow, on a light studio background."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from store.demo.colours import Rgb
from store.demo.pictures.paths import Path
from store.demo.pictures.patterns import Surface

OVERSAMPLING = 1.5  # enough for smooth edges, and half the work of 2
COARSE = 4  # light and shadow are computed on a grid this much coarser
LIGHT = (-0.55, -0.83)  # from the upper left


class Box(NamedTuple):
    left: int
    top: int
    right: int
    bottom: int

    @property
    def size(self) -> tuple[int, int]:
        return self.right - self.left, self.bottom - self.top


class Canvas:
    """Coordinates are units: the sheet is 100 x 100, y goes down."""

    def __init__(self, size: int, *, floor: float | None = None) -> None:
        """`floor`: height of the line where a studio floor meets the wall, in units; None for a flat lay."""
        self.side = round(size * OVERSAMPLING / COARSE) * COARSE
        self._size = size
        self.image = _background(self.side, floor).copy()

    def finished(self) -> Image.Image:
        """The picture at the size that was asked for."""
        return self.image.resize((self._size, self._size), Image.Resampling.HAMMING)

    def shadow(
        self, outline: Path, *, dx: float = 1.2, dy: float = 2.2, blur: float = 2.2, strength: float = 0.33
    ) -> None:
        """A soft shadow of an outline on the background, moved by (dx, dy)."""
        moved = [(x + dx, y + dy) for x, y in outline]
        self._blend((30, 32, 40), self._soft_mask([moved], blur), strength)

    def contact(self, cx: float, cy: float, rx: float, ry: float, strength: float = 0.42) -> None:
        """The shadow on the floor under something that stands."""
        ring = [(cx + rx * np.cos(a), cy + ry * np.sin(a)) for a in np.linspace(0, 2 * np.pi, 40)]
        self._blend((28, 28, 34), self._soft_mask([ring], ry * 0.9), strength)

    def paint(
        self,
        outline: Path,
        colour: Rgb,
        surface: Surface | None = None,
        *,
        relief: float = 4.0,
        depth: float = 0.55,
        gloss: float = 0.0,
        round_x: float = 0.0,
    ) -> None:
        """Fill an outline. `relief`: how far in, in units, the rounding of the edges reaches; `depth`: how strong it
        is; `gloss`: strength of the highlights; `round_x`: 1 for a body that is round like a vase."""
        box = self._box(outline)
        if box is None:
            return
        mask = self._mask(outline, box)
        light = self._light(mask, relief, depth, round_x)
        base = np.empty((box.size[1], box.size[0], 3), dtype=np.float32)
        base[:] = colour
        if surface is not None:
            surface.apply(base, (box.left / self._unit, box.top / self._unit), self._unit)
        base *= light[..., None] if gloss == 0 else np.minimum(light, 1.25)[..., None]
        if gloss:
            base += np.maximum(light - 1.08, 0)[..., None] * (420 * gloss)
        layer = Image.fromarray(np.clip(base, 0, 255).astype(np.uint8), "RGB")
        self.image.paste(layer, box[:2], mask)

    def flat(self, outline: Path, colour: Rgb, alpha: float = 1.0) -> None:
        """Fill an outline evenly."""
        box = self._box(outline)
        if box is not None:
            mask = self._mask(outline, box)
            self.image.paste(colour, box[:], mask if alpha == 1 else mask.point(lambda v: int(v * alpha)))

    def line(self, points: Sequence[tuple[float, float]], colour: Rgb, width: float, alpha: float = 1.0) -> None:
        """A line with round joints; `width` in units."""
        pixels = [(x * self._unit, y * self._unit) for x, y in points]
        thick = max(1, round(width * self._unit))
        if alpha == 1.0:
            ImageDraw.Draw(self.image).line(pixels, fill=colour, width=thick, joint="curve")
            return
        box = self._box(list(points), margin=width)
        if box is None:
            return
        mask = Image.new("L", box.size)
        shifted = [(x - box.left, y - box.top) for x, y in pixels]
        ImageDraw.Draw(mask).line(shifted, fill=round(255 * alpha), width=thick, joint="curve")
        self.image.paste(colour, box[:], mask)

    def stitches(
        self, points: Sequence[tuple[float, float]], colour: Rgb, width: float = 0.28, dash: float = 1.0
    ) -> None:
        """A dashed line, as thread looks on cloth."""
        pen, unit = ImageDraw.Draw(self.image), self._unit
        for (x0, y0), (x1, y1) in pairwise(points):
            length = float(np.hypot(x1 - x0, y1 - y0))
            for at in np.arange(0, length, dash * 1.7):
                a, b = at / length, min((at + dash) / length, 1)
                ends = [(x0 + (x1 - x0) * t, y0 + (y1 - y0) * t) for t in (a, b)]
                pen.line([(x * unit, y * unit) for x, y in ends], fill=colour, width=max(1, round(width * unit)))

    def folds(self, clip: Path, lines: Sequence[Sequence[tuple[float, float]]], width: float, strength: float) -> None:
        """Soft creases inside `clip`: dark for a positive strength, light for a negative one."""
        side = self.side // COARSE
        scale = self._unit / COARSE
        sketch = Image.new("L", (side, side))
        pen = ImageDraw.Draw(sketch)
        for line in lines:
            pen.line(
                [(x * scale, y * scale) for x, y in line], fill=255, width=max(1, round(width * scale)), joint="curve"
            )
        sketch = sketch.filter(ImageFilter.GaussianBlur(width * scale * 0.7))
        inside = Image.new("L", (side, side))
        ImageDraw.Draw(inside).polygon([(x * scale, y * scale) for x, y in clip], fill=255)
        both = np.asarray(sketch, np.float32) * np.asarray(inside, np.float32) / 255
        self._blend((18, 18, 24) if strength > 0 else (255, 255, 255), both / 255, abs(strength))

    @property
    def _unit(self) -> float:
        return self.side / 100

    def _box(self, outline: Path, margin: float = 0.0) -> Box | None:
        """The pixels around an outline, cut at the sheet; None when it lies outside."""
        xs, ys = [x for x, _ in outline], [y for _, y in outline]
        low = [int((min(v) - margin) * self._unit) // COARSE * COARSE for v in (xs, ys)]
        high = [-(-int((max(v) + margin) * self._unit + 2) // COARSE) * COARSE for v in (xs, ys)]
        box = Box(max(low[0], 0), max(low[1], 0), min(high[0], self.side), min(high[1], self.side))
        return box if box.right - box.left > 1 and box.bottom - box.top > 1 else None

    def _mask(self, outline: Path, box: Box) -> Image.Image:
        mask = Image.new("L", box.size)
        ImageDraw.Draw(mask).polygon(
            [(x * self._unit - box.left, y * self._unit - box.top) for x, y in outline], fill=255
        )
        return mask

    def _light(self, mask: Image.Image, relief: float, depth: float, round_x: float) -> np.ndarray:
        """Brightness around 1 per pixel of a mask: the rounded edge of a soft body lit from the upper left."""
        if depth == 0 and round_x == 0:
            return np.ones((mask.height, mask.width), dtype=np.float32)
        pad = max(2, round(relief * self._unit / COARSE * 1.5))
        coarse = mask.reduce(COARSE)
        if min(coarse.size) < 2:  # a detail too small for light and shade
            return np.ones((mask.height, mask.width), dtype=np.float32)
        wide = Image.new("L", (coarse.width + 2 * pad, coarse.height + 2 * pad))
        wide.paste(coarse, (pad, pad))
        radius = relief * self._unit / COARSE / 1.6
        height = np.asarray(wide.filter(ImageFilter.GaussianBlur(radius)), np.float32)[pad:-pad, pad:-pad] / 255
        slope_y, slope_x = np.gradient(height)
        tilt = (slope_x * LIGHT[0] + slope_y * LIGHT[1]) * radius * 2.2
        # A slope that rises away from the light lies in shade.
        light = np.asarray(1 - depth * tilt, np.float32)
        light += depth * 0.35 * (np.clip(height, 0.4, 1) - 0.92)
        if round_x:
            across = np.linspace(-1, 1, light.shape[1], dtype=np.float32)[None, :]
            light *= 1 + round_x * (
                0.16 * np.exp(-(((across + 0.38) / 0.3) ** 2)) - 0.42 * np.abs(across) ** 2.6 - 0.10 * across
            )
        return np.asarray(Image.fromarray(light, "F").resize(mask.size, Image.Resampling.BILINEAR))

    def _soft_mask(self, outlines: Sequence[Path], blur: float) -> np.ndarray:
        scale, side = self._unit / COARSE, self.side // COARSE
        mask = Image.new("L", (side, side))
        for outline in outlines:
            ImageDraw.Draw(mask).polygon([(x * scale, y * scale) for x, y in outline], fill=255)
        return np.asarray(mask.filter(ImageFilter.GaussianBlur(blur * scale)), np.float32) / 255

    def _blend(self, colour: Rgb, coarse_mask: np.ndarray, strength: float) -> None:
        """Mix a colour in where a coarse mask (0..1) says."""
        mask = Image.fromarray((coarse_mask * (255 * strength)).astype(np.uint8), "L")
        box = mask.getbbox()
        if box is None:
            return
        # Only where there is something to mix: most shadows and folds are small.
        part = mask.crop(box).resize(
            ((box[2] - box[0]) * COARSE, (box[3] - box[1]) * COARSE), Image.Resampling.BILINEAR
        )
        self.image.paste(colour, (box[0] * COARSE, box[1] * COARSE), part)


@lru_cache(maxsize=16)
def _background(side: int, floor: float | None) -> Image.Image:
    """Nearly white with a soft light in the middle; with a floor, a gentle turn from the wall to it."""
    y, x = np.mgrid[0 : side // COARSE, 0 : side // COARSE].astype(np.float32) / (side // COARSE) * 100
    glow = np.exp(-(((x - 46) / 60) ** 2) - ((y - 42) / 62) ** 2)
    tone = 226 + 22 * glow
    if floor is not None:
        ground = 1 / (1 + np.exp(-(y - floor) / 1.6))
        tone = tone - 9 * ground + ground * 7 * (y - floor) / (100 - floor)
    rgb = np.stack([tone, tone + 0.6, tone + 1.6], axis=-1)
    coarse = Image.fromarray(np.clip(rgb, 0, 255).astype(np.uint8), "RGB")
    return coarse.resize((side, side), Image.Resampling.BICUBIC)
