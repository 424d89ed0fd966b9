"""Drawings of shirts, T-shirts, sweaters, jackets and coats."""

# ruff: noqa: E501 - one product range or outline a line reads better than a broken one

from collections.abc import Sequence
from dataclasses import replace

from store.demo.goods import Look
from store.demo.pictures.canvas import Canvas
from store.demo.pictures.cloth import Cloth, Upper, body, cloth_of, cuff, paint_upper, sleeve
from store.demo.pictures.paths import Path, ellipse, mirrored, path, rounded
from store.demo.pictures.patterns import Surface, brightness, darker, lighter

METAL = (176, 178, 184)


def tee(canvas: Canvas, look: Look, position: int) -> None:
    upper = Upper(sleeves="short", neckline=7 if look.cut == "crew" else 12, v_neck=look.cut == "vneck", bottom=82)
    cloth = cloth_of(look, position, pitch=6.5)
    paint_upper(canvas, upper, cloth)
    _collar_rib(canvas, upper, cloth, 1.5)
    hem = path(
        f"M {50 - upper.hem} {upper.bottom - 2.2} Q 50 {upper.bottom - 0.4} {50 + upper.hem} {upper.bottom - 2.2}"
    )
    canvas.line(hem, cloth.seam, 0.3, 0.7)


def shirt(canvas: Canvas, look: Look, position: int) -> None:
    wide = 2.5 if look.cut == "oversized" else 0.0
    upper = Upper(
        shoulder=20.5 + wide, chest=18.5 + wide, waist=17.8 + wide, hem=18.6 + wide, top=14, neckline=7, v_neck=True,
        bottom=86 if wide else 83, sleeves="short" if look.cut == "short" else "long",
    )  # fmt: skip
    cloth = cloth_of(look, position, pitch=3.6, upright=True)
    trunk = paint_upper(canvas, upper, cloth)
    placket = rounded(48.2, upper.top + 7, 51.8, upper.bottom + 1, 0.3)
    canvas.paint(placket, cloth.colour, cloth.surface, relief=0.8, depth=0.35)
    canvas.line([(51.8, upper.top + 7), (51.8, upper.bottom + 1.2)], cloth.seam, 0.35, 0.8)
    _buttons(canvas, 50, upper.top + 12, upper.bottom - 6, 6, cloth)
    _shirt_collar(canvas, upper, cloth)
    pocket = rounded(57, 36, 65, 46, 1)
    canvas.line([*pocket, pocket[0]], cloth.seam, 0.3, 0.75)
    if upper.sleeves == "long":
        _cuffs(canvas, upper, cloth)
    canvas.folds(trunk, [path(f"M 44 {upper.bottom - 24} Q 42 {upper.bottom - 10} 43 {upper.bottom}")], 1.6, 0.18)


def sweater(canvas: Canvas, look: Look, position: int) -> None:
    cardigan, roll = look.cut == "cardigan", look.cut == "roll"
    upper = Upper(
        shoulder=21, chest=19.5, waist=19, hem=18, top=16 if roll else 14, neckline=22 if cardigan else 6,
        v_neck=cardigan, bottom=79,
    )  # fmt: skip
    cloth = cloth_of(look, position, pitch=7.5, texture="knit")
    ribbed = replace(cloth, surface=Surface(texture="rib"))
    trunk = paint_upper(canvas, upper, cloth, relief=4.2, depth=0.7)
    band = [p for p in body(upper) if p[1] > upper.bottom - 6]
    left, right = min(x for x, _ in band), max(x for x, _ in band)
    hem = rounded(left + 0.4, upper.bottom - 4.5, right - 0.4, upper.bottom + 1.8, 1.2)
    canvas.paint(hem, darker(cloth.colour, 0.94), ribbed.surface, relief=1.4, depth=0.5)
    for end in (cuff(upper), mirrored(cuff(upper))):
        canvas.paint(end, darker(cloth.colour, 0.94), ribbed.surface, relief=1.2, depth=0.5)
    if roll:
        neck = path("M 41 6 Q 50 3.5 59 6 L 60.5 18 Q 50 22.5 39.5 18 L 41 6")
        canvas.paint(neck, cloth.colour, ribbed.surface, relief=2.6, depth=0.8)
        canvas.folds(neck, [path("M 40 12 Q 50 16 60 12")], 1.2, 0.3)
    elif cardigan:
        _cardigan_front(canvas, upper, cloth, trunk)
    else:
        _collar_rib(canvas, upper, cloth, 2.2)


