"""The marketers' page of promotions: whole with the tool's answers, with none of them, and with none to give."""

import json
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from common.caller import Role
from ml_tools.promotions.campaigns.schemas import CampaignsAnswer, CampaignsRequest, ReportAnswer, ReportRequest
from store.session import Database
from tests.gateway_kit import Gateway, running_gateway
from tests.integration.shop.page_kit import html
from tests.integration.shop.test_console import staff
from tests.integration.shop.test_pages import Structure

MARKUP = "<b onmouseover=alert(1)>Boots</b>"
MODEL = {"name": "campaign-expectation", "version": "3"}


def report(**values: Any) -> dict[str, Any]:
    return {
        "promotion_id": "pr_1", "title": MARKUP, "running": True, "slot": None, "segment": None, "impressions": 1574,
        "clicks": 90, "conversions": 9, "ctr": 0.0572, "ctr_low": 0.046, "ctr_high": 0.07, "expected_ctr": 0.0891,
        "lift": 0.64, "lift_low": 0.5, "lift_high": 0.8, "conversion_rate": 0.1, "conversion_low": 0.05,
        "conversion_high": 0.18, "spent": 22.5, "verdict": "below", "why": ["fewer_clicks", "seen_too_often"],
    } | values  # fmt: skip


def campaign(**values: Any) -> dict[str, Any]:
    return {
        "promotion_id": "pr_1", "title": MARKUP, "running": True, "cluster": "often clicked", "impressions": 1574,
        "clicks": 90, "conversions": 1, "spent": 22.5, "revenue": 45.0, "roas": 2.0, "predicted_roas": 1.8, "low": 0.4,
        "high": 3.9, "verdict": "unclear", "reasons": [{"code": "few", "feature": "conversions", "value": 1}],
    } | values  # fmt: skip


class FakeCampaigns(httpx.AsyncBaseTransport):
    """Answers as the tool would, or fails; what is asked and answered has the tool's own form."""

    def __init__(self) -> None:
        self.reports: list[dict[str, Any]] = []
        self.campaigns: list[dict[str, Any]] = []
        self.tree: list[dict[str, Any]] = []
        self.as_of: date | None = date(2026, 5, 1)
        self.failure: Exception | int | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        asked = json.loads(await request.aread())
        if isinstance(self.failure, Exception):
            raise self.failure
        if self.failure:
            return httpx.Response(self.failure)
        if not request.url.path.startswith("/promotions/"):
            return httpx.Response(404)  # other pages ask other tools
        answer: ReportAnswer | CampaignsAnswer
        if request.url.path == "/promotions/report":
            ReportRequest.model_validate(asked)
            answer = ReportAnswer.model_validate(
                {"model": MODEL, "as_of": self.as_of, "since": "2026-04-02", "until": "2026-05-01", "promotion": None,
                 "candidates": [], "segment": None, "segment_candidates": [], "rows": self.reports,
                 "total_promotions": len(self.reports)}
            )  # fmt: skip
        else:
            CampaignsRequest.model_validate(asked)
            clusters = [{"name": "often clicked", "traits": ["often_clicked"], "size": 4, "ctr": 0.1,
                         "conversion_rate": None, "roas": None}]  # fmt: skip
            answer = CampaignsAnswer.model_validate(
                {"model": MODEL, "as_of": self.as_of, "currency": "USD", "break_even": 1.0, "rows": self.campaigns,
                 "total_campaigns": len(self.campaigns), "tree": self.tree, "tree_target": "break_even",
                 "tree_accuracy": 0.66, "clusters": clusters}
            )  # fmt: skip
        return httpx.Response(200, content=answer.model_dump_json())


@pytest.fixture
def tools() -> FakeCampaigns:
    return FakeCampaigns()


@pytest.fixture
async def web(tmp_path: Path, database: Database, tools: FakeCampaigns) -> AsyncIterator[Gateway]:
    async with running_gateway(tmp_path, database, tools=tools, limits_factor=100) as running:
        yield running


