"""Drawings of lamps, chairs, rugs and cushions."""

from store.demo.colours import Rgb
from store.demo.goods import Look
from store.demo.pictures.canvas import Canvas
from store.demo.pictures.cloth import cloth_of
from store.demo.pictures.paths import Path, ellipse, mirrored, path, rotated, rounded, symmetric
from store.demo.pictures.patterns import Surface, darker, lighter

MATERIALS: dict[str, tuple[Rgb, str]] = {
    "Brass": ((200, 160, 88), ""), "Steel": ((74, 76, 82), ""), "Oak": ((198, 156, 104), "grain"),
    "Walnut": ((112, 76, 52), "grain"), "Beech": ((220, 184, 140), "grain"), "Ceramic": ((232, 226, 214), ""),
}  # fmt: skip


def lamp(canvas: Canvas, look: Look, position: int) -> None:
    colour, (stem, texture) = look.colours[position], MATERIALS[look.material]
    {"table": _table_lamp, "arc": _desk_lamp, "floor": _floor_lamp}[look.cut](
        canvas, colour, stem, Surface(texture=texture)
    )


def _shade(canvas: Canvas, outline: Path, colour: Rgb) -> None:
    canvas.paint(outline, lighter(colour, 0.08), Surface(texture="fine"), relief=2, depth=0.3, round_x=0.8)
    low = max(y for _, y in outline)
    canvas.folds(outline, [[(42, low - 3), (58, low - 3)]], 9.0, -0.45)


def _table_lamp(canvas: Canvas, colour: Rgb, stem: Rgb, grain: Surface) -> None:
    canvas.contact(50, 88, 20, 2.6)
    base = symmetric("M 50 48 L 52 48 C 52 56 54 58 60 65 C 66 73 64 81 57 84 L 60 87.6 L 50 88")
    canvas.paint(base, stem, grain, relief=2.5, depth=0.4, gloss=0.3, round_x=0.9)
    canvas.line([(50, 46), (50, 50)], darker(stem, 0.6), 1.6)
    _shade(canvas, symmetric("M 50 13 L 63 13 L 75 49 Q 62 52 50 52"), colour)
    canvas.line(path("M 25 49 Q 38 52 50 52 Q 62 52 75 49"), darker(colour, 0.7), 0.6, 0.8)


def _desk_lamp(canvas: Canvas, colour: Rgb, stem: Rgb, grain: Surface) -> None:
    canvas.contact(62, 87.5, 19, 2.6)
    canvas.paint(path("M 46 84 Q 62 79.5 78 84 L 78 87 Q 62 90.6 46 87 L 46 84"), colour, relief=1.6, depth=0.7)
    for a, b in (((62, 83), (72, 50)), ((72, 50), (44, 25))):
        canvas.line([(a[0] + 0.5, a[1] + 0.5), (b[0] + 0.5, b[1] + 0.5)], darker(stem, 0.55), 2.2)
        canvas.line([a, b], stem, 1.5)
    for x, y in ((62, 82), (72, 50), (44, 25)):
        canvas.paint(ellipse(x, y, 2.2), stem, relief=1.2, depth=1.0, gloss=0.4)
    glow = path("M 20 47 L 8 84 L 52 84 L 43 55 L 20 47")
    canvas.folds(glow, [[(30, 52), (30, 84)]], 20, -0.5)
    head = rotated(
        path("M 38 18 Q 44 15.5 50 18 L 53 24 C 58 30 60 36 61 43 L 27 43 C 28 36 30 30 35 24 L 38 18"), 24, 44, 28
    )
    canvas.paint(head, colour, relief=3.2, depth=0.8, gloss=0.15)
    rim = rotated(ellipse(44, 43, 17, 2.6), 24, 44, 28)
    canvas.paint(rim, (255, 240, 200), depth=0.2)


