"""Charts and tables of forecasts, fetched from the tools for marketers: the tools themselves are not reachable."""

import asyncio
from dataclasses import dataclass
from enum import StrEnum

import httpx

from common.errors import ModelUnavailable, NotFound
from common.metrics import timed, tool_seconds
from common.requests import HEADER, current_request_id

SECONDS = 3.0
FILE_BYTES = 5_000_000
KEPT = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=4)  # the tools close after 5 s


class ForecastFile(StrEnum):
    CHART = "chart.png"
    NUMBERS = "forecast.csv"

    @property
    def media_type(self) -> str:
        return "image/png" if self is ForecastFile.CHART else "text/csv; charset=utf-8"


@dataclass(frozen=True)
class FetchedFile:
    content: bytes
    media_type: str
    name: str


class ForecastFiles:
    def __init__(self, tools_url: str, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._client = httpx.AsyncClient(
            base_url=tools_url, transport=transport, timeout=SECONDS, limits=KEPT, trust_env=False
        )

    async def fetch(self, forecast_id: str, file: ForecastFile) -> FetchedFile:
        """One file of one forecast, within 3 seconds in all; raises NotFound or ModelUnavailable."""
        with timed(tool_seconds, tool="forecast_file"):
            try:
                async with asyncio.timeout(SECONDS):
                    content = await self._get(f"/forecasts/{forecast_id}/{file.value}")
            except (TimeoutError, httpx.HTTPError) as error:
                raise ModelUnavailable("The forecast's file cannot be fetched right now. Please try again.") from error
        return FetchedFile(content, file.media_type, f"{forecast_id}-{file.value}")

    async def close(self) -> None:
        await self._client.aclose()

    async def _get(self, path: str) -> bytes:
        async with self._client.stream("GET", path, headers={HEADER: current_request_id()}) as response:
            if response.status_code == 404:
                raise NotFound("There is no such forecast.")
            response.raise_for_status()
            raw = bytearray()
            async for chunk in response.aiter_bytes():
                raw += chunk
                if len(raw) > FILE_BYTES:
                    raise httpx.TransportError("the file is larger than any forecast's is")
        return bytes(raw)
