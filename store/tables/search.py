"""What the search keeps beside the products: vectors of their words, the shop's vocabulary, and how often they are
chosen."""

from datetime import datetime
from typing import Any

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import Float, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, CreatedAt

TEXT_DIMENSIONS = 384


class ProductEmbedding(Base):
    """A product's words as one version of the encoder read them; `sha256` is the text's then."""

    __tablename__ = "product_embeddings"

    product_id: Mapped[int] = mapped_column(ForeignKey("products.id", ondelete="CASCADE"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    model_version: Mapped[str] = mapped_column(String(40))
    embedding: Mapped[Any] = mapped_column(HALFVEC(TEXT_DIMENSIONS))
    embedded_at: Mapped[CreatedAt]

    __table_args__ = (
        Index(
            "ix_product_embeddings_embedding", "embedding", postgresql_using="hnsw",
            postgresql_ops={"embedding": "halfvec_cosine_ops"}, postgresql_with={"m": 16, "ef_construction": 96},
        ),
    )  # fmt: skip


class SearchTerm(Base):
    """A word or value of the catalogue as it was counted last; `kind` says what `term`, `value`, `low` and `high` are
    (see `store.search_terms`)."""

    __tablename__ = "search_terms"

    kind: Mapped[str] = mapped_column(String(60), primary_key=True)
    term: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[str] = mapped_column(String(80), primary_key=True)
    products: Mapped[int]
    low: Mapped[float | None] = mapped_column(Float)
    high: Mapped[float | None] = mapped_column(Float)
    counted_at: Mapped[datetime]


class ProductAppeal(Base):
    """How often people choose a product: clicks in lists against what such places get, and other touches.

    `appeal` is 0 for an ordinary product, above for one that is chosen more often."""

    __tablename__ = "product_appeal"

    product_id: Mapped[int] = mapped_column(ForeignKey("products.id", ondelete="CASCADE"), primary_key=True)
    clicks: Mapped[float] = mapped_column(Float)
    expected_clicks: Mapped[float] = mapped_column(Float)
    touches: Mapped[float] = mapped_column(Float)
    appeal: Mapped[float] = mapped_column(Float)
    computed_at: Mapped[CreatedAt]