def _floor_lamp(canvas: Canvas, colour: Rgb, stem: Rgb, grain: Surface) -> None:
    canvas.contact(50, 93, 24, 2.2)
    for x0, x1 in ((49, 30), (51, 70), (50, 52)):
        leg = [(x0 - 1, 44), (x0 + 1, 44), (x1 + 0.8, 94), (x1 - 0.8, 94)]
        canvas.paint(
            [(float(x), float(y)) for x, y in leg],
            stem if x1 != 52 else darker(stem, 0.75),
            grain,
            relief=0.8,
            depth=0.6,
        )
    canvas.paint(ellipse(50, 45, 3.4, 1.6), darker(stem, 0.8), depth=0.6)
    canvas.line([(38.6, 72), (61.4, 72)], darker(stem, 0.8), 0.9)
    _shade(canvas, symmetric("M 50 8 L 65 8 L 70 40 Q 60 42.4 50 42.4"), colour)
    canvas.line(path("M 30 40 Q 40 42.4 50 42.4 Q 60 42.4 70 40"), darker(colour, 0.7), 0.5, 0.8)


def chair(canvas: Canvas, look: Look, position: int) -> None:
    colour, (wood, texture) = look.colours[position], MATERIALS[look.material]
    (_dining if look.cut == "dining" else _lounge)(canvas, colour, wood, Surface(texture=texture))


def _dining(canvas: Canvas, colour: Rgb, wood: Rgb, grain: Surface) -> None:
    canvas.contact(50, 91, 30, 3)
    for leg in ("M 33 56 L 36 56 L 35 86 L 33 86 L 33 56", "M 67 56 L 64 56 L 65 86 L 67 86 L 67 56"):
        canvas.paint(path(leg), darker(wood, 0.72), grain, relief=0.8, depth=0.6)
    for post in ("M 31.5 12 L 35 12 L 36 56 L 32.5 56 L 31.5 12", "M 68.5 12 L 65 12 L 64 56 L 67.5 56 L 68.5 12"):
        canvas.paint(path(post), wood, grain, relief=1, depth=0.7)
    back = path("M 30 10 Q 50 4.5 70 10 L 69 28 Q 50 24 31 28 L 30 10")
    canvas.paint(back, wood, grain, relief=1.8, depth=0.7)
    canvas.paint(
        path("M 35 36 Q 50 32.6 65 36 L 64.8 41 Q 50 37.8 35.2 41 L 35 36"), wood, grain, relief=1.2, depth=0.7
    )
    for leg in (
        "M 26.5 62 L 30.4 62 L 29.6 92 L 27.4 92 L 26.5 62",
        "M 73.5 62 L 69.6 62 L 70.4 92 L 72.6 92 L 73.5 62",
    ):
        canvas.paint(path(leg), wood, grain, relief=1, depth=0.8)
    canvas.paint(path("M 27 62 L 73 62 L 72.4 67 L 27.6 67 L 27 62"), wood, grain, relief=1, depth=0.7)
    seat = path("M 32 49 Q 50 46.6 68 49 L 76 59 Q 77 64 72 64.4 Q 50 66.4 28 64.4 Q 23 64 24 59 L 32 49")
    canvas.shadow(seat, dx=0, dy=1.4, blur=0.9, strength=0.3)
    canvas.paint(seat, colour, Surface(texture="fine"), relief=4, depth=0.8)


def _lounge(canvas: Canvas, colour: Rgb, wood: Rgb, grain: Surface) -> None:
    canvas.contact(50, 90, 38, 3.4)
    cloth = Surface(texture="fine")
    for leg in (
        "M 24 76 L 29 76 L 25 92 L 22.6 92 L 24 76",
        "M 76 76 L 71 76 L 75 92 L 77.4 92 L 76 76",
        "M 36 78 L 39 78 L 38 87 L 36.4 87 L 36 78",
        "M 64 78 L 61 78 L 62 87 L 63.6 87 L 64 78",
    ):
        canvas.paint(path(leg), wood, grain, relief=0.9, depth=0.8)
    back = symmetric("M 50 14 C 66 14 75 19 75.5 30 L 74 66 L 50 66")
    canvas.paint(back, colour, cloth, relief=6, depth=0.8)
    canvas.folds(back, [path("M 38 24 Q 40 40 38 58"), path("M 62 24 Q 60 40 62 58")], 1.6, 0.25)
    for button in ((43, 34), (57, 34), (50, 46)):
        canvas.flat(ellipse(*button, 0.9), darker(colour, 0.6))
    seat = path("M 24 58 Q 50 54 76 58 L 78 72 Q 78 78 72 78.4 Q 50 80.6 28 78.4 Q 22 78 22 72 L 24 58")
    canvas.paint(seat, lighter(colour, 0.04), cloth, relief=5.5, depth=0.85)
    arm = path("M 70 46 Q 74 41 81 43 Q 87 46 86 56 L 83 76 Q 81 80 76 79 L 74 60 Q 73 52 70 46")
    for side in (arm, mirrored(arm)):
        canvas.paint(side, colour, cloth, relief=4, depth=0.85)


