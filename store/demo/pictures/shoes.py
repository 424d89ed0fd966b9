"""Drawings of sneakers, boots, heels and loafers, seen from the side."""

# ruff: noqa: E501 - one product range or outline a line reads better than a broken one

from store.demo.colours import Rgb
from store.demo.goods import Look
from store.demo.pictures.canvas import Canvas
from store.demo.pictures.cloth import Cloth, cloth_of
from store.demo.pictures.paths import ellipse, path, rounded
from store.demo.pictures.patterns import Surface, brightness, darker, lighter
from store.demo.pictures.trims import RUBBER, Trim, trim_of

_UPPERS = {
    "low": "M 15 59 C 13 50 14 42 16.5 36 Q 20 33 24 36.5 C 27 42 33 43.5 38 39 L 43 31.5 Q 46 28.5 49 32 C 56 42 64 46.5 74 49.5 C 84 52 90 55.5 90 61 L 15 61 L 15 59",
    "high": "M 15 59 C 14 46 16 32 17 21 Q 26 17 36 19.5 L 43 17 Q 47 16 48 20.5 C 50 34 58 44 73 49 C 84 52 90 55.5 90 61 L 15 61 L 15 59",
    "runner": "M 13 55 C 11 47 13 40 17 35 Q 20 32 23.5 36 C 27 42 33 43 38 38 L 44 32 Q 47 29.5 50 33 C 57 42 68 46 78 49.5 C 87 52.5 92 56 92 60 L 14 60 L 13 55",
}  # fmt: skip


def sneaker(canvas: Canvas, look: Look, position: int) -> None:
    cloth = cloth_of(look, position)
    canvas.contact(51, 70.5, 42, 3.2)
    upper = path(_UPPERS[look.cut])
    trim = trim_of(look.style, cloth.colour)
    tongue = (
        path("M 38 36 L 42 27 Q 47 24.5 50.5 29 L 54 39 L 44 42 L 38 36")
        if look.cut != "high"
        else path("M 38 26 L 41 14 Q 46 12 50 16 L 54 36 L 44 40 L 38 26")
    )
    canvas.paint(tongue, lighter(cloth.colour, 0.18), relief=2, depth=0.7)
    canvas.paint(upper, cloth.colour, cloth.surface, relief=4.5, depth=0.8, gloss=cloth.gloss)
    {"low": _low, "high": _high, "runner": _runner}[look.cut](canvas, cloth, trim)


def _sole(canvas: Canvas, colour: Rgb) -> None:
    sole = path("M 12.5 61 Q 12 58.5 15 58.5 L 86 58.8 Q 92 59 92 63 Q 92 68.6 86 69.6 L 18 70 Q 12.8 69.6 12.5 61")
    canvas.paint(sole, colour, relief=2.2, depth=0.6)
    canvas.line(path("M 13 66.3 L 91 66.3"), darker(colour, 0.78), 0.5)


def _laces(canvas: Canvas, start: tuple[float, float], end: tuple[float, float], count: int, colour: Rgb) -> None:
    for number in range(count):
        t = number / (count - 1)
        x, y = start[0] + (end[0] - start[0]) * t, start[1] + (end[1] - start[1]) * t
        canvas.line([(x - 4.2, y + 2.6), (x + 2.6, y - 1.6)], (30, 30, 34), 1.9, 0.35)
        canvas.line([(x - 4.2, y + 2.2), (x + 2.6, y - 2)], colour, 1.5)
        canvas.flat(ellipse(x - 4.6, y + 2.6, 0.7), (70, 70, 76))


_SIDES = {
    0: ("M 30 61 L 41 46.5 L 46 49.5 L 38 61 L 30 61",),
    1: ("M 30 61 L 38 49 L 40.6 50.6 L 34 61 L 30 61", "M 38 61 L 45 51.5 L 47.6 53 L 42 61 L 38 61"),
    2: ("M 27 57 C 38 58 52 54 63 47.6 L 64.4 50 C 52 58.6 38 62 27 60 L 27 57",),
    3: ("M 40 47 L 42.4 52 L 47.6 52.6 L 43.8 56 L 45 61 L 40 58.4 L 35 61 L 36.2 56 L 32.4 52.6 L 37.6 52 L 40 47",),
    4: ("M 31 60 L 36 49 L 39 50 L 45 56.4 L 48.6 51.4 L 51.6 52.6 L 46.6 61 L 43.6 61 L 37.6 54.6 L 34.6 61 L 31 60",),
    5: ("M 28 53 L 58 56 L 58 58 L 28 55.4 L 28 53", "M 27 58 L 60 59.4 L 60 61 L 27 60.6 L 27 58"),
}  # fmt: skip


