"""The only way to the ML tools: bounded in time and size, retried only where that is safe, cut off while they are down.

ShopclerkError
├── Unavailable
│   └── ToolUnavailable      refused, too slow, broken, or the circuit is open
│       └── ToolUnreached    the request never left: safe to send again
├── ToolAnswerInvalid        it answered, but with something that is not an answer
└── BadRequest, NotFound, NotEnoughData, ImpossibleHorizon: the tool's own refusals, with its reason
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import TypeVar

import httpx
import stamina
import structlog
from purgatory import AsyncCircuitBreakerFactory
from purgatory.domain.model import OpenedState
from pydantic import BaseModel, ValidationError

from actions.tool_answers import (
    ForecastAnswer,
    Json,
    ProposalsAnswer,
    RecommendationsAnswer,
    VisualSearchAnswer,
    refusal_of,
)
from common.errors import (
    BadRequest,
    ErrorCode,
    ImpossibleHorizon,
    NotEnoughData,
    NotFound,
    ShopclerkError,
    Unavailable,
)
from common.metrics import timed, tool_seconds
from common.requests import HEADER, current_request_id

log = structlog.get_logger()
Answer = TypeVar("Answer", bound=BaseModel)

TOTAL_SECONDS = 3.0
TIMEOUT = httpx.Timeout(connect=0.5, read=2.8, write=1.0, pool=0.5)
KEPT = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=4)  # the tools close after 5 s
MAX_ANSWER_BYTES = 1_000_000
FAILURES_TO_OPEN = 5
SECONDS_OPEN = 15

_REFUSALS: dict[str, type[ShopclerkError]] = {
    error.code.value: error for error in (BadRequest, NotFound, NotEnoughData, ImpossibleHorizon)
}


class ToolUnavailable(Unavailable):
    """The tool gave no answer in time."""


class ToolUnreached(ToolUnavailable):
    """The tool could not be reached at all: it cannot have done anything."""


class ToolAnswerInvalid(ShopclerkError):
    """The tool answered with something that does not have its documented shape."""

    code, status, retryable = ErrorCode.INTERNAL, 502, True


class ToolsClient:
    """One per process. `transport` and `total_seconds` are for tests."""

    def __init__(
        self, base_url: str, *, transport: httpx.AsyncBaseTransport | None = None, total_seconds: float = TOTAL_SECONDS
    ) -> None:
        self._http = httpx.AsyncClient(
            base_url=base_url,
            timeout=TIMEOUT,
            limits=KEPT,
            transport=transport,
            follow_redirects=False,
            trust_env=False,
        )
        self._total_seconds = total_seconds
        self._breakers = AsyncCircuitBreakerFactory(
            default_threshold=FAILURES_TO_OPEN, default_ttl=SECONDS_OPEN, exclude=list(_REFUSALS.values())
        )

    async def close(self) -> None:
        await self._http.aclose()

    async def forecast(self, product_id: str, horizon_days: int, asked_by: str) -> ForecastAnswer:
        """Daily units of a product over the next `horizon_days`.

        The forecast is kept under an id, so it is sent again only when the first try never arrived. Raises
        ImpossibleHorizon, NotEnoughData, NotFound or BadRequest with the tool's reason, else ToolUnavailable or
        ToolAnswerInvalid.
        """
        asked = {"product_id": product_id, "horizon_days": horizon_days, "asked_by": asked_by}
        answer = await self._call("forecasting", "/forecasts", asked, ForecastAnswer, retry_on=ToolUnreached)
        if (answer.product_id, answer.horizon_days) != (product_id, horizon_days):
            raise ToolAnswerInvalid("The forecast that came back is not the one that was asked for.")
        return answer

    async def visual_search(
        self,
        source: Json,
        narrowed_to: Json,
        *,
        ignoring: Sequence[str] = (),
        without: Sequence[str] = (),
        n: int = 6,
    ) -> VisualSearchAnswer:
        """Products that look like `source`: `{upload_id, subject}` or `{product_id}`.

        Raises NotFound, NotEnoughData or BadRequest with the tool's reason, else ToolUnavailable or ToolAnswerInvalid.
        """
        asked = {**source, "narrowed_to": narrowed_to, "ignoring": list(ignoring), "without": list(without), "n": n}
        return await self._call("visual_search", "/visual-search", asked, VisualSearchAnswer, retry_on=ToolUnavailable)

    async def recommend(self, asked: Json) -> RecommendationsAnswer:
        """Products for somebody on an occasion: `{purpose, customer_id?, session, product_ids, narrowed_to, ..., n}`.

        What is shown counts in experiments, so it is asked again only when the first try never arrived. Raises
        NotFound, NotEnoughData or BadRequest with the tool's reason, else ToolUnavailable or ToolAnswerInvalid.
        """
        path = "/recommendations"
        return await self._call("recommender", path, asked, RecommendationsAnswer, retry_on=ToolUnreached)

    async def propose_tags(self, most_products: int) -> ProposalsAnswer:
        """Tags for the products that have none yet; raises ToolUnavailable or ToolAnswerInvalid."""
        asked = {"most_products": most_products}
        path = "/image-tags/proposals"
        return await self._call("image_tags", path, asked, ProposalsAnswer, retry_on=ToolUnreached)

    async def _call(
        self, tool: str, path: str, asked: Json, shape: type[Answer], *, retry_on: type[ToolUnavailable]
    ) -> Answer:
        """Ask a tool. `retry_on`: ToolUnavailable for pure reads, ToolUnreached where a second call leaves a trace."""
        breaker = await self._breakers.get_breaker(tool)
        try:
            with timed(tool_seconds, tool=tool):
                async with breaker, _deadline(tool, self._total_seconds):
                    return await self._retried(path, asked, shape, retry_on)
        except OpenedState as error:
            raise ToolUnavailable(f"The {tool} tool failed several times and is left alone for a moment.") from error

    async def _retried(self, path: str, asked: Json, shape: type[Answer], retry_on: type[ToolUnavailable]) -> Answer:
        tries = stamina.retry_context(on=retry_on, attempts=2, timeout=None, wait_initial=0.05, wait_jitter=0.1)
        async for attempt in tries:
            with attempt:
                return _validated(await self._send(path, asked), shape)
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def _send(self, path: str, asked: Json) -> httpx.Response:
        with _transport_errors():
            request = self._http.build_request("POST", path, json=asked, headers={HEADER: current_request_id()})
            response = await self._http.send(request, stream=True)
            try:
                return await _read(response)
            finally:
                await response.aclose()


@asynccontextmanager
async def _deadline(tool: str, seconds: float) -> AsyncIterator[None]:
    """Cuts the block off after `seconds`, with an error that says which tool was too slow."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise ToolUnavailable(f"The {tool} tool took too long.") from error


