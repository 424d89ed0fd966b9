"""The small things by which two shoes of the same cut and colour are told apart: soles, laces, stripes, badges."""

import random
from dataclasses import dataclass

from store.demo.colours import PALETTE, Rgb
from store.demo.pictures.patterns import brightness, darker, lighter

RUBBER, GUM, SOOT = (238, 236, 230), (196, 152, 102), (52, 48, 46)
_ACCENTS = ("Black", "White", "Red", "Blue", "Mint", "Orange", "Yellow", "Violet", "Teal", "Gold", "Pink", "Green")


@dataclass(frozen=True)
class Trim:
    """Colours of the parts, and which of the cut's decorations it wears (a number from 0 to 5)."""

    accent: Rgb
    sole: Rgb
    laces: Rgb
    lining: Rgb
    metal: Rgb
    decoration: int


def trim_of(style: int, colour: Rgb) -> Trim:
    """The trimmings of a shoe in its colour; the accent always stands out from it."""
    draw = random.Random(style)
    accents = [PALETTE[name] for name in _ACCENTS if _distance(PALETTE[name], colour) > 120]
    accent = draw.choice(accents)
    return Trim(
        accent=accent,
        sole=draw.choice((RUBBER, RUBBER, GUM, SOOT, lighter(accent, 0.55), darker(colour, 0.6))),
        laces=draw.choice(((248, 247, 243), (40, 40, 44), accent, (226, 196, 128), lighter(colour, 0.5))),
        lining=draw.choice(((222, 200, 174), (60, 46, 40), (236, 232, 224), darker(accent, 0.85), (176, 60, 66))),
        metal=draw.choice(((212, 186, 120), (206, 208, 214), (70, 70, 76), (196, 140, 110))),
        decoration=draw.randrange(6),
    )


def _distance(one: Rgb, other: Rgb) -> float:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5 + abs(brightness(one) - brightness(other))
