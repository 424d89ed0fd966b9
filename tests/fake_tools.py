"""Stand-ins for the client of the ML tools and for the tools behind it, and answers as the tools document them."""

import asyncio
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from actions.tool_answers import ForecastAnswer, ProposalsAnswer, RecommendationsAnswer, VisualSearchAnswer
from ml_tools.recommender.schemas import RecommendationsRequest

NOW = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
TODAY = NOW.date()


class FakeTools:
    """Tools that give what they are told to: an answer, or an error to raise."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int, str]] = []
        self.looked: list[dict[str, Any]] = []  # what the visual search was asked
        self.alike: list[str] = []  # the products that look like every picture, as far as no filter leaves them out
        self.fits: Callable[[dict[str, Any]], bool] = lambda asked: True  # whether a search finds anything
        self.seen: dict[str, Any] = {}
        self.nothing_close = False
        self.recommending: list[dict[str, Any]] = []  # what the recommender was asked
        self.recommended: list[tuple[str, str, str | None]] = []  # product, why, because of which product
        self.suits: Callable[[dict[str, Any]], bool] = lambda asked: True  # whether it recommends anything
        self.proposals = proposals_json()
        self.proposed = 0  # how often proposals were asked for
        self.error: Exception | None = None
        self.seconds = 0.0

    async def forecast(self, product_id: str, horizon_days: int, asked_by: str) -> ForecastAnswer:
        self.asked.append((product_id, horizon_days, asked_by))
        if self.seconds:
            await asyncio.sleep(self.seconds)
        if self.error:
            raise self.error
        return ForecastAnswer.model_validate(forecast_json(product_id, horizon_days))

    async def visual_search(
        self, source: dict[str, Any], narrowed_to: dict[str, Any], *, ignoring: Any, without: Any = (), n: int = 6
    ) -> VisualSearchAnswer:
        asked = {"source": source, "narrowed_to": narrowed_to, "ignoring": list(ignoring)}
        self.looked.append(asked)
        if self.error:
            raise self.error
        found = self.alike if self.fits(asked) else []
        return VisualSearchAnswer.model_validate(
            {
                "model": {"name": "network", "version": "1"}, "as_of": str(TODAY), "exact": True,
                "seen": self.seen if "upload_id" in source else {},
                "nothing_close": self.nothing_close and "kind" not in ignoring,
                "products": [
                    {"product_id": product, "likeness": 0.9 - place / 10, "same_kind": place == 0, "same_colour": True}
                    for place, product in enumerate(found[:n])
                ],
            }
        )  # fmt: skip

    async def recommend(self, asked: dict[str, Any]) -> RecommendationsAnswer:
        RecommendationsRequest.model_validate(asked)
        self.recommending.append(asked)
        if self.error:
            raise self.error
        chosen = [one for one in self.recommended if one[0] not in asked["without"] and self.suits(asked)]
        return RecommendationsAnswer.model_validate(recommendations_json(chosen[: asked["n"]]))

    async def propose_tags(self, most_products: int) -> ProposalsAnswer:
        self.proposed += 1
        if self.error:
            raise self.error
        return ProposalsAnswer.model_validate(self.proposals)

    async def close(self) -> None:
        return None


class FakeRecommender(httpx.AsyncBaseTransport):
    """The tools, as far as pages ask them: `picks` by purpose, or an error to raise, a status, or silence."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.picks: dict[str, list[tuple[str, str, str | None]]] = {}
        self.failure: Exception | int | None = None
        self.silent = False
        self.body: bytes | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        asked = json.loads(await request.aread())
        RecommendationsRequest.model_validate(asked)
        self.asked.append(asked)
        if self.silent:
            await asyncio.Event().wait()
        if isinstance(self.failure, Exception):
            raise self.failure
        if isinstance(self.failure, int):
            return httpx.Response(self.failure, json={})
        if self.body is not None:
            return httpx.Response(200, content=self.body)
        picks = [pick for pick in self.picks.get(asked["purpose"], []) if pick[0] not in asked.get("without", [])]
        return httpx.Response(200, json=recommendations_json(picks[: asked["n"]]))


def recommendations_json(products: Sequence[tuple[str, str, str | None]]) -> dict[str, Any]:
    """Recommendations `(product, why, because of which product)` as the tool documents them."""
    return {
        "model": {"name": "hybrid", "version": "1"}, "as_of": str(TODAY), "experiment": None,
        "products": [
            {"product_id": product, "score": 1.0 - place / 10, "reason": {"why": why, "because_of": because_of}}
            for place, (product, why, because_of) in enumerate(products)
        ],
    }  # fmt: skip


def proposals_json(products: int = 3, *, remaining: bool = False) -> dict[str, Any]:
    """Proposals for some products as the tool documents them."""
    return {
        "model": {"name": "network", "version": "1"}, "as_of": str(TODAY), "products": products,
        "remaining": remaining,
        "attributes": {"kind": {"accepted": 2, "waiting": 1}, "colour": {"accepted": 1, "waiting": 2}},
    }  # fmt: skip


def forecast_json(product_id: str = "p_1", days: int = 45) -> dict[str, Any]:
    """A forecast as the tool documents it: 10 units a day."""
    start = TODAY
    band = {"mean": 10.0, "lo80": 8.0, "hi80": 12.0, "lo95": 6.0, "hi95": 15.0}
    return {
        "id": "f_0123456789abcdef01234567",
        "model": {"name": "ensemble", "version": "1"},
        "as_of": str(start - timedelta(days=1)),
        "product_id": product_id,
        "horizon_days": days,
        "start": str(start),
        "end": str(start + timedelta(days=days - 1)),
        "points": [{"day": str(start + timedelta(days=n)), **band} for n in range(days)],
        "total": {
            "mean": 10.0 * days, "lo80": 9.0 * days, "hi80": 11.0 * days, "lo95": 8.0 * days, "hi95": 12.0 * days,
        },
        "last_period": {
            "start": str(start - timedelta(days=days)), "end": str(start - timedelta(days=1)), "units": 8 * days,
        },
        "change_percent": 25.0,
        "quality": {"error_measure": "sMAPE", "error": 12.5, "naive_error": 20.1, "coverage80": 0.81, "windows": 6},
        "notes": ["3 days without stock were not counted as zero demand"],
        "chart_url": "/forecasts/f_0123456789abcdef01234567/chart.png",
        "csv_url": "/forecasts/f_0123456789abcdef01234567/forecast.csv",
    }  # fmt: skip
