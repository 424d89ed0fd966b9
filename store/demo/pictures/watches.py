"""Drawings of watches, seen from the front; the product's colour is the dial's."""

import math

from store.demo.colours import Rgb
from store.demo.goods import Look
from store.demo.pictures.canvas import Canvas
from store.demo.pictures.paths import Path, ellipse, path, rotated, rounded
from store.demo.pictures.patterns import Surface, brightness, darker, lighter

_METALS: dict[str, Rgb] = {"Stainless Steel": (188, 191, 197), "Titanium": (136, 136, 138), "Brass": (202, 164, 92)}
_STRAPS: dict[str, tuple[Rgb, str]] = {
    "dress": ((64, 44, 34), "leather"), "chrono": ((0, 0, 0), "bracelet"), "automatic": ((118, 76, 48), "leather"),
    "diver": ((36, 38, 42), "rubber"), "field": ((104, 102, 70), "canvas"),
}  # fmt: skip
_RADIUS = {"dress": 21.0, "chrono": 24.0, "automatic": 22.5, "diver": 25.0, "field": 22.5}
LUME = (222, 236, 214)


def watch(canvas: Canvas, look: Look, position: int) -> None:
    dial, metal, radius = look.colours[position], _METALS[look.material], _RADIUS[look.cut]
    _strap(canvas, look.cut, metal, radius)
    case = ellipse(50, 50, radius)
    canvas.paint(rounded(50 + radius - 1, 47.6, 50 + radius + 3.6, 52.4, 1), metal, relief=1, depth=0.9)
    if look.cut == "chrono":
        for turn in (-32, 32):
            canvas.paint(
                rotated(rounded(50 + radius - 1, 48.6, 50 + radius + 3, 51.4, 0.8), turn), metal, relief=0.8, depth=0.9
            )
    canvas.shadow(case, dx=1, dy=2, blur=1.8, strength=0.4)
    canvas.paint(case, metal, relief=2.4, depth=1.0, gloss=0.5)
    inner = radius - (5.4 if look.cut == "diver" else 2.2)
    if look.cut == "diver":
        _bezel(canvas, dial, radius)
    canvas.paint(ellipse(50, 50, inner + 0.5), darker(metal, 0.5), depth=0)
    canvas.paint(ellipse(50, 50, inner), dial, relief=5, depth=0.35)
    ink = (244, 242, 234) if brightness(dial) < 140 else (42, 42, 48)
    _marks(canvas, look.cut, inner, ink, metal)
    if look.cut == "chrono":
        _subdials(canvas, dial, ink)
    _hands(canvas, look.cut, inner, ink, metal)
    glare = path("M 36 41 Q 40 34 48 31.5 L 52 32 Q 42 36 38 45 L 36 41")
    canvas.flat(glare, (255, 255, 255), 0.16)


def _strap(canvas: Canvas, cut: str, metal: Rgb, radius: float) -> None:
    colour, kind = _STRAPS[cut]
    wide, narrow = radius * 0.52, radius * 0.44
    for sign in (-1, 1):
        near, far = 50 + sign * (radius - 3), 50 + sign * 49
        outline: Path = [(50 - wide, near), (50 + wide, near), (50 + narrow, far), (50 - narrow, far)]
        canvas.shadow(outline)
        if kind == "bracelet":
            _bracelet(canvas, metal, wide, narrow, near, far)
            continue
        texture = Surface(texture="braid") if kind == "canvas" else None
        canvas.paint(outline, colour, texture, relief=2.4, depth=0.9, gloss=0.2 if kind == "leather" else 0.0)
        if kind in ("leather", "canvas"):
            for side in (-1, 1):
                canvas.stitches(
                    [(50 + side * (wide - 1.6), near), (50 + side * (narrow - 1.5), far)],
                    lighter(colour, 0.45),
                    0.45,
                    1.1,
                )
        if kind == "rubber":
            for step in range(3):
                y = near + sign * (10 + step * 4)
                canvas.line([(50 - wide * 0.6, y), (50 + wide * 0.6, y)], darker(colour, 0.6), 0.9)
    for sx in (-1, 1):
        for sy in (-1, 1):
            x, y = 50 + sx * wide, 50 + sy * (radius - 1)
            canvas.paint(rounded(x - 2.2, y - 4.4, x + 2.2, y + 4.4, 1.4), metal, relief=1.2, depth=0.9, gloss=0.4)


