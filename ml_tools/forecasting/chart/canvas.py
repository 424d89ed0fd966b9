"""A sheet in phone pixels (360 wide, y upwards) with the few shapes that a chart is made of; twice as dense as a PNG.

A chart is part of an answer in the chat, so it must take no time. Matplotlib's renderer draws the shapes, without its
axes, whose layout takes longer than the drawing; Pillow writes the words, in every script that its fonts know; and the
file gets a fixed palette. No state is shared between sheets, so that threads may draw at once.
"""

import io
import textwrap
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import Affine2D
from PIL import Image, ImageDraw, ImageFont

from ml_tools.forecasting.demand.season import Floats

WIDTH, DENSITY = 360, 2
POINTS = 72  # matplotlib's unit of widths, an inch has so many; here one is one phone pixel
COMPRESSION = 1  # of 9: with a palette nearly as small as with more, and much sooner
WHITE = "#ffffff"
# Apart in lightness, not only in hue; what could still be taken for one another also differs in form.
INK, SOFT, FORECAST, BEFORE, PROMOTION = "#1f2933", "#5b6470", "#0b3d91", "#a33c10", "#7a4b00"
GRID, PROMOTED, INNER, OUTER = "#e4e7eb", "#f4efe4", "#8fb0e0", "#d5e2f5"
_FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
_MIXES, _ALIKE = 8, 9  # steps from one colour to another; shades of 256 within which colours look the same

Dash = tuple[float, ...]


@lru_cache
def _font(size: float, *, bold: bool) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(_FONTS / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"), size * DENSITY)


@lru_cache(maxsize=4096)
def _drawable(character: str) -> bool:
    """Whether the font has it; what it has not comes out as the same empty box for all."""
    font = _font(10, bold=True)
    missing = bytes(font.getmask("\uffff"))
    return character.isspace() or bytes(font.getmask(character)) != missing


def wrapped(text: str, width: float, *, size: float, bold: bool, lines: int) -> list[str]:
    """The text in at most so many lines of this width; none for no text."""
    if not text:
        return []
    a_character = _font(size, bold=bold).getlength(text) / DENSITY / len(text)
    return textwrap.wrap(text, max(int(width / a_character), 8), max_lines=lines, placeholder=" …")


def drawable(text: str) -> str:
    """The text without what the font cannot draw, such as pictograms."""
    return " ".join("".join(one for one in text if one.isprintable() and _drawable(one)).split())


@lru_cache(maxsize=1)
def _palette() -> Image.Image:
    """The colours that a sheet may have: those above, and their mixes as smooth edges need them.

    Mixes that look like a colour already there are left out, since Pillow finds the nearest only roughly.
    """
    pure = [_rgb(name) for name in (WHITE, INK, SOFT, FORECAST, BEFORE, PROMOTION, GRID, PROMOTED, INNER, OUTER)]
    inks, grounds = pure[1:6] + pure[8:], [pure[0], *pure[6:]]
    steps = np.linspace(0, 1, _MIXES)[:, None]
    mixes = np.concatenate([pure, *(ground + (ink - ground) * steps for ink in inks for ground in grounds)])
    kept: list[Floats] = []
    for mix in np.rint(mixes):
        if len(kept) < 256 and (len(kept) < len(pure) or min(np.abs(mix - one).max() for one in kept) > _ALIKE):
            kept.append(mix)
    palette = Image.new("P", (1, 1))
    palette.putpalette(np.array(kept, dtype=np.uint8).tobytes())
    return palette


def _rgb(name: str) -> Floats:
    return np.array([int(name[at : at + 2], 16) for at in (1, 3, 5)], dtype=float)


class Canvas:
    """A white sheet of `height`. Later shapes lie over earlier ones, words over all."""

    def __init__(self, height: float) -> None:
        size = (WIDTH / POINTS, height / POINTS)
        self._height = height
        self._figure = Figure(figsize=size, dpi=POINTS * DENSITY, facecolor=WHITE)
        self._agg = FigureCanvasAgg(self._figure)
        self._pixels = Affine2D().scale(DENSITY)
        self._shapes = 0
        self._words: list[tuple[float, float, str, ImageFont.FreeTypeFont, str, str]] = []

    def line(self, x: Floats, y: Floats, colour: str, width: float, *, dash: Dash | None = None) -> None:
        """A line through points; unknown ones (NaN) leave a gap."""
        self._add(Line2D(x, y, color=colour, linewidth=width, linestyle=(0, dash) if dash else "-"))

    def marks(self, x: Floats, y: Floats, colour: str, shape: str, size: float) -> None:
        """Hollow marks of matplotlib's `shape`."""
        look = {"markeredgecolor": colour, "markerfacecolor": WHITE, "markeredgewidth": 1.3}
        self._add(Line2D(x, y, linestyle="", marker=shape, markersize=size, **look))  # type: ignore[arg-type]

    def dots(self, x: Floats, y: Floats, colour: str, size: float) -> None:
        """Filled round marks."""
        self._add(Line2D(x, y, linestyle="", marker="o", markersize=size, color=colour))

    def segments(self, ends: Sequence[tuple[float, float, float, float]], colour: str, width: float) -> None:
        """Straight lines, each from (x, y) to (x, y)."""
        self._add(LineCollection([((x0, y0), (x1, y1)) for x0, y0, x1, y1 in ends], colors=colour, linewidths=width))

    def area(self, x: Floats, low: Floats, high: Floats, colour: str) -> None:
        """What lies between two lines."""
        outline = np.column_stack([np.concatenate([x, x[::-1]]), np.concatenate([low, high[::-1]])])
        self._add(PolyCollection([outline], facecolors=colour, linewidths=0))

    def boxes(self, boxes: Sequence[tuple[float, float, float, float]], colour: str) -> None:
        """Filled rectangles, each as left, bottom, right, top."""
        corners = [[(x0, y0), (x1, y0), (x1, y1), (x0, y1)] for x0, y0, x1, y1 in boxes]
        self._add(PolyCollection(corners, facecolors=colour, linewidths=0))

    def text(
        self, x: float, y: float, text: str, *, size: float, colour: str = INK, bold: bool = False, anchor: str = "ls"
    ) -> None:
        """One line of text as it stands; `anchor` as Pillow's: left, middle or right, and the baseline or middle."""
        self._words.append((x, y, text, _font(size, bold=bold), colour, anchor))

    def png(self) -> bytes:
        """The sheet as a file with a palette."""
        self._agg.draw()
        size = self._agg.get_width_height()
        sheet = Image.frombuffer("RGBA", size, self._agg.buffer_rgba(), "raw", "RGBA", 0, 1).convert("RGB")
        pen = ImageDraw.Draw(sheet)
        for x, y, text, font, colour, anchor in self._words:
            pen.text((x * DENSITY, size[1] - y * DENSITY), text, fill=colour, font=font, anchor=anchor)
        file = io.BytesIO()
        painted = sheet.quantize(palette=_palette(), dither=Image.Dither.NONE)
        painted.save(file, "png", compress_level=COMPRESSION)
        return file.getvalue()

    def _add(self, shape: Artist) -> None:
        self._shapes += 1
        shape.set_zorder(self._shapes)
        shape.set_transform(self._pixels)
        self._figure.add_artist(shape)
