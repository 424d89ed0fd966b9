"""What the shop sells: categories, products, their variants, pictures, prices and stock."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    Date,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    func,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.tables.base import Base, CreatedAt, Id, Money, PublicId


class Category(Base):
    __tablename__ = "categories"

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"))


class Product(Base):
    """One product; `attributes` holds its specifications and facets as `{name: value}` (JSONB)."""

    __tablename__ = "products"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    sku: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    brand: Mapped[str | None] = mapped_column(String(80))
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"), index=True)
    description: Mapped[str] = mapped_column(Text, default="", server_default="")
    attributes: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    price: Mapped[Money]
    currency: Mapped[str] = mapped_column(String(3))
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())
    # Both are computed by immutable SQL functions of the first migration, and large: only SQL reads them.
    search: Mapped[str] = mapped_column(
        TSVECTOR, Computed("product_search(name, brand, description, attributes)", persisted=True), deferred=True
    )
    name_trigrams: Mapped[str] = mapped_column(
        TSVECTOR,
        Computed("array_to_tsvector(trigrams(coalesce(brand || ' ', '') || name))", persisted=True),
        deferred=True,
    )

    category: Mapped[Category] = relationship(lazy="raise")
    variants: Mapped[list["Variant"]] = relationship(back_populates="product", lazy="raise", order_by="Variant.id")
    images: Mapped[list["ProductImage"]] = relationship(lazy="raise", order_by="ProductImage.position")

    __table_args__ = (
        CheckConstraint("price >= 0", name="price_not_negative"),
        Index("ix_products_search", "search", postgresql_using="gin"),
        Index("ix_products_name_trigrams", "name_trigrams", postgresql_using="gin"),
        Index("ix_products_attributes", "attributes", postgresql_using="gin"),
        Index("ix_products_price", "price"),
    )


class Variant(Base):
    """What is put into a cart: a product in one size, colour and storage. Every product has at least one."""

    __tablename__ = "variants"

    id: Mapped[Id]
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id", ondelete="CASCADE"), index=True)
    sku: Mapped[str] = mapped_column(String(80), unique=True)
    size: Mapped[str | None] = mapped_column(String(20))
    colour: Mapped[str | None] = mapped_column(String(40))
    storage: Mapped[str | None] = mapped_column(String(20))
    price: Mapped[Money]
    stock: Mapped[int] = mapped_column(default=0, server_default="0")

    product: Mapped[Product] = relationship(back_populates="variants", lazy="raise")

    __table_args__ = (
        CheckConstraint("stock >= 0", name="stock_not_negative"),
        CheckConstraint("price >= 0", name="price_not_negative"),
    )


class ProductImage(Base):
    """A picture; `path` is relative to the images folder of the state directory."""

    __tablename__ = "product_images"

    id: Mapped[Id]
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(default=0)
    path: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))

    __table_args__ = (UniqueConstraint("product_id", "position"),)


class PriceChange(Base):
    """The price of a product from `valid_from` on, until the next row's."""

    __tablename__ = "price_history"

    product_id: Mapped[int] = mapped_column(ForeignKey("products.id", ondelete="CASCADE"), primary_key=True)
    valid_from: Mapped[date] = mapped_column(Date, primary_key=True)
    price: Mapped[Money]


class StockDay(Base):
    """Stock of a product at the end of a day (units over all variants); `sold_out` when it was out at any time."""

    __tablename__ = "stock_days"

    product_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("products.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    units: Mapped[int]
    sold_out: Mapped[bool] = mapped_column(default=False, server_default="false")
