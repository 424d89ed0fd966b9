"""Drawings of phones: the back in its colour with the camera as it really lies, and the front behind it."""

# ruff: noqa: E501 - one product range or outline a line reads better than a broken one

from store.demo.colours import Rgb
from store.demo.goods import Look
from store.demo.pictures.canvas import Canvas
from store.demo.pictures.paths import ellipse, path, rounded
from store.demo.pictures.patterns import brightness, darker, lighter
from store.demo.pictures.wallpapers import wallpaper

# Lenses as (x, y, radius) in units of the back's width, from its upper left corner; and the island around them.
Lens = tuple[float, float, float]
Island = tuple[float, float, float, float, float]  # left, top, right, bottom, corner radius
CAMERAS: dict[str, tuple[Island | None, tuple[Lens, ...]]] = {
    "island3": ((0.07, 0.08, 0.40, 0.66, 0.10), ((0.235, 0.20, 0.085), (0.235, 0.37, 0.085), (0.235, 0.54, 0.085))),
    "island4": ((0.07, 0.08, 0.50, 0.62, 0.10), ((0.20, 0.20, 0.095), (0.20, 0.38, 0.085), (0.20, 0.53, 0.05), (0.38, 0.38, 0.05))),
    "corner3": ((0.0, 0.0, 0.34, 0.66, 0.12), ((0.17, 0.16, 0.09), (0.17, 0.34, 0.09), (0.17, 0.52, 0.09))),
    "corner4": ((0.0, 0.0, 0.50, 0.68, 0.12), ((0.17, 0.16, 0.095), (0.17, 0.35, 0.095), (0.17, 0.54, 0.08), (0.37, 0.20, 0.06))),
    "loose3": (None, ((0.18, 0.16, 0.09), (0.18, 0.37, 0.09), (0.18, 0.58, 0.09))),
    "loose4": (None, ((0.18, 0.16, 0.09), (0.18, 0.37, 0.09), (0.18, 0.58, 0.09), (0.40, 0.27, 0.06))),
    "bar3": ((0.12, 0.22, 0.88, 0.44, 0.10), ((0.26, 0.33, 0.075), (0.44, 0.33, 0.075), (0.62, 0.33, 0.075))),
    "bar2": ((0.18, 0.22, 0.82, 0.44, 0.10), ((0.32, 0.33, 0.075), (0.52, 0.33, 0.075))),
    "square2v": ((0.07, 0.07, 0.50, 0.50, 0.13), ((0.20, 0.185, 0.088), (0.20, 0.385, 0.088))),
    "square2d": ((0.07, 0.07, 0.52, 0.52, 0.13), ((0.195, 0.195, 0.088), (0.395, 0.395, 0.088))),
    "square3": ((0.07, 0.07, 0.56, 0.56, 0.14), ((0.20, 0.20, 0.098), (0.20, 0.43, 0.098), (0.42, 0.315, 0.098))),
    "square4": ((0.08, 0.08, 0.48, 0.48, 0.10), ((0.19, 0.19, 0.08), (0.37, 0.19, 0.05), (0.19, 0.37, 0.05), (0.37, 0.37, 0.05))),
    "squareL4": ((0.0, 0.08, 0.56, 0.62, 0.12), ((0.16, 0.21, 0.10), (0.40, 0.21, 0.10), (0.16, 0.48, 0.10), (0.40, 0.48, 0.05))),
    "square1": ((0.08, 0.08, 0.42, 0.42, 0.10), ((0.19, 0.25, 0.085),)),
    "single1": (None, ((0.17, 0.15, 0.08),)),
    "visor2": ((0.0, 0.24, 1.0, 0.46, 0.0), ((0.17, 0.35, 0.075), (0.33, 0.35, 0.075))),
    "visor3": ((0.0, 0.24, 1.0, 0.46, 0.0), ((0.17, 0.35, 0.075), (0.32, 0.35, 0.075), (0.52, 0.35, 0.065))),
    "column3": ((0.10, 0.12, 0.28, 0.74, 0.09), ((0.19, 0.23, 0.075), (0.19, 0.43, 0.075), (0.19, 0.62, 0.075))),
    "circle4": ((0.20, 0.14, 0.80, 0.74, 0.30), ((0.36, 0.34, 0.085), (0.62, 0.34, 0.085), (0.36, 0.58, 0.085), (0.62, 0.58, 0.05))),
    "pill4": ((0.24, 0.12, 0.76, 0.62, 0.22), ((0.50, 0.24, 0.06), (0.37, 0.37, 0.095), (0.63, 0.37, 0.06), (0.50, 0.51, 0.05))),
    "wide3": ((0.08, 0.10, 0.66, 0.32, 0.08), ((0.19, 0.21, 0.085), (0.37, 0.21, 0.075), (0.54, 0.21, 0.055))),
    "big2": (None, ((0.22, 0.22, 0.135), (0.22, 0.56, 0.135))),
    "glyph2": (None, ((0.19, 0.17, 0.10), (0.19, 0.41, 0.10))),
    "drops3": (None, ((0.18, 0.18, 0.09), (0.18, 0.37, 0.065), (0.18, 0.52, 0.05))),
    "flip2": (None, ((0.16, 0.15, 0.075), (0.16, 0.33, 0.075))),
}  # fmt: skip
BACK = (13.0, 11.0, 50.5, 90.0)  # left, top, right, bottom
FRONT = (50.0, 8.0, 86.0, 84.0)
CORNER = 5.2


