"""What the visual search made of the pictures: an embedding of each, and proposed tags of each product."""

from datetime import datetime
from typing import Any

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, CreatedAt, Id

DIMENSIONS = 256


class ImageEmbedding(Base):
    """A picture as one model version saw it; `sha256` is the picture's then, so that a changed one is seen again.

    `problem` says why a picture could not be read; `embedding` is NULL then."""

    __tablename__ = "image_embeddings"

    image_id: Mapped[int] = mapped_column(ForeignKey("product_images.id", ondelete="CASCADE"), primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id", ondelete="CASCADE"), index=True)
    sha256: Mapped[str] = mapped_column(String(64))
    model_version: Mapped[str] = mapped_column(String(40))
    embedding: Mapped[Any | None] = mapped_column(HALFVEC(DIMENSIONS))
    problem: Mapped[str | None] = mapped_column(String(200))
    # What the network says of the picture: {attribute: [[label, confidence], ...]}, the likeliest first.
    seen: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    embedded_at: Mapped[CreatedAt]

    __table_args__ = (
        Index(
            "ix_image_embeddings_embedding", "embedding", postgresql_using="hnsw",
            postgresql_ops={"embedding": "halfvec_cosine_ops"}, postgresql_with={"m": 16, "ef_construction": 96},
        ),
    )  # fmt: skip


class ProductTag(Base):
    """A proposed value of an attribute of a product, and what became of it.

    `accepted` was written into the product's attributes, by the model alone (`decided_by` NULL) or by a person."""

    __tablename__ = "product_tags"

    id: Mapped[Id]
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id", ondelete="CASCADE"))
    attribute: Mapped[str] = mapped_column(String(20))
    label: Mapped[str] = mapped_column(String(60))
    confidence: Mapped[float] = mapped_column(Float)
    alternatives: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")  # [[label, confidence], ...]
    status: Mapped[str] = mapped_column(String(10))
    model_version: Mapped[str] = mapped_column(String(40))
    decided_by: Mapped[str | None] = mapped_column(String(40))
    decided_at: Mapped[datetime | None]
    created_at: Mapped[CreatedAt]

    __table_args__ = (
        UniqueConstraint("product_id", "attribute"),
        CheckConstraint("status IN ('waiting', 'accepted', 'rejected')", name="status_known"),
        CheckConstraint("confidence BETWEEN 0 AND 1", name="confidence_in_range"),
        Index("ix_product_tags_waiting", "attribute", "id", postgresql_where="status = 'waiting'"),
    )
