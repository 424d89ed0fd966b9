"""What was said: conversations and turns (the gateway's), tracker events (the assistant's), tickets and uploads."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, CreatedAt, Id, PublicId


class Conversation(Base):
    __tablename__ = "conversations"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    subject: Mapped[str] = mapped_column(String(40), index=True)  # the session's subject that owns it
    created_at: Mapped[CreatedAt]
    handed_over_at: Mapped[datetime | None]  # a human has taken over: the bot keeps quiet


class Turn(Base):
    """One message and its answer. (conversation, client_id) is unique: the same message is answered once (F12)."""

    __tablename__ = "turns"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    client_id: Mapped[str] = mapped_column(String(64))
    seq: Mapped[int]  # 1, 2, 3, ... within the conversation: what a resuming socket asks after
    request: Mapped[dict[str, Any]]
    response: Mapped[list[Any] | None]  # message parts; NULL while it is being answered
    intent: Mapped[str | None] = mapped_column(String(60))
    confidence: Mapped[float | None]
    seconds: Mapped[float | None]
    request_id: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[CreatedAt]
    answered_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("conversation_id", "client_id"), UniqueConstraint("conversation_id", "seq"))


class Choice(Base):
    """A choice that a conversation was offered; the payload never leaves the server."""

    __tablename__ = "choices"

    public_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    payload: Mapped[str] = mapped_column(Text)
    created_at: Mapped[CreatedAt]


class Upload(Base):
    """An image that somebody sent, re-encoded; `subject` owns it."""

    __tablename__ = "uploads"

    public_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    subject: Mapped[str] = mapped_column(String(40), index=True)
    path: Mapped[str] = mapped_column(String(200))
    width: Mapped[int]
    height: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[CreatedAt]


class Ticket(Base):
    """Somebody asked for a human: the reason, and the transcript up to then."""

    __tablename__ = "tickets"

    id: Mapped[Id]
    number: Mapped[str] = mapped_column(String(20), unique=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
    customer_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("customers.id"))
    status: Mapped[str] = mapped_column(String(20), default="open", server_default="open")
    reason: Mapped[str] = mapped_column(Text)
    transcript: Mapped[list[Any]]
    created_at: Mapped[CreatedAt]
    closed_at: Mapped[datetime | None]


class TrackerEvent(Base):
    """Rasa's events of a conversation, written by the assistant's tracker store."""

    __tablename__ = "tracker_events"

    id: Mapped[Id]
    sender_id: Mapped[str] = mapped_column(String(64))
    at: Mapped[float]
    kind: Mapped[str] = mapped_column(String(60))
    data: Mapped[dict[str, Any]]

    __table_args__ = (Index("ix_tracker_events_sender_id_id", "sender_id", "id"),)


class TrackerSnapshot(Base):
    """The slots of a conversation as of its newest event, so that only recent events need to be read."""

    __tablename__ = "tracker_snapshots"

    sender_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    slots: Mapped[dict[str, Any]]
    event_id: Mapped[int] = mapped_column(BigInteger)
    updated_at: Mapped[CreatedAt]
