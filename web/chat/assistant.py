"""The one way to the assistant: sends a turn, takes parts back, and says apart what can go wrong."""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any

import httpx
import structlog
from pydantic import BaseModel, Field, ValidationError

from common.requests import HEADER, current_request_id
from web.chat.parts import Part, assistant_part

log = structlog.get_logger()

ANSWER_BYTES = 2_000_000


class AssistantFailure(Exception):
    """No usable answer. `reason` names the words that people get instead."""

    reason = "away"


class AssistantAway(AssistantFailure):
    reason = "away"


class AssistantSlow(AssistantFailure):
    reason = "slow"


class AssistantRefused(AssistantFailure):
    """It cannot read this message, such as one of slashes alone, and would not the next time either."""

    reason = "refused"


class AssistantEmpty(AssistantFailure):
    reason = "empty"


@dataclass(frozen=True)
class Answer:
    parts: list[Part]
    intent: str | None
    confidence: float | None


class _Reply(BaseModel):
    messages: list[dict[str, Any]]
    intent: Annotated[str, Field(max_length=60)] | None = None
    confidence: float | None = Field(default=None, ge=0, le=1, allow_inf_nan=False)


class Assistant:
    """A pool of connections to the assistant; `transport` lets tests stand in for it."""

    def __init__(self, url: str, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._client = httpx.AsyncClient(
            base_url=url,
            transport=transport,
            timeout=httpx.Timeout(15.0, connect=1.5),
            limits=httpx.Limits(max_connections=200, max_keepalive_connections=50, keepalive_expiry=4),
            trust_env=False,
        )

    async def ask(self, turn: dict[str, Any], token: str, *, seconds: float) -> Answer:
        """The assistant's answer to a turn, within `seconds` in all; raises an AssistantFailure otherwise."""
        try:
            async with asyncio.timeout(seconds):
                raw = await self._post(turn, token)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise AssistantSlow(repr(error)) from error
        except httpx.HTTPError as error:
            raise AssistantAway(repr(error)) from error
        return _understood(raw)

    async def ready(self) -> None:
        """Raises when the assistant cannot take turns."""
        response = await self._client.get("/health/ready", timeout=2)
        response.raise_for_status()

    async def close(self) -> None:
        await self._client.aclose()

    async def _post(self, turn: dict[str, Any], token: str) -> bytes:
        headers = {"Authorization": f"Bearer {token}", HEADER: current_request_id()}
        async with self._client.stream("POST", "/channel/turns", json=turn, headers=headers) as response:
            if response.status_code == httpx.codes.UNPROCESSABLE_ENTITY:
                raise AssistantRefused((await response.aread())[:300].decode("utf-8", "replace"))
            response.raise_for_status()
            raw = bytearray()
            async for chunk in response.aiter_bytes():
                raw += chunk
                if len(raw) > ANSWER_BYTES:
                    raise AssistantEmpty("the answer is larger than any answer is")
        return bytes(raw)


def _understood(raw: bytes) -> Answer:
    try:
        reply = _Reply.model_validate_json(raw)
    except ValidationError as error:
        log.error("assistant_answer_unusable", problems=error.error_count())
        raise AssistantEmpty("the answer has another shape") from error
    parts = [part for message in reply.messages if (part := _part(message))]
    if not parts:
        raise AssistantEmpty("no parts")
    return Answer(parts, reply.intent, reply.confidence)


def _part(message: dict[str, Any]) -> Part | None:
    """A part that holds what it should; others are left out and logged, so that one bad card spoils no answer."""
    try:
        return assistant_part.validate_python(message)
    except ValidationError as error:
        where = [".".join(map(str, problem["loc"])) for problem in error.errors(include_input=False)]
        log.error("part_left_out", type=str(message.get("type"))[:20], where=where[:5])
        return None
