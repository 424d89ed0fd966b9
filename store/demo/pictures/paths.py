"""Outlines on a sheet of 100 x 100 units, written as in SVG: M, L, Q, C and Z with absolute coordinates."""

import math
from collections.abc import Iterator
from functools import lru_cache

Point = tuple[float, float]
Path = list[Point]
STEPS = 14  # straight pieces per curve
_ARGUMENTS = {"M": 2, "L": 2, "Q": 4, "C": 6, "Z": 0}


@lru_cache(maxsize=512)
def _parsed(text: str) -> tuple[Point, ...]:
    points: list[Point] = []
    for command, numbers in _commands(text.split()):
        if command in ("M", "L"):
            points.append((numbers[0], numbers[1]))
        elif command in ("Q", "C"):
            controls = [points[-1], *((numbers[i], numbers[i + 1]) for i in range(0, len(numbers), 2))]
            points.extend(bezier(controls))
    return tuple(points)


def _commands(words: list[str]) -> Iterator[tuple[str, list[float]]]:
    """(command, numbers); numbers without a letter of their own repeat the last command."""
    command, at = "M", 0
    while at < len(words):
        if words[at] in _ARGUMENTS:
            command, at = words[at], at + 1
        count = _ARGUMENTS[command]
        yield command, [float(word) for word in words[at : at + count]]
        at += count


def path(text: str) -> Path:
    """The points of an outline."""
    return list(_parsed(text))


def symmetric(text: str) -> Path:
    """The right half of an outline, from top to bottom, and its mirror image at x = 50."""
    right = path(text)
    return right + [(100 - x, y) for x, y in reversed(right)]


def mirrored(points: Path) -> Path:
    """The other side: mirrored at x = 50."""
    return [(100 - x, y) for x, y in points]


def bezier(controls: list[Point]) -> Path:
    """Points on a Bezier curve of any degree, without its start."""
    degree = len(controls) - 1
    found: Path = []
    for step in range(1, STEPS + 1):
        t = step / STEPS
        weights = [math.comb(degree, i) * t**i * (1 - t) ** (degree - i) for i in range(degree + 1)]
        found.append(
            (
                sum(w * x for w, (x, _) in zip(weights, controls, strict=True)),
                sum(w * y for w, (_, y) in zip(weights, controls, strict=True)),
            )
        )
    return found


def ellipse(cx: float, cy: float, rx: float, ry: float | None = None, *, tilt: float = 0.0) -> Path:
    """An ellipse (a circle without `ry`), tilted by degrees."""
    ry, turn = rx if ry is None else ry, math.radians(tilt)
    steps = [2 * math.pi * i / 64 for i in range(64)]
    return [
        (
            cx + rx * math.cos(a) * math.cos(turn) - ry * math.sin(a) * math.sin(turn),
            cy + rx * math.cos(a) * math.sin(turn) + ry * math.sin(a) * math.cos(turn),
        )
        for a in steps
    ]


def rounded(left: float, top: float, right: float, bottom: float, radius: float) -> Path:
    """A rectangle with round corners."""
    corners = ((right - radius, top + radius, -90), (right - radius, bottom - radius, 0),
               (left + radius, bottom - radius, 90), (left + radius, top + radius, 180))  # fmt: skip
    return [
        (
            x + radius * math.cos(math.radians(start + 90 * i / 10)),
            y + radius * math.sin(math.radians(start + 90 * i / 10)),
        )
        for x, y, start in corners
        for i in range(11)
    ]


def rotated(points: Path, degrees: float, cx: float = 50.0, cy: float = 50.0) -> Path:
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return [(cx + (x - cx) * c - (y - cy) * s, cy + (x - cx) * s + (y - cy) * c) for x, y in points]


def moved(points: Path, dx: float, dy: float, scale: float = 1.0) -> Path:
    """Scaled around the sheet's centre, then moved."""
    return [(50 + (x - 50) * scale + dx, 50 + (y - 50) * scale + dy) for x, y in points]
