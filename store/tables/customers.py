"""People: customers (who buys), accounts (who signs in), their sessions and password resets."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, CreatedAt, Id, PublicId


class Customer(Base):
    """Who buys. `reference` is the shop's own customer number in imported files."""

    __tablename__ = "customers"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    reference: Mapped[str | None] = mapped_column(String(80), unique=True)
    name: Mapped[str | None] = mapped_column(String(120))
    attributes: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    created_at: Mapped[CreatedAt]


class Account(Base):
    """Who signs in; `email` is stored in lower case. Shoppers have a customer, staff have none."""

    __tablename__ = "accounts"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), unique=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(20))
    failed_sign_ins: Mapped[int] = mapped_column(default=0, server_default="0")
    locked_until: Mapped[datetime | None]
    disabled: Mapped[bool] = mapped_column(default=False, server_default="false")
    created_at: Mapped[CreatedAt]

    __table_args__ = (CheckConstraint("role IN ('shopper', 'marketer', 'agent')", name="role_known"),)


class Session(Base):
    """A browser's or client's session, guest or signed in. Only the SHA-256 of its token is kept."""

    __tablename__ = "sessions"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    subject: Mapped[str] = mapped_column(String(40), index=True)  # account's public id, or `g_...` for a guest
    account_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"))
    created_at: Mapped[CreatedAt]
    expires_at: Mapped[datetime]


class PasswordReset(Base):
    __tablename__ = "password_resets"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