def _side(canvas: Canvas, trim: Trim) -> None:
    """The maker's mark on the side of a sneaker."""
    for outline in _SIDES[trim.decoration]:
        canvas.paint(path(outline), trim.accent, relief=0.8, depth=0.5)


def _low(canvas: Canvas, cloth: Cloth, trim: Trim) -> None:
    toe = path("M 74 49.5 C 84 52 90 55.5 90 61 L 72 61 Q 70 54 74 49.5")
    canvas.paint(toe, lighter(cloth.colour, 0.07), cloth.surface, relief=2.6, depth=0.6, gloss=cloth.gloss)
    canvas.line(path("M 74 49.5 Q 70 54 72 61"), cloth.seam, 0.45, 0.9)
    canvas.line(path("M 38 39.5 C 40 46 47 53 60 55.5 Q 66 56 71.5 56"), cloth.seam, 0.45, 0.85)
    heel = path("M 15 59 C 13.4 50 14 42 16.5 36 Q 18 34.4 20 34.6 C 21 44 23 52 24.5 61 L 15 61 L 15 59")
    canvas.paint(heel, trim.accent, relief=1.6, depth=0.6)
    _side(canvas, trim)
    _laces(canvas, (46.5, 36), (60, 46), 5, trim.laces)
    _sole(canvas, trim.sole)


def _high(canvas: Canvas, cloth: Cloth, trim: Trim) -> None:
    toe = path("M 73 49 C 84 52 90 55.5 90 61 L 71 61 Q 69 54 73 49")
    canvas.paint(toe, trim.sole, relief=2.6, depth=0.6)
    canvas.line(path("M 36 20 C 37 34 42 48 58 54.6 L 70 56"), cloth.seam, 0.45, 0.85)
    canvas.line(path("M 24 19 C 23 34 23 48 25 60"), cloth.seam, 0.45, 0.7)
    if trim.decoration % 2:
        _side(canvas, trim)
    else:
        canvas.paint(ellipse(30, 34, 5.2), RUBBER, relief=0.9, depth=0.6)
        canvas.flat(ellipse(30, 34, 3.9 if trim.decoration else 2.2), trim.accent)
    _laces(canvas, (45, 22.5), (59.5, 46), 7, trim.laces)
    _sole(canvas, trim.sole)
    canvas.line(path("M 13 60.6 L 91 60.8"), trim.accent, 0.9)


def _runner(canvas: Canvas, cloth: Cloth, trim: Trim) -> None:
    if trim.decoration in (0, 3):
        for dx in (0.0, 6.0, 12.0):
            stripe = path(
                f"M {31 + dx} 58 Q {38 + dx} 52 {40 + dx} 45 L {43 + dx} 46.6 Q {42 + dx} 53 {36 + dx} 58.5 L {31 + dx} 58"
            )
            canvas.paint(stripe, trim.accent, relief=0.7, depth=0.5)
    else:
        _side(canvas, trim)
    cap = path("M 80 50.3 C 87 52.5 92 56 92 60 L 76 60 Q 75 54 80 50.3")
    canvas.paint(cap, darker(cloth.colour, 0.78), relief=1.8, depth=0.7)
    heel = path("M 13 55 C 11.4 47 13 40 17 35 L 21 36 C 20 44 22 52 24 59 L 14 59 L 13 55")
    canvas.paint(heel, darker(cloth.colour, 0.78), relief=1.6, depth=0.7)
    _laces(canvas, (47.5, 36), (63, 46), 5, trim.laces)
    sole = path(
        "M 10 60 Q 9 55.5 14 56 C 30 60 42 55.5 56 57.5 C 70 59.5 84 57.5 91 57.5 Q 95.5 58.5 94 63 Q 92 69 85 70 L 17 70 Q 11 69 10 60"
    )
    canvas.paint(sole, trim.sole, relief=2.6, depth=0.7)
    canvas.line(path("M 11 63.5 C 30 67.5 46 61.5 60 63.6 C 74 65 86 64 93.6 63.4"), trim.accent, 0.9)
    for x in range(16, 90, 6):
        canvas.line([(x, 68.6), (x + 2.6, 70)], darker(trim.sole, 0.6), 0.7)


