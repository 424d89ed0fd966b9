"""A tool as pages ask it: over HTTP, never for long, not at all while it fails. Pages are whole without."""

import asyncio
from typing import Any, TypeVar

import httpx
import structlog
from purgatory import AsyncCircuitBreakerFactory
from purgatory.domain.model import OpenedState
from pydantic import BaseModel, ValidationError

from common.errors import ModelUnavailable
from common.metrics import timed, tool_seconds
from common.requests import HEADER, current_request_id

log = structlog.get_logger()

KEPT = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=4)  # the tools close after 5 s
MOST_ANSWER_BYTES = 200_000
FAILURES_TO_OPEN = 5
SECONDS_OPEN = 15

Answer = TypeVar("Answer", bound=BaseModel)


class PageTool:
    """One per tool and process. `seconds` is all that a page gives away; `transport` is for tests."""

    def __init__(
        self, name: str, tools_url: str, *, transport: httpx.AsyncBaseTransport | None = None, seconds: float
    ) -> None:
        self._client = httpx.AsyncClient(
            base_url=tools_url, transport=transport, timeout=seconds, limits=KEPT, trust_env=False
        )
        self._name, self._seconds = name, seconds
        self._breakers = AsyncCircuitBreakerFactory(default_threshold=FAILURES_TO_OPEN, default_ttl=SECONDS_OPEN)

    async def ask(self, path: str, asked: dict[str, Any], answer: type[Answer]) -> Answer | None:
        """What the tool answers; None when it refuses, fails or takes too long."""
        breaker = await self._breakers.get_breaker(self._name)
        try:
            with timed(tool_seconds, tool=self._name):
                async with breaker, asyncio.timeout(self._seconds):
                    body = await self._asked(path, asked)
                    return answer.model_validate_json(body) if body is not None else None
        except OpenedState:
            return None
        except (TimeoutError, httpx.HTTPError, ValidationError, ModelUnavailable) as error:
            log.warning(f"{self._name}_unavailable", path=path, reason=type(error).__name__)
            return None

    async def _asked(self, path: str, asked: dict[str, Any]) -> bytes | None:
        headers = {HEADER: current_request_id()}
        async with self._client.stream("POST", path, json=asked, headers=headers) as response:
            if response.status_code in (404, 409, 422):  # it knows nothing of what is asked: no fault of its own
                return None
            if response.status_code != 200:
                raise ModelUnavailable(f"The {self._name} tool answered with status {response.status_code}.")
            body = bytearray()
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > MOST_ANSWER_BYTES:
                    raise ModelUnavailable(f"The answer of the {self._name} tool is too large.")
        return bytes(body)

    async def close(self) -> None:
        await self._client.aclose()
