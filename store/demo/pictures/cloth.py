"""What all garments share: the cloth they are cut from, and the upper body of shirts, jackets and knitwear."""

# ruff: noqa: E501 - one product range or outline a line reads better than a broken one

from dataclasses import dataclass

from store.demo.colours import Rgb
from store.demo.goods import Look
from store.demo.pictures.canvas import Canvas
from store.demo.pictures.paths import Path, mirrored, path
from store.demo.pictures.patterns import Surface, brightness, contrast, darker, lighter

_TEXTURES = {
    "Denim": "denim", "Raw Denim": "denim", "Corduroy": "corduroy", "Jute": "braid", "Wool": "fine", "Linen": "fine",
    "Cotton": "fine", "Organic Cotton": "fine", "Canvas": "fine", "Suede": "fine", "Velvet": "fine",
}  # fmt: skip
_GLOSS = {"Satin": 0.5, "Silk": 0.4, "Leather": 0.45, "Vegan Leather": 0.5, "Nylon": 0.3, "Down": 0.35}


@dataclass(frozen=True)
class Cloth:
    """A colour with its pattern, and the tones for seams and insides."""

    colour: Rgb
    surface: Surface
    gloss: float

    @property
    def seam(self) -> Rgb:
        return darker(self.colour, 0.62) if brightness(self.colour) > 60 else lighter(self.colour, 0.22)

    @property
    def inside(self) -> Rgb:
        return darker(self.colour, 0.55)


def cloth_of(
    look: Look, position: int, *, pitch: float = 6.0, upright: bool = False, texture: str | None = None
) -> Cloth:
    """The cloth of a product in its `position`-th colour."""
    colour = look.colours[position]
    known = _TEXTURES.get(look.material, "") if texture is None else texture
    surface = Surface(look.pattern, contrast(colour), pitch, upright, known)
    return Cloth(colour, surface, _GLOSS.get(look.material, 0.0))


@dataclass(frozen=True)
class Upper:
    """Measures of an upper body, in units from the middle of the sheet; sleeves are "long", "short" or "none"."""

    neck: float = 8.0
    shoulder: float = 20.5
    chest: float = 18.5
    waist: float = 18.0
    hem: float = 19.0
    top: float = 13.0
    bottom: float = 84.0
    sleeves: str = "long"
    neckline: float = 6.0  # how deep
    v_neck: bool = False


def body(upper: Upper) -> Path:
    """The trunk without sleeves."""
    u, armpit = upper, upper.top + 21
    right = path(
        f"M {50 + u.neck} {u.top} L {50 + u.shoulder} {u.top + 4.5} "
        f"C {50 + u.shoulder - 2} {u.top + 11} {50 + u.chest - 1} {armpit - 5} {50 + u.chest} {armpit} "
        f"C {50 + u.chest - 0.5} {armpit + 14} {50 + u.waist} {armpit + 20} {50 + u.waist} {armpit + 26} "
        f"C {50 + u.waist + 0.4} {u.bottom - 14} {50 + u.hem} {u.bottom - 6} {50 + u.hem} {u.bottom} "
        f"Q 58 {u.bottom + 1.6} 50 {u.bottom + 1.6}"
    )
    depth = u.top + u.neckline
    curve = f"L {50 - u.neck} {u.top} L 50 {depth}" if u.v_neck else (
        f"L {50 - u.neck} {u.top} C {50 - u.neck + 1} {depth - 1} {50 - 5} {depth} 50 {depth} C 55 {depth} {50 + u.neck - 1} {depth - 1}"
    )  # fmt: skip
    start = f"M {50 - u.neck} {u.top} " + curve.split(f"L {50 - u.neck} {u.top} ")[1] + f" {50 + u.neck} {u.top}"
    neck = path(start if not u.v_neck else f"M {50 - u.neck} {u.top} L 50 {depth} L {50 + u.neck} {u.top}")
    return right + list(reversed(mirrored(right))) + neck


