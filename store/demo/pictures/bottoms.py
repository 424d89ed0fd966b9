"""Drawings of dresses, skirts and jeans."""

# ruff: noqa: E501 - one product range or outline a line reads better than a broken one

from store.demo.goods import Look
from store.demo.pictures.canvas import Canvas
from store.demo.pictures.cloth import Cloth, cloth_of
from store.demo.pictures.paths import Path, ellipse, mirrored, path, rounded, symmetric
from store.demo.pictures.patterns import darker, lighter

# Right halves, from the neckline down to the middle of the hem.
_DRESSES = {
    "wrap": "M 56.5 9 L 63 11 C 62 18 61 24 62.5 29 C 62 35 59.5 39 58.8 43 C 62 54 69 70 71 82 Q 62 86 50 86.5",
    "shift": "M 57 9 L 63 11.5 C 61.5 18 62 24 64.5 28 C 64.5 40 64 48 65 58 C 66 68 66.5 74 67 80 Q 58 82 50 82",
    "skater": "M 57.5 10 L 63 12 C 61 18 61.5 24 63 28 C 62.5 34 60 39 58.8 42.5 C 64 50 72 62 75 73 Q 64 78.5 50 79",
    "maxi": "M 56 12 L 58.5 11 L 58.6 15 C 61 20 62 24 62 28 C 61.5 34 59.5 38 58.6 42 C 62 56 69 78 71 93 Q 62 96.5 50 97",
}
_NECKS = {"wrap": 30.0, "shift": 15.0, "skater": 18.0, "maxi": 21.0}


def dress(canvas: Canvas, look: Look, position: int) -> None:
    cloth = cloth_of(look, position, pitch=4.6)
    outline = _dress_outline(look.cut)
    if look.cut == "wrap":
        _cap_sleeves(canvas, cloth)
    canvas.shadow(outline)
    back = path(f"M 43 9 Q 50 12.5 57 9 L 55 {_NECKS[look.cut] - 3} L 45 {_NECKS[look.cut] - 3} L 43 9")
    if look.cut != "maxi":
        canvas.paint(back, cloth.inside, depth=0.2)
    canvas.paint(outline, cloth.colour, cloth.surface, relief=4.5, depth=0.7, gloss=cloth.gloss)
    {"wrap": _wrap, "shift": _shift, "skater": _skater, "maxi": _maxi}[look.cut](canvas, cloth, outline)


def _dress_outline(cut: str) -> Path:
    right = path(_DRESSES[cut])
    x, y = right[0]
    depth = _NECKS[cut]
    left = list(reversed(mirrored(right)))
    if cut == "wrap":
        return right + left + path(f"M {100 - x} {y} L 51 {depth} L {x} {y}")
    if cut == "maxi":
        return right + left + path("M 44 12 L 43.4 16 Q 46 20 50 20.5 Q 54 20 56.6 16 L 56 12")
    return (
        right
        + left
        + path(f"M {100 - x} {y} C {102 - x} {depth} 46 {depth} 50 {depth} C 54 {depth} {x - 2} {depth} {x} {y}")
    )


def _cap_sleeves(canvas: Canvas, cloth: Cloth) -> None:
    right = path("M 59 9.6 L 63 11 C 68 13 71 19 72 27 Q 67 31 62.5 30 L 60 14")
    for outline in (right, mirrored(right)):
        canvas.shadow(outline)
        canvas.paint(outline, cloth.colour, cloth.surface, relief=2.6, depth=0.7, gloss=cloth.gloss)


def _wrap(canvas: Canvas, cloth: Cloth, outline: Path) -> None:
    canvas.line(path("M 57 9.5 Q 52 24 42 41"), cloth.seam, 0.5, 0.85)
    canvas.line(path("M 43 9.5 Q 46 22 51 30"), cloth.seam, 0.4, 0.7)
    canvas.line(path("M 42 45 Q 47 62 46 86"), cloth.seam, 0.45, 0.7)
    _skirt_folds(canvas, outline, 45, 86, 8, 18)
    belt = path("M 41 41 Q 50 43.4 59 41 L 59 45.4 Q 50 47.6 41 45.4 L 41 41")
    canvas.paint(belt, darker(cloth.colour, 0.9), cloth.surface, relief=0.9, depth=0.8, gloss=cloth.gloss)
    for tail in (
        "M 44 45 Q 41 54 42.5 62 L 45.5 61 Q 44.5 53 46 45.5 L 44 45",
        "M 45 45 Q 46 53 49.5 59 L 52 57 Q 48 51 47 45.5 L 45 45",
    ):
        canvas.paint(path(tail), darker(cloth.colour, 0.88), cloth.surface, relief=0.8, depth=0.8, gloss=cloth.gloss)
    canvas.paint(ellipse(45.4, 44, 1.8), darker(cloth.colour, 0.85), relief=1, depth=0.9)