def phone(canvas: Canvas, look: Look, position: int) -> None:
    colour = look.colours[position]
    _front(canvas, colour, look)
    _back(canvas, colour, look.cut)


def _front(canvas: Canvas, colour: Rgb, look: Look) -> None:
    left, top, right, bottom = FRONT
    corner = 2.6 if look.detail == "plain" else CORNER
    canvas.shadow(rounded(*FRONT, corner), dx=1.6, dy=2.6, blur=2.6, strength=0.38)
    canvas.paint(rounded(*FRONT, corner), darker(lighter(colour, 0.25), 0.85), relief=1, depth=0.9)
    canvas.flat(rounded(left + 0.8, top + 0.8, right - 0.8, bottom - 0.8, corner - 0.7), (12, 12, 14))
    above, below = {"home": (9.5, 10.5), "plain": (3.6, 3.6)}.get(look.detail, (1.9, 2.1))
    screen = (left + 1.7, top + above, right - 1.7, bottom - below)
    _screen(canvas, screen, 0.6 if look.detail in ("home", "plain") else corner - 1.6, look.style)
    _front_details(canvas, look.detail)


def _screen(canvas: Canvas, screen: tuple[float, float, float, float], corner: float, style: int) -> None:
    """The model's wallpaper, with a clock and a row of apps."""
    wallpaper(canvas, screen, corner, style)
    left, top, right, bottom = screen
    white = (250, 250, 250)
    _clock(canvas, (left + right) / 2, top + 12.0, white)
    for row in range(4):
        x = left + 4.6 + row * (right - left - 9.2) / 3
        canvas.flat(rounded(x - 2.6, bottom - 9, x + 2.6, bottom - 3.8, 1.3), white, 0.78)


def _clock(canvas: Canvas, middle: float, y: float, colour: Rgb) -> None:
    """10:09 in seven-segment strokes."""
    strokes = {
        "1": ((1, 0, 1, 2),),
        "0": ((0, 0, 1, 0), (1, 0, 1, 2), (1, 2, 0, 2), (0, 2, 0, 0)),
        "9": ((1, 1, 0, 1), (0, 1, 0, 0), (0, 0, 1, 0), (1, 0, 1, 2), (1, 2, 0, 2)),
    }
    for digit, dx in (("1", -8.2), ("0", -4.2), ("0", 1.6), ("9", 5.6)):
        for x0, y0, x1, y1 in strokes[digit]:
            canvas.line([(middle + dx + x0 * 2.6, y + y0 * 2.6), (middle + dx + x1 * 2.6, y + y1 * 2.6)], colour, 0.55)
    for dy in (1.5, 3.7):
        canvas.flat(ellipse(middle, y + dy, 0.45), colour)


def _front_details(canvas: Canvas, kind: str) -> None:
    left, top, right, bottom = FRONT
    middle, black = (left + right) / 2, (12, 12, 14)
    holes = {"hole": middle, "hole-left": left + 5.0, "hole-right": right - 5.0}
    if kind in holes:
        canvas.flat(ellipse(holes[kind], top + 4.8, 1.15), black)
        canvas.flat(ellipse(holes[kind], top + 4.8, 0.5), (44, 52, 70))
    elif kind == "notch":
        canvas.flat(
            path(
                f"M {middle - 9.4} {top + 1.2} Q {middle - 8.2} {top + 1.6} {middle - 8} {top + 2.8} Q {middle - 7.8} {top + 5.2} {middle - 5.6} {top + 5.2} L {middle + 5.6} {top + 5.2} Q {middle + 7.8} {top + 5.2} {middle + 8} {top + 2.8} Q {middle + 8.2} {top + 1.6} {middle + 9.4} {top + 1.2} L {middle - 9.4} {top + 1.2}"
            ),
            black,
        )
    elif kind == "pill":
        canvas.flat(rounded(middle - 4.8, top + 3.6, middle + 4.8, top + 6.2, 1.3), black)
    elif kind == "drop":
        canvas.flat(
            path(
                f"M {middle - 4} {top + 1.4} Q {middle - 2} {top + 1.8} {middle - 1.7} {top + 3.4} Q {middle} {top + 6} {middle + 1.7} {top + 3.4} Q {middle + 2} {top + 1.8} {middle + 4} {top + 1.4} L {middle - 4} {top + 1.4}"
            ),
            black,
        )
    elif kind == "home":
        ring = ellipse(middle, bottom - 5.4, 3.0)
        canvas.line([*ring, ring[0]], (120, 120, 124), 0.5)
    if kind in ("home", "plain"):
        canvas.flat(rounded(middle - 3.4, top + 2.0, middle + 3.4, top + 2.7, 0.3), (58, 58, 62))


