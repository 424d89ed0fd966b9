"""Everything that may be said about a product today, read in two queries: prices with promotions, stock by variant."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import Date, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from store.offers import discount_percent, discounted, promotion_id
from store.tables import Category, Product, ProductImage, Promotion, Variant


@dataclass(frozen=True)
class VariantFacts:
    """`price` is today's."""

    size: str | None
    colour: str | None
    storage: str | None
    list_price: Decimal
    price: Decimal
    stock: int

    @property
    def options(self) -> str:
        """`Black, 256 GB`; empty for the only variant of a product without options."""
        return ", ".join(option for option in (self.colour, self.storage, self.size) if option)


@dataclass(frozen=True)
class ProductFacts:
    """A product with its variants, the cheapest first; `promotion` is the title of the offer that lowers its price."""

    id: str  # public
    name: str
    brand: str | None
    category: str  # slug
    category_name: str
    description: str
    attributes: dict[str, Any]
    currency: str
    list_price: Decimal
    price: Decimal
    promotion: str | None
    promotion_ends: date | None
    image: str | None  # relative to the images folder
    variants: list[VariantFacts] = field(default_factory=list)

    @property
    def stock(self) -> int:
        return sum(variant.stock for variant in self.variants)


async def facts(session: AsyncSession, public_ids: Sequence[str], today: date) -> list[ProductFacts]:
    """The active products with these public ids, in this order; ids of none are left out."""
    found = await session.execute(_query(), {"public_ids": list(public_ids), "today": today})
    rows = found.all()
    variants = await _variants(session, {product.id: percent for product, _, _, percent, _ in rows})
    known = {
        product.public_id: _product_facts(product, category, promotion, percent, image, variants[product.id])
        for product, category, promotion, percent, image in rows
    }
    return [known[public_id] for public_id in dict.fromkeys(public_ids) if public_id in known]


@lru_cache
def _query() -> Any:
    """The statement with its parameters open: putting it together takes longer than running it."""
    today = bindparam("today", type_=Date)
    picture = (
        select(ProductImage.path).where(ProductImage.product_id == Product.id)
        .order_by(ProductImage.position).limit(1).correlate(Product).scalar_subquery()
    )  # fmt: skip
    return (
        select(Product, Category, Promotion, discount_percent(today), picture)
        .join(Category, Category.id == Product.category_id).outerjoin(Promotion, Promotion.id == promotion_id(today))
        .where(Product.public_id.in_(bindparam("public_ids", expanding=True)), Product.active)
    )  # fmt: skip


async def _variants(session: AsyncSession, percents: dict[int, Decimal]) -> dict[int, list[VariantFacts]]:
    query = select(Variant).where(Variant.product_id.in_(percents)).order_by(Variant.price, Variant.id)
    found: dict[int, list[VariantFacts]] = defaultdict(list)
    for v in await session.scalars(query):
        price = discounted(v.price, percents[v.product_id])
        found[v.product_id].append(VariantFacts(v.size, v.colour, v.storage, v.price, price, v.stock))
    return found


def _product_facts(
    product: Product,
    category: Category,
    promotion: Promotion | None,
    percent: Decimal,
    image: str | None,
    variants: list[VariantFacts],
) -> ProductFacts:
    return ProductFacts(
        id=product.public_id, name=product.name, brand=product.brand, category=category.slug,
        category_name=category.name, description=product.description, attributes=product.attributes,
        currency=product.currency, list_price=product.price, price=discounted(product.price, percent),
        promotion=promotion.title if promotion else None, promotion_ends=promotion.ends_on if promotion else None,
        image=image, variants=variants,
    )  # fmt: skip