def sleeve(upper: Upper) -> Path:
    """The right sleeve (on the picture); empty without sleeves."""
    u = upper
    if u.sleeves == "none":
        return []
    x, y = 50 + u.shoulder, u.top + 4.5
    if u.sleeves == "short":
        return path(
            f"M {x - 5} {y - 1.6} L {x} {y} C {x + 5} {y + 3} {x + 9} {y + 11} {x + 11} {y + 17} "
            f"Q {x + 6} {y + 21} {x + 0.5} {y + 21.5} L {50 + u.chest - 3} {u.top + 19} L {x - 5} {y - 1.6}"
        )
    return path(
        f"M {x - 5} {y - 1.6} L {x} {y} C {x + 6} {y + 5} {x + 9} {y + 24} {x + 12.5} {y + 54} "
        f"Q {x + 9} {y + 56.5} {x + 4.5} {y + 56} C {x + 2} {y + 38} {x - 0.5} {y + 24} {50 + u.chest - 3} {u.top + 19} "
        f"L {x - 5} {y - 1.6}"
    )


def cuff(upper: Upper) -> Path:
    """The end of the right long sleeve."""
    x, y = 50 + upper.shoulder, upper.top + 4.5
    return path(
        f"M {x + 4.1} {y + 51.5} L {x + 12} {y + 50} L {x + 12.7} {y + 55} Q {x + 9} {y + 57.2} {x + 4.5} {y + 56.6} L {x + 4.1} {y + 51.5}"
    )


def paint_upper(canvas: Canvas, upper: Upper, cloth: Cloth, *, relief: float = 3.4, depth: float = 0.6) -> Path:
    """Shadow, inside of the collar, sleeves and trunk; returns the trunk's outline."""
    trunk, right = body(upper), sleeve(upper)
    for outline in (trunk, right, mirrored(right)):
        if outline:
            canvas.shadow(outline)
    back = path(
        f"M {50 - upper.neck} {upper.top} Q 50 {upper.top - 2.5} {50 + upper.neck} {upper.top} L 50 {upper.top + upper.neckline + 3} L {50 - upper.neck} {upper.top}"
    )
    canvas.paint(back, cloth.inside, depth=0.2)
    for outline in (right, mirrored(right)):
        if outline:
            canvas.paint(outline, cloth.colour, cloth.surface, relief=relief, depth=depth, gloss=cloth.gloss)
            _creases(canvas, outline, upper, outline is right)
    canvas.paint(trunk, cloth.colour, cloth.surface, relief=relief, depth=depth, gloss=cloth.gloss)
    _drape(canvas, trunk, upper)
    _armholes(canvas, trunk, upper)
    return trunk


def _creases(canvas: Canvas, outline: Path, upper: Upper, right: bool) -> None:
    if upper.sleeves != "long":
        return
    x, y = 50 + upper.shoulder, upper.top + 4.5
    lines = [
        path(f"M {x + 1} {y + 28} Q {x + 5} {y + 29} {x + 8} {y + 26}"),
        path(f"M {x + 3} {y + 33} Q {x + 6} {y + 35} {x + 9} {y + 32}"),
    ]
    canvas.folds(outline, lines if right else [mirrored(line) for line in lines], 1.3, 0.26)


def _drape(canvas: Canvas, trunk: Path, upper: Upper) -> None:
    """Gentle folds from the armpits and along the sides."""
    arm, low = upper.top + 21, upper.bottom
    dark = [
        path(f"M {50 + upper.chest - 1} {arm + 1} Q {50 + 10} {arm + 6} {50 + 7} {arm + 16}"),
        path(f"M {50 + upper.waist - 5} {low - 22} Q {50 + upper.waist - 7} {low - 10} {50 + upper.hem - 6} {low}"),
        path(f"M {50 - 6} {low - 26} Q {50 - 8} {low - 12} {50 - 6.5} {low}"),
    ]
    dark.append(mirrored(dark[0]))
    canvas.folds(trunk, dark, 1.8, 0.20)
    light = [
        path(f"M {50 - upper.waist + 6} {arm + 10} Q {50 - upper.waist + 5} {low - 20} {50 - upper.hem + 7} {low}")
    ]
    canvas.folds(trunk, light, 3.0, -0.16)


def _armholes(canvas: Canvas, trunk: Path, upper: Upper) -> None:
    if upper.sleeves == "none":
        return
    u, armpit = upper, upper.top + 21
    seam = path(
        f"M {50 + u.shoulder} {u.top + 4.5} C {50 + u.shoulder - 2} {u.top + 11} {50 + u.chest - 1} {armpit - 5} {50 + u.chest} {armpit}"
    )
    for line in (seam, mirrored(seam)):
        canvas.line(line, (20, 20, 26), 0.45, 0.45)
