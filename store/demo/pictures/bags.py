"""Drawings of handbags, backpacks and totes."""

from store.demo.goods import Look
from store.demo.pictures.canvas import Canvas
from store.demo.pictures.cloth import Cloth, cloth_of
from store.demo.pictures.paths import Path, ellipse, path, rounded, symmetric
from store.demo.pictures.patterns import darker, lighter

GOLD = (208, 174, 102)
STEEL = (180, 182, 188)


def handbag(canvas: Canvas, look: Look, position: int) -> None:
    cloth = cloth_of(look, position)
    {"satchel": _satchel, "shoulder": _shoulder, "crossbody": _crossbody}[look.cut](canvas, cloth)


def _handle(canvas: Canvas, line: Path, cloth: Cloth, width: float) -> None:
    canvas.line([(x + 0.5, y + 0.8) for x, y in line], (40, 40, 46), width, 0.25)
    canvas.line(line, darker(cloth.colour, 0.72), width)
    canvas.line([(x - 0.25, y - 0.25) for x, y in line], cloth.colour, width * 0.62)


def _satchel(canvas: Canvas, cloth: Cloth) -> None:
    canvas.contact(50, 84.5, 36, 3)
    _handle(canvas, path("M 36 42 C 35 18 65 18 64 42"), cloth, 2.6)
    body = symmetric("M 50 38 L 72 38 Q 77 38 78 43 L 81.5 78 Q 82 84 76 84 L 50 84")
    canvas.paint(body, cloth.colour, cloth.surface, relief=4.5, depth=0.8, gloss=cloth.gloss)
    canvas.stitches(
        symmetric("M 50 40 L 71 40 Q 75 40.4 76 44 L 79.4 77 Q 79.6 81.8 75 81.8 L 50 81.8"),
        lighter(cloth.colour, 0.3),
        0.35,
    )
    flap = symmetric("M 50 37 L 72 37 Q 76.6 37 77.4 42 L 78.4 55 Q 78 60 73 60 L 50 61.5")
    canvas.shadow(flap, dx=0.3, dy=1.2, blur=0.9, strength=0.4)
    canvas.paint(flap, cloth.colour, cloth.surface, relief=3, depth=0.8, gloss=cloth.gloss)
    for x in (35, 65):
        canvas.paint(
            rounded(x - 2.4, 44, x + 2.4, 69, 1.2), darker(cloth.colour, 0.78), relief=1.1, depth=0.8, gloss=cloth.gloss
        )
        buckle = rounded(x - 3.2, 56, x + 3.2, 62, 0.8)
        canvas.line([*buckle, buckle[0]], GOLD, 0.9)
        canvas.line([(x, 57), (x, 61)], GOLD, 0.6)
    for x in (36, 64):
        canvas.line(ellipse(x, 40.5, 1.6), GOLD, 0.8)


def _shoulder(canvas: Canvas, cloth: Cloth) -> None:
    canvas.contact(50, 82, 30, 2.6)
    _handle(canvas, path("M 22 52 C 20 6 80 6 78 52"), cloth, 3.2)
    body = symmetric("M 50 50 Q 66 52 80 44 C 88 58 84 76 70 80 Q 60 82 50 82")
    canvas.paint(body, cloth.colour, cloth.surface, relief=5.5, depth=0.85, gloss=cloth.gloss)
    canvas.folds(body, [path("M 26 50 Q 30 60 28 72"), path("M 74 50 Q 70 60 72 72")], 1.8, 0.3)
    zip_line = path("M 21.4 48.4 Q 35 55.4 50 53.6 Q 65 55.4 78.6 48.4")
    canvas.line(zip_line, darker(cloth.colour, 0.5), 1.5)
    canvas.stitches(zip_line, GOLD, 0.7, 0.4)
    canvas.paint(rounded(28.4, 52, 30.4, 59, 0.7), GOLD, relief=0.5, depth=0.9)
    for x in (21.5, 78.5):
        canvas.line(ellipse(x, 49, 2.0), GOLD, 1.0)
    canvas.paint(rounded(45.5, 66, 54.5, 70, 0.8), GOLD, relief=0.8, depth=0.7)


def _crossbody(canvas: Canvas, cloth: Cloth) -> None:
    canvas.contact(50, 81, 28, 2.6)
    chain = path("M 25 46 C 18 0 82 0 75 46")
    canvas.line(chain, darker(GOLD, 0.7), 1.5)
    canvas.stitches(chain, GOLD, 1.2, 0.7)
    body = rounded(23, 42, 77, 80.5, 5)
    canvas.paint(body, darker(cloth.colour, 0.9), cloth.surface, relief=4, depth=0.8, gloss=cloth.gloss)
    flap = symmetric("M 50 41 L 72 41 Q 77.4 41 77.4 46 C 77 60 66 68 50 69")
    canvas.shadow(flap, dx=0.3, dy=1.2, blur=0.9, strength=0.4)
    canvas.paint(flap, cloth.colour, cloth.surface, relief=3.4, depth=0.8, gloss=cloth.gloss)
    canvas.stitches(
        symmetric("M 50 43 L 71 43 Q 75.4 43 75.4 47 C 75 58 65 66 50 67"), lighter(cloth.colour, 0.3), 0.35
    )
    canvas.paint(ellipse(50, 66, 3.2), GOLD, relief=1.4, depth=0.9)
    canvas.flat(ellipse(50, 66, 1.1), darker(GOLD, 0.6))


