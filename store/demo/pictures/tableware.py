"""Drawings of vases, mugs and cups."""

# ruff: noqa: E501 - one product range or outline a line reads better than a broken one

from store.demo.goods import Look
from store.demo.pictures.canvas import Canvas
from store.demo.pictures.cloth import cloth_of
from store.demo.pictures.paths import ellipse, path, symmetric
from store.demo.pictures.patterns import darker, lighter

_VASES = {
    "bottle": ("M 50 26 L 55 26 Q 56 27 55 28.4 C 54 34 54 40 55.4 45 C 60 52 66 58 66.4 69 C 66.6 79 63 86 58 87.6 L 50 88", 5.0, 26.4, 88.0, 13.0),
    "round": ("M 50 36 L 58.5 36 Q 60 37 58.8 39 C 60 42 66 43 72 51 C 78 60 76 76 66 84 Q 63 87 58 87.6 L 50 88", 8.5, 36.4, 88.0, 14.0),
    "amphora": ("M 50 22 L 58.5 22 Q 60.4 23.4 58.4 25.4 C 56 28 56 34 58 38 C 66 43 70 50 69 58 C 67 70 60 79 57 83 L 60 88 L 50 88", 8.5, 22.4, 88.0, 11.0),
}  # fmt: skip


def vase(canvas: Canvas, look: Look, position: int) -> None:
    cloth = cloth_of(look, position, pitch=9.0, texture="fine" if look.material == "Stoneware" else "")
    outline, mouth, top, bottom, foot = _VASES[look.cut]
    canvas.contact(50, bottom + 0.3, foot + 6, 2.8)
    if look.cut == "bottle":
        _branch(canvas)
    if look.cut == "amphora":
        for sign in (1, -1):
            handle = path("M 57 27 C 68 24 72 34 66 43")
            line = handle if sign == 1 else [(100 - x, y) for x, y in handle]
            canvas.line(line, darker(cloth.colour, 0.62), 3.4)
            canvas.line([(x - 0.4, y - 0.4) for x, y in line], cloth.colour, 2.2)
    gloss = 0.55 if look.material == "Glass" else 0.12 if look.material == "Stoneware" else 0.35
    body = symmetric(outline)
    canvas.paint(body, cloth.colour, cloth.surface, relief=3.4, depth=0.35, gloss=gloss, round_x=1.0)
    shine = path("M 40 54 Q 35 62 37 74 L 39.5 73 Q 38.4 63 42.4 55.4 L 40 54")
    if look.material != "Stoneware":
        canvas.flat(shine, (255, 255, 255), 0.35)
    canvas.paint(ellipse(50, top, mouth, mouth * 0.2), darker(cloth.colour, 0.4), depth=0.2)
    rim = ellipse(50, top, mouth, mouth * 0.2)
    canvas.line([*rim, rim[0]], lighter(cloth.colour, 0.25), 0.5)


def _branch(canvas: Canvas) -> None:
    canvas.line(path("M 50 27 C 49 18 54 12 60 5"), (110, 84, 58), 0.8)
    canvas.line(path("M 50.4 20 C 46 15 43 12 40 10"), (110, 84, 58), 0.6)
    for x, y, tilt in (
        (60, 5, -50),
        (57, 10, 20),
        (54, 9, -70),
        (53, 15, 30),
        (40, 10, 30),
        (44, 12, 80),
        (47, 18, 10),
        (57.6, 5.6, -100),
    ):
        canvas.paint(ellipse(x, y, 3.0, 1.3, tilt=tilt), (112, 138, 96), relief=0.8, depth=0.6)


def mug(canvas: Canvas, look: Look, position: int) -> None:
    (_mug if look.cut == "mug" else _cup)(canvas, look, position)


def _mug(canvas: Canvas, look: Look, position: int) -> None:
    cloth = cloth_of(look, position, pitch=9.5, texture="fine" if look.material == "Stoneware" else "")
    canvas.contact(46, 82, 30, 3.4)
    handle = path("M 68 40 C 90 36 92 70 67 69")
    canvas.line([(x + 0.4, y + 0.8) for x, y in handle], darker(cloth.colour, 0.6), 6.4)
    canvas.line(handle, cloth.colour, 5.2)
    canvas.line([(x - 0.8, y - 1.0) for x, y in handle], lighter(cloth.colour, 0.25), 1.4, 0.7)
    body = path(
        "M 20 28 L 72 28 C 72 50 71.4 66 69.6 76 Q 68 82.6 61 82.8 L 31 82.8 Q 24 82.6 22.4 76 C 20.6 66 20 50 20 28"
    )
    canvas.paint(body, cloth.colour, cloth.surface, relief=3, depth=0.3, gloss=0.25, round_x=1.0)
    canvas.paint(ellipse(46, 28, 26, 5.6), lighter(cloth.colour, 0.2), relief=1, depth=0.3)
    canvas.paint(ellipse(46, 28.6, 23.8, 4.5), darker(cloth.colour, 0.6), relief=2, depth=0.3)
    canvas.flat(ellipse(46, 30.2, 21, 3.0), (74, 46, 30))


def _cup(canvas: Canvas, look: Look, position: int) -> None:
    cloth = cloth_of(look, position, pitch=8.0, texture="fine" if look.material == "Stoneware" else "")
    canvas.contact(50, 80, 44, 4)
    canvas.paint(ellipse(50, 76, 42, 7.4), darker(cloth.colour, 0.85), relief=2.4, depth=0.8, gloss=0.2)
    canvas.paint(ellipse(50, 74.6, 40, 6.2), lighter(cloth.colour, 0.06), relief=3.4, depth=0.7, gloss=0.2)
    canvas.flat(ellipse(50, 74.6, 16, 2.8), darker(cloth.colour, 0.55), 0.6)
    handle = path("M 74 44 C 92 42 90 62 70 61")
    canvas.line([(x + 0.4, y + 0.8) for x, y in handle], darker(cloth.colour, 0.6), 4.6)
    canvas.line(handle, cloth.colour, 3.6)
    body = path("M 21 38 L 79 38 C 79 56 70 70 60 73.6 L 40 73.6 C 30 70 21 56 21 38")
    canvas.paint(body, cloth.colour, cloth.surface, relief=3, depth=0.3, gloss=0.25, round_x=1.0)
    canvas.paint(ellipse(50, 38, 29, 6.2), lighter(cloth.colour, 0.2), relief=1, depth=0.3)
    canvas.paint(ellipse(50, 38.6, 26.8, 5.1), darker(cloth.colour, 0.6), relief=2, depth=0.3)
    canvas.paint(ellipse(50, 40, 23.6, 3.7), (196, 150, 104), relief=1.6, depth=0.3)
    canvas.flat(ellipse(50, 40.2, 10, 1.7), (240, 222, 196), 0.9)