def _shift(canvas: Canvas, cloth: Cloth, outline: Path) -> None:
    canvas.line(path("M 43 9.4 C 45 15.5 46 15.6 50 15.6 C 54 15.6 55 15.5 57 9.4"), cloth.seam, 0.4, 0.7)
    dart = path("M 63.5 31 Q 59 32 56.5 30")
    for line in (dart, mirrored(dart)):
        canvas.line(line, cloth.seam, 0.35, 0.6)
    canvas.folds(outline, [path("M 57 46 Q 59 60 58 81"), path("M 42 48 Q 40 62 42 81")], 2.2, 0.22)
    canvas.line(path("M 33.2 78 Q 42 79.8 50 79.8 Q 58 79.8 66.8 78"), cloth.seam, 0.3, 0.6)


def _skater(canvas: Canvas, cloth: Cloth, outline: Path) -> None:
    canvas.line(path("M 42.5 10.4 C 44.5 18.6 46 18.6 50 18.6 C 54 18.6 55.5 18.6 57.5 10.4"), cloth.seam, 0.4, 0.7)
    _skirt_folds(canvas, outline, 44, 79, 7.5, 23)
    canvas.paint(
        path("M 41 41.4 Q 50 43.6 59 41.4 L 59.2 44 Q 50 46.2 40.8 44 L 41 41.4"),
        darker(cloth.colour, 0.84),
        relief=0.7,
        depth=0.7,
    )


def _maxi(canvas: Canvas, cloth: Cloth, outline: Path) -> None:
    for x in (42.2, 57.8):
        canvas.line([(x, 4.5), (x + (0.2 if x > 50 else -0.2), 13)], darker(cloth.colour, 0.9), 1.0)
    canvas.line(path("M 41.3 42 Q 50 44.4 58.7 42"), cloth.seam, 0.6, 0.8)
    _skirt_folds(canvas, outline, 44, 96, 7.5, 19)
    canvas.folds(outline, [path("M 46 22 Q 45 30 46 41"), path("M 54 22 Q 55 30 54 41")], 1.3, 0.2)


def _skirt_folds(canvas: Canvas, outline: Path, top: float, bottom: float, narrow: float, wide: float) -> None:
    """Folds that fan out from the waist to the hem."""
    shares = (-0.85, -0.5, -0.15, 0.22, 0.55, 0.88)
    dark = [
        path(
            f"M {50 + s * narrow} {top} Q {50 + s * (narrow + wide) / 2.1} {(top + bottom) / 2} {50 + s * wide} {bottom}"
        )
        for s in shares
    ]
    light = [
        path(
            f"M {50 + (s + 0.17) * narrow} {top + 4} Q {50 + (s + 0.17) * (narrow + wide) / 2.1} {(top + bottom) / 2} {50 + (s + 0.17) * wide} {bottom}"
        )
        for s in shares[:-1]
    ]
    canvas.folds(outline, dark, 1.7, 0.36)
    canvas.folds(outline, light, 2.2, -0.20)


def skirt(canvas: Canvas, look: Look, position: int) -> None:
    cloth = cloth_of(look, position, pitch=5.0)
    if look.cut == "pleated":
        outline = symmetric("M 50 22.5 Q 57 22.5 62 21.5 C 66 40 73 64 76 82 Q 64 86 50 86.5")
    else:
        outline = symmetric("M 50 24 Q 57 24 62 23 C 67 38 72 56 75 71 Q 64 75.5 50 76")
    canvas.shadow(outline)
    canvas.paint(outline, cloth.colour, cloth.surface, relief=4, depth=0.7, gloss=cloth.gloss)
    if look.cut == "pleated":
        pleats = [
            path(f"M {50 + s * 11.5} 24 L {50 + s * 25.5} {86.5 - abs(s) * 4}") for s in [i / 7 for i in range(-6, 7)]
        ]
        canvas.folds(outline, pleats, 0.9, 0.55)
        canvas.folds(outline, [[(x + 1.1, y) for x, y in line] for line in pleats], 1.2, -0.28)
    else:
        canvas.folds(
            outline, [path("M 44 30 Q 40 52 38 75"), path("M 57 30 Q 61 52 63 75"), path("M 50 40 L 50 76")], 2.0, 0.25
        )
        canvas.line(path("M 25.6 68.5 Q 38 73 50 73 Q 62 73 74.4 68.5"), cloth.seam, 0.3, 0.6)
    band = path("M 37.6 17.5 Q 50 19.5 62.4 17.5 L 62.8 23 Q 50 25 37.2 23 L 37.6 17.5")
    canvas.paint(band, darker(cloth.colour, 0.9), relief=0.9, depth=0.7, gloss=cloth.gloss)


