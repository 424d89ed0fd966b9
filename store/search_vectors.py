"""The words of products as vectors: which are still to be read, and what was read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pgvector import HalfVector
from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from store.tables import Category, Product, ProductEmbedding


@dataclass(frozen=True)
class ProductText:
    """What is known of a product in words; `known_sha256` is that of the text its vector was made of, if any."""

    product_id: int
    name: str
    brand: str | None
    category: str
    department: str | None
    description: str
    attributes: dict[str, Any]
    known_sha256: str | None


@dataclass(frozen=True)
class ReadText:
    product_id: int
    sha256: str
    embedding: Sequence[float]


async def texts_to_read(session: AsyncSession, model_version: str, *, limit: int) -> list[ProductText]:
    """Products on sale that this version has not read since they were changed; the newest first."""
    parent = aliased(Category)
    known = and_(ProductEmbedding.product_id == Product.id, ProductEmbedding.model_version == model_version)
    query = (
        select(
            Product.id, Product.name, Product.brand, Category.name, parent.name, func.left(Product.description, 1000),
            Product.attributes, ProductEmbedding.sha256,
        )
        .join(Category, Category.id == Product.category_id)
        .outerjoin(parent, parent.id == Category.parent_id)
        .outerjoin(ProductEmbedding, known)
        .where(Product.active)
        .where(or_(ProductEmbedding.product_id.is_(None), Product.updated_at > ProductEmbedding.embedded_at))
        .order_by(Product.id.desc())
        .limit(limit)
    )  # fmt: skip
    return [ProductText(*row) for row in await session.execute(query)]


async def keep_read(session: AsyncSession, read: Sequence[ReadText], model_version: str) -> None:
    """Write vectors down, over those of earlier versions and texts."""
    rows = [
        {
            "product_id": one.product_id, "sha256": one.sha256, "model_version": model_version,
            "embedding": HalfVector(list(one.embedding)),
        }
        for one in read
    ]  # fmt: skip
    if not rows:
        return
    statement = insert(ProductEmbedding).values(rows)
    changed = {name: statement.excluded[name] for name in ("sha256", "model_version", "embedding")}
    await session.execute(
        statement.on_conflict_do_update(index_elements=["product_id"], set_={**changed, "embedded_at": func.now()})
    )


async def keep_unchanged(session: AsyncSession, product_ids: Sequence[int]) -> None:
    """Products whose words are still those that were read: they need not be looked at again."""
    same = ProductEmbedding.product_id.in_(product_ids)
    await session.execute(update(ProductEmbedding).where(same).values(embedded_at=func.now()))


async def read_so_far(session: AsyncSession, model_version: str) -> tuple[int, datetime | None]:
    """How many products have a vector of this version, and when the newest got it."""
    of_version = ProductEmbedding.model_version == model_version
    query = select(func.count(), func.max(ProductEmbedding.embedded_at)).where(of_version)
    count, newest = (await session.execute(query)).one()
    return count, newest