def _cardigan_front(canvas: Canvas, upper: Upper, cloth: Cloth, trunk: Path) -> None:
    deep = upper.top + upper.neckline
    edge = path(f"M {50 + upper.neck} {upper.top} L 50.5 {deep} L 50.5 {upper.bottom + 1}")
    for line in (edge, mirrored(edge)):
        canvas.line(line, darker(cloth.colour, 0.86), 2.4)
    canvas.line([(50, deep), (50, upper.bottom + 1)], cloth.seam, 0.4)
    _buttons(canvas, 50, deep + 3, upper.bottom - 5, 5, cloth, radius=1.15)
    for x in (37, 55):
        pocket = rounded(x, 60, x + 8.5, 70, 1)
        canvas.line([*pocket, pocket[0]], cloth.seam, 0.4, 0.6)


def jacket(canvas: Canvas, look: Look, position: int) -> None:
    {"bomber": _bomber, "biker": _biker, "puffer": _puffer, "denim": _trucker}[look.cut](canvas, look, position)


def _bomber(canvas: Canvas, look: Look, position: int) -> None:
    upper = Upper(shoulder=22, chest=20.5, waist=20.5, hem=19, top=15, neckline=5, bottom=74)
    cloth = cloth_of(look, position)
    paint_upper(canvas, upper, cloth, relief=5, depth=0.75)
    dark = darker(cloth.colour, 0.72)
    rib = Surface(texture="rib")
    canvas.paint(rounded(31, 71, 69, 77.5, 1.6), dark, rib, relief=1.6, depth=0.5)
    for end in (cuff(upper), mirrored(cuff(upper))):
        canvas.paint(end, dark, rib, relief=1.2, depth=0.5)
    canvas.paint(
        path("M 40 14 Q 50 10 60 14 L 60.5 18.5 Q 50 23.5 39.5 18.5 L 40 14"), dark, rib, relief=1.6, depth=0.6
    )
    _zip(canvas, 50, 20.5, 77)
    for x, turn in ((38, 1), (62, -1)):
        canvas.line([(x - 2 * turn, 54), (x + 2 * turn, 64)], dark, 0.9)


def _biker(canvas: Canvas, look: Look, position: int) -> None:
    upper = Upper(shoulder=21.5, chest=19.5, waist=18, hem=18, top=14, neckline=16, v_neck=True, bottom=72)
    cloth = cloth_of(look, position)
    paint_upper(canvas, upper, cloth, relief=3.6, depth=0.8)
    lapel = path("M 42 14 L 33 24 L 40 30 L 36 34 L 52 46 L 46 28 L 42 14")
    for flap in (lapel, mirrored(path("M 42 14 L 33 24 L 40 30 L 37 33 L 50 44 L 46 28 L 42 14"))):
        canvas.shadow(flap, dx=0.5, dy=0.8, blur=0.8, strength=0.4)
        canvas.paint(flap, lighter(cloth.colour, 0.05), cloth.surface, relief=1.4, depth=0.8, gloss=cloth.gloss)
    _zip(canvas, 0, 0, 0, line=[(52, 45), (46.5, 72)])
    for line in ([(56, 52), (65, 48)], [(36, 48), (43, 52)]):
        _zip(canvas, 0, 0, 0, line=line)
    canvas.paint(
        path("M 32.2 68 L 67.8 68 L 68 73.5 Q 50 75 32 73.5 L 32.2 68"),
        darker(cloth.colour, 0.9),
        relief=0.9,
        depth=0.6,
        gloss=cloth.gloss,
    )
    canvas.paint(rounded(60, 68.6, 65, 72.6, 0.6), METAL, relief=0.7, depth=0.8)
    for line in ([(34, 30), (44, 34)], [(66, 30), (57, 34)]):
        canvas.folds(body(upper), [line], 1.2, 0.3)


