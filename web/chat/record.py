"""The gateway's bookkeeping of a turn: claimed before it is asked, written down once it is answered."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from common.caller import Role
from common.errors import Conflict, NotFound
from common.requests import current_request_id
from store import audit, conversations
from store.audit import Outcome
from store.conversations import Claim, ClaimState
from store.session import Database
from store.tables import Conversation, Turn
from web.accounts.session import SessionInfo
from web.chat.lines import LONGEST_LINE, busy
from web.chat.messages import ChatMessage
from web.chat.parts import ChoiceRef, ChoicesPart, OfferedChoices, Part, plain

BACK_TO_BOT = "gateway:back_to_bot"  # a payload that the gateway itself understands


@dataclass(frozen=True)
class Claimed:
    """A message that was taken up: where it belongs, and the payload when it is a choice."""

    conversation: Conversation
    claim: Claim
    payload: str | None


@dataclass(frozen=True)
class Said:
    """What was answered to a turn. `failure` names the apology; a failed turn may be tried again."""

    parts: list[Part]
    intent: str | None = None
    confidence: float | None = None
    failure: str | None = None
    returned_to_bot: bool = False


class Record:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, info: SessionInfo, message: ChatMessage) -> Claimed:
        """Take a message up, once. Raises NotFound for choices and images that are not this person's own, Conflict
        when the client's id was used for something else."""
        async with self._database.begin() as session:
            conversation = await conversations.open_conversation(session, info.subject)
            request, payload = await _resolved(session, info, conversation.id, message)
            claim = await conversations.claim_turn(
                session, conversation.id, message.client_id, request, current_request_id() or "none"
            )
            if claim.before >= LONGEST_LINE:
                raise busy()
        if claim.state is ClaimState.OTHER_CONTENT:
            raise Conflict("This client_id was used for another message.")
        return Claimed(conversation, claim, payload)

    async def turns_before(self, turn: Turn) -> int:
        async with self._database.begin() as session:
            return await conversations.turns_being_answered(session, turn.conversation_id, turn.seq)

    async def give_back(self, turn: Turn) -> None:
        """Forget a turn that was taken up but not begun."""
        async with self._database.begin() as session:
            await conversations.delete_unanswered(session, turn.id)

    async def answer(self, info: SessionInfo, claimed: Claimed, said: Said, seconds: float) -> list[dict[str, Any]]:
        """Write the answer down; returns its parts as people get them, with choices by id."""
        turn = claimed.claim.turn
        async with self._database.begin() as session:
            response = [await _handed_out(session, turn.conversation_id, part) for part in said.parts]
            await conversations.answer_turn(
                session,
                turn.id,
                response=response,
                seconds=seconds,
                intent=said.intent,
                confidence=said.confidence,
                answered_at=None if said.failure else datetime.now(UTC),
            )
            if said.returned_to_bot:
                await conversations.set_handed_over(session, turn.conversation_id, None)
            if info.role in (Role.MARKETER, Role.AGENT):
                await _audit(session, info, turn, said)
        return response


async def _resolved(
    session: AsyncSession, info: SessionInfo, conversation_id: int, message: ChatMessage
) -> tuple[dict[str, Any], str | None]:
    request = message.content()
    if message.image_id and not await conversations.find_upload(session, info.subject, message.image_id):
        raise NotFound("There is no such image. Please upload it again.")
    if not message.choice:
        return request, None
    choice = await conversations.find_choice(session, conversation_id, message.choice)
    if choice is None:
        raise NotFound("There is no such choice in this conversation.")
    return request | {"title": choice.title}, choice.payload


async def _handed_out(session: AsyncSession, conversation_id: int, part: Part) -> dict[str, Any]:
    if not isinstance(part, OfferedChoices):
        return plain(part)
    pairs = [(choice.title, choice.payload) for choice in part.choices]
    ids = await conversations.add_choices(session, conversation_id, pairs) if pairs else []
    refs = [ChoiceRef(title=title, id=id_) for (title, _), id_ in zip(pairs, ids, strict=True)]
    return plain(ChoicesPart(type="choices", choices=refs))


async def _audit(session: AsyncSession, info: SessionInfo, turn: Turn, said: Said) -> None:
    """Who of the staff asked for what; the words stand in the turn."""
    await audit.record(
        session,
        actor=info.subject,
        role=info.role.value,
        action=f"chat:{said.intent or 'unknown'}",
        outcome=Outcome.FAILED if said.failure else Outcome.ALLOWED,
        request_id=turn.request_id,
        detail={"turn": turn.public_id},
    )
