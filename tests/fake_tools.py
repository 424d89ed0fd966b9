"""Stand-ins for the client of the ML tools and for the tools behind it, and answers as the tools document them."""

import asyncio
import json
import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time
from typing import Any

import httpx
from pydantic import BaseModel

from actions.forecasting_answers import (
    DriversAnswer,
    ForecastAnswer,
    StockPlanAnswer,
    TrackRecordAnswer,
    WaysToSellAnswer,
    WhatIfAnswer,
)
from actions.tool_answers import ProposalsAnswer, RecommendationsAnswer, VisualSearchAnswer
from ml_tools.forecasting.schemas import (
    DriversRequest,
    ForecastRequest,
    StockPlanRequest,
    TrackRecordRequest,
    WaysToSellRequest,
    WhatIfRequest,
)
from ml_tools.promotions.schemas import RankRequest
from ml_tools.recommender.schemas import RecommendationsRequest
from tests import fake_forecasting as forecasting
from tests.fake_forecasting import TODAY
from tests.fake_promotions import FakePromotionTools
from tests.fake_reviews import FakeReviewTools

NOW = datetime.combine(TODAY, time(12), UTC)


class FakeTools(FakeReviewTools, FakePromotionTools):
    """Tools that give what they are told to: an answer, or an error to raise."""

    def __init__(self) -> None:
        super().__init__()
        FakePromotionTools.__init__(self)
        self.asked: list[tuple[str, int, str]] = []  # forecasts: of what, how many days, by whom
        self.advised: list[tuple[str, dict[str, Any]]] = []  # what else the forecasting tool was asked
        self.changes: dict[str, Any] = {}  # fields of the forecasting tool's answers that are otherwise
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

    async def forecast(self, about: dict[str, Any], horizon_days: int, *, asked_by: str) -> ForecastAnswer:
        self.asked.append((next(iter(about.values()), "shop"), horizon_days, asked_by))
        if self.seconds:
            await asyncio.sleep(self.seconds)
        if self.error:
            raise self.error
        ForecastRequest.model_validate({**about, "horizon_days": horizon_days, "asked_by": asked_by})
        answer = forecasting.forecast_json(about.get("product_id"), horizon_days, category=about.get("category"))
        return ForecastAnswer.model_validate({**answer, **self.changes})

    def _advise(self, what: str, asked: dict[str, Any], request: type[BaseModel], answer: dict[str, Any]) -> Any:
        asked = {key: value for key, value in asked.items() if value is not None}
        self.advised.append((what, asked))
        if self.error:
            raise self.error
        request.model_validate(asked)
        return {**answer, **self.changes}

    async def drivers(self, about: dict[str, Any]) -> DriversAnswer:
        answer = self._advise("drivers", about, DriversRequest, forecasting.drivers_json(about))
        return DriversAnswer.model_validate(answer)

    async def what_if(self, asked: dict[str, Any]) -> WhatIfAnswer:
        return WhatIfAnswer.model_validate(
            self._advise("what_if", asked, WhatIfRequest, forecasting.what_if_json(asked))
        )

    async def stock_plan(self, asked: dict[str, Any]) -> StockPlanAnswer:
        known = {key: value for key, value in asked.items() if value is not None}
        answer = self._advise("stock_plan", asked, StockPlanRequest, forecasting.stock_plan_json(known))
        return StockPlanAnswer.model_validate(answer)

    async def ways_to_sell(self, asked: dict[str, Any]) -> WaysToSellAnswer:
        answer = self._advise("ways_to_sell", asked, WaysToSellRequest, forecasting.ways_json(asked))
        return WaysToSellAnswer.model_validate(answer)

    async def track_record(self, about: dict[str, Any]) -> TrackRecordAnswer:
        answer = self._advise("track_record", about, TrackRecordRequest, forecasting.track_record_json(about))
        return TrackRecordAnswer.model_validate(answer)

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
    """The tools, as far as pages ask them: `picks` by purpose, or an error to raise, a status, or silence; `promoted`
    are promotions to show, by slot."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.ranked: list[dict[str, Any]] = []  # what was asked for promotions
        self.promoted: dict[str, str] = {}
        self.picks: dict[str, list[tuple[str, str, str | None]]] = {}
        self.failure: Exception | int | None = None
        self.silent = False
        self.body: bytes | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        asked = json.loads(await request.aread())
        for_promotions = request.url.path == "/promotions/rank"
        (RankRequest if for_promotions else RecommendationsRequest).model_validate(asked)
        (self.ranked if for_promotions else self.asked).append(asked)
        if self.silent:
            await asyncio.Event().wait()
        if isinstance(self.failure, Exception):
            raise self.failure
        if isinstance(self.failure, int):
            return httpx.Response(self.failure, json={})
        if self.body is not None:
            return httpx.Response(200, content=self.body)
        if for_promotions:
            return httpx.Response(200, json=ranked_json(self.promoted.get(asked["slot"])))
        picks = [pick for pick in self.picks.get(asked["purpose"], []) if pick[0] not in asked.get("without", [])]
        return httpx.Response(200, json=recommendations_json(picks[: asked["n"]]))


def ranked_json(promotion: str | None) -> dict[str, Any]:
    """A promotion (public id) to show, or none, as the tool documents it."""
    shown = {
        "impression_id": f"im_{secrets.token_hex(8)}", "promotion_id": promotion, "title": "Offer", "place": 0,
        "probability": 0.1, "propensity": 0.5, "why": "popular", "signals": [1.0, 0.0, 0.5],
    }  # fmt: skip
    model = {"name": "bayesian-logistic", "version": "7"}
    return {"model": model, "as_of": str(TODAY), "promotions": [shown] if promotion else []}


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
