"""What the console asks the campaigns tool: over HTTP, never for long; the page says so when there is no answer."""

import asyncio
from datetime import date
from typing import Annotated, Literal

import httpx
from pydantic import BaseModel, Field

from web.shop.tool import PageTool

SECONDS = 2.5
SHOWN = 30
Share = Annotated[float, Field(ge=0, le=1)]


class PromotionReport(BaseModel):
    """A promotion's clicks against expectation; see `docs/tools.openapi.json`."""

    promotion_id: str
    title: str
    running: bool
    impressions: int
    clicks: int
    conversions: int
    ctr: Share | None
    ctr_low: Share | None
    ctr_high: Share | None
    expected_ctr: Share | None
    conversion_rate: Share | None
    spent: float
    verdict: Literal["above", "as_expected", "below", "too_little"]
    why: list[str] = Field(max_length=20)


class Reports(BaseModel):
    as_of: date | None
    since: date
    until: date
    rows: list[PromotionReport] = Field(max_length=100)
    total_promotions: int


class Reason(BaseModel):
    code: str
    feature: str
    value: float


class CampaignReport(BaseModel):
    """A campaign's return on ad spend, so far and as predicted (80 %)."""

    promotion_id: str
    title: str
    cluster: str
    clicks: int
    conversions: int
    spent: float
    revenue: float
    roas: float | None
    predicted_roas: float | None
    low: float | None
    high: float | None
    verdict: Literal["worth", "not_worth", "unclear"]
    reasons: list[Reason] = Field(max_length=20)


class Rule(BaseModel):
    when: list[Reason] = Field(max_length=20)
    campaigns: int
    worth_share: Share


class Cluster(BaseModel):
    name: str
    size: int
    ctr: Share | None
    conversion_rate: Share | None
    roas: float | None


class Campaigns(BaseModel):
    as_of: date | None
    currency: str | None
    break_even: float
    rows: list[CampaignReport] = Field(max_length=100)
    total_campaigns: int
    tree: list[Rule] = Field(max_length=50)
    tree_target: Literal["break_even", "better_half"]
    tree_accuracy: Share | None
    clusters: list[Cluster] = Field(max_length=20)


class CampaignReports:
    """One per process. `transport` and `seconds` are for tests."""

    def __init__(
        self, tools_url: str, *, transport: httpx.AsyncBaseTransport | None = None, seconds: float = SECONDS
    ) -> None:
        self._tool = PageTool("campaigns", tools_url, transport=transport, seconds=seconds)

    async def both(self, days: int, sort: str) -> tuple[Reports | None, Campaigns | None]:
        """Promotions of the last `days`, and campaigns of at least the last 90; None where the tool does not answer."""
        asked = {"days": days, "sort": sort, "n": SHOWN}
        return await asyncio.gather(
            self._tool.ask("/promotions/report", asked, Reports),
            self._tool.ask("/promotions/campaigns", {"days": max(days, 90), "n": SHOWN}, Campaigns),
        )

    async def close(self) -> None:
        await self._tool.close()
