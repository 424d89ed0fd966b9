"""Tickets: a conversation handed over to a human, with everything that was said up to then."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from common.errors import Conflict, NotFound
from store.conversations import set_handed_over
from store.tables import Conversation, Ticket, Turn

NUMBER_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no 0/O, 1/I/L, U: people read numbers aloud
NUMBER_ATTEMPTS = 8
MAX_TRANSCRIPT_TURNS = 200
MAX_REASON = 2_000


async def open_ticket(session: AsyncSession, *, conversation_id: str, customer_id: int | None, reason: str) -> Ticket:
    """The conversation's open ticket, made now when there is none; from then on the assistant keeps quiet.

    `conversation_id` is public. Raises NotFound when there is no such conversation. Asked for twice at once, the
    second waits for the first and gets its ticket.
    """
    query = select(Conversation).where(Conversation.public_id == conversation_id).with_for_update(key_share=True)
    conversation = await session.scalar(query)
    if conversation is None:
        raise NotFound("There is no such conversation.")
    found = await session.scalar(_open().where(Ticket.conversation_id == conversation.id))
    if found is None:
        transcript = await _transcript(session, conversation.id)
        found = await _insert(session, conversation.id, customer_id, reason[:MAX_REASON], transcript)
    if conversation.handed_over_at is None:
        await set_handed_over(session, conversation.id, found.created_at)
    return found


async def open_tickets(session: AsyncSession, *, limit: int = 100) -> list[Ticket]:
    """Tickets that wait for a human, the oldest first."""
    return list(await session.scalars(_open().order_by(Ticket.created_at, Ticket.id).limit(limit)))


async def close_ticket(session: AsyncSession, number: str, *, now: datetime) -> Ticket:
    """Close a ticket and give its conversation back to the assistant. Raises NotFound when no such one is open."""
    query = (
        update(Ticket).where(Ticket.number == number, Ticket.status == "open")
        .values(status="closed", closed_at=now).returning(Ticket)
    )  # fmt: skip
    ticket = await session.scalar(query)
    if ticket is None:
        raise NotFound("There is no such open ticket.")
    await set_handed_over(session, ticket.conversation_id, None)
    return ticket


async def everything_said(session: AsyncSession, ticket: Ticket) -> list[dict[str, Any]]:
    """The ticket's transcript, and what was said after it until the ticket was closed, in the same shape."""
    last = max((turn.get("seq", 0) for turn in ticket.transcript), default=0)
    later = select(Turn).where(Turn.conversation_id == ticket.conversation_id, Turn.seq > last)
    if ticket.closed_at is not None:
        later = later.where(Turn.created_at <= ticket.closed_at)
    turns = await session.scalars(later.order_by(Turn.seq).limit(MAX_TRANSCRIPT_TURNS))
    return [*ticket.transcript, *map(_as_said, turns)]


def _open() -> Select[Ticket]:
    return select(Ticket).where(Ticket.status == "open")


async def _insert(
    session: AsyncSession, conversation_id: int, customer_id: int | None, reason: str, transcript: list[Any]
) -> Ticket:
    for _ in range(NUMBER_ATTEMPTS):
        row = insert(Ticket).values(
            number="T-" + "".join(secrets.choice(NUMBER_ALPHABET) for _ in range(6)),
            conversation_id=conversation_id, customer_id=customer_id, reason=reason, transcript=transcript,
        )  # fmt: skip
        ticket = await session.scalar(row.on_conflict_do_nothing(index_elements=["number"]).returning(Ticket))
        if ticket is not None:
            return ticket
    raise Conflict("No free ticket number was found. Please try again.")


async def _transcript(session: AsyncSession, conversation_id: int) -> list[dict[str, Any]]:
    """What was said, oldest first: `{seq, at, request, response}`; of long conversations the newest turns."""
    newest = (
        select(Turn).where(Turn.conversation_id == conversation_id)
        .order_by(Turn.seq.desc()).limit(MAX_TRANSCRIPT_TURNS)
    )  # fmt: skip
    return [_as_said(turn) for turn in reversed(list(await session.scalars(newest)))]


def _as_said(turn: Turn) -> dict[str, Any]:
    return {
        "seq": turn.seq, "at": turn.created_at.isoformat(), "request": turn.request, "response": turn.response
    }  # fmt: skip