def boot(canvas: Canvas, look: Look, position: int) -> None:
    cloth = cloth_of(look, position)
    canvas.contact(56, 78, 37, 3.2)
    upper = path(
        "M 26 13 Q 41 9.5 55 13 C 55 28 54.6 36 56 44 C 60 51.5 70 54 79 57.5 C 87 61 89.5 66 89 72 L 24.5 72 C 23.5 52 27.5 32 26 13"
    )
    canvas.paint(upper, cloth.colour, cloth.surface, relief=5, depth=0.85, gloss=cloth.gloss)
    canvas.folds(upper, [path("M 50 46 Q 56 48 60 54"), path("M 47 51 Q 53 54 56 60")], 1.2, 0.35)
    (_chelsea if look.cut == "chelsea" else _lace_up)(canvas, cloth, trim_of(look.style, cloth.colour))


def _boot_sole(trim: Trim) -> Rgb:
    """The sole's colour: never as bright as a sneaker's."""
    return darker(trim.sole, 0.75) if brightness(trim.sole) > 170 else trim.sole


def _chelsea(canvas: Canvas, cloth: Cloth, trim: Trim) -> None:
    gore = path("M 35 15 L 47 15 C 47 26 46 36 44 43.5 Q 41.4 46 39 43.5 C 36.6 36 35 26 35 15")
    elastic = darker(cloth.colour, 0.5) if trim.decoration % 2 else darker(trim.accent, 0.8)
    canvas.paint(gore, elastic, Surface(texture="rib"), relief=0.9, depth=0.5)
    canvas.line([*gore, gore[0]], cloth.seam, 0.4, 0.9)
    canvas.paint(rounded(25.5, 6.5, 28.6, 17, 1), trim.accent, relief=0.8, depth=0.7)
    if trim.decoration >= 3:
        strap = path("M 25.4 50 C 36 54 48 54 58.4 49.6 L 60 52.6 C 48 57.6 36 57.4 25 53.6 L 25.4 50")
        canvas.paint(strap, darker(cloth.colour, 0.75), relief=0.9, depth=0.8)
        canvas.paint(
            rounded(36 + 3 * (trim.decoration - 3), 51, 40.4 + 3 * (trim.decoration - 3), 57, 0.9),
            trim.metal,
            relief=0.6,
            depth=0.9,
        )
    canvas.line(path("M 40 46 C 40 56 38 64 38 72"), cloth.seam, 0.4, 0.7)
    sole = path("M 23.6 71 L 89.6 71 Q 91.5 74 89 75.4 L 47 75.8 L 46 79 L 24.4 79 L 23.6 71")
    canvas.paint(sole, _boot_sole(trim), relief=1.1, depth=0.7)


def _lace_up(canvas: Canvas, cloth: Cloth, trim: Trim) -> None:
    canvas.line(path("M 44 12 C 45 30 46 44 54 52 Q 60 56 68 57"), cloth.seam, 0.5, 0.9)
    canvas.line(path("M 74 56 Q 69 62 70 71"), cloth.seam, 0.5, 0.9)
    canvas.line(path("M 26 46 Q 34 48 40 52 Q 43 60 43 71"), cloth.seam, 0.5, 0.8)
    _laces(canvas, (52, 17), (53, 40), 5, trim.laces)
    _laces(canvas, (56.5, 45), (65, 52), 3, trim.laces)
    collar = darker(cloth.colour, 0.78) if trim.decoration < 3 else trim.accent
    canvas.paint(rounded(25.4, 9.5, 55.6, 15.5, 2), collar, relief=1.6, depth=0.8)
    if trim.decoration % 3 == 0:
        canvas.paint(rounded(29, 30, 36, 38, 1), trim.accent, relief=0.6, depth=0.7)
    elif trim.decoration % 3 == 1:
        canvas.line(path("M 27 20 C 28 34 27 40 26 44"), trim.accent, 1.6, 0.9)
    sole = path(
        "M 23 70.5 L 90 70.5 Q 93 74 90.6 79.5 L 86 79.5 L 85 77 L 80 77 L 79 79.5 L 74 79.5 L 73 77 L 68 77 L 67 79.5 L 62 79.5 L 61 77 L 50 77 L 49 79.8 L 42 79.8 L 41 77.4 L 36 77.4 L 35 79.8 L 24 79.8 L 23 70.5"
    )
    canvas.paint(sole, _boot_sole(trim), relief=1.1, depth=0.7)
    canvas.stitches([(25, 72.2), (90, 72.2)], trim.laces, 0.4, 1.1)


