"""What phones show on their screens: every model has a wallpaper of its own, as real ones do."""

import colorsys
import math
import random

from store.demo.colours import Rgb
from store.demo.pictures.canvas import Canvas
from store.demo.pictures.paths import Path, ellipse, path, rotated, rounded

Box = tuple[float, float, float, float]  # left, top, right, bottom
Tones = list[Rgb]


def wallpaper(canvas: Canvas, screen: Box, corner: float, style: int) -> None:
    """Fill a screen with round corners; the same style is the same picture."""
    draw = random.Random(style)
    tones = _tones(draw)
    canvas.paint(rounded(*screen, max(corner, 0.3)), tones[0], depth=0)
    shapes = draw.choice((_waves, _rings, _bands, _petals, _tiles, _hills))
    for outline, tone in shapes(draw, screen, tones):
        canvas.flat(_within(outline, screen, corner), tone)


def _tones(draw: random.Random) -> Tones:
    """A deep ground and three lighter tones, from one hue towards another."""
    hue, shift = draw.random(), draw.choice((-0.22, -0.1, 0.06, 0.14, 0.3, 0.5))
    steps = ((0.0, 0.6, draw.uniform(0.25, 0.6)), (0.4, 0.6, 0.72), (0.75, 0.5, 0.88), (1.0, 0.35, 0.97))
    return [_tone((hue + share * shift) % 1, saturation, value) for share, saturation, value in steps]


def _tone(hue: float, saturation: float, value: float) -> Rgb:
    red, green, blue = colorsys.hsv_to_rgb(hue, saturation, value)
    return round(255 * red), round(255 * green), round(255 * blue)


def _within(outline: Path, screen: Box, corner: float) -> Path:
    """The outline pressed into the screen, so that nothing sticks out of its round corners."""
    left, top, right, bottom = screen
    pressed = []
    for x, y in outline:
        x, y = min(max(x, left), right), min(max(y, top), bottom)
        middle_x = min(max(x, left + corner), right - corner)
        middle_y = min(max(y, top + corner), bottom - corner)
        away = math.hypot(x - middle_x, y - middle_y)
        if away > corner:
            x, y = middle_x + (x - middle_x) * corner / away, middle_y + (y - middle_y) * corner / away
        pressed.append((x, y))
    return pressed


Shapes = list[tuple[Path, Rgb]]


def _waves(draw: random.Random, screen: Box, tones: Tones) -> Shapes:
    """Broad waves, one below the other."""
    left, top, right, bottom = screen
    found = []
    for tone, level in zip(tones[1:], (0.38, 0.58, 0.78), strict=True):
        y = top + (bottom - top) * (level + draw.uniform(-0.08, 0.08))
        swing = draw.choice((-1, 1)) * draw.uniform(5, 13)
        wave = path(f"M {left} {y} C {left + 10} {y - swing} {right - 12} {y + swing} {right} {y - swing / 2}")
        found.append(([*wave, (right, bottom), (left, bottom)], tone))
    return found


def _rings(draw: random.Random, screen: Box, tones: Tones) -> Shapes:
    """Circles in each other around a point of the screen."""
    left, top, right, bottom = screen
    x, y = draw.uniform(left + 4, right - 4), draw.uniform(top + 26, bottom - 10)
    size = draw.uniform(0.75, 1.25)
    return [(ellipse(x, y, radius * size), tone) for radius, tone in zip((22, 14, 7), tones[1:], strict=True)]


def _bands(draw: random.Random, screen: Box, tones: Tones) -> Shapes:
    """Slanting bands."""
    left, top, right, bottom = screen
    slant, first = draw.uniform(-34, 34), draw.uniform(0.15, 0.4)
    found = []
    for number, tone in enumerate(tones[1:]):
        y = top + (bottom - top) * (first + 0.2 * number)
        found.append(([(left, y - slant / 2), (right, y + slant / 2), (right, bottom), (left, bottom)], tone))
    return found


def _petals(draw: random.Random, screen: Box, tones: Tones) -> Shapes:
    """A flower of leaves around a point."""
    left, top, right, bottom = screen
    x, y = draw.uniform(left + 9, right - 9), draw.uniform(top + 30, bottom - 18)
    count, turn, length = draw.randint(3, 7), draw.uniform(0, 90), draw.uniform(9, 15)
    leaf = ellipse(x, y - length * 0.75, length * 0.36, length * 0.8)
    return [(rotated(leaf, turn + 360 * n / count, x, y), tones[1 + n % 3]) for n in range(count)]


def _tiles(draw: random.Random, screen: Box, tones: Tones) -> Shapes:
    """Squares in a loose pattern."""
    left, top, right, bottom = screen
    columns = draw.randint(2, 4)
    side = (right - left) / columns
    rows = math.ceil((bottom - top - 20) / side)
    cells = [(column, row) for row in range(rows) for column in range(columns) if draw.random() < 0.62]
    found = []
    for column, row in cells:
        x, y = left + column * side, top + 20 + row * side
        found.append((rounded(x, y, x + side, y + side, 0.1), draw.choice(tones[1:])))
    return found


def _hills(draw: random.Random, screen: Box, tones: Tones) -> Shapes:
    """Peaks in front of a sun."""
    left, top, right, bottom = screen
    sun = ellipse(draw.uniform(left + 6, right - 6), draw.uniform(top + 24, top + 38), draw.uniform(4, 9))
    found: Shapes = [(sun, tones[3])]
    for tone, level in ((tones[2], 0.5), (tones[1], 0.66)):
        peak, y = draw.uniform(left + 3, right - 3), top + (bottom - top) * level
        other = draw.uniform(left, right)
        ground = [(right, y + draw.uniform(6, 14)), (right, bottom), (left, bottom), (left, y + draw.uniform(6, 14))]
        found.append(([(peak, y), *ground], tone))
        found.append(([(other, y + 7), (right, bottom), (left, bottom)], tone))
    return found
