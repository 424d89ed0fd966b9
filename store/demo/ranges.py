"""How a range of the department store (dresses, boots, lamps, ...) turns into products; the ranges are plain data."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import product as combinations
from typing import Any

import numpy as np

from store.demo.colours import PALETTE
from store.demo.goods import DemoProduct, DemoVariant, Look
from store.demo.materials import MATERIALS

PATTERN_SAYS = {
    "striped": "Even stripes give it a fresh, tidy look.",
    "dotted": "Small dots make it cheerful without being loud.",
    "checked": "The checks are woven in, so they stay crisp.",
    "floral": "The floral print is drawn by hand.",
    "geometric": "The geometric pattern is calm from afar and lively up close.",
}
PATTERN_WORD = {
    "striped": "Striped",
    "dotted": "Dotted",
    "checked": "Checked",
    "floral": "Floral",
    "geometric": "Geometric",
}


@dataclass(frozen=True)
class Cut:
    """One shape within a range. `says` opens the description; `extra` are further attributes."""

    noun: str
    says: str
    advantage: str
    factor: float = 1.0
    season: str = "all year"
    tags: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Range:
    """`count` products of one kind in one category; prices lie around `price` in USD."""

    kind: str
    category: str
    count: int
    price: float
    brands: Sequence[str]
    cuts: Mapping[str, Cut]
    materials: Sequence[str]
    colours: Sequence[str]
    patterns: Sequence[str] = ("plain",)
    sizes: Sequence[str | None] = (None,)
    audience: str = "unisex"
    code: str = "X"
    most_colours: int = 3
    extra: Mapping[str, Any] = field(default_factory=dict)


def products_of(range_: Range, rng: np.random.Generator) -> Iterator[DemoProduct]:
    """The range's products; every cut comes about equally often, no name comes twice."""
    names: set[str] = set()
    pools = {key: _shuffled(range_, cut, rng) for key, cut in range_.cuts.items()}
    keys = list(range_.cuts)
    for number in range(range_.count):
        key = keys[number % len(keys)]
        for brand, material, pattern in pools[key]:
            name = _name(range_.cuts[key], brand, material, pattern)
            if name not in names:
                break
        else:
            raise ValueError(f"the range {range_.category} has too few combinations for {range_.count} products")
        names.add(name)
        yield _product(range_, key, name, brand, material, pattern, number, rng)


def _shuffled(range_: Range, cut: Cut, rng: np.random.Generator) -> Iterator[tuple[str, str, str]]:
    """Every brand, material and pattern of a cut in random order; neighbours differ in material where they can."""
    options = list(combinations(range_.brands, cut.materials or range_.materials, cut.patterns or range_.patterns))
    return iter([options[i] for i in rng.permutation(len(options))])


def _name(cut: Cut, brand: str, material: str, pattern: str) -> str:
    words = [brand, PATTERN_WORD.get(pattern, ""), material, cut.noun]
    return " ".join(word for word in words if word)


def _product(
    range_: Range, key: str, name: str, brand: str, material: str, pattern: str, number: int, rng: np.random.Generator
) -> DemoProduct:
    cut = range_.cuts[key]
    price = _price(range_.price * cut.factor * MATERIALS[material].price_factor * float(rng.uniform(0.85, 1.25)))
    colours = _colours(range_, rng)
    sku = f"{range_.code}-{number + 1:03d}"
    return DemoProduct(
        sku=sku,
        name=name,
        brand=brand,
        category=range_.category,
        description=_description(cut, material, pattern, colours),
        attributes=_attributes(range_, cut, material, pattern, colours),
        price=price,
        variants=tuple(_variants(sku, price, colours, range_.sizes)),
        look=Look(range_.kind, key, tuple(PALETTE[c] for c in colours), pattern, material),
        season=cut.season,
        tags=cut.tags,
    )


def _price(amount: float) -> Decimal:
    """A price as shops write them: 24.90 below 100, 149.00 above."""
    if amount < 100:
        return Decimal(round(amount)) - Decimal("0.10")
    return Decimal(round(amount / 5) * 5 - 1).quantize(Decimal("0.01"))


def _colours(range_: Range, rng: np.random.Generator) -> list[str]:
    count = int(rng.integers(1, range_.most_colours + 1))
    return [str(c) for c in rng.choice(list(range_.colours), size=min(count, len(range_.colours)), replace=False)]


def _description(cut: Cut, material: str, pattern: str, colours: list[str]) -> str:
    sentences = [cut.says, MATERIALS[material].says]
    if pattern in PATTERN_SAYS:
        sentences.append(PATTERN_SAYS[pattern])
    named = [c.lower() for c in colours]
    if len(named) > 1:
        sentences.append(f"Comes in {', '.join(named[:-1])} and {named[-1]}.")
    else:
        sentences.append(f"Comes in {named[0]}.")
    return " ".join(sentences)


def _attributes(range_: Range, cut: Cut, material: str, pattern: str, colours: list[str]) -> dict[str, Any]:
    made_of = MATERIALS[material]
    return {
        "colour": colours[0],
        "material": material,
        "pattern": pattern,
        "audience": range_.audience,
        "season": cut.season,
        "care": made_of.care,
        **range_.extra,
        **cut.extra,
        "advantages": [cut.advantage, made_of.advantage],
    }


def _variants(sku: str, price: Decimal, colours: list[str], sizes: Sequence[str | None]) -> Iterator[DemoVariant]:
    for colour, size in combinations(colours, sizes):
        parts = [sku, colour.replace(" ", "").upper()[:8], *([size] if size else [])]
        yield DemoVariant(sku="-".join(parts), price=price, size=size, colour=colour)