def _puffer(canvas: Canvas, look: Look, position: int) -> None:
    upper = Upper(shoulder=23, chest=21.5, waist=21.5, hem=21, top=16, neckline=4, bottom=79)
    cloth = cloth_of(look, position)
    trunk = paint_upper(canvas, upper, cloth, relief=6, depth=0.8)
    for row in range(7):
        y = 27 + row * 7.6
        canvas.folds(trunk, [path(f"M 26 {y} Q 50 {y + 2.4} 74 {y}")], 1.5, 0.55)
        canvas.folds(trunk, [path(f"M 26 {y + 2.6} Q 50 {y + 5} 74 {y + 2.6}")], 2.2, -0.20)
    right = sleeve(upper)
    for row in range(6):
        y = 30 + row * 7.6
        line = path(f"M {67 + row * 0.8} {y + 1} Q {76 + row} {y + 2.5} {88} {y - 2}")
        canvas.folds(right, [line], 1.4, 0.5)
        canvas.folds(mirrored(right), [mirrored(line)], 1.4, 0.5)
    collar = path("M 39 8.5 Q 50 5.5 61 8.5 L 62.5 19 Q 50 23 37.5 19 L 39 8.5")
    canvas.paint(collar, cloth.colour, relief=3.2, depth=0.9, gloss=cloth.gloss)
    canvas.folds(collar, [path("M 38 14 Q 50 17 62 14")], 1.2, 0.45)
    _zip(canvas, 50, 9, 80)


def _trucker(canvas: Canvas, look: Look, position: int) -> None:
    upper = Upper(shoulder=21.5, chest=19.5, waist=18.5, hem=18, top=14, neckline=6, v_neck=True, bottom=73)
    cloth = cloth_of(look, position)
    paint_upper(canvas, upper, cloth, relief=3, depth=0.7)
    thread = (206, 150, 84) if look.material != "Corduroy" else lighter(cloth.colour, 0.4)
    for x in (38.5, 61.5):
        flap = path(f"M {x - 5.5} 36 L {x + 5.5} 36 L {x + 5.5} 40 L {x} 42.5 L {x - 5.5} 40 L {x - 5.5} 36")
        canvas.paint(flap, cloth.colour, cloth.surface, relief=0.9, depth=0.7)
        canvas.stitches([*flap], thread)
        canvas.paint(ellipse(x, 40.4, 0.8), METAL, relief=0.4, depth=0.9)
        for dx in (-4.5, 4.5):
            canvas.stitches([(x + dx, 42), (x + dx * 0.45, 68)], thread)
    canvas.stitches([(30, 33.5), (49, 35.2)], thread)
    canvas.stitches([(51, 35.2), (70, 33.5)], thread)
    canvas.paint(
        path("M 31.8 68.5 L 68.2 68.5 L 68.2 74 Q 50 75.6 31.8 74 L 31.8 68.5"),
        cloth.colour,
        cloth.surface,
        relief=0.9,
        depth=0.6,
    )
    canvas.stitches([(32, 69.4), (68, 69.4)], thread)
    canvas.line([(51.8, 21), (51.8, 74.6)], cloth.seam, 0.4, 0.9)
    _shirt_collar(canvas, upper, cloth)
    for y in (27, 35, 43, 51, 59, 71):
        canvas.paint(ellipse(50, y, 0.95), METAL, relief=0.5, depth=0.9)
    _cuffs(canvas, upper, cloth)


def coat(canvas: Canvas, look: Look, position: int) -> None:
    trench = look.cut == "trench"
    upper = Upper(
        shoulder=19.5,
        chest=18,
        waist=16.5 if trench else 18,
        hem=22 if trench else 20,
        top=9,
        neckline=22,
        v_neck=True,
        bottom=93,
    )
    cloth = cloth_of(look, position)
    trunk = paint_upper(canvas, upper, cloth, relief=4, depth=0.65)
    canvas.folds(trunk, [path("M 43 58 Q 40 76 39 94"), path("M 60 58 Q 63 76 63 94")], 2.0, 0.24)
    canvas.line(path("M 53.5 31 L 54 94"), cloth.seam, 0.5, 0.9)
    lapel = path("M 41.5 9 L 35.5 17 L 33.5 23.5 L 39.5 23 L 38 27 L 53.5 36 L 47 20 L 41.5 9")
    for flap in (lapel, mirrored(lapel)):
        canvas.shadow(flap, dx=0.4, dy=0.8, blur=0.9, strength=0.35)
        canvas.paint(flap, lighter(cloth.colour, 0.04), cloth.surface, relief=1.4, depth=0.6)
        canvas.line([flap[2], (44.5, 24.5) if flap is lapel else (55.5, 24.5)], cloth.seam, 0.35, 0.6)
    columns = (46.5, 57.0) if trench else (50.8,)
    for x in columns:
        _buttons(canvas, x, 40, 66 if trench else 62, 3, cloth, radius=1.25)
    for x, turn in ((35, 1), (60, -1)):
        pocket = path(f"M {x} 64 L {x + 8} {64 - turn} L {x + 8} {67 - turn} L {x} 67 L {x} 64")
        canvas.paint(pocket, cloth.colour, cloth.surface, relief=0.8, depth=0.7)
    if trench:
        belt = path("M 33.2 54 Q 50 56.5 66.8 54 L 66.8 58 Q 50 60.5 33.2 58 L 33.2 54")
        canvas.paint(belt, darker(cloth.colour, 0.92), cloth.surface, relief=1.0, depth=0.8)
        buckle = rounded(48, 54.6, 53.5, 60.4, 0.8)
        canvas.line([*buckle, buckle[0]], darker((120, 84, 52), 0.9), 0.9)


