"""Queries for conversations: turns claimed once and answered in order, choices, uploads.

A turn's `response` is NULL while it is being answered. `answered_at` is set only by a real answer: a turn with words
but without it failed, and the same message sent again is tried again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from common.ids import public_id
from store.tables import Choice, Conversation, Turn, Upload

ABANDONED_AFTER = timedelta(seconds=15)  # longer than any turn may take: whoever answered it has died


class ClaimState(StrEnum):
    MINE = "mine"  # the caller answers it
    ANSWERED = "answered"  # it was answered before
    ELSEWHERE = "elsewhere"  # another process is answering it
    OTHER_CONTENT = "other_content"  # the same client_id was used for another message


@dataclass(frozen=True)
class Claim:
    """What became of a message: its turn, who answers it, and how many turns before it are still being answered."""

    turn: Turn
    state: ClaimState
    before: int = 0


async def open_conversation(session: AsyncSession, subject: str) -> Conversation:
    """The subject's newest conversation, or a first one; two processes at once make one, not two.

    Its row is locked until the transaction ends, so that turns get their numbers one after the other.
    """
    query = _newest(subject).with_for_update()
    if found := await session.scalar(query):
        return found
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(subject, 0))))
    if found := await session.scalar(query):
        return found
    conversation = Conversation(public_id=public_id("c"), subject=subject)
    session.add(conversation)
    await session.flush()
    return conversation


async def newest_conversation(session: AsyncSession, subject: str) -> Conversation | None:
    return await session.scalar(_newest(subject))


def _newest(subject: str) -> Select[Conversation]:
    return select(Conversation).where(Conversation.subject == subject).order_by(Conversation.id.desc()).limit(1)


async def claim_turn(
    session: AsyncSession, conversation_id: int, client_id: str, request: dict[str, Any], request_id: str
) -> Claim:
    """Take a message of a conversation that `open_conversation` locked: a new turn with the next number, or what
    became of the same message before."""
    row = (await session.execute(_new_turn(conversation_id, client_id, request, request_id))).one_or_none()
    if row is not None:
        return Claim(row.Turn, ClaimState.MINE, row.before)
    existing = await session.scalar(
        select(Turn).where(Turn.conversation_id == conversation_id, Turn.client_id == client_id)
    )
    assert existing is not None
    return await _claim_again(session, existing, request, request_id)


def _new_turn(conversation_id: int, client_id: str, request: dict[str, Any], request_id: str) -> Any:
    """One statement: the next number, the row unless there is one, and how many turns are being answered right now."""
    mine = Turn.conversation_id == conversation_id
    seq = select(func.coalesce(func.max(Turn.seq), 0) + 1).where(mine).scalar_subquery()
    pending = Turn.response.is_(None) & (Turn.created_at >= func.now() - ABANDONED_AFTER)
    before = select(func.count()).select_from(Turn).where(mine, pending).scalar_subquery()
    values = {
        "public_id": public_id("t"), "conversation_id": conversation_id, "client_id": client_id, "seq": seq,
        "request": request, "request_id": request_id,
    }  # fmt: skip
    unless_there = insert(Turn).values(values).on_conflict_do_nothing(index_elements=["conversation_id", "client_id"])
    return unless_there.returning(Turn, before.label("before"))


async def _claim_again(session: AsyncSession, turn: Turn, request: dict[str, Any], request_id: str) -> Claim:
    if turn.request != request:
        return Claim(turn, ClaimState.OTHER_CONTENT)
    if turn.answered_at is not None:
        return Claim(turn, ClaimState.ANSWERED)
    retake = (
        update(Turn)
        .where(Turn.id == turn.id, Turn.response.is_not(None) | (Turn.created_at < func.now() - ABANDONED_AFTER))
        .values(response=None, request_id=request_id, created_at=func.now())
        .returning(Turn)
        .execution_options(populate_existing=True)
    )
    mine = await session.scalar(retake)
    return Claim(mine, ClaimState.MINE) if mine is not None else Claim(turn, ClaimState.ELSEWHERE)


async def turns_being_answered(session: AsyncSession, conversation_id: int, before_seq: int) -> int:
    """How many earlier turns of the conversation are still being answered."""
    query = select(func.count()).where(
        Turn.conversation_id == conversation_id,
        Turn.seq < before_seq,
        Turn.response.is_(None),
        Turn.created_at >= func.now() - ABANDONED_AFTER,
    )
    return await session.scalar(query) or 0


async def delete_unanswered(session: AsyncSession, turn_id: int) -> None:
    await session.execute(delete(Turn).where(Turn.id == turn_id, Turn.response.is_(None)))


async def answer_turn(
    session: AsyncSession,
    turn_id: int,
    *,
    response: list[dict[str, Any]],
    seconds: float,
    answered_at: datetime | None,
    intent: str | None = None,
    confidence: float | None = None,
) -> None:
    """Write what was said. `answered_at` None means that it was only an apology."""
    await session.execute(
        update(Turn)
        .where(Turn.id == turn_id)
        .values(response=response, intent=intent, confidence=confidence, seconds=seconds, answered_at=answered_at)
    )


async def turns_after(session: AsyncSession, conversation_id: int, seq: int, *, limit: int = 100) -> list[Turn]:
    """The turns with words that follow a number, oldest first."""
    query = (
        select(Turn)
        .where(Turn.conversation_id == conversation_id, Turn.seq > seq, Turn.response.is_not(None))
        .order_by(Turn.seq)
        .limit(limit)
    )
    return list(await session.scalars(query))


async def newest_turns(session: AsyncSession, conversation_id: int, *, limit: int = 100) -> list[Turn]:
    """The newest turns with words, oldest of them first."""
    query = (
        select(Turn)
        .where(Turn.conversation_id == conversation_id, Turn.response.is_not(None))
        .order_by(Turn.seq.desc())
        .limit(limit)
    )
    return list(await session.scalars(query))[::-1]


async def add_choices(session: AsyncSession, conversation_id: int, choices: list[tuple[str, str]]) -> list[str]:
    """Keep (title, payload) pairs for a conversation; returns their new ids, in order."""
    rows = [
        {"public_id": public_id("ch"), "conversation_id": conversation_id, "title": title, "payload": payload}
        for title, payload in choices
    ]
    await session.execute(insert(Choice).values(rows))
    return [row["public_id"] for row in rows]  # type: ignore[misc]


async def find_choice(session: AsyncSession, conversation_id: int, choice_id: str) -> Choice | None:
    """The choice, if this conversation was offered it."""
    return await session.scalar(
        select(Choice).where(Choice.public_id == choice_id, Choice.conversation_id == conversation_id)
    )


async def set_handed_over(session: AsyncSession, conversation_id: int, at: datetime | None) -> None:
    """A human takes the conversation over, or (None) the bot has it back."""
    await session.execute(update(Conversation).where(Conversation.id == conversation_id).values(handed_over_at=at))


async def add_upload(
    session: AsyncSession, *, upload_id: str, subject: str, path: str, width: int, height: int, sha256: str
) -> None:
    values = {
        "public_id": upload_id, "subject": subject, "path": path, "width": width, "height": height, "sha256": sha256
    }  # fmt: skip
    await session.execute(insert(Upload).values(values))


async def find_upload(session: AsyncSession, subject: str, upload_id: str) -> Upload | None:
    """The upload, if it is this subject's own."""
    return await session.scalar(select(Upload).where(Upload.public_id == upload_id, Upload.subject == subject))
