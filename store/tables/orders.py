"""What customers do: carts, orders, events, reviews."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.tables.base import Base, CreatedAt, Id, Money


class Order(Base):
    """An order. `number` is what people read and type (`S-7F3K2M`, random).

    The status moves placed -> shipped -> delivered, or to cancelled, or from delivered to return_requested and
    returned."""

    __tablename__ = "orders"

    id: Mapped[Id]
    number: Mapped[str] = mapped_column(String(40), unique=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    status: Mapped[str] = mapped_column(String(20))
    placed_at: Mapped[datetime] = mapped_column(index=True)
    shipped_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    total: Mapped[Money]
    currency: Mapped[str] = mapped_column(String(3))
    address: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    client_key: Mapped[str | None] = mapped_column(String(64), unique=True)  # makes a repeated checkout the same order

    lines: Mapped[list["OrderLine"]] = relationship(back_populates="order", lazy="raise", order_by="OrderLine.id")

    __table_args__ = (
        CheckConstraint(
            "status IN ('placed', 'shipped', 'delivered', 'cancelled', 'return_requested', 'returned')",
            name="status_known",
        ),
    )


class OrderLine(Base):
    """Units of one variant in an order; negative units are returns of imported histories."""

    __tablename__ = "order_lines"

    id: Mapped[Id]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"))
    line: Mapped[int | None]  # its number in an imported order: with the order, what tells a line that comes again
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    variant_id: Mapped[int | None] = mapped_column(ForeignKey("variants.id"))
    promotion_id: Mapped[int | None] = mapped_column(ForeignKey("promotions.id"))
    units: Mapped[int]
    unit_price: Mapped[Money]

    order: Mapped[Order] = relationship(back_populates="lines", lazy="raise")

    __table_args__ = (
        UniqueConstraint("order_id", "line"),
        Index("ix_order_lines_product_id", "product_id", postgresql_include=["order_id", "units", "unit_price"]),
    )


class Cart(Base):
    """One open cart per session subject (account or guest)."""

    __tablename__ = "carts"

    id: Mapped[Id]
    subject: Mapped[str] = mapped_column(String(40), unique=True)
    updated_at: Mapped[CreatedAt]


class CartLine(Base):
    __tablename__ = "cart_lines"

    cart_id: Mapped[int] = mapped_column(ForeignKey("carts.id", ondelete="CASCADE"), primary_key=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("variants.id", ondelete="CASCADE"), primary_key=True)
    units: Mapped[int]

    __table_args__ = (CheckConstraint("units BETWEEN 1 AND 99", name="units_in_range"),)


class Event(Base):
    """A view, search, cart, purchase or click; `session` links the events of people who are not signed in."""

    __tablename__ = "events"

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    customer_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("customers.id"))
    session: Mapped[str | None] = mapped_column(String(40))
    product_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("products.id"))
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    reference: Mapped[str | None] = mapped_column(String(80), unique=True)  # id in an imported file

    __table_args__ = (
        CheckConstraint("kind IN ('view', 'search', 'cart', 'purchase', 'click')", name="kind_known"),
        Index("ix_events_customer_id_at", "customer_id", "at"),
        Index("ix_events_product_id_at", "product_id", "at"),
        Index("ix_events_session_at", "session", "at"),
        Index("ix_events_at", "at", postgresql_using="brin"),
    )


class Review(Base):
    __tablename__ = "reviews"

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(80), unique=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id", ondelete="CASCADE"), index=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    rating: Mapped[int | None]
    title: Mapped[str] = mapped_column(String(200), default="", server_default="")
    body: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating_in_range"),
        UniqueConstraint("product_id", "customer_id", "written_at"),
        Index("ix_reviews_customer_id_written_at", "customer_id", "written_at"),
        Index("ix_reviews_product_id_written_at", "product_id", "written_at"),
        Index("ix_reviews_written_at_id", "written_at", "id"),
    )
