"""Calls of the tool that chooses promotions and reports on them; all of them only read."""

from abc import ABC, abstractmethod
from typing import TypeVar

from pydantic import BaseModel

from actions.promotion_answers import CampaignsAnswer, ForSegmentAnswer, RankAnswer, ReportAnswer
from actions.tool_answers import Json

Answer = TypeVar("Answer", bound=BaseModel)


class PromotionTools(ABC):
    """A part of the tools' client. Every call raises NotFound, NotEnoughData or BadRequest with the tool's reason,
    else ToolUnavailable or ToolAnswerInvalid."""

    @abstractmethod
    async def _read(
        self, tool: str, path: str, asked: Json, shape: type[Answer], *, seconds: float | None = None
    ) -> Answer:
        """The answer to a question that may be asked twice; `tool` is what is left alone while it fails, `seconds` all
        that may pass where it is less than usual."""

    async def rank_promotions(self, asked: Json, *, seconds: float | None = None) -> RankAnswer:
        """Promotions to show: `{customer_id?, session, slot, surface, context, n}`. With `seconds` it is asked in
        passing, whose failing must not close the way for those who ask for offers."""
        tool = "promotions" if seconds is None else "promotions_in_passing"
        return await self._read(tool, "/promotions/rank", asked, RankAnswer, seconds=seconds)

    async def promotion_report(self, asked: Json) -> ReportAnswer:
        """Clicks and orders of promotions: `{promotion?, segment?, slot?, days, sort, n}`."""
        return await self._read("promotion_reports", "/promotions/report", asked, ReportAnswer)

    async def promotions_for_segment(self, segment: str, n: int) -> ForSegmentAnswer:
        """Which running promotions an audience or the buyers of a category click."""
        asked = {"segment": segment, "n": n}
        return await self._read("promotion_reports", "/promotions/for-segment", asked, ForSegmentAnswer)

    async def campaign_value(self, days: int, n: int) -> CampaignsAnswer:
        """What campaigns cost and brought, and what may be expected of them."""
        asked = {"days": days, "n": n}
        return await self._read("campaigns_of_many", "/promotions/campaigns", asked, CampaignsAnswer)
