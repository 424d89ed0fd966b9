"""The promotion banner in a real browser: it is labelled, leads on, counts once, and fits a small phone."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import expect
from sqlalchemy import select

from store.offers import shop_day
from store.session import Database
from store.tables import Promotion
from tests.browser.conftest import Server, Visitor
from tests.fake_tools import FakeRecommender
from tests.gateway_kit import running_gateway
from tests.shop_kit import SmallShop, Sold

pytestmark = pytest.mark.browser
LONG = "Samsung Galaxy Note20 5G 256GB Mystic Bronze with a name that is longer than any banner"


@pytest.fixture
def tool() -> FakeRecommender:
    return FakeRecommender()


@pytest.fixture
async def server(tmp_path: Path, database: Database, tool: FakeRecommender) -> AsyncIterator[Server]:
    async with running_gateway(tmp_path, database, tools=tool, limits_factor=100) as gateway:
        running = Server(gateway)
        await running.start()
        yield running
        await running.stop()


@pytest.fixture
async def sold(shop: SmallShop, tool: FakeRecommender) -> Sold:
    """A product whose promotion is shown everywhere."""
    sold, today = await shop.product(name=LONG), shop_day()
    await shop.promotion(20, today, today + timedelta(days=5), product_id=sold.product_id)
    async with shop.database.begin() as session:
        newest = (await session.scalars(select(Promotion.public_id).order_by(Promotion.id.desc()).limit(1))).one()
    tool.promoted = dict.fromkeys(("home_hero", "product_side", "cart"), newest)
    return sold


async def test_the_banner_says_what_it_is_and_its_click_counts_once(
    server: Server, visitor: Visitor, sold: Sold
) -> None:
    page = visitor.page
    await page.goto(server.url)
    banner = page.get_by_role("complementary", name="Offer")
    await expect(banner.get_by_text("Promotion", exact=True)).to_be_visible()
    await banner.get_by_role("link", name="Offer").click()
    await expect(page.get_by_role("heading", level=1, name=LONG)).to_be_visible()
    assert page.url == f"{server.url}/p/{sold.public_id}"
    await page.reload()
    rows = await server.gateway.sql(
        "SELECT count(*), count(clicked_at) FROM impressions i JOIN promotions p ON p.id = i.promotion_id"
        " WHERE p.product_id = :product AND slot = 'home_hero'",
        product=sold.product_id,
    )
    assert rows == [(1, 1)]


async def test_banners_fit_a_small_phone(server: Server, phone: Visitor, shop: SmallShop, sold: Sold) -> None:
    page, seen = phone.page, await shop.product(name="Rug")
    await page.goto(f"{server.url}/p/{seen.public_id}")
    await page.get_by_role("button", name="Add to cart").click()
    for path in ("/", f"/p/{seen.public_id}", "/cart"):
        await page.goto(server.url + path)
        await expect(page.get_by_role("complementary", name="Offer")).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        size = await page.locator(".promotion-label").evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
        assert size >= 12
