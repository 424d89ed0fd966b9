"""What every action has in common: a name, a role, a verified caller, a deadline, and words whatever happens."""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, cast

import structlog
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.bootstrap import Services
from actions.caller import caller_of, may
from actions.context import Question
from actions.mood import meet_kindly, mood_of, offer_human
from actions.promoted import promote_after
from actions.replies import Reply
from actions.turn import Turn
from common.caller import Role
from common.errors import Unauthenticated
from common.metrics import action_seconds, failures, timed
from common.requests import begin_request, current_request_id
from store import audit
from store.audit import Outcome

log = structlog.get_logger()

BUDGET_SECONDS = 7.0  # the assistant gives up on an action after 8 s


class ShopAction(ABC):
    """An action: `answer` says what it has to say through `turn.reply`; everything around it stands here once."""

    name: ClassVar[str]
    role: ClassVar[Role]
    intent: ClassVar[str]  # the intent whose rule runs it
    repeatable: ClassVar[bool] = False  # whether "and the S21?" may ask the same again
    keeps_pending: ClassVar[bool] = False  # whether a step that waits for a yes goes on waiting
    looks_at_pictures: ClassVar[bool] = False  # whether a picture that was sent along is part of the question
    budget_seconds: ClassVar[float] = BUDGET_SECONDS

    def __init__(self, services: Services) -> None:
        self.services = services

    @abstractmethod
    async def answer(self, turn: Turn) -> None:
        """Answer the turn. Only called for callers of a role that may ask."""

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        """Rasa's entry: the events of the turn. Never raises for a failed answer: that is said in words, with an id."""
        message = tracker.latest_message or {}
        begin_request((message.get("metadata") or {}).get("request_id") or current_request_id())
        reply = Reply(dispatcher)
        with structlog.contextvars.bound_contextvars(action=self.name):
            try:
                with timed(action_seconds, action=self.name):
                    async with asyncio.timeout(self.budget_seconds):
                        turn = await self._answered(message, tracker, reply)
                    await promote_after(turn)
                    return turn.events
            except Exception as error:
                return self._failed(reply, error)

    async def _answered(self, message: Mapping[str, Any], tracker: Tracker, reply: Reply) -> Turn:
        caller = caller_of(message, tracker.sender_id, self.services.verifier)
        turn = Turn.of(caller, message, tracker.slots, reply, self.services)
        started = time.perf_counter()
        mood = mood_of(message)
        meet_kindly(turn, mood)
        await self.serve(turn)
        if turn.text and turn.metadata.get("image_id") and not self.looks_at_pictures:
            turn.reply.say("utter_image_not_looked_at")
        offer_human(turn, mood)
        log.info("action", role=caller.role.value, milliseconds=round((time.perf_counter() - started) * 1000, 1))
        return turn

    async def serve(self, turn: Turn) -> None:
        """Answer the turn if its caller may ask; also how one action hands a turn to another."""
        if not may(turn.caller.role, self.role):
            await self._refuse(turn)
            return
        if self.role is Role.MARKETER:
            await self._audit(turn, Outcome.ALLOWED)
        if not self.keeps_pending:
            turn.context.pending = None
        if self.repeatable:
            turn.context.question = cast(Question, self.intent)
        await self.answer(turn)

    async def _refuse(self, turn: Turn) -> None:
        await self._audit(turn, Outcome.REFUSED)
        if turn.caller.role is Role.GUEST and self.role is Role.SHOPPER:
            turn.reply.say("utter_sign_in")
        else:
            turn.reply.say("utter_for_marketers" if self.role is Role.MARKETER else "utter_not_allowed")

    async def _audit(self, turn: Turn, outcome: Outcome) -> None:
        async with self.services.database.begin() as session:
            await audit.record(
                session,
                actor=turn.caller.subject,
                role=turn.caller.role.value,
                action=self.name,
                outcome=outcome,
                request_id=current_request_id(),
                detail=turn.subject_matter,
            )

    def _failed(self, reply: Reply, error: Exception) -> list[dict[str, Any]]:
        reply.restart()
        if isinstance(error, Unauthenticated):
            log.warning("caller_unknown", reason=error.message)
            reply.say("utter_caller_unknown", request_id=current_request_id())
            return []
        failures.labels(process="actions").inc()
        log.exception("action_failed", exc_info=error)
        reply.say("utter_action_failed", request_id=current_request_id())
        return []
