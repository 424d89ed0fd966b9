"""The promotion banner: its places, that it counts once when it is shown and once when it is clicked, whole pages."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from store.offers import shop_day
from store.promotion_events import Shown, take_events
from store.session import Database
from store.tables import Promotion
from tests.fake_tools import FakeRecommender
from tests.gateway_kit import ORIGIN, Gateway, running_gateway
from tests.integration.shop.page_kit import html, signed_up
from tests.shop_kit import SmallShop, Sold

LABEL = "Promotion</p>"
SHOWN = """
    SELECT i.slot, i.surface, i.propensity, i.model, i.signals, i.session, i.clicked_at IS NOT NULL, d.clicks
    FROM impressions i JOIN promotions p ON p.id = i.promotion_id
    LEFT JOIN promotion_days d ON d.promotion_id = p.id WHERE p.public_id = :promotion ORDER BY i.id
"""


@pytest.fixture
def tool() -> FakeRecommender:
    return FakeRecommender()


@pytest.fixture
async def web(tmp_path: Path, database: Database, tool: FakeRecommender) -> AsyncIterator[Gateway]:
    async with running_gateway(tmp_path, database, tools=tool, limits_factor=100) as running:
        yield running


@pytest.fixture
async def browser(web: Gateway) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Origin": ORIGIN, "Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
    async with web.client(headers=headers) as client:
        yield client


async def promoted(shop: SmallShop, sold: Sold, *, ends: int = 5) -> str:
    """The public id of a promotion of this product."""
    today = shop_day()
    await shop.promotion(20, today - timedelta(days=9), today + timedelta(days=ends), product_id=sold.product_id)
    async with shop.database.begin() as session:
        newest = select(Promotion.public_id).order_by(Promotion.id.desc()).limit(1)
        return (await session.scalars(newest)).one()


def link(page: str) -> str:
    return re.search(r'href="(/promotion/[^"]+)"', page)[1]  # type: ignore[index]


async def shown(web: Gateway, promotion: str) -> list[Any]:
    return await web.sql(SHOWN, promotion=promotion)


async def test_the_home_page_shows_a_labelled_banner_and_counts_it_once(
    shop: SmallShop, tool: FakeRecommender, web: Gateway, browser: httpx.AsyncClient
) -> None:
    sold = await shop.product(name="Desk lamp")
    tool.promoted["home_hero"] = promotion = await promoted(shop, sold)
    await signed_up(browser)
    page = await html(browser, "/")
    assert page.count(LABEL) == 1
    assert "Desk lamp" in page[page.index(LABEL) :]
    ((customer,),) = await web.sql("SELECT public_id FROM customers ORDER BY id DESC LIMIT 1")
    asked = tool.ranked[-1]
    assert (asked["customer_id"], asked["slot"], asked["surface"]) == (customer, "home_hero", "home")
    ((slot, surface, propensity, model, signals, session, clicked, clicks),) = await shown(web, promotion)
    assert (slot, surface, propensity, model) == ("home_hero", "home", 0.5, "bayesian-logistic:7")
    assert (signals, session, clicked, clicks) == ([1.0, 0.0, 0.5], asked["session"], False, 0)


async def test_a_click_counts_once_and_leads_to_the_product(
    shop: SmallShop, tool: FakeRecommender, web: Gateway, browser: httpx.AsyncClient
) -> None:
    sold = await shop.product()
    tool.promoted["home_hero"] = promotion = await promoted(shop, sold)
    await browser.post("/api/session")
    address = link(await html(browser, "/"))
    for _ in range(3):
        response = await browser.get(address)
        assert (response.status_code, response.headers["Location"]) == (303, f"/p/{sold.public_id}")
        assert response.headers["Cache-Control"] == "no-store"
    assert [(row[-2], row[-1]) for row in await shown(web, promotion)] == [(True, 1)]
    spent = await web.sql("SELECT spent FROM promotion_accounts a JOIN promotions p ON p.id = promotion_id "
                          "WHERE public_id = :promotion", promotion=promotion)  # fmt: skip
    assert [float(amount) for (amount,) in spent] == [0.25]


async def test_a_card_in_the_chat_leads_to_its_own_product_and_its_click_counts_once(
    shop: SmallShop, web: Gateway, browser: httpx.AsyncClient
) -> None:
    """As `actions.offers` notes and links what it shows: the session of the chat is the visitor's."""
    sold, other = await shop.product(), await shop.product()
    promotion = await promoted(shop, sold)
    await browser.post("/api/session")
    ((subject,),) = await web.sql("SELECT subject FROM sessions ORDER BY created_at DESC LIMIT 1")
    shown_there = Shown(
        key="im_chat", promotion=promotion, slot="chat", surface="chat", propensity=0.25,
        shown_at=datetime.now(UTC), session=subject, signals=(1.0,),
    )  # fmt: skip
    async with shop.database.begin() as session:
        await take_events(session, [shown_there])
    for product in (other, sold):
        response = await browser.get(f"/promotion/{promotion}?shown=im_chat&product={product.public_id}")
        assert (response.status_code, response.headers["Location"]) == (303, f"/p/{product.public_id}")
    ((slot, surface, propensity, *_, clicked, clicks),) = await shown(web, promotion)
    assert (slot, surface, propensity, clicked, clicks) == ("chat", "chat", 0.25, True, 1)


