"""The routes of reports on promotions: clicks against expectation, what to show to whom, and what was worth it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter

from common.errors import ModelUnavailable
from common.settings import Settings
from ml_tools.jobs import Job
from ml_tools.promotions.campaigns.schemas import (
    CampaignsAnswer,
    CampaignsRequest,
    ForSegmentAnswer,
    ForSegmentRequest,
    ReportAnswer,
    ReportRequest,
)
from ml_tools.registry import ModelCard
from ml_tools.settings import ToolsSettings
from store.jobs import COUNT_PROMOTIONS
from store.session import Database

if TYPE_CHECKING:
    from ml_tools.promotions.campaigns.service import CampaignService

ERRORS: dict[int | str, dict[str, Any]] = {
    422: {"description": "invalid_request"},
    503: {"description": "model_unavailable or unavailable"},
}


class CampaignsTool:
    """How promotions did; see `ml_tools.registry.Tool`."""

    name = "campaigns"

    def __init__(self, config: Settings, limits: ToolsSettings, database: Database) -> None:
        self._limits, self._database = limits, database
        self._service: CampaignService | None = None
        self.router = _routes(self)

    def load(self) -> None:
        """Import; what the job has learnt is read with the first request."""
        from ml_tools.promotions.campaigns.service import CampaignService

        self._service = CampaignService(self._database, break_even=self._limits.campaigns_break_even)

    @property
    def service(self) -> "CampaignService":
        if self._service is None:
            raise ModelUnavailable("The campaigns tool is not loaded.")
        return self._service

    def card(self) -> ModelCard:
        known = self.service.known
        campaigns = len(known.content.get("campaigns", []))
        accuracy = known.content.get("tree", {}).get("accuracy")
        return ModelCard(
            model=known.model, device="cpu", trained_on=f"{campaigns} campaigns" if known.version else "not read yet",
            as_of=known.as_of, quality={"campaigns": campaigns, "tree_balanced_accuracy": accuracy},
        )  # fmt: skip

    def jobs(self) -> Mapping[str, Job]:
        return {COUNT_PROMOTIONS: self._refresh}

    async def _refresh(self) -> int:
        from ml_tools.promotions.campaigns.learning import refresh

        return await refresh(self._database, self._limits.campaigns_break_even)


def _routes(tool: CampaignsTool) -> APIRouter:
    router = APIRouter(responses=ERRORS)

    @router.post("/promotions/report")
    async def report(request: ReportRequest) -> ReportAnswer:
        """Clicks and orders of promotions against what was to be expected of who saw them and where."""
        return await tool.service.report(request)

    @router.post("/promotions/for-segment")
    async def for_segment(request: ForSegmentRequest) -> ForSegmentAnswer:
        """Which running promotions a segment of customers is expected to click most."""
        return await tool.service.for_segment(request)

    @router.post("/promotions/campaigns")
    async def campaigns(request: CampaignsRequest) -> CampaignsAnswer:
        """What campaigns cost and brought, what another run would bring, and what sets the good ones apart."""
        return await tool.service.campaigns(request)

    return router
