"""What a surface shows: stripes, dots, checks, flowers, a weave or a knit, in the colour of the product."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw

from store.demo.colours import Rgb

FLOWER_SHEET = 400  # pixels; the floral print repeats after this many
FLOWER_SPAN = 26.0  # units that one sheet covers


@dataclass(frozen=True)
class Surface:
    """A pattern in a second colour and a texture; `pitch` is the distance of the repeats in units."""

    pattern: str = "plain"
    accent: Rgb = (250, 248, 240)
    pitch: float = 6.0
    upright: bool = False  # stripes run up and down
    texture: str = ""
    strength: float = 1.0

    def apply(self, base: np.ndarray, corner: tuple[float, float], unit: float) -> None:
        """Change `base` (height, width, 3) in place; `corner` is its upper left corner in units."""
        height, width = base.shape[:2]
        x = (corner[0] + np.arange(width, dtype=np.float32) / unit)[None, :]
        y = (corner[1] + np.arange(height, dtype=np.float32) / unit)[:, None]
        cover = self._cover(x, y)
        if cover is not None:
            accent = np.array(self.accent, dtype=np.float32)
            base += (accent - base) * (cover * self.strength)[..., None]
        if self.texture:
            base *= _texture(self.texture, x, y)[..., None]

    def _cover(self, x: np.ndarray, y: np.ndarray) -> np.ndarray | None:
        """How much of the second colour shows, 0 to 1."""
        shape = (y.shape[0], x.shape[1])
        if self.pattern == "striped":
            across = x if self.upright else y
            return np.broadcast_to(_band(across, self.pitch, 0.42), shape)
        if self.pattern == "checked":
            return np.asarray(0.42 * _band(x, self.pitch, 0.45) + 0.42 * _band(y, self.pitch, 0.45))
        if self.pattern == "dotted":
            return _dots(x, y, self.pitch)
        if self.pattern == "geometric":
            return _diamonds(x, y, self.pitch)
        if self.pattern == "floral":
            return _flowers(x, y)
        return None


def _band(across: np.ndarray, pitch: float, share: float) -> np.ndarray:
    """1 on the stripe and 0 beside it, with soft edges."""
    phase = np.abs(((across / pitch) % 1) - 0.5) * 2
    return np.clip((share - phase) * pitch * 4 + 0.5, 0, 1)


def _dots(x: np.ndarray, y: np.ndarray, pitch: float) -> np.ndarray:
    row = np.floor(y / pitch)
    dx = ((x / pitch + 0.5 * (row % 2)) % 1 - 0.5) * pitch
    dy = ((y / pitch) % 1 - 0.5) * pitch
    return np.asarray(np.clip((pitch * 0.24 - np.hypot(dx, dy)) * 5 + 0.5, 0, 1))


def _diamonds(x: np.ndarray, y: np.ndarray, pitch: float) -> np.ndarray:
    dx, dy = np.abs((x / pitch) % 2 - 1), np.abs((y / pitch) % 2 - 1)
    distance = np.abs(dx + dy - 1) * pitch
    inner = np.clip((0.28 - np.abs(dx + dy - 0.35)) * 5, 0, 1) * (dx + dy < 0.6)
    return np.asarray(np.maximum(np.clip(pitch * 0.13 - distance + 0.4, 0, 1), inner * 0.9))


def _flowers(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    sheet = _flower_sheet()
    rows = (y[:, 0] / FLOWER_SPAN * FLOWER_SHEET).astype(np.int64) % FLOWER_SHEET
    columns = (x[0] / FLOWER_SPAN * FLOWER_SHEET).astype(np.int64) % FLOWER_SHEET
    return sheet[np.ix_(rows, columns)]


@lru_cache(maxsize=1)
def _flower_sheet() -> np.ndarray:
    """A sheet that tiles: blossoms with five petals, small ones and leaves between them."""
    side, big = FLOWER_SHEET, FLOWER_SHEET * 2
    image = Image.new("L", (big, big))
    pen = ImageDraw.Draw(image)
    blossoms = (
        (90, 110, 62),
        (480, 60, 50),
        (300, 330, 70),
        (640, 420, 58),
        (120, 560, 54),
        (430, 640, 64),
        (700, 720, 46),
        (690, 170, 40),
    )
    for cx, cy, radius in blossoms:
        for ox in (-big, 0, big):
            for oy in (-big, 0, big):
                _blossom(pen, cx + ox, cy + oy, radius)
    for cx, cy in ((230, 180), (560, 250), (30, 340), (520, 500), (270, 760), (600, 600), (770, 560), (370, 100)):
        pen.ellipse((cx - 14, cy - 14, cx + 14, cy + 14), fill=210)
        pen.ellipse((cx + 14, cy + 4, cx + 52, cy + 20), fill=120)
    return np.asarray(image.resize((side, side), Image.Resampling.BOX), np.float32) / 255


def _blossom(pen: ImageDraw.ImageDraw, cx: float, cy: float, radius: float) -> None:
    for petal in range(5):
        angle = 2 * np.pi * petal / 5 + radius
        px, py, size = cx + radius * 0.58 * np.cos(angle), cy + radius * 0.58 * np.sin(angle), radius * 0.42
        pen.ellipse((px - size, py - size, px + size, py + size), fill=235)
    pen.ellipse((cx - radius * 0.26, cy - radius * 0.26, cx + radius * 0.26, cy + radius * 0.26), fill=60)


def _texture(name: str, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """A factor around 1 for every pixel."""
    if name == "knit":
        wave = np.sin(x * 9.0) * np.sin(y * 7.0 + 1.6 * np.abs(np.sin(x * 4.5)))
        return np.asarray(1 + 0.055 * wave, dtype=np.float32)
    if name == "rib":
        return np.broadcast_to(1 + 0.10 * np.sin(x * 7.0), (y.shape[0], x.shape[1])).astype(np.float32)
    if name == "denim":
        return np.asarray(1 + 0.05 * np.sin((x + y) * 14.0) + _noise(x, y) * 0.07, dtype=np.float32)
    if name == "corduroy":
        return np.broadcast_to(1 + 0.07 * np.sin(x * 11.0), (y.shape[0], x.shape[1])).astype(np.float32)
    if name == "braid":
        return np.asarray(1 + 0.13 * np.sin(x * 5.0 + 1.5 * np.sin(y * 5.0)) * np.sin(y * 6.0), dtype=np.float32)
    if name == "grain":
        return np.asarray(1 + 0.06 * np.sin(y * 2.2 + 2.2 * np.sin(x * 0.22)) + _noise(x, y) * 0.05, dtype=np.float32)
    return np.asarray(1 + _noise(x, y) * 0.035, dtype=np.float32)


@lru_cache(maxsize=1)
def _noise_sheet() -> np.ndarray:
    return np.random.default_rng(1).normal(0, 1, (256, 256)).astype(np.float32)


def _noise(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The same fine noise everywhere: mean 0, deviation 1."""
    rows, columns = (y[:, 0] * 8).astype(np.int64) % 256, (x[0] * 8).astype(np.int64) % 256
    return _noise_sheet()[np.ix_(rows, columns)]


def darker(colour: Rgb, factor: float = 0.7) -> Rgb:
    return (round(colour[0] * factor), round(colour[1] * factor), round(colour[2] * factor))


def lighter(colour: Rgb, share: float = 0.35) -> Rgb:
    """Mixed with white."""
    return tuple(round(c + (255 - c) * share) for c in colour)  # type: ignore[return-value]


def brightness(colour: Rgb) -> float:
    return 0.3 * colour[0] + 0.59 * colour[1] + 0.11 * colour[2]


def contrast(colour: Rgb) -> Rgb:
    """A second colour for patterns: cream on dark cloth, a deep tone of the same hue on light cloth."""
    if brightness(colour) < 150:
        return lighter(colour, 0.82)
    return darker(colour, 0.42) if max(colour) - min(colour) > 24 else (58, 70, 104)
