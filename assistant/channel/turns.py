"""Runs one turn: understands it, hands it to Rasa in the conversation's order, and gives back what was said."""

import asyncio
from dataclasses import dataclass
from typing import Any

import structlog
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.lock_store import LockError
from rasa.core.processor import MessageProcessor

from assistant.channel.caller import Caller
from assistant.channel.errors import Unavailable
from assistant.channel.output import Part, PartsCollector
from assistant.channel.payload import parse_of, parse_payload
from assistant.channel.picture import with_picture
from assistant.channel.request import TurnRequest
from assistant.channel.splitting import Parse, questions_in
from assistant.observability.metrics import parse_seconds, timed
from assistant.settings import LOCK_SECONDS, TURN_SECONDS

log = structlog.get_logger(__name__)

LOCK_POLL_SECONDS = 0.02
IMAGE_INTENT = "send_image"
# Kept out of the conversation: nobody reads them again, and every action call would carry them.
_PARSE_LEFTOVERS = ("text_tokens", "response_selector", "metadata")
_RANKING = 5


@dataclass(frozen=True)
class Answer:
    """The parts that were said, and how the (first) question was understood."""

    messages: list[Part]
    intent: str | None
    confidence: float

    def as_dict(self) -> dict[str, Any]:
        return {"messages": self.messages, "intent": self.intent, "confidence": self.confidence}


class Turns:
    """All turns of this process; those of one conversation run one after the other."""

    def __init__(self, agent: Agent, *, seconds: float = TURN_SECONDS) -> None:
        self._agent = agent
        self._seconds = seconds

    async def answer(self, caller: Caller, turn: TurnRequest, metadata: dict[str, Any]) -> Answer:
        """What the assistant says; raises Unavailable when it says nothing, fails, or takes too long."""
        try:
            return await asyncio.wait_for(self._in_order(caller, turn, metadata), self._seconds)
        except asyncio.TimeoutError as error:
            raise Unavailable("That took too long. Please try again.") from error
        except LockError as error:
            raise Unavailable("There are too many messages waiting. Please try again.") from error

    async def erase(self, caller: Caller) -> int:
        """Forget the caller's conversation, once no turn of it is running; returns how many events there were."""
        async with self._lock(caller):
            return int(await self._agent.tracker_store.erase(caller.conversation_id))

    def _lock(self, caller: Caller) -> Any:
        return self._agent.lock_store.lock(caller.conversation_id, LOCK_SECONDS, LOCK_POLL_SECONDS)

    async def _in_order(self, caller: Caller, turn: TurnRequest, metadata: dict[str, Any]) -> Answer:
        async with self._lock(caller):
            said: list[Part] = []
            questions = await self._understand(turn, metadata)
            for text, parse in questions:
                said += await self._say(caller, text, parse, metadata)
        intent = questions[0][1]["intent"]
        return Answer(said, intent["name"], round(float(intent["confidence"]), 4))

    async def _understand(self, turn: TurnRequest, metadata: dict[str, Any]) -> list[tuple[str, Parse]]:
        if turn.payload:
            return [(turn.payload, parse_payload(turn.payload, self._processor.domain))]
        if not turn.text:
            return [("", parse_of(IMAGE_INTENT, "", []))]

        async def parse(text: str) -> Parse:
            with timed(parse_seconds):
                return _slim(await self._processor.parse_message(UserMessage(text, metadata=metadata)))

        if turn.image_id:  # one question: its other half would be asked without the picture
            return [(turn.text, with_picture(await parse(turn.text)))]
        return await questions_in(turn.text, parse)

    async def _say(self, caller: Caller, text: str, parse: Parse, metadata: dict[str, Any]) -> list[Part]:
        output = PartsCollector()
        message = UserMessage(
            text, output, caller.conversation_id, parse_data=parse, input_channel=output.name(), metadata=metadata
        )
        await self._processor.handle_message(message)
        if not output.parts:  # Rasa only logs what went wrong in an action
            log.error("turn_without_answer", intent=parse["intent"]["name"])
            raise Unavailable("Something went wrong on our side, and there is no answer. Please try again.")
        return output.parts

    @property
    def _processor(self) -> MessageProcessor:
        assert self._agent.processor is not None, "the agent was loaded before the server listens"
        return self._agent.processor


def _slim(parse: Parse) -> Parse:
    slim = {name: value for name, value in parse.items() if name not in _PARSE_LEFTOVERS}
    slim["intent_ranking"] = parse.get("intent_ranking", [])[:_RANKING]
    return slim
