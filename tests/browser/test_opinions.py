"""What customers say, in a real browser: bars, and quotes that lead to their review, on a desk and a small phone."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from store.session import Database
from tests.browser.conftest import Server, Visitor
from tests.reviews_kit import reading_on, write
from tests.shop_kit import SmallShop, Sold

pytestmark = pytest.mark.browser


@pytest.fixture
async def phone_sold(shop: SmallShop, database: Database) -> Sold:
    sold, now = await shop.product(name="Phone"), datetime.now(UTC)
    words = "The battery is good on day {}. I love the screen."
    await write(database, sold, "I hate the camera, poor photos.", rating=2, at=now - timedelta(days=60))
    for day in range(9):
        await write(database, sold, words.format(day), at=now - timedelta(days=day))
    await reading_on(database).read_missing()
    return sold


async def test_a_quote_leads_to_its_review_and_an_aspect_narrows_the_list(
    server: Server, visitor: Visitor, phone_sold: Sold
) -> None:
    page = visitor.page
    await page.goto(f"{server.url}/p/{phone_sold.public_id}")
    block = page.get_by_role("region", name="What customers say")
    await expect(block.get_by_role("progressbar", name="Camera: 0 % positive")).to_be_visible()
    await block.get_by_role("link", name="I hate the camera").click()
    review = page.locator(".review:target")
    await expect(review).to_contain_text("I hate the camera")
    await expect(review).to_be_in_viewport()
    await page.get_by_role("region", name="What customers say").get_by_role("link", name=re.compile("^Battery")).click()
    await expect(page.get_by_role("status").filter(has_text="Reviews that mention battery")).to_be_visible()
    await expect(page.locator(".review")).to_have_count(9)


async def test_it_fits_a_small_phone(server: Server, phone: Visitor, phone_sold: Sold) -> None:
    page = phone.page
    await page.goto(f"{server.url}/p/{phone_sold.public_id}")
    await expect(page.get_by_role("heading", name="What customers say")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    heights = "links => links.map(link => link.getBoundingClientRect().height)"
    tall = await page.locator(".said-aspects a").evaluate_all(heights)
    assert tall
    assert min(tall) >= 44
