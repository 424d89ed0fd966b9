"""What the console asks the forecasting tool: over HTTP, never for long; pages are whole without the answers."""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import TypeVar

import httpx
import structlog
from pydantic import BaseModel, Field, ValidationError

from common.errors import ModelUnavailable
from common.metrics import timed, tool_seconds
from common.requests import HEADER, current_request_id

log = structlog.get_logger()

SECONDS = 2.5  # all that a page waits for everything that it asks
AT_ONCE = 4
MOST_ANSWER_BYTES = 500_000
KEPT = httpx.Limits(max_connections=20, max_keepalive_connections=5, keepalive_expiry=4)  # the tools close after 5 s


class Wanted(BaseModel):
    """Expected units; the tool says more, which no page needs."""

    mean: float


class StockPlan(BaseModel):
    """When a product runs out and what to order; see `docs/tools.openapi.json`. Null days: not within 180 days."""

    stock: int
    run_out: date | None
    run_out_early: date | None
    run_out_late: date | None
    lead_days: int
    service_level: float
    demand_in_lead: Wanted
    order_now: bool
    order_quantity: int
    order_by: date | None


class TrackRecord(BaseModel):
    """How good all forecasts of the whole shop were, and which products' errors drift (`notes`)."""

    forecasts: int
    mean_error_percent: float | None
    bias_percent: float | None
    coverage80: float | None
    drifting: bool
    notes: list[str] = Field(max_length=50)


Answer = TypeVar("Answer", bound=BaseModel)


class ForecastAdvice:
    """One per process. `transport` and `seconds` are for tests."""

    def __init__(
        self, tools_url: str, *, transport: httpx.AsyncBaseTransport | None = None, seconds: float = SECONDS
    ) -> None:
        self._client = httpx.AsyncClient(
            base_url=tools_url, transport=transport, timeout=seconds, limits=KEPT, trust_env=False
        )
        self._seconds = seconds
        self._free = asyncio.Semaphore(AT_ONCE)

    async def plans_and_record(self, product_ids: Sequence[str]) -> tuple[dict[str, StockPlan], TrackRecord | None]:
        """Both at once, for a page that shows both."""
        plans, record = await asyncio.gather(self.stock_plans(product_ids), self.track_record())
        return plans, record

    async def track_record(self) -> TrackRecord | None:
        """Of the whole shop; None when the tool cannot tell in time."""
        return await self._asked("track-record", {}, TrackRecord)

    async def stock_plans(self, product_ids: Sequence[str]) -> dict[str, StockPlan]:
        """The plans by product, of those for which the tool can tell one in time."""
        answers = await asyncio.gather(
            *(self._asked("stock-plan", {"product_id": product}, StockPlan) for product in product_ids)
        )
        return {product: plan for product, plan in zip(product_ids, answers, strict=True) if plan is not None}

    async def close(self) -> None:
        await self._client.aclose()

    async def _asked(self, what: str, body: dict[str, str], form: type[Answer]) -> Answer | None:
        try:
            with timed(tool_seconds, tool=f"console_{what}"):
                async with asyncio.timeout(self._seconds), self._free:
                    answered = await self._post(f"/forecasts/{what}", body)
                    return form.model_validate_json(answered) if answered else None
        except (TimeoutError, httpx.HTTPError, ValidationError, ModelUnavailable) as error:
            log.warning("forecast_advice_unavailable", what=what, reason=type(error).__name__)
            return None

    async def _post(self, path: str, body: dict[str, str]) -> bytes:
        """The answer; nothing where the tool knows too little of the subject, which is no fault of its own."""
        async with self._client.stream("POST", path, json=body, headers={HEADER: current_request_id()}) as response:
            if response.status_code in (404, 422):
                return b""
            if response.status_code != 200:
                raise ModelUnavailable(f"The forecasting tool answered with status {response.status_code}.")
            raw = bytearray()
            async for chunk in response.aiter_bytes():
                raw += chunk
                if len(raw) > MOST_ANSWER_BYTES:
                    raise ModelUnavailable("The forecasting tool's answer is too large.")
        return bytes(raw)
