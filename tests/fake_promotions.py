"""Stand-ins for the tool that chooses promotions and reports on them, with answers as the tool documents them."""

import asyncio
import re
import secrets
from datetime import timedelta
from typing import Any

from actions.promotion_answers import CampaignsAnswer, ForSegmentAnswer, RankAnswer, ReportAnswer
from ml_tools.promotions.campaigns.schemas import CampaignsRequest, ForSegmentRequest, ReportRequest
from ml_tools.promotions.schemas import RankRequest
from tests.fake_forecasting import TODAY

MODEL = {"name": "bayesian-logistic", "version": "7"}
Json = dict[str, Any]


class FakePromotionTools:
    """A part of the stand-in tools; `promoted` are promotions to show (public ids), the best first."""

    error: Exception | None

    def __init__(self) -> None:
        self.ranked: list[Json] = []  # what was asked for promotions
        self.promoted: list[str] = []
        self.probability = 0.2
        self.promotions_silent = False  # it never answers
        self.reported: list[Json] = []  # what was asked of the reports
        self.report: Json = report_json([])
        self.by_slot: dict[str, Json] = {}
        self.for_segment: Json = for_segment_json([])
        self.campaigns: Json = campaigns_json([])

    async def rank_promotions(self, asked: Json, *, seconds: float | None = None) -> RankAnswer:
        RankRequest.model_validate(asked)
        self.ranked.append(asked)
        if self.promotions_silent:
            await asyncio.Event().wait()
        if self.error:
            raise self.error
        shown = [
            {
                "impression_id": f"im_{secrets.token_hex(8)}", "promotion_id": one, "title": "Offer", "place": place,
                "probability": self.probability, "propensity": 0.5, "why": "popular", "signals": [1.0, 0.0, 0.5],
            }
            for place, one in enumerate(self.promoted[: asked["n"]])
        ]  # fmt: skip
        return RankAnswer.model_validate({"model": MODEL, "as_of": str(TODAY), "promotions": shown})

    async def promotion_report(self, asked: Json) -> ReportAnswer:
        known = {key: value for key, value in asked.items() if value is not None}
        ReportRequest.model_validate(known)
        self.reported.append(known)
        if self.error:
            raise self.error
        return ReportAnswer.model_validate(self.by_slot.get(known.get("slot", ""), self.report))

    async def promotions_for_segment(self, segment: str, n: int) -> ForSegmentAnswer:
        ForSegmentRequest.model_validate({"segment": segment, "n": n})
        self.reported.append({"segment": segment, "n": n})
        if self.error:
            raise self.error
        return ForSegmentAnswer.model_validate(self.for_segment)

    async def campaign_value(self, days: int, n: int) -> CampaignsAnswer:
        CampaignsRequest.model_validate({"days": days, "n": n})
        self.reported.append({"days": days, "n": n})
        if self.error:
            raise self.error
        return CampaignsAnswer.model_validate(self.campaigns)


def promotion_key(title: str) -> str:
    return "pr_" + re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def row_json(title: str, clicks: int = 80, impressions: int = 1000, **more: Any) -> Json:
    return {
        "promotion_id": promotion_key(title), "title": title, "running": True, "slot": None,
        "segment": None, "impressions": impressions, "clicks": clicks, "conversions": 4,
        "ctr": clicks / impressions if impressions else None, "ctr_low": 0.07, "ctr_high": 0.09, "expected_ctr": 0.1,
        "lift": 0.8, "lift_low": 0.7, "lift_high": 0.9, "conversion_rate": 0.05, "conversion_low": 0.02,
        "conversion_high": 0.12, "spent": 20.0, "verdict": "below", "why": ["fewer_clicks", "seen_too_often"], **more,
    }  # fmt: skip


def report_json(rows: list[Json], **more: Any) -> Json:
    return {
        "model": {"name": "promotion-report", "version": "1"}, "as_of": str(TODAY), "until": str(TODAY),
        "since": str(TODAY - timedelta(days=30)), "promotion": None, "candidates": [], "segment": None,
        "segment_candidates": [], "rows": rows, "total_promotions": len(rows), **more,
    }  # fmt: skip


def for_segment_json(titles: list[str], **more: Any) -> Json:
    rows = [
        {
            "promotion_id": f"pr_{place}", "title": title, "expected_ctr": 0.12 - place / 100, "low": 0.08,
            "high": 0.17, "clicks_seen": 31, "impressions_seen": 250, "why": "fits",
        }
        for place, title in enumerate(titles)
    ]  # fmt: skip
    return {
        "model": {"name": "promotion-report", "version": "1"}, "as_of": str(TODAY), "customers": 820, "rows": rows,
        "segment": {"id": "women", "name": "Women"}, "segment_candidates": [], **more,
    }  # fmt: skip


def campaign_json(title: str, predicted: float | None = 3.2, verdict: str = "worth", **more: Any) -> Json:
    return {
        "promotion_id": promotion_key(title), "title": title, "running": False,
        "cluster": "often clicked", "impressions": 1000, "clicks": 80, "conversions": 4, "spent": 20.0,
        "revenue": 90.0, "roas": 4.5, "predicted_roas": predicted, "low": predicted and predicted - 1,
        "high": predicted and predicted + 1, "verdict": verdict,
        "reasons": [{"code": "high", "feature": "conversion_rate", "value": 0.05}], **more,
    }  # fmt: skip


def campaigns_json(rows: list[Json], **more: Any) -> Json:
    tree = [
        {"when": [{"code": "at_least", "feature": "discount", "value": 25.0}], "campaigns": 12, "worth_share": 0.75},
        {"when": [{"code": "below", "feature": "discount", "value": 25.0}], "campaigns": 18, "worth_share": 0.2},
    ]
    return {
        "model": {"name": "campaigns", "version": "1"}, "as_of": str(TODAY), "currency": "USD", "break_even": 1.0,
        "rows": rows, "total_campaigns": len(rows), "tree": tree if rows else [], "tree_target": "break_even",
        "tree_accuracy": 0.7, "clusters": [], **more,
    }  # fmt: skip