def heel(canvas: Canvas, look: Look, position: int) -> None:
    cloth = cloth_of(look, position)
    canvas.contact(62, 74.8, 30, 2.4)
    canvas.contact(19.5, 75, 6, 1.8)
    (_pump if look.cut == "pump" else _sandal)(canvas, cloth, trim_of(look.style, cloth.colour))


def _stiletto(canvas: Canvas, cloth: Cloth, trim: Trim) -> None:
    canvas.paint(
        path("M 13.5 36 C 15 52 16.8 64 17.4 74.6 L 21 74.6 C 21.4 64 24 56 29 52.5 L 13.5 36"),
        darker(cloth.colour, 0.85) if trim.decoration % 2 else trim.accent,
        relief=1.6,
        depth=0.8,
        gloss=cloth.gloss,
    )


def _pump(canvas: Canvas, cloth: Cloth, trim: Trim) -> None:
    _stiletto(canvas, cloth, trim)
    inside = path("M 16 29 C 26 40 40 50 54 53 Q 62 54 66 50.5 L 60 58 L 30 48 L 16 29")
    canvas.paint(inside, trim.lining, relief=1.6, depth=0.5)
    upper = path(
        "M 13 30 Q 14.5 25.5 18 28.5 C 25 39 38 51 54 55 C 60 56.4 63.5 54 66.5 50 C 71 52 84 62 93.5 70.5 Q 95 73.6 90 74 L 68 74 C 54 72 40 59.5 27 53.5 C 17 48 12.4 40 13 30"
    )
    canvas.paint(upper, cloth.colour, cloth.surface, relief=3.4, depth=0.9, gloss=max(cloth.gloss, 0.2))
    canvas.line(path("M 27 53.8 C 40 60 54 72.4 68 74.2 L 90 74.2"), _boot_sole(trim), 0.9)
    _pump_ornament(canvas, trim)


def _pump_ornament(canvas: Canvas, trim: Trim) -> None:
    if trim.decoration in (0, 1):
        toe = path("M 80 59.6 C 86 63 90 67 93.5 70.5 Q 95 73.6 90 74 L 76 74 Q 74 66 80 59.6")
        canvas.paint(toe, trim.accent, relief=1.6, depth=0.8)
    elif trim.decoration == 2:
        for side in ("M 68 53 L 61 48.4 L 61.6 56 L 68 53", "M 68 53 L 75 51 L 73.4 58 L 68 53"):
            canvas.paint(path(side), trim.accent, relief=0.8, depth=0.8)
    elif trim.decoration == 3:
        canvas.paint(ellipse(71, 56, 2.6), trim.metal, relief=0.7, depth=0.9)
    elif trim.decoration == 4:
        strap = path("M 33 40 C 40 34 50 38 57 49 L 54.6 51 C 48 41.6 41 38.6 34.6 43 L 33 40")
        canvas.paint(strap, trim.accent, relief=0.9, depth=0.8)


def _sandal(canvas: Canvas, cloth: Cloth, trim: Trim) -> None:
    canvas.paint(
        path("M 13 44 L 15 74.6 L 25 74.6 L 30 51 L 13 44"),
        darker(cloth.colour, 0.85) if trim.decoration % 2 else trim.accent,
        relief=2,
        depth=0.8,
        gloss=cloth.gloss,
    )
    sole = path(
        "M 12 42 C 22 46 38 58 52 67 Q 58 70.6 68 70.8 L 90 70.4 Q 94.5 71 93 74 L 66 75 C 50 74 36 60 26 53.6 C 20 50 13 49 12 42"
    )
    canvas.paint(sole, trim.lining, relief=1.4, depth=0.7)
    if trim.decoration >= 3:
        middle = path(
            "M 44 60 C 46 50 52 48 57 51 Q 61 55 60 66.6 L 55.6 65.4 Q 56.6 57 53.6 55.4 Q 49.6 54.6 48 62.4 L 44 60"
        )
        canvas.paint(middle, trim.accent, relief=1.2, depth=0.85)
    for strap in ("M 64 70.8 C 65 61 72 58 80 60.6 Q 88 64 89.4 70.6 L 84.6 70.8 Q 83 66 78 65 Q 71 63.4 69.6 70.8 L 64 70.8",
                  "M 12.6 43 C 12 33 14 26 17 22 L 21 23.6 C 18.6 29 17.6 37 18.6 45.6 L 12.6 43"):  # fmt: skip
        canvas.paint(path(strap), cloth.colour, cloth.surface, relief=1.4, depth=0.85, gloss=max(cloth.gloss, 0.2))
    ankle = path(
        "M 14.4 26 C 20 20.5 34 21 40 27 Q 42 31 38 33.4 C 30 37 20 34 16 30.4 L 17 26.6 C 22 30.6 31 32.6 36.4 29.8 Q 37.6 28.6 35.6 27.4 C 30 24.4 22 24.6 17.4 28.6 L 14.4 26"
    )
    canvas.paint(ankle, cloth.colour, cloth.surface, relief=1.1, depth=0.85, gloss=max(cloth.gloss, 0.2))
    canvas.paint(rounded(34.6, 26.6, 38.4, 31.6, 0.9), trim.metal, relief=0.6, depth=0.9)


