"""Shelves of recommended products in a real browser: they lead on, their clicks count, they fit a small phone."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from store.session import Database
from tests.browser.conftest import Server, Visitor
from tests.fake_tools import FakeRecommender
from tests.gateway_kit import running_gateway
from tests.shop_kit import SmallShop, Sold

pytestmark = pytest.mark.browser
LONG = "Samsung Galaxy Note20 5G 256GB Mystic Bronze with a name that is longer than any card"


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
    """The product that is recommended everywhere, because of one with a long name."""
    other, sold = await shop.product(name=LONG), await shop.product(name="Desk lamp")
    tool.picks = {
        purpose: [(sold.public_id, "bought_together", other.public_id), (other.public_id, "popular", None)]
        for purpose in ("for_you", "goes_with", "others_also_bought")
    }
    return sold


async def test_a_card_of_the_home_page_leads_to_its_product_and_the_click_counts_once(
    server: Server, visitor: Visitor, shop: SmallShop, sold: Sold
) -> None:
    page, seen = visitor.page, await shop.product(name="Rug")
    await page.goto(f"{server.url}/p/{seen.public_id}")
    await page.get_by_role("button", name="Add to cart").click()  # from now on there is a session
    await page.goto(server.url)
    shelf = page.get_by_role("region", name="For you")
    await expect(shelf.locator(".card-why").first).to_contain_text("Bought together with Samsung")
    await shelf.get_by_role("link", name="Desk lamp").click()
    await expect(page.get_by_role("heading", level=1, name="Desk lamp")).to_be_visible()
    assert page.url == f"{server.url}/p/{sold.public_id}"
    await page.reload()
    rows = await server.gateway.sql(
        "SELECT detail FROM events WHERE kind = 'click' AND product_id = :product", product=sold.product_id
    )
    assert rows == [({"from": "recommendation", "surface": "home", "purpose": "for_you"},)]


async def test_the_shelves_fit_a_small_phone(server: Server, phone: Visitor, shop: SmallShop, sold: Sold) -> None:
    """Nothing is wider than the screen, and the reasons can be read."""
    page, seen = phone.page, await shop.product(name="Rug")
    await page.goto(f"{server.url}/p/{seen.public_id}")
    await page.get_by_role("button", name="Add to cart").click()
    for path, title in (("/", "For you"), (f"/p/{seen.public_id}", "Goes well with"), ("/cart", "Goes with what is")):
        await page.goto(server.url + path)
        await expect(page.get_by_role("heading", name=title)).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        size = await page.locator(".card-why").first.evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
        assert size >= 12
