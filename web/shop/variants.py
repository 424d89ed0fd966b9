"""The variants of a product as its page offers them: one row a colour, one button a size or storage."""

from dataclasses import dataclass, field
from decimal import Decimal

from store.browsing import Card
from store.offers import discounted
from store.tables import Product, Variant


@dataclass(frozen=True)
class Option:
    """One variant to choose; `price` is None when it costs what the product does."""

    variant_id: int
    label: str
    stock: int
    price: Decimal | None


@dataclass
class Group:
    """The variants of one colour; products without colours have one group without a name."""

    colour: str | None
    options: list[Option] = field(default_factory=list)


def variant_groups(product: Product, card: Card) -> list[Group]:
    """The product's variants by colour, in the order of their ids, at today's prices."""
    percent = Decimal(100) * (1 - card.price / card.list_price) if card.list_price else Decimal(0)
    groups: dict[str | None, Group] = {}
    for variant in product.variants:
        group = groups.setdefault(variant.colour, Group(variant.colour))
        group.options.append(Option(variant.id, _label(variant), variant.stock, _other_price(variant, card, percent)))
    return list(groups.values())


def _label(variant: Variant) -> str:
    return ", ".join(part for part in (variant.size, variant.storage) if part) or variant.colour or "One size"


def _other_price(variant: Variant, card: Card, percent: Decimal) -> Decimal | None:
    return None if variant.price == card.list_price else discounted(variant.price, percent)
