"""The recommender as pages ask it: over HTTP, never for long, not at all while it fails. Pages are whole without."""

import asyncio
from typing import Any, Literal

import httpx
import structlog
from purgatory import AsyncCircuitBreakerFactory
from purgatory.domain.model import OpenedState
from pydantic import BaseModel, Field, ValidationError

from common.errors import ModelUnavailable
from common.metrics import timed, tool_seconds
from common.requests import HEADER, current_request_id

log = structlog.get_logger()

SECONDS = 0.4  # all that a page gives away
KEPT = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=4)  # the tools close after 5 s
MOST_ANSWER_BYTES = 200_000
FAILURES_TO_OPEN = 5
SECONDS_OPEN = 15

Purpose = Literal["for_you", "goes_with", "others_also_bought"]
Surface = Literal["home", "product", "cart", "chat"]
Why = Literal["after_this", "bought_together", "looks_like", "popular", "new", "something_else"]


class Reason(BaseModel):
    """`because_of` is the public id of the product that led here."""

    why: Why
    because_of: str | None = Field(default=None, max_length=40)


class Recommended(BaseModel):
    product_id: str = Field(max_length=40)
    reason: Reason


class _Answer(BaseModel):
    products: list[Recommended] = Field(max_length=50)


class Recommender:
    """One per process. `transport` and `seconds` are for tests."""

    def __init__(
        self, tools_url: str, *, transport: httpx.AsyncBaseTransport | None = None, seconds: float = SECONDS
    ) -> None:
        self._client = httpx.AsyncClient(
            base_url=tools_url, transport=transport, timeout=seconds, limits=KEPT, trust_env=False
        )
        self._seconds = seconds
        self._breakers = AsyncCircuitBreakerFactory(default_threshold=FAILURES_TO_OPEN, default_ttl=SECONDS_OPEN)

    async def recommend(self, asked: dict[str, Any]) -> list[Recommended]:
        """What the tool recommends, best first; nothing when it refuses, fails or takes too long."""
        breaker = await self._breakers.get_breaker("recommender")
        try:
            with timed(tool_seconds, tool="recommender"):
                async with breaker, asyncio.timeout(self._seconds):
                    return await self._asked(asked)
        except OpenedState:
            return []
        except (TimeoutError, httpx.HTTPError, ValidationError, ModelUnavailable) as error:
            log.warning("recommender_unavailable", purpose=asked.get("purpose"), reason=type(error).__name__)
            return []

    async def _asked(self, asked: dict[str, Any]) -> list[Recommended]:
        headers = {HEADER: current_request_id()}
        async with self._client.stream("POST", "/recommendations", json=asked, headers=headers) as response:
            if response.status_code in (404, 409, 422):  # it knows nothing of these products: no fault of its own
                return []
            if response.status_code != 200:
                raise ModelUnavailable(f"The recommender answered with status {response.status_code}.")
            body = bytearray()
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > MOST_ANSWER_BYTES:
                    raise ModelUnavailable("The recommender's answer is too large.")
        return _Answer.model_validate_json(bytes(body)).products

    async def close(self) -> None:
        await self._client.aclose()
