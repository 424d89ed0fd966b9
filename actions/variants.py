"""Which variants of a product somebody asks about, and how to name them."""

from dataclasses import dataclass

from actions.entities import Entities
from actions.formats import listing
from store.facts import ProductFacts, VariantFacts

KINDS = ("colour", "storage", "size")


@dataclass(frozen=True)
class Asked:
    """The variants that fit what was asked; `options` are the words for it, empty when nothing was asked."""

    options: str
    fitting: list[VariantFacts]


def asked_variants(product: ProductFacts, entities: Entities) -> Asked:
    """The product's variants in the colour, storage and size that were asked for; all of them when none was."""
    wanted = {kind: getattr(entities, kind) for kind in KINDS if getattr(entities, kind)}
    wanted = {kind: value for kind, value in wanted.items() if not _is_of_the_name(product, kind, value)}
    fitting = [v for v in product.variants if all(_fits(getattr(v, kind), value) for kind, value in wanted.items())]
    return Asked(", ".join(wanted.values()), fitting)


def _is_of_the_name(product: ProductFacts, kind: str, value: str) -> bool:
    """Whether a value only repeats whole words of the product's own name, so that it tells no variants apart."""
    fitting = sum(_fits(getattr(variant, kind), value) for variant in product.variants)
    return fitting in (0, len(product.variants)) and _plain(value) in _runs(product.name)


def _runs(name: str) -> set[str]:
    """The name's words, and what stands together in it: `256 GB` is `256gb` too."""
    words = [_plain(word) for word in name.split()]
    return {"".join(words[first : last + 1]) for first in range(len(words)) for last in range(first, len(words))}


def available(product: ProductFacts) -> str:
    """What the product comes in: `Black and Blue; S, M and L`."""
    kinds = ([getattr(variant, kind) for variant in product.variants] for kind in KINDS)
    return "; ".join(listing(sorted_options(values)) for values in kinds if any(values))


_LETTERS = ("XXS", "XS", "S", "M", "L", "XL", "XXL", "XXXL")


def sorted_options(values: list[str | None]) -> list[str]:
    """Each option once; letter sizes and numbers in their order, the rest as the shop lists it."""
    distinct = list(dict.fromkeys(value for value in values if value))
    if all(value in _LETTERS for value in distinct):
        return sorted(distinct, key=_LETTERS.index)
    if all(_number(value) is not None for value in distinct):
        return sorted(distinct, key=lambda value: _number(value) or 0.0)
    return distinct


def _number(value: str) -> float | None:
    digits = value.split()[0].rstrip("GTBgtb")
    try:
        return float(digits) * (1000 if "TB" in value.upper() else 1)
    except ValueError:
        return None


def _fits(option: str | None, value: str) -> bool:
    return option is not None and _plain(option) == _plain(value)


def _plain(words: str) -> str:
    return "".join(letter for letter in words.lower() if letter.isalnum())
