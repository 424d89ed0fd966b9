"""What a product of the demo store is, before it has an id: its facts, its variants and how it looks."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from store.demo.colours import Rgb


@dataclass(frozen=True)
class Look:
    """All that a picture needs. `kind` picks the drawing, `cut` its shape, `colours` one picture each; `style` is a
    number that decides trimmings (laces, soles, wallpapers), so that no two products look alike."""

    kind: str
    cut: str
    colours: tuple[Rgb, ...]
    pattern: str = "plain"
    material: str = ""
    detail: str = ""
    style: int = 0


@dataclass(frozen=True)
class DemoVariant:
    sku: str
    price: Decimal
    size: str | None = None
    colour: str | None = None
    storage: str | None = None


@dataclass(frozen=True)
class DemoProduct:
    sku: str
    name: str
    brand: str
    category: str  # slug
    description: str
    attributes: dict[str, Any]
    price: Decimal
    variants: tuple[DemoVariant, ...]
    look: Look
    season: str = "all year"
    tags: tuple[str, ...] = field(default=())  # words that tastes are about: sporty, elegant, classic, bold