def _collar_rib(canvas: Canvas, upper: Upper, cloth: Cloth, width: float) -> None:
    """The knitted band around a neckline."""
    deep = upper.top + upper.neckline
    if upper.v_neck:
        line = path(f"M {50 - upper.neck} {upper.top} L 50 {deep} L {50 + upper.neck} {upper.top}")
    else:
        line = path(
            f"M {50 - upper.neck} {upper.top} C {51 - upper.neck} {deep - 1} 45 {deep} 50 {deep} C 55 {deep} {49 + upper.neck} {deep - 1} {50 + upper.neck} {upper.top}"
        )
    canvas.line(
        line, darker(cloth.colour, 0.88) if brightness(cloth.colour) > 70 else lighter(cloth.colour, 0.14), width
    )
    canvas.line([(x, y + width * 0.55) for x, y in line], cloth.seam, 0.28, 0.7)


def _shirt_collar(canvas: Canvas, upper: Upper, cloth: Cloth) -> None:
    t, n = upper.top, upper.neck
    stand = path(f"M {50 - n} {t} Q 50 {t - 5} {50 + n} {t} Q 50 {t + 3} {50 - n} {t}")
    canvas.paint(stand, darker(cloth.colour, 0.72), depth=0.2)
    leaf = path(
        f"M {50 - n - 0.6} {t - 0.6} Q {50 - n + 1} {t - 3} {50 - n + 2.5} {t - 2.6} L 50 {t + 6.4} L {50 - 6.4} {t + 11} L {50 - n - 1.4} {t + 1.4} L {50 - n - 0.6} {t - 0.6}"
    )
    for side in (leaf, mirrored(leaf)):
        canvas.shadow(side, dx=0.3, dy=0.8, blur=0.7, strength=0.35)
        canvas.paint(side, cloth.colour, cloth.surface, relief=1.0, depth=0.6)
        canvas.line([*side, side[0]], cloth.seam, 0.25, 0.6)


def _cuffs(canvas: Canvas, upper: Upper, cloth: Cloth) -> None:
    for end in (cuff(upper), mirrored(cuff(upper))):
        canvas.paint(end, cloth.colour, cloth.surface, relief=1.0, depth=0.6)
        canvas.line([*end, end[0]], cloth.seam, 0.3, 0.7)


def _buttons(
    canvas: Canvas, x: float, top: float, bottom: float, count: int, cloth: Cloth, *, radius: float = 0.8
) -> None:
    tone = (236, 232, 222) if brightness(cloth.colour) < 190 else (150, 140, 126)
    for number in range(count):
        y = top + (bottom - top) * number / (count - 1)
        canvas.flat(ellipse(x + 0.15, y + 0.3, radius), (20, 20, 24), 0.35)
        canvas.paint(ellipse(x, y, radius), tone, relief=radius * 0.6, depth=0.8)
        for dx in (-0.28, 0.28):
            canvas.flat(ellipse(x + dx * radius, y, 0.14), (90, 84, 76))


def _zip(
    canvas: Canvas, x: float, top: float, bottom: float, *, line: Sequence[tuple[float, float]] | None = None
) -> None:
    way = line or [(x, top), (x, bottom)]
    canvas.line(way, (60, 61, 66), 1.3)
    canvas.stitches(way, METAL, 0.9, 0.42)
    x0, y0 = way[0]
    pull = rounded(x0 - 0.7, y0 + 0.4, x0 + 0.7, y0 + 3.6, 0.6) if line is None else ellipse(x0, y0, 0.9)
    canvas.paint(pull, METAL, relief=0.5, depth=0.9)