@pytest.mark.parametrize("odd", ["%2F%2Fevil.example", "..%2Fsign-in", "p_1%0A", "x" * 41, ""])
async def test_a_card_leads_nowhere_else(shop: SmallShop, browser: httpx.AsyncClient, odd: str) -> None:
    sold = await shop.product()
    response = await browser.get(f"/promotion/{await promoted(shop, sold)}?product={odd}")
    assert response.headers["Location"] == f"/p/{sold.public_id}"


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "none"}, {"Sec-Purpose": "prefetch;prerender"}],
)
async def test_links_elsewhere_and_fetching_ahead_are_no_clicks(
    shop: SmallShop, tool: FakeRecommender, web: Gateway, browser: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    tool.promoted["home_hero"] = promotion = await promoted(shop, await shop.product())
    address = link(await html(browser, "/"))
    assert (await browser.get(address, headers=headers)).status_code == 303
    assert [row[-2] for row in await shown(web, promotion)] == [False]


async def test_nobody_clicks_for_others(
    shop: SmallShop, tool: FakeRecommender, web: Gateway, browser: httpx.AsyncClient
) -> None:
    tool.promoted["home_hero"] = promotion = await promoted(shop, await shop.product())
    await browser.post("/api/session")
    address = link(await html(browser, "/"))
    async with web.client(headers={"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}) as other:
        await other.post("/api/session")
        assert (await other.get(address)).status_code == 303
    for odd in ("", "im_unknown", "%00", "x" * 200, "a%27--"):
        assert (await browser.get(f"/promotion/{promotion}?shown={odd}")).status_code == 303
    assert [row[-2] for row in await shown(web, promotion)] == [False]


async def test_a_page_that_is_fetched_ahead_shows_none(
    shop: SmallShop, tool: FakeRecommender, web: Gateway, browser: httpx.AsyncClient
) -> None:
    tool.promoted["home_hero"] = promotion = await promoted(shop, await shop.product())
    response = await browser.get("/", headers={"Sec-Purpose": "prefetch"})
    assert (response.status_code, LABEL in response.text) == (200, False)
    assert (tool.ranked, await shown(web, promotion)) == ([], [])


async def test_products_and_carts_have_a_place_for_one_too(
    shop: SmallShop, tool: FakeRecommender, web: Gateway, browser: httpx.AsyncClient
) -> None:
    seen = await shop.product()
    tool.promoted["product_side"] = first = await promoted(shop, await shop.product(name="Rug"))
    tool.promoted["cart"] = second = await promoted(shop, await shop.product(name="Vase"))
    assert LABEL in await html(browser, f"/p/{seen.public_id}")
    assert LABEL not in await html(browser, "/cart"), "it is empty"
    await browser.post("/cart", data={"variant_id": seen.variant_id})
    assert LABEL in await html(browser, "/cart")
    assert [one["context"]["product_ids"] for one in tool.ranked] == [[seen.public_id]] * 2
    assert [[row[0] for row in await shown(web, one)] for one in (first, second)] == [["product_side"], ["cart"]]


async def test_one_that_has_ended_meanwhile_is_not_shown(
    shop: SmallShop, tool: FakeRecommender, web: Gateway, browser: httpx.AsyncClient
) -> None:
    tool.promoted["home_hero"] = promotion = await promoted(shop, await shop.product(), ends=-1)
    assert LABEL not in await html(browser, "/")
    assert await shown(web, promotion) == []


@pytest.mark.parametrize("failure", [httpx.ConnectError("down"), httpx.ReadError("cut"), 500, 503, 429, 404, 422])
async def test_pages_are_whole_while_the_tool_is_away(
    shop: SmallShop, tool: FakeRecommender, browser: httpx.AsyncClient, failure: Exception | int
) -> None:
    sold = await shop.product()
    tool.promoted["home_hero"] = await promoted(shop, sold)
    await browser.post("/cart", data={"variant_id": sold.variant_id})
    tool.failure = failure
    for path in ("/", f"/p/{sold.public_id}", "/cart"):
        assert LABEL not in await html(browser, path)


@pytest.mark.parametrize(
    "body", [b"<html>", b"{}", b'{"model": {"name": "m", "version": "1"}, "promotions": [{"promotion_id": "<b>"}]}']
)
async def test_an_answer_that_is_none_is_left_out(
    shop: SmallShop, tool: FakeRecommender, browser: httpx.AsyncClient, body: bytes
) -> None:
    await shop.product()
    tool.body = body
    assert LABEL not in await html(browser, "/")


async def test_an_unknown_promotion_is_not_found(browser: httpx.AsyncClient) -> None:
    await html(browser, "/promotion/pr_unknown?shown=im_1", 404)
