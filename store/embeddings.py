"""Pictures as vectors: which are still to be embedded, and which products look like a vector.

A vector has three parts (kind, colour, the very product; see `ml_tools.visual_search`). Distances are cosine
distances, 0 for the same direction; `Product` must be on sale."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pgvector import HalfVector
from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import ColumnElement, Float, and_, cast, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from store.products import ProductFilters, conditions
from store.tables import ImageEmbedding, Product, ProductImage
from store.tables.visual import DIMENSIONS

KIND_PART, COLOUR_PART = (1, 96), (97, 64)  # first dimension and length, as SQL counts
PICTURES_A_PRODUCT = 6  # so many of a product's pictures may crowd the nearest ones


@dataclass(frozen=True)
class ImageToEmbed:
    """`path` is relative to the images folder."""

    image_id: int
    product_id: int
    path: str
    sha256: str


@dataclass(frozen=True)
class EmbeddedImage:
    """What became of one: a vector and what was seen, or the problem that kept it from being read."""

    image: ImageToEmbed
    embedding: Sequence[float] | None
    seen: dict[str, Any]
    problem: str | None = None


@dataclass(frozen=True)
class Lookalike:
    """A product by its nearest picture; likenesses are cosines, of the whole vector and of two of its parts."""

    product_id: str  # public
    likeness: float
    kind_likeness: float
    colour_likeness: float


async def images_to_embed(session: AsyncSession, model_version: str, *, limit: int) -> list[ImageToEmbed]:
    """Pictures of products that this model version has not seen as they are now; main pictures first."""
    current = and_(
        ImageEmbedding.image_id == ProductImage.id,
        ImageEmbedding.sha256 == ProductImage.sha256,
        ImageEmbedding.model_version == model_version,
    )
    query = (
        select(ProductImage)
        .outerjoin(ImageEmbedding, current)
        .where(ImageEmbedding.image_id.is_(None))
        .order_by(ProductImage.position, ProductImage.id)
        .limit(limit)
    )
    return [
        ImageToEmbed(image.id, image.product_id, image.path, image.sha256) for image in await session.scalars(query)
    ]


async def keep_embeddings(session: AsyncSession, embedded: Sequence[EmbeddedImage], model_version: str) -> None:
    """Write vectors down, over those of earlier versions and pictures."""
    rows = [
        {
            "image_id": one.image.image_id,
            "product_id": one.image.product_id,
            "sha256": one.image.sha256,
            "model_version": model_version,
            "embedding": None if one.embedding is None else HalfVector(list(one.embedding)),
            "problem": one.problem,
            "seen": one.seen,
        }
        for one in embedded
    ]
    if not rows:
        return
    statement = insert(ImageEmbedding).values(rows)
    changed = {name: statement.excluded[name] for name in rows[0] if name != "image_id"}
    await session.execute(
        statement.on_conflict_do_update(index_elements=["image_id"], set_={**changed, "embedded_at": func.now()})
    )


async def embedded_so_far(session: AsyncSession) -> tuple[int, datetime | None]:
    """How many pictures have a vector, and when the newest got it."""
    query = select(func.count(ImageEmbedding.embedding), func.max(ImageEmbedding.embedded_at))
    count, newest = (await session.execute(query)).one()
    return count, newest


async def vector_of(session: AsyncSession, public_id: str, model_version: str) -> list[float] | None:
    """The vector that a model version gave a product's first picture; None when it has none (yet)."""
    this = Product.public_id == public_id, ImageEmbedding.model_version == model_version
    found = (await session.execute(_main_vector(*this))).one_or_none()
    return None if found is None else [float(value) for value in found.embedding]


def _main_vector(*which: ColumnElement[bool]) -> Any:
    """Embedding and model version of a product's first embedded picture."""
    return (
        select(ImageEmbedding.embedding, ImageEmbedding.model_version)
        .join(ProductImage, ProductImage.id == ImageEmbedding.image_id)
        .join(Product, Product.id == ProductImage.product_id)
        .where(*which, ImageEmbedding.embedding.is_not(None))
        .order_by(ProductImage.position)
        .limit(1)
    )


async def lookalikes(
    session: AsyncSession,
    wanted: Sequence[float],
    filters: ProductFilters,
    *,
    like: Sequence[float] | None = None,
    model_version: str | None = None,
    without: Sequence[str] = (),
    limit: int = 10,
    exact: bool = False,
) -> list[Lookalike]:
    """Products by how near their nearest picture lies to `wanted`, in one statement with the filters.

    `like` is the vector that the parts' likenesses are told of, when parts of `wanted` were left out. Only vectors of
    `model_version` are compared where it is given: those of two versions have nothing in common. `without` are public
    ids to leave out. `exact` compares with every picture, else the index is asked.
    """
    version = [ImageEmbedding.model_version == model_version] if model_version else []
    target = cast(literal(HalfVector(list(wanted)), HALFVEC(DIMENSIONS)), HALFVEC(DIMENSIONS))
    seen = cast(literal(HalfVector(list(wanted if like is None else like)), HALFVEC(DIMENSIONS)), HALFVEC(DIMENSIONS))
    distance = ImageEmbedding.embedding.cosine_distance(target)
    near = (
        select(Product.public_id, ImageEmbedding.embedding, distance.label("distance"))
        .join(Product, Product.id == ImageEmbedding.product_id)
        .where(ImageEmbedding.embedding.is_not(None), *version)
        .where(*conditions(filters), Product.public_id.not_in(without))
        .order_by(distance + 0 if exact else distance)  # a sum cannot come out of the index
        .limit(limit * PICTURES_A_PRODUCT)
        .cte("near")
        .prefix_with("MATERIALIZED")
    )
    rows = await session.execute(
        select(
            near.c.public_id,
            near.c.distance,
            _part_likeness(near.c.embedding, seen, KIND_PART),
            _part_likeness(near.c.embedding, seen, COLOUR_PART),
        ).order_by(near.c.distance)
    )
    found: dict[str, Lookalike] = {}
    for public_id, away, kind, colour in rows:
        found.setdefault(public_id, Lookalike(public_id, 1 - away, kind, colour))
    return list(found.values())[:limit]


def _part_likeness(embedding: ColumnElement[Any], target: ColumnElement[Any], part: tuple[int, int]) -> Any:
    """The cosine of one part of two vectors."""
    ours, theirs = (cast(func.subvector(vector, *part), HALFVEC(part[1])) for vector in (embedding, target))
    return 1 - ours.op("<=>", return_type=Float)(theirs)


async def similar_looking(session: AsyncSession, product_id: int, *, limit: int) -> list[int]:
    """Ids of products in stock that look like a product, the likest first; empty while it has no vector."""
    own = (await session.execute(_main_vector(Product.id == product_id))).one_or_none()
    if own is None:
        return []
    distance = ImageEmbedding.embedding.cosine_distance(own.embedding)
    query = (
        select(distance, ImageEmbedding.product_id)
        .join(Product, Product.id == ImageEmbedding.product_id)
        .where(ImageEmbedding.embedding.is_not(None), ImageEmbedding.model_version == own.model_version)
        .where(Product.id != product_id, *conditions(ProductFilters(in_stock=True)))
        .order_by(distance)
        .limit(limit * PICTURES_A_PRODUCT)
    )
    rows = sorted(tuple(row) for row in await session.execute(query))  # a filtered scan of the index is nearly in order
    return list(dict.fromkeys(found for _, found in rows))[:limit]