def backpack(canvas: Canvas, look: Look, position: int) -> None:
    cloth = cloth_of(look, position)
    canvas.contact(50, 90.5, 28, 2.8)
    for side in (
        "M 27 36 C 18 44 18 66 25 80 L 30 78 L 31 40 L 27 36",
        "M 73 36 C 82 44 82 66 75 80 L 70 78 L 69 40 L 73 36",
    ):
        canvas.paint(path(side), darker(cloth.colour, 0.62), relief=2, depth=0.7)
    canvas.line(path("M 43 17 C 43 6 57 6 57 17"), darker(cloth.colour, 0.55), 2.6)
    (_daypack if look.cut == "day" else _roll_top)(canvas, cloth)


def _daypack(canvas: Canvas, cloth: Cloth) -> None:
    body = symmetric("M 50 13 C 66 13 73 21 74 36 L 75.5 82 Q 75.5 90 68 90 L 50 90")
    canvas.paint(body, cloth.colour, cloth.surface, relief=6, depth=0.8, gloss=cloth.gloss)
    zip_line = symmetric("M 50 20 C 62 20 67.6 26 68.4 37 L 68.6 48")
    half = len(zip_line) // 2
    arc = zip_line[half:] + zip_line[:half]
    canvas.line(arc, darker(cloth.colour, 0.5), 1.2)
    pocket = symmetric("M 50 52 L 66 52 Q 70.5 52 70.8 57 L 71.4 80 Q 71.4 85.4 66 85.4 L 50 85.4")
    canvas.shadow(pocket, dx=0.2, dy=1, blur=0.8, strength=0.4)
    canvas.paint(pocket, cloth.colour, cloth.surface, relief=3.6, depth=0.8, gloss=cloth.gloss)
    canvas.line(path("M 32 58 Q 50 60 68 58"), darker(cloth.colour, 0.5), 1.3)
    canvas.paint(rounded(60, 58.6, 61.8, 65, 0.7), STEEL, relief=0.5, depth=0.8)
    canvas.paint(rounded(43, 68, 57, 75, 1), darker((150, 104, 66), 0.95), relief=0.8, depth=0.6)
    canvas.paint(rounded(67.4, 45, 69.2, 51, 0.7), STEEL, relief=0.5, depth=0.8)


def _roll_top(canvas: Canvas, cloth: Cloth) -> None:
    body = symmetric("M 50 22 L 68 22 Q 72.6 22 73 28 L 75.5 82 Q 75.5 90 68 90 L 50 90")
    canvas.paint(body, cloth.colour, cloth.surface, relief=5, depth=0.8, gloss=cloth.gloss)
    roll = rounded(26.5, 13, 73.5, 26, 6)
    canvas.shadow(roll, dx=0.2, dy=1.2, blur=1, strength=0.4)
    canvas.paint(roll, cloth.colour, cloth.surface, relief=5, depth=0.95, gloss=cloth.gloss)
    canvas.folds(roll, [[(28, 20), (72, 20)]], 1.0, 0.35)
    for x in (39, 61):
        canvas.paint(rounded(x - 1.8, 12.6, x + 1.8, 52, 0.8), darker(cloth.colour, 0.55), relief=0.8, depth=0.7)
        canvas.paint(rounded(x - 3, 42, x + 3, 49, 1), (52, 52, 56), relief=0.9, depth=0.9)
    pocket = rounded(33, 58, 67, 84, 3)
    canvas.shadow(pocket, dx=0.2, dy=0.8, blur=0.8, strength=0.35)
    canvas.paint(pocket, cloth.colour, cloth.surface, relief=2.6, depth=0.8, gloss=cloth.gloss)
    canvas.line([(34, 63), (66, 63)], darker(cloth.colour, 0.5), 1.2)
    canvas.paint(rounded(57, 63.4, 58.6, 69, 0.6), STEEL, relief=0.5, depth=0.8)


def tote(canvas: Canvas, look: Look, position: int) -> None:
    cloth = cloth_of(look, position, pitch=8.0)
    back = path("M 36 42 C 36 8 64 8 64 42")
    canvas.line(back, darker(cloth.colour, 0.6), 2.8)
    body = symmetric("M 50 37 L 80 36 L 75.5 86 Q 75 89 72 89 L 50 89.6")
    canvas.shadow(body)
    canvas.paint(symmetric("M 50 35.5 L 79.5 36 L 78 42 L 50 42"), cloth.inside, depth=0.2)
    canvas.paint(body, cloth.colour, cloth.surface, relief=4, depth=0.7, gloss=cloth.gloss)
    canvas.folds(
        body, [path("M 33 52 Q 36 68 33 88"), path("M 66 50 Q 63 70 67 88"), path("M 24 80 Q 40 84 50 89")], 2.0, 0.22
    )
    canvas.stitches(symmetric("M 50 40.4 L 79.4 39.6"), cloth.seam, 0.4)
    front = path("M 35 56 L 35 42 C 35 14 65 14 65 42 L 65 56")
    canvas.line([(x + 0.6, y + 0.8) for x, y in front], (30, 30, 34), 3.2, 0.22)
    canvas.line(front, darker(cloth.colour, 0.82), 3.2)
    canvas.line([(x - 0.3, y) for x, y in front], cloth.colour, 2.0)
    for x in (35, 65):
        canvas.paint(rounded(x - 2, 50, x + 2, 57, 0.5), darker(cloth.colour, 0.8), relief=0.7, depth=0.6)
        canvas.stitches([(x - 1.4, 51), (x + 1.4, 56)], lighter(cloth.colour, 0.5), 0.3)