@pytest.fixture
async def marketer(web: Gateway) -> httpx.AsyncClient:
    return await staff(web, Role.MARKETER)


async def test_a_shop_that_has_shown_nothing_says_so(marketer: httpx.AsyncClient, tools: FakeCampaigns) -> None:
    tools.as_of = None
    assert "No promotion was shown in these days" in await html(marketer, "/console/promotions")


@pytest.mark.parametrize("failure", [503, httpx.ConnectError("gone")])
async def test_without_the_tool_the_page_says_what_it_lacks(
    marketer: httpx.AsyncClient, tools: FakeCampaigns, failure: Exception | int
) -> None:
    tools.failure = failure
    page = await html(marketer, "/console/promotions")
    assert "cannot be made just now" in page
    assert "No promotion was shown" not in page


async def test_clicks_stand_beside_their_range_and_what_was_expected(
    marketer: httpx.AsyncClient, tools: FakeCampaigns
) -> None:
    unknown = report(ctr=None, ctr_low=None, ctr_high=None, expected_ctr=None, verdict="too_little", why=[])
    tools.reports = [report(), unknown]
    page = await html(marketer, "/console/promotions?days=90&sort=clicks")
    for words in ("1,574", "5.7 %", "4.6 % to 7.0 %, expected 8.9 %", "Fewer clicks than expected",
                  "Most had seen it before.", "Too little to tell", "Counted up to"):  # fmt: skip
        assert words in page
    assert MARKUP not in page
    assert page.count("<circle") == 2, "the key's and the one that was shown"
    assert 'aria-label="5.7 % of showings were clicked, most likely 4.6 % to 7.0 %; 8.9 % were expected."' in page


async def test_campaigns_have_a_return_and_reasons_in_words(marketer: httpx.AsyncClient, tools: FakeCampaigns) -> None:
    tools.reports = [report()]
    dear = [{"code": "high", "feature": "cost_per_click", "value": 2.0}, {"code": "low", "feature": "conversion_rate",
            "value": 0.011}]  # fmt: skip
    free = campaign(roas=None, predicted_roas=None, low=None, high=None, reasons=[])
    tools.campaigns = [campaign(), campaign(verdict="not_worth", reasons=dear), free]
    tools.tree = [{"when": [{"code": "at_least", "feature": "covered", "value": 1.5}, {"code": "below",
                   "feature": "discount", "value": 17.5}], "campaigns": 8, "worth_share": 0.75}]  # fmt: skip
    page = await html(marketer, "/console/promotions")
    for words in (
        "1.8 (0.4 to 3.9)", "Not clear", "Only one order so far", "Not worth it", "The price of a click high (2)",
        "orders per click low (1.1 %)", "costs nothing", "For the whole shop and discount below 18 %: 6 of 8",
        "66.0 % of cases", "Often clicked",
    ):  # fmt: skip
        assert words in page, words


async def test_the_page_is_accessible_audited_and_for_marketers(
    web: Gateway, marketer: httpx.AsyncClient, tools: FakeCampaigns
) -> None:
    tools.reports, tools.campaigns = [report()], [campaign()]
    page = Structure(await html(marketer, "/console/promotions"))
    assert len(page.of("h1")) == 1
    assert all(cell.get("scope") for cell in page.of("th"))
    scrolling = [a for _, a in page.tags if "scroll" in (a.get("class") or "").split()]
    assert scrolling
    assert all(a.get("tabindex") == "0" and a.get("aria-labelledby") for a in scrolling)
    identifiers = [a["id"] for _, a in page.tags if "id" in a]
    assert len(identifiers) == len(set(identifiers))
    assert not page.of("style")
    assert await web.sql("SELECT count(*) FROM audit WHERE action = 'list_promotions'") != [(0,)]
    await html(await staff(web, Role.AGENT), "/console/promotions", status=403)
    await html(marketer, "/console/promotions?sort=luck", status=422)