def _bracelet(canvas: Canvas, metal: Rgb, wide: float, narrow: float, near: float, far: float) -> None:
    rows = 6
    for row in range(rows):
        a, b = near + (far - near) * row / rows, near + (far - near) * (row + 0.92) / rows
        half = wide + (narrow - wide) * row / rows
        top, bottom = min(a, b), max(a, b)
        for left, right, tone in ((-1, -0.4, 0.96), (-0.37, 0.37, 1.08), (0.4, 1, 0.96)):
            link = rounded(50 + half * left, top, 50 + half * right, bottom, 0.8)
            shade: Rgb = tuple(min(255, round(c * tone)) for c in metal)  # type: ignore[assignment]
            canvas.paint(link, shade, relief=1.3, depth=0.9, gloss=0.4)


def _bezel(canvas: Canvas, dial: Rgb, radius: float) -> None:
    ring = darker(dial, 0.55) if brightness(dial) > 70 else (30, 32, 38)
    canvas.paint(ellipse(50, 50, radius - 1.0), ring, relief=1.6, depth=0.7)
    for minute in range(0, 60, 5):
        angle = math.radians(minute * 6 - 90)
        inner, outer = radius - 4.2, radius - 2.0
        ends = [(50 + r * math.cos(angle), 50 + r * math.sin(angle)) for r in (inner, outer)]
        canvas.line(ends, LUME, 1.3 if minute % 15 == 0 else 0.7)
    canvas.flat(
        path(f"M 48.2 {50 - radius + 2} L 51.8 {50 - radius + 2} L 50 {50 - radius + 4.8} L 48.2 {50 - radius + 2}"),
        (236, 230, 214),
    )


def _marks(canvas: Canvas, cut: str, inner: float, ink: Rgb, metal: Rgb) -> None:
    for minute in range(60):
        hour = minute % 5 == 0
        if cut == "dress" and not hour:
            continue
        angle = math.radians(minute * 6 - 90)
        outer = inner - 1.0
        length = (3.6 if cut != "diver" else 0.0) if hour else 1.0
        if cut == "diver" and hour:
            canvas.flat(ellipse(50 + (outer - 2) * math.cos(angle), 50 + (outer - 2) * math.sin(angle), 1.4), LUME)
            continue
        ends = [(50 + r * math.cos(angle), 50 + r * math.sin(angle)) for r in (outer - length, outer)]
        canvas.line(ends, ink, (1.2 if cut == "field" else 0.75) if hour else 0.3)


def _subdials(canvas: Canvas, dial: Rgb, ink: Rgb) -> None:
    tone = darker(dial, 0.8) if brightness(dial) > 110 else lighter(dial, 0.14)
    for x, y, turn in ((41, 50, 40), (59, 50, 200), (50, 60, 300)):
        canvas.paint(ellipse(x, y, 5.2), tone, relief=0.8, depth=0.5)
        canvas.line(ellipse(x, y, 5.2), ink, 0.22, 0.7)
        angle = math.radians(turn)
        canvas.line([(x, y), (x + 4 * math.cos(angle), y + 4 * math.sin(angle))], ink, 0.4)


def _hands(canvas: Canvas, cut: str, inner: float, ink: Rgb, metal: Rgb) -> None:
    """Ten past ten, as in every shop window."""
    colour = LUME if cut in ("diver", "field") and brightness(ink) > 150 else ink
    broad = {"dress": 0.8, "diver": 2.0, "field": 1.5}.get(cut, 1.1)
    for turn, length, width in ((-55, inner * 0.55, broad * 1.25), (62, inner * 0.82, broad)):
        hand = rotated(
            [
                (50 - width / 2, 52),
                (50 + width / 2, 52),
                (50 + width * 0.4, 50 - length + 2),
                (50, 50 - length),
                (50 - width * 0.4, 50 - length + 2),
            ],
            turn,
        )
        canvas.flat([(x + 0.4, y + 0.7) for x, y in hand], (0, 0, 0), 0.3)
        canvas.flat(hand, colour)
    if cut != "dress":
        seconds = rotated([(49.8, 55), (50.2, 55), (50.1, 50 - inner * 0.85), (49.9, 50 - inner * 0.85)], 200)
        canvas.flat(seconds, (214, 70, 52) if cut in ("diver", "field", "chrono") else ink)
    canvas.paint(ellipse(50, 50, 1.3), metal, relief=0.6, depth=0.9)