def _back(canvas: Canvas, colour: Rgb, cut: str) -> None:
    left, top, right, bottom = BACK
    outline = rounded(*BACK, CORNER)
    canvas.shadow(outline, dx=2.0, dy=3.0, blur=3, strength=0.45)
    canvas.paint(outline, darker(colour, 0.78), relief=0.9, depth=1.0, gloss=0.2)
    plate = rounded(left + 0.7, top + 0.7, right - 0.7, bottom - 0.7, CORNER - 0.6)
    canvas.paint(plate, colour, relief=2.4, depth=0.35)
    sheen = [(left + 22, top + 0.7), (left + 33, top + 0.7), (left + 15, bottom - 0.7), (left + 4, bottom - 0.7)]
    canvas.folds(plate, [[sheen[0], sheen[3]]], 9.0, -0.14 if brightness(colour) > 120 else -0.20)
    _cameras(canvas, colour, cut)
    if cut == "flip2":
        middle = (top + bottom) / 2
        canvas.line([(left + 0.3, middle), (right - 0.3, middle)], darker(colour, 0.5), 1.4)
        canvas.line([(left + 0.3, middle + 0.7), (right - 0.3, middle + 0.7)], lighter(colour, 0.4), 0.4)
        canvas.flat(rounded(left + 13, top + 3, right - 3, top + 15, 1.6), (16, 16, 20))
    if cut == "glyph2":
        for glyph in (
            "M 38 16 Q 46 16 46 24",
            "M 24 52 Q 24 40 36 40 Q 44 42 44 52",
            "M 22 58 Q 24 68 36 68",
            "M 32 74 L 32 82",
        ):
            canvas.line(path(glyph), (255, 255, 255), 1.0)


def _cameras(canvas: Canvas, colour: Rgb, cut: str) -> None:
    left, top, right, _ = BACK
    wide = right - left
    island, lenses = CAMERAS[cut]
    if island:
        x0, y0, x1, y1, radius = island
        inset = 0.7 if x0 == 0 else 0.0
        box = (
            left + max(x0 * wide, inset),
            top + max(y0 * wide, inset if y0 == 0 else 0),
            left + min(x1 * wide, wide - (0.7 if x1 == 1 else 0)),
            top + y1 * wide,
        )
        outline = rounded(*box, max(radius * wide, 0.4))
        canvas.shadow(outline, dx=0.4, dy=0.7, blur=0.7, strength=0.4)
        canvas.paint(outline, _island_colour(colour, cut), relief=0.8, depth=0.9)
    for x, y, radius in lenses:
        _lens(canvas, left + x * wide, top + y * wide, radius * wide, colour)
    flash_x, flash_y = _flash(island, lenses)
    canvas.paint(
        ellipse(left + flash_x * wide, top + flash_y * wide, 0.034 * wide), (250, 244, 220), relief=0.5, depth=0.7
    )


def _island_colour(colour: Rgb, cut: str) -> Rgb:
    if cut.startswith("visor") or cut in ("circle4", "squareL4", "square4", "column3", "pill4"):
        return (34, 35, 39)
    return darker(colour, 0.84) if brightness(colour) > 70 else lighter(colour, 0.12)


def _flash(island: Island | None, lenses: tuple[Lens, ...]) -> tuple[float, float]:
    """Where the flash lies: beside the lenses, inside the island where there is room."""
    if island is None:
        return lenses[0][0] + 0.2, lenses[0][1]
    x0, _, x1, y1, _ = island
    last = lenses[-1]
    if x1 - x0 > 0.55 and last[0] + 0.17 < x1:
        return last[0] + 0.16, last[1]
    if x1 - x0 > 0.38 and len(lenses) <= 3:
        return (x0 + x1) / 2 + 0.10, lenses[0][1]
    return (x0 + x1) / 2, min(y1 + 0.06, lenses[-1][1] + 0.14)


def _lens(canvas: Canvas, x: float, y: float, radius: float, colour: Rgb) -> None:
    canvas.paint(ellipse(x, y, radius), (92, 94, 100), relief=0.6, depth=1.0, gloss=0.4)
    canvas.flat(ellipse(x, y, radius * 0.86), (14, 14, 18))
    canvas.flat(ellipse(x, y, radius * 0.55), (30, 34, 48))
    canvas.flat(ellipse(x, y, radius * 0.34), (10, 10, 16))
    canvas.flat(ellipse(x - radius * 0.25, y - radius * 0.28, radius * 0.16), (190, 205, 235), 0.9)
