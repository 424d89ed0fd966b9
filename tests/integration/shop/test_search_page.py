"""The list page with words: what was understood, what was corrected, the nearest, and pages that do not wait."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from ml_tools.search.schemas import SearchAnswer, SearchRequest
from store.session import Database
from tests.gateway_kit import ORIGIN, Gateway, running_gateway
from tests.integration.shop.page_kit import html, signed_up
from tests.shop_kit import SmallShop


class FakeSearch(httpx.AsyncBaseTransport):
    """The search as the tool documents it: `found` are public ids, `told` changes of the answer, or a failure."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.found: list[str] = []
        self.told: dict[str, Any] = {}
        self.understood: dict[str, Any] = {}
        self.status, self.silent = 200, False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        asked = json.loads(await request.aread())
        if request.url.path != "/search":
            return httpx.Response(503, json={})
        SearchRequest.model_validate(asked)
        self.asked.append(asked)
        if self.silent:
            await asyncio.Event().wait()
        answer = {
            "model": {"name": "shop-search", "version": "1"}, "as_of": None, "total": len(self.found), "nearest": False,
            "understood": {"words": "", **self.understood},
            "products": [{"id": one, "score": 1.0, "why": []} for one in self.found], **self.told,
        }  # fmt: skip
        SearchAnswer.model_validate(answer)
        return httpx.Response(self.status, json=answer)


@pytest.fixture
def tool() -> FakeSearch:
    return FakeSearch()


@pytest.fixture
async def web(tmp_path: Path, database: Database, tool: FakeSearch) -> AsyncIterator[Gateway]:
    async with running_gateway(tmp_path, database, tools=tool, limits_factor=100) as running:
        yield running


@pytest.fixture
async def browser(web: Gateway) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Origin": ORIGIN, "Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
    async with web.client(headers=headers) as client:
        yield client


async def test_the_tool_finds_and_its_order_is_kept(
    shop: SmallShop, tool: FakeSearch, browser: httpx.AsyncClient
) -> None:
    lamp, rug = [await shop.product(name=name) for name in ("Lamp", "Rug")]
    tool.found = [rug.public_id, "p_gone", lamp.public_id]
    page = await html(browser, "/products?q=cosy+things&min=5&in_stock=true&deals=true&sort=price&brand=A&brand=B")
    assert page.index(f"/p/{rug.public_id}?from=search&amp;at=1") < page.index(
        f"/p/{lamp.public_id}?from=search&amp;at=2"
    )
    asked = tool.asked[-1]
    assert (asked["text"], asked["sort"], asked["n"], asked["offset"]) == ("cosy things", "price", 24, 0)
    wanted = {"min_price": "5", "brands": ["A", "B"], "in_stock": True, "on_offer": True, "max_price": None}
    assert {key: asked["filters"][key] for key in wanted} == wanted


async def test_what_was_understood_can_be_taken_away(
    shop: SmallShop, tool: FakeSearch, browser: httpx.AsyncClient
) -> None:
    tool.found = [(await shop.product(name="Red dress")).public_id]
    tool.understood = {
        "phrases": [
            {"kind": "price", "label": "up to 100", "without": "red dress"},
            {"kind": "colour", "label": "<b>red</b>", "without": "dress under 100"},
        ]
    }
    page = await html(browser, "/products?q=red+dress+under+100&in_stock=true")
    assert 'href="/products?q=red+dress&amp;in_stock=true"' in page
    assert 'href="/products?q=dress+under+100&amp;in_stock=true"' in page
    assert "<b>red</b>" not in page, "labels are text"


async def test_corrections_are_said_and_can_be_taken_back(
    shop: SmallShop, tool: FakeSearch, browser: httpx.AsyncClient
) -> None:
    tool.found = [(await shop.product(name="Samsung")).public_id]
    tool.understood = {"corrected": [{"from": "samsng", "to": "samsung"}]}
    page = await html(browser, "/products?q=samsng")
    assert "Showing results for <b>samsung</b>" in page
    assert 'href="/products?q=samsng&amp;as_typed=true"' in page
    tool.understood = {"suggested": [{"from": "samsng", "to": "samsung"}]}
    page = await html(browser, "/products?q=samsng&as_typed=true")
    assert tool.asked[-1]["correct"] is False
    assert 'Did you mean <a href="/products?q=samsng"><b>samsung</b></a>?' in page


async def test_the_nearest_are_told_from_what_fits(
    shop: SmallShop, tool: FakeSearch, browser: httpx.AsyncClient
) -> None:
    tool.found = [(await shop.product(name="Boots")).public_id]
    tool.told = {"nearest": True, "given_up": ["leather"]}
    assert "“leather” was left aside" in await html(browser, "/products?q=leather+boots")
    tool.found, tool.told = [], {}
    assert "Nothing fits that" in await html(browser, "/products?q=leather+boots")


async def test_pages_go_on_and_past_the_end_leads_back(
    shop: SmallShop, tool: FakeSearch, browser: httpx.AsyncClient
) -> None:
    tool.found, tool.told = [(await shop.product(name="Boots")).public_id], {"total": 30}
    page = await html(browser, "/products?q=boots&page=2")
    assert tool.asked[-1]["offset"] == 24
    assert "?from=search&amp;at=25" in page
    assert "Page 2 of 2" in page
    response = await browser.get("/products?q=boots&page=9")
    assert (response.status_code, response.headers["location"]) == (303, "/products?q=boots&page=2")


@pytest.mark.parametrize("failure", ["status", "silence", "nonsense"])
async def test_the_store_searches_while_the_tool_is_away(
    shop: SmallShop, tool: FakeSearch, browser: httpx.AsyncClient, failure: str
) -> None:
    lamp = await shop.product(name=f"Zebra lamp {failure}")
    tool.status, tool.silent = (503 if failure == "status" else 200), failure == "silence"
    tool.told = {"total": -1} if failure == "nonsense" else {}
    page = await html(browser, f"/products?q=zebra+lamp+{failure}")
    assert f'href="/p/{lamp.public_id}"' in page
    assert len(tool.asked) == 1


async def test_clicks_are_noted_with_their_place_and_searches_with_what_was_shown(
    shop: SmallShop, tool: FakeSearch, web: Gateway, browser: httpx.AsyncClient
) -> None:
    lamp = await shop.product(name="Lamp")
    tool.found = [lamp.public_id]
    await signed_up(browser)
    await html(browser, "/products?q=a+lamp+to+click")
    assert tool.asked[-1]["session"].startswith("a_")
    assert tool.asked[-1]["customer_id"]
    response = await browser.get(f"/p/{lamp.public_id}?from=search&at=3")
    assert (response.status_code, response.headers["location"]) == (303, f"/p/{lamp.public_id}")
    query = "SELECT detail FROM events WHERE kind = :kind ORDER BY id DESC LIMIT 1"
    ((clicked,),) = await web.sql(query, kind="click")
    ((searched,),) = await web.sql(query, kind="search")
    assert clicked == {"from": "search", "position": 3}
    assert searched == {"words": "a lamp to click", "found": 1, "shown": [lamp.public_id]}


@pytest.mark.parametrize("place", ["0", "-1", "x", "99999999", "", "²"])
async def test_places_that_are_none_are_no_clicks(
    shop: SmallShop, web: Gateway, browser: httpx.AsyncClient, place: str
) -> None:
    lamp = await shop.product(name="Lamp")
    assert (await browser.get(f"/p/{lamp.public_id}", params={"from": "search", "at": place})).status_code == 200