async def _read(response: httpx.Response) -> httpx.Response:
    """The same response with its body, which may not be larger than any real answer is."""
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > MAX_ANSWER_BYTES:
            raise ToolAnswerInvalid("The tool's answer is too large.")
    return httpx.Response(response.status_code, content=bytes(body))


@contextmanager
def _transport_errors() -> Iterator[None]:
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise ToolUnreached("The tool cannot be reached.") from error
    except httpx.RequestError as error:
        raise ToolUnavailable("The tool broke off.") from error


def _validated(response: httpx.Response, shape: type[Answer]) -> Answer:
    if response.status_code != httpx.codes.OK:
        raise _error_of(response)
    try:
        return shape.model_validate_json(response.content)
    except ValidationError as error:
        log.error("tool_answer_invalid", shape=shape.__name__, problems=error.error_count(), first=str(error)[:300])
        raise ToolAnswerInvalid("The tool's answer does not have the agreed shape.") from error


def _error_of(response: httpx.Response) -> ShopclerkError:
    refusal = refusal_of(response.content)
    if refusal and refusal.code in _REFUSALS and response.is_client_error:
        return _REFUSALS[refusal.code](refusal.message)
    if response.is_server_error or response.status_code == httpx.codes.TOO_MANY_REQUESTS:
        return ToolUnavailable(f"The tool answered with status {response.status_code}.")
    return ToolAnswerInvalid(f"The tool answered with status {response.status_code} and no reason.")