_LEGS = {
    "straight": "M 66.5 20 C 68.5 34 68.8 46 68.2 58 C 67.8 72 67 84 66.6 94 Q 61 95.2 55.6 94.6 C 55 76 53.6 58 51 44 L 50 42",
    "skinny": "M 66 20 C 68.8 32 68.2 44 66.6 56 C 65.4 70 63 82 61.8 94 Q 58 95.2 54.6 94.6 C 54.8 76 53.6 58 51 44 L 50 42",
    "wide": "M 64.5 16 C 68 30 71 44 73 58 C 75 72 76 84 77 94 Q 67 96.6 57.5 95 C 56 76 54 58 51 44 L 50 42",
}  # fmt: skip


def jeans(canvas: Canvas, look: Look, position: int) -> None:
    cloth = cloth_of(look, position)
    right = path(_LEGS[look.cut])
    top_x, top_y = right[0]
    outline = (
        right + list(reversed(mirrored(right))) + path(f"M {100 - top_x} {top_y} Q 50 {top_y + 1.6} {top_x} {top_y}")
    )
    thread = (208, 152, 86) if look.material != "Corduroy" else lighter(cloth.colour, 0.35)
    canvas.shadow(outline)
    canvas.paint(outline, cloth.colour, cloth.surface, relief=4, depth=0.7)
    thigh = path("M 60.5 40 Q 61.5 52 60.5 66")
    for line in (thigh, mirrored(thigh)):
        canvas.folds(outline, [line], 6.5, -0.22)
    creases = [
        path("M 50.5 44 Q 56 45 60 42"),
        path("M 51.5 47.5 Q 56 50 60 48.5"),
        path("M 56 68 Q 61 70 65 67"),
        path("M 56 88 Q 60 90 64 87"),
    ]
    canvas.folds(outline, [*creases, *(mirrored(c) for c in creases)], 1.0, 0.3)
    canvas.folds(outline, [path("M 50 42 L 50 47")], 1.6, 0.5)
    _jeans_details(canvas, cloth, top_x, top_y, thread)


def _jeans_details(canvas: Canvas, cloth: Cloth, x: float, y: float, thread: tuple[int, int, int]) -> None:
    band = path(
        f"M {100 - x + 0.6} {y - 5} Q 50 {y - 3.4} {x - 0.6} {y - 5} L {x + 0.4} {y + 0.4} Q 50 {y + 2} {100 - x - 0.4} {y + 0.4} L {100 - x + 0.6} {y - 5}"
    )
    canvas.paint(band, darker(cloth.colour, 0.92), cloth.surface, relief=0.9, depth=0.7)
    canvas.stitches(path(f"M {100 - x} {y - 0.6} Q 50 {y + 1} {x} {y - 0.6}"), thread)
    pocket = path(f"M {x - 8.5} {y + 1} Q {x - 7} {y + 8} {x + 1} {y + 9}")
    for line in (pocket, mirrored(pocket)):
        canvas.line(line, cloth.seam, 0.45, 0.9)
        canvas.stitches([(px, py + 0.9) for px, py in line], thread)
    canvas.line([(50, y + 1), (50, 42)], cloth.seam, 0.4, 0.9)
    canvas.stitches(path(f"M 53.6 {y + 1.4} L 53.6 {y + 12} Q 53 {y + 16} 50 {y + 18}"), thread)
    for at in (38.5, 46, 54.6, 61.5):
        canvas.paint(
            rounded(at - 0.8, y - 5.4, at + 0.8, y + 1.4, 0.4), cloth.colour, cloth.surface, relief=0.5, depth=0.8
        )
    canvas.paint(ellipse(50.2, y - 1.6, 1.25), (172, 150, 112), relief=0.6, depth=0.9)
    for px, py in ((x - 8, y + 2.2), (100 - x + 8, y + 2.2)):
        canvas.paint(ellipse(px, py, 0.42), (186, 140, 92), relief=0.3, depth=0.8)