def loafer(canvas: Canvas, look: Look, position: int) -> None:
    cloth = cloth_of(look, position)
    canvas.contact(52, 69.5, 41, 3)
    inside = path("M 18 42 Q 32 36 48 40 L 56 46 L 36 50 L 18 42")
    trim = trim_of(look.style, cloth.colour)
    canvas.paint(inside, trim.lining, depth=0.3)
    upper = path(
        "M 13 63 C 11.5 53 13 45 16 40.5 Q 20 37 25 41.5 C 32 47 41 46.4 48 42 Q 52 39.6 57 43 C 66 48.5 77 50 84 53.6 C 91 57 92.5 60 91 64.6 L 13 65 L 13 63"
    )
    canvas.paint(upper, cloth.colour, cloth.surface, relief=4, depth=0.85, gloss=cloth.gloss)
    canvas.line(path("M 60 45.4 C 58 51 62 55 72 56.4 C 80 57.4 86 58 90.6 60"), cloth.seam, 0.6, 0.9)
    canvas.stitches(
        path("M 61.4 44.6 C 59.6 50 63 53.6 72.6 55 C 80 56 86 56.6 90 58.4"), lighter(cloth.colour, 0.3), 0.4, 0.9
    )
    saddle = path("M 45 43.6 Q 49 40.4 53.4 41 L 62 45 C 60 51 59 57 58.6 64.6 L 46.6 64.8 C 48 56 47 49 45 43.6")
    canvas.paint(saddle, darker(cloth.colour, 0.92), cloth.surface, relief=1.6, depth=0.9, gloss=cloth.gloss)
    _loafer_ornament(canvas, cloth, trim)
    canvas.line(path("M 23 41 C 22 50 23 58 24.6 64.6"), cloth.seam, 0.5, 0.8)
    sole = path("M 12 63.6 L 92 63.6 Q 93.6 66.6 91 67.6 L 40 68 L 39 70.6 L 13 70.6 L 12 63.6")
    canvas.paint(sole, _boot_sole(trim), relief=1, depth=0.7)


def _loafer_ornament(canvas: Canvas, cloth: Cloth, trim: Trim) -> None:
    """The penny's slot, a bar of metal, two tassels, or a saddle in another colour."""
    if trim.decoration in (1, 4):
        canvas.paint(rounded(47.6, 48.4, 60, 51.4, 1.2), trim.metal, relief=0.7, depth=0.9)
        return
    if trim.decoration in (2, 5):
        for dx in (0.0, 5.4):
            canvas.line([(52 + dx, 44), (54 + dx, 48)], trim.accent, 0.9)
            canvas.paint(
                path(f"M {53 + dx} 47.4 L {55.8 + dx} 47 L {57.4 + dx} 55 L {53 + dx} 55.6 L {53 + dx} 47.4"),
                trim.accent,
                relief=0.8,
                depth=0.8,
            )
        return
    if trim.decoration == 3:
        saddle = path("M 46.2 47 L 60.4 47 L 59 58 L 47 58 L 46.2 47")
        canvas.paint(saddle, trim.accent, relief=1.0, depth=0.8)
    slot = path("M 51.4 44.2 Q 54.6 43.6 57 45.4 L 56 47.8 Q 53.6 46.2 51 46.8 L 51.4 44.2")
    canvas.flat(slot, darker(cloth.colour, 0.4))
