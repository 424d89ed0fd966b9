"""The routes of advice and of the track record; the libraries behind them wait for the tool's `load`."""

from typing import TYPE_CHECKING, Protocol

from fastapi import APIRouter

from ml_tools.forecasting.schemas import (
    DriversAnswer,
    DriversRequest,
    StockPlanAnswer,
    StockPlanRequest,
    TrackRecordAnswer,
    TrackRecordRequest,
    WaysToSellAnswer,
    WaysToSellRequest,
    WhatIfAnswer,
    WhatIfRequest,
)

if TYPE_CHECKING:
    from ml_tools.forecasting.advice.service import Advice
    from ml_tools.forecasting.feedback.check import Feedback


class AdvisedTool(Protocol):
    """What the routes need of the forecasting tool; asking raises ModelUnavailable before it is loaded."""

    @property
    def advice(self) -> "Advice": ...

    @property
    def feedback(self) -> "Feedback": ...


def advice_routes(tool: AdvisedTool) -> APIRouter:
    """For the router under /forecasts."""
    router = APIRouter()

    @router.post("/drivers")
    async def drivers(request: DriversRequest) -> DriversAnswer:
        """What goes with more or fewer sales of a product, a category or the shop, each with its interval."""
        return await tool.advice.drivers(request)

    @router.post("/what-if")
    async def what_if(request: WhatIfRequest) -> WhatIfAnswer:
        """What another price or a promotion would do to units and revenue, as far as the shop's past tells."""
        return await tool.advice.what_if(request)

    @router.post("/stock-plan")
    async def stock_plan(request: StockPlanRequest) -> StockPlanAnswer:
        """When a product runs out, with chances, and when to order how many."""
        return await tool.advice.stock_plan(request)

    @router.post("/ways-to-sell")
    async def ways_to_sell(request: WaysToSellRequest) -> WaysToSellAnswer:
        """Ways to sell more of a product, each with its effect and where that comes from; may be none."""
        return await tool.advice.ways_to_sell(request)

    @router.post("/track-record")
    async def track_record(request: TrackRecordRequest) -> TrackRecordAnswer:
        """The newest forecast whose days have passed beside what was sold, and how good all of them were."""
        return await tool.feedback.track_record(request)

    return router
