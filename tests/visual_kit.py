"""Pictures, vectors and proposed tags written by hand, so that what looks like what is known beforehand."""

import hashlib
import math
from datetime import UTC, datetime
from typing import Any

from pgvector import HalfVector
from sqlalchemy.ext.asyncio import AsyncSession

from store.tables import ImageEmbedding, ProductImage, ProductTag
from store.tables.visual import DIMENSIONS

VERSION = "20260701"
NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


def turned(degrees: float, *, towards: int = 1) -> list[float]:
    """A unit vector so many degrees away from the first axis, towards another; its cosine with `turned(0)` is known."""
    vector = [0.0] * DIMENSIONS
    vector[0], vector[towards] = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return vector


async def add_picture(
    session: AsyncSession,
    product_id: int,
    embedding: list[float] | None = None,
    *,
    position: int = 0,
    seen: dict[str, Any] | None = None,
    problem: str | None = None,
    version: str = VERSION,
) -> ProductImage:
    """A picture of a product; embedded when it has a vector or a problem."""
    path = f"{product_id}/{position}.png"
    image = ProductImage(
        product_id=product_id, position=position, path=path, sha256=hashlib.sha256(path.encode()).hexdigest()
    )
    session.add(image)
    await session.flush()
    if embedding is not None or problem is not None:
        vector = HalfVector(embedding) if embedding is not None else None
        session.add(
            ImageEmbedding(
                image_id=image.id, product_id=product_id, sha256=image.sha256, model_version=version,
                embedding=vector, problem=problem, seen=seen or {},
            )
        )  # fmt: skip
        await session.flush()
    return image


async def add_tag(
    session: AsyncSession,
    product_id: int,
    attribute: str = "colour",
    label: str = "Navy Blue",
    confidence: float = 0.62,
    *,
    alternatives: tuple[tuple[str, float], ...] = (("Black", 0.21), ("Grey", 0.004)),
    status: str = "waiting",
    decided_by: str | None = None,
) -> int:
    """A proposal; returns its id."""
    tag = ProductTag(
        product_id=product_id, attribute=attribute, label=label, confidence=confidence, status=status,
        alternatives=[list(pair) for pair in alternatives], model_version=VERSION, decided_by=decided_by,
    )  # fmt: skip
    session.add(tag)
    await session.flush()
    return tag.id
