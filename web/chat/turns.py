"""One turn from message to answer: once, in order, within the deadline, and always in words."""

import asyncio
import time
from typing import Any

import structlog

from common.caller import Caller, TokenSigner
from common.errors import Conflict, TooManyRequests
from common.metrics import turn_seconds
from common.requests import current_request_id
from store.conversations import ClaimState
from store.tables import Turn
from web.accounts.session import SessionInfo
from web.chat.assistant import Assistant, AssistantFailure, AssistantRefused
from web.chat.hub import Hub
from web.chat.lines import Lines, busy
from web.chat.messages import ChatMessage, TurnAnswer
from web.chat.parts import OfferedChoice, OfferedChoices, TextPart
from web.chat.record import BACK_TO_BOT, Claimed, Record, Said
from web.chat.words import words

log = structlog.get_logger()

DEADLINE_SECONDS = 12.0
WAIT_SECONDS = 8.0  # what a turn may spend behind others; the rest is for its own answer
POLL_SECONDS = 0.1  # how often a turn looks whether another process has finished the one before


class TurnService:
    """Answers messages. The same message at once from several sides runs once, and all get its answer."""

    def __init__(
        self,
        record: Record,
        assistant: Assistant,
        signer: TokenSigner,
        hub: Hub,
        *,
        deadline: float = DEADLINE_SECONDS,
    ) -> None:
        self._record, self._assistant, self._signer = record, assistant, signer
        self._deadline = deadline
        self.hub = hub
        self._lines = Lines()
        self._running: dict[tuple[str, str], tuple[ChatMessage, asyncio.Task[TurnAnswer]]] = {}

    async def answer(self, info: SessionInfo, message: ChatMessage) -> TurnAnswer:
        """The answer to a message; it is finished and kept even when whoever asked has gone.

        Raises NotFound, Conflict or TooManyRequests when there is nothing to answer; failures of the assistant are
        answered in words.
        """
        key = (info.subject, message.client_id)
        if key in self._running:
            running, task = self._running[key]
            if running != message:
                raise Conflict("This client_id was used for another message.")
            return await asyncio.shield(task)
        self._lines.join(info.subject)
        task = asyncio.create_task(self._in_line(info, message))
        self._running[key] = (message, task)
        task.add_done_callback(lambda _: self._running.pop(key, None))
        return await asyncio.shield(task)

    async def drain(self, seconds: float) -> None:
        """Wait for the turns under way, at most so long; at the process's end."""
        tasks = [task for _, task in self._running.values()]
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)

    async def _in_line(self, info: SessionInfo, message: ChatMessage) -> TurnAnswer:
        started = time.monotonic()
        async with self._lines.turn(info.subject, seconds=WAIT_SECONDS):
            claimed = await self._claimed(info, message, started)
            if claimed.claim.state is ClaimState.ANSWERED:
                return TurnAnswer.of(claimed.claim.turn)
            return await self._answered(info, message, claimed, started)

    async def _claimed(self, info: SessionInfo, message: ChatMessage, started: float) -> Claimed:
        """The message taken up by us or answered; waits while another process answers it or one before it."""
        claimed = await self._record.claim(info, message)
        while claimed.claim.state is ClaimState.ELSEWHERE:
            await _pause(started)
            claimed = await self._record.claim(info, message)
        if claimed.claim.before:
            await self._wait_for_turns_before(claimed, started)
        return claimed

    async def _wait_for_turns_before(self, claimed: Claimed, started: float) -> None:
        turn = claimed.claim.turn
        try:
            while await self._record.turns_before(turn):
                await _pause(started)
        except TooManyRequests:
            await self._record.give_back(turn)
            raise

    async def _answered(self, info: SessionInfo, message: ChatMessage, claimed: Claimed, started: float) -> TurnAnswer:
        turn = claimed.claim.turn
        left = self._deadline - (time.monotonic() - started)
        said = await self._said(info, message, claimed, left)
        seconds = time.monotonic() - started
        response = await self._record.answer(info, claimed, said, seconds)
        outcome = said.failure or "ok"
        turn_seconds.labels(outcome=outcome).observe(seconds)
        log.info("turn", turn=turn.public_id, seq=turn.seq, outcome=outcome, milliseconds=round(seconds * 1000, 1))
        answer = TurnAnswer(turn.seq, turn.public_id, turn.client_id, response, said.failure is not None)
        self.hub.publish(info.subject, answer.frame())
        return answer

    async def _said(self, info: SessionInfo, message: ChatMessage, claimed: Claimed, seconds: float) -> Said:
        if claimed.payload == BACK_TO_BOT:
            return Said([TextPart(type="text", text=words("back_to_bot"))], returned_to_bot=True)
        if claimed.conversation.handed_over_at is not None:
            return _a_human_has_it()
        caller = Caller(info.subject, info.role, claimed.conversation.public_id, info.customer_id)
        body = _body(message, claimed)
        try:
            answer = await self._assistant.ask(body, self._signer.sign(caller), seconds=seconds)
        except AssistantRefused as refusal:  # an answer: sent again it would be refused again
            log.warning("turn_refused", turn=claimed.claim.turn.public_id, reason=str(refusal))
            return Said([TextPart(type="text", text=words(refusal.reason, request_id=current_request_id()))])
        except AssistantFailure as failure:
            log.error("turn_failed", turn=claimed.claim.turn.public_id, failure=failure.reason, error=str(failure))
            apology = words(failure.reason, request_id=current_request_id())
            return Said([TextPart(type="text", text=apology)], failure=failure.reason)
        return Said(list(answer.parts), answer.intent, answer.confidence)


async def _pause(started: float) -> None:
    if time.monotonic() - started > WAIT_SECONDS:
        raise busy()
    await asyncio.sleep(POLL_SECONDS)


def _body(message: ChatMessage, claimed: Claimed) -> dict[str, Any]:
    turn: Turn = claimed.claim.turn
    return {
        "text": message.text,
        "payload": claimed.payload,
        "image_id": message.image_id,
        "page_product_id": message.page_product_id,
        "turn_id": turn.public_id,
    }


def _a_human_has_it() -> Said:
    choice = OfferedChoice(title=words("talk_to_bot"), payload=BACK_TO_BOT)
    return Said(
        [
            TextPart(type="text", text=words("handed_over")),
            OfferedChoices(type="choices", choices=[choice]),
        ]
    )
