"""Proposed tags: what the pictures say about products, accepted by the model alone where it is sure, else by people."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, case, cast, exists, func, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession

from common.errors import Conflict, NotFound
from store.tables import ImageEmbedding, Product, ProductImage, ProductTag


@dataclass(frozen=True)
class Untagged:
    """A product that was never looked at for tags: what its main picture shows, and which attributes it has already.

    `seen` is {attribute: [[label, confidence], ...]}."""

    product_id: int
    name: str
    attributes: dict[str, Any]
    seen: dict[str, Any]
    model_version: str


@dataclass(frozen=True)
class Proposal:
    """`accepted`: sure enough to be written into the product without a person."""

    product_id: int
    attribute: str
    label: str
    confidence: float
    alternatives: list[tuple[str, float]]
    model_version: str
    accepted: bool


@dataclass(frozen=True)
class WaitingTag:
    """A proposal that waits for a person, with the product as the review list shows it."""

    tag: ProductTag
    name: str
    public_id: str
    image: str | None


async def untagged(session: AsyncSession, *, limit: int) -> list[Untagged]:
    """Active products with an embedded main picture and no proposals yet, the newest first.

    Where the shop has filled in all that a picture tells there is nothing to propose: such products are left out."""
    proposed = exists().where(ProductTag.product_id == Product.id)
    attribute = func.jsonb_object_keys(ImageEmbedding.seen).column_valued("attribute")
    lacking = select(attribute).where(~Product.attributes.has_key(attribute)).correlate(Product, ImageEmbedding)
    query = (
        select(Product.id, Product.name, Product.attributes, ImageEmbedding.seen, ImageEmbedding.model_version)
        .join(ProductImage, (ProductImage.product_id == Product.id) & (ProductImage.position == 0))
        .join(ImageEmbedding, ImageEmbedding.image_id == ProductImage.id)
        .where(Product.active, ImageEmbedding.embedding.is_not(None), ~proposed, lacking.exists())
        .order_by(Product.created_at.desc(), Product.id)
        .limit(limit)
    )
    return [Untagged(*row) for row in await session.execute(query)]


async def propose(session: AsyncSession, proposals: Sequence[Proposal], *, now: datetime) -> int:
    """Write proposals down, and those that are sure into their products; returns how many were new."""
    rows = [
        {
            "product_id": one.product_id, "attribute": one.attribute, "label": one.label,
            "confidence": one.confidence, "alternatives": [list(pair) for pair in one.alternatives],
            "model_version": one.model_version, "status": "accepted" if one.accepted else "waiting",
            "decided_at": now if one.accepted else None,
        }
        for one in proposals
    ]  # fmt: skip
    if not rows:
        return 0
    statement = insert(ProductTag).values(rows).on_conflict_do_nothing().returning(
        ProductTag.product_id, ProductTag.attribute, ProductTag.label, ProductTag.status
    )  # fmt: skip
    written = (await session.execute(statement)).all()
    values: dict[int, dict[str, str]] = defaultdict(dict)
    for product_id, attribute, label, status in written:
        if status == "accepted":
            values[product_id][attribute] = label
    await _write(session, values)
    return len(written)


async def waiting(session: AsyncSession, *, limit: int, offset: int = 0) -> tuple[list[WaitingTag], int]:
    """Proposals for people to decide on, product by product, and how many there are in all."""
    picture = (
        select(ProductImage.path).where(ProductImage.product_id == Product.id)
        .order_by(ProductImage.position).limit(1).correlate(Product).scalar_subquery()
    )  # fmt: skip
    open_ = ProductTag.status == "waiting"
    total = await session.scalar(select(func.count()).select_from(ProductTag).where(open_)) or 0
    query = (
        select(ProductTag, Product.name, Product.public_id, picture)
        .join(Product).where(open_).order_by(ProductTag.product_id, ProductTag.id).limit(limit).offset(offset)
    )  # fmt: skip
    return [WaitingTag(*row) for row in await session.execute(query)], total


async def tag_counts(session: AsyncSession) -> dict[str, dict[str, int]]:
    """How many proposals there are by attribute and status; `automatic` are those that the model accepted alone."""
    alone = (ProductTag.status == "accepted") & ProductTag.decided_by.is_(None)
    status = case((alone, "automatic"), else_=ProductTag.status)
    rows = await session.execute(
        select(ProductTag.attribute, status, func.count())
        .group_by(ProductTag.attribute, status)
        .order_by(ProductTag.attribute)
    )
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for attribute, name, count in rows:
        counts[attribute][name] = count
    return dict(counts)


async def decide(
    session: AsyncSession, tag_id: int, label: str | None, *, decided_by: str, now: datetime
) -> ProductTag:
    """A person's word on a waiting proposal: a label (proposed or one of the alternatives) accepts it, None rejects it.

    Raises NotFound for no such proposal, Conflict when it was decided already or the label was never proposed."""
    tag = await session.scalar(select(ProductTag).where(ProductTag.id == tag_id).with_for_update())
    if tag is None:
        raise NotFound("There is no such proposal.")
    if tag.status != "waiting":
        raise Conflict("Somebody has already decided on this proposal.")
    if label is not None and label not in {tag.label, *(name for name, _ in tag.alternatives)}:
        raise Conflict("That label was not among the proposals.")
    tag.status, tag.decided_by, tag.decided_at = ("accepted" if label else "rejected"), decided_by, now
    if label:
        _take(tag, label)
        await _write(session, {tag.product_id: {tag.attribute: label}})
    return tag


def _take(tag: ProductTag, label: str) -> None:
    """The label with its own confidence; what was proposed in its place stays, first among the alternatives."""
    chances = {tag.label: tag.confidence} | dict(tag.alternatives)
    tag.label, tag.confidence = label, chances.pop(label)
    tag.alternatives = [[name, chance] for name, chance in chances.items()]


async def _write(session: AsyncSession, values: Mapping[int, Mapping[str, str]]) -> None:
    """Into the products' attributes, except where the shop has filled in an attribute itself meanwhile."""
    if not values:
        return
    given = func.jsonb_each(cast({str(product_id): dict(labels) for product_id, labels in values.items()}, JSONB))
    new = given.table_valued("key", "value", name="given")
    await session.execute(
        update(Product)
        .where(Product.id == cast(new.c.key, BigInteger))
        .values(attributes=cast(new.c.value, JSONB).op("||")(Product.attributes))
        .execution_options(synchronize_session=False)
    )
