"""A whole catalogue as the search's evaluation reads it; for catalogues that fit in memory."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from store.tables import Category, Product, Variant

MOST_PRODUCTS = 50_000


@dataclass(frozen=True)
class CatalogueProduct:
    public_id: str
    sku: str
    name: str
    brand: str | None
    category: str
    attributes: dict[str, Any]
    price: float
    colours: tuple[str, ...]
    storages: tuple[str, ...]


async def whole_catalogue(session: AsyncSession) -> list[CatalogueProduct]:
    """The products on sale by SKU, at most MOST_PRODUCTS; prices without today's discounts."""
    colours = func.array_remove(func.array_agg(func.distinct(Variant.colour)), None)
    storages = func.array_remove(func.array_agg(func.distinct(Variant.storage)), None)
    query = (
        select(
            Product.public_id, Product.sku, Product.name, Product.brand, Category.name, Product.attributes,
            Product.price, colours, storages,
        )
        .join(Category, Category.id == Product.category_id)
        .join(Variant, Variant.product_id == Product.id)
        .where(Product.active)
        .group_by(Product.id, Category.id)
        .order_by(Product.sku)
        .limit(MOST_PRODUCTS)
    )  # fmt: skip
    rows = await session.execute(query)
    return [_product(*row) for row in rows]


def _product(*row: Any) -> CatalogueProduct:
    public_id, sku, name, brand, category, attributes, price, colours, storages = row
    options = tuple(colours or ()), tuple(storages or ())
    return CatalogueProduct(public_id, sku, name, brand, category, attributes, float(price), *options)
