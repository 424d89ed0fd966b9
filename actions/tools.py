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

from actions.forecasting_answers import Answer as AboutSales
from actions.forecasting_answers import (
    DriversAnswer,
    ForecastAnswer,
    StockPlanAnswer,
    TrackRecordAnswer,
    WaysToSellAnswer,
    WhatIfAnswer,
)
from actions.promotion_tools import PromotionTools
from actions.review_tools import ReviewTools
from actions.tool_answers import (
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
Advice = TypeVar("Advice", bound=AboutSales)

TOTAL_SECONDS = 3.0
OF_MANY = "_of_many"
SECONDS_FOR_MANY = 5.0  # for what is computed over all products of a category or of the shop, of a turn's 7
TIMEOUT = httpx.Timeout(connect=0.5, read=SECONDS_FOR_MANY, write=1.0, pool=0.5)
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


class ToolsClient(ReviewTools, PromotionTools):
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

    async def forecast(self, about: Json, horizon_days: int, *, asked_by: str) -> ForecastAnswer:
        """Daily units over the next `horizon_days` of `{product_id}`, of `{category}`, or with neither of the shop.

        The forecast is kept under an id, so it is sent again only when the first try never arrived. Raises
        ImpossibleHorizon, NotEnoughData, NotFound or BadRequest with the tool's reason, else ToolUnavailable or
        ToolAnswerInvalid; so do the five below.
        """
        asked = {**about, "horizon_days": horizon_days, "asked_by": asked_by}
        tool = _apart("forecasting", about)
        answer = await self._call(tool, "/forecasts", asked, ForecastAnswer, retry_on=ToolUnreached)
        if (answer.subject.named, answer.horizon_days) != (about, horizon_days):
            raise ToolAnswerInvalid("The forecast that came back is not the one that was asked for.")
        return answer

    async def drivers(self, about: Json) -> DriversAnswer:
        """What goes with more or fewer sales of a product, a category or the shop."""
        return await self._advice("drivers", about, DriversAnswer)

    async def what_if(self, asked: Json) -> WhatIfAnswer:
        """Sales at another price: `{..about, horizon_days, price_change_percent}`, or `discount_percent` instead."""
        return await self._advice("what-if", asked, WhatIfAnswer)

    async def stock_plan(self, asked: Json) -> StockPlanAnswer:
        """When a product runs out, and orders: `{product_id, lead_days?, service_level?, cover_days?, until?}`."""
        return await self._advice("stock-plan", asked, StockPlanAnswer)

    async def ways_to_sell(self, asked: Json) -> WaysToSellAnswer:
        """Ways to sell more of a product: `{product_id, horizon_days}`."""
        return await self._advice("ways-to-sell", asked, WaysToSellAnswer)

    async def track_record(self, about: Json) -> TrackRecordAnswer:
        """How good past forecasts were."""
        return await self._advice("track-record", about, TrackRecordAnswer)

    async def _advice(self, what: str, asked: Json, shape: type[Advice]) -> Advice:
        """These read only: they may be asked again. What is not known is left out, so that the tool's own holds."""
        known = {key: value for key, value in asked.items() if value is not None}
        tool = _apart("advice", known)
        answer = await self._call(tool, f"/forecasts/{what}", known, shape, retry_on=ToolUnavailable)
        if answer.subject.named != {key: known[key] for key in ("product_id", "category") if key in known}:
            raise ToolAnswerInvalid("The advice that came back is about something else.")
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

    async def _read(
        self, tool: str, path: str, asked: Json, shape: type[Answer], *, seconds: float | None = None
    ) -> Answer:
        return await self._call(tool, path, asked, shape, retry_on=ToolUnavailable, seconds=seconds)

    async def _call(
        self,
        tool: str,
        path: str,
        asked: Json,
        shape: type[Answer],
        *,
        retry_on: type[ToolUnavailable],
        seconds: float | None = None,
    ) -> Answer:
        """Ask a tool. `retry_on`: ToolUnavailable for pure reads, ToolUnreached where a second call leaves a trace."""
        breaker = await self._breakers.get_breaker(tool)
        try:
            with timed(tool_seconds, tool=tool):
                async with breaker, _deadline(tool, seconds or self._seconds_for(tool)):
                    return await self._retried(path, asked, shape, retry_on)
        except OpenedState as error:
            raise ToolUnavailable(f"The {tool} tool failed several times and is left alone for a moment.") from error

    def _seconds_for(self, tool: str) -> float:
        return max(self._total_seconds, SECONDS_FOR_MANY) if tool.endswith(OF_MANY) else self._total_seconds

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


def _apart(tool: str, about: Json) -> str:
    """Questions over many products take longer, and their failing must not close the way for those of one."""
    return tool if "product_id" in about else f"{tool}{OF_MANY}"


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