def rug(canvas: Canvas, look: Look, position: int) -> None:
    cloth = cloth_of(look, position, pitch=9.0, texture="braid" if look.material == "Jute" else "knit")
    left, right, top, bottom = (34.0, 66.0, 7.0, 93.0) if look.cut == "runner" else (14.0, 86.0, 20.0, 80.0)
    turn = -3.0
    outline = rotated(rounded(left, top, right, bottom, 0.6), turn)
    _fringe(canvas, (left, right, top, bottom), turn, upright=look.cut == "runner")
    canvas.shadow(outline, dx=0.8, dy=1.2, blur=1.2, strength=0.4)
    canvas.paint(outline, cloth.colour, cloth.surface, relief=1.4, depth=0.4)
    edge = lighter(cloth.colour, 0.55) if sum(cloth.colour) < 480 else darker(cloth.colour, 0.72)
    for inset, width in ((3.0, 1.1), (5.0, 0.4)):
        frame = rotated(rounded(left + inset, top + inset, right - inset, bottom - inset, 0.5), turn)
        canvas.line([*frame, frame[0]], edge, width, 0.9)
    if look.pattern == "plain":
        medal = rotated(path("M 50 38 L 62 50 L 50 62 L 38 50 L 50 38"), turn)
        canvas.line([*medal, medal[0]], edge, 0.8, 0.8)


def _fringe(canvas: Canvas, box: tuple[float, float, float, float], turn: float, *, upright: bool) -> None:
    left, right, top, bottom = box
    tone = (232, 222, 200)
    start, end = (left, right) if upright else (top, bottom)
    at = start + 0.5
    while at < end:
        pairs = (
            [((at, top), (at, top - 2.8)), ((at, bottom), (at, bottom + 2.8))]
            if upright
            else [((left, at), (left - 2.8, at)), ((right, at), (right + 2.8, at))]
        )
        for pair in pairs:
            canvas.line(rotated([(float(x), float(y)) for x, y in pair], turn), tone, 0.55)
        at += 1.15


def cushion(canvas: Canvas, look: Look, position: int) -> None:
    cloth = cloth_of(look, position, pitch=7.0)
    outline = path(
        "M 16 17 Q 20 14 26 17.5 Q 50 21.5 74 17.5 Q 80 14 84 17 Q 87 20 83 26 Q 79 50 83 74 "
        "Q 87 80 84 83 Q 80 86 74 82.5 Q 50 78.5 26 82.5 Q 20 86 16 83 Q 13 80 17 74 Q 21 50 17 26 Q 13 20 16 17"
    )
    outline = rotated(outline, -4)
    canvas.shadow(outline, dx=1.6, dy=3, blur=3, strength=0.4)
    canvas.paint(outline, cloth.colour, cloth.surface, relief=13, depth=1.0)
    corners = [
        path("M 18 19 Q 26 28 30 36"),
        path("M 82 19 Q 74 28 70 36"),
        path("M 18 81 Q 26 72 30 64"),
        path("M 82 81 Q 74 72 70 64"),
    ]
    canvas.folds(outline, [rotated(c, -4) for c in corners], 2.0, 0.28)
    canvas.line([*outline, outline[0]], darker(cloth.colour, 0.74), 0.7, 0.8)
