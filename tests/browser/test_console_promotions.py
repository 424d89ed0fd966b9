"""The marketers' page of promotions in a real browser: it fits a small phone, and works without scripts."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from store.session import Database
from tests.browser.conftest import PHONE, Server, Visitor
from tests.browser.test_console_forecasts import _FAINT, _SIZES, CONTRAST, sign_in
from tests.gateway_kit import running_gateway
from tests.integration.shop.test_console_promotions import FakeCampaigns, campaign, report

pytestmark = pytest.mark.browser
LONG = "This week: everything for the kitchen, the bathroom and the garden is 25% off, with one more for friends"


@pytest.fixture
async def server(tmp_path: Path, database: Database) -> AsyncIterator[Server]:
    tools = FakeCampaigns()
    tools.reports = [report(title=LONG), report(title="Boots: 30% off", verdict="above", ctr=0.07)]
    tools.campaigns = [campaign(title=LONG), campaign(verdict="worth")]
    async with running_gateway(tmp_path, database, tools=tools, limits_factor=100) as gateway:
        running = Server(gateway)
        await running.start()
        yield running
        await running.stop()


async def test_the_page_fits_a_small_phone_and_can_be_read(server: Server, phone: Visitor) -> None:
    """Nothing is wider than the screen; a drawing's parts lie inside it, and it says in words what it shows."""
    page = phone.page
    await sign_in(page, server)
    await page.goto(f"{server.url}/console/promotions")
    await expect(page.get_by_role("heading", name="Promotions", level=1)).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await page.evaluate(_FAINT, CONTRAST) == []
    assert min(await page.locator("main").evaluate(_SIZES)) >= 12
    drawing = page.get_by_role("img", name="5.7 % of showings were clicked").first
    box, dot = await drawing.bounding_box(), await drawing.locator("circle").bounding_box()
    assert box
    assert dot
    assert box["x"] <= dot["x"] <= dot["x"] + dot["width"] <= box["x"] + box["width"] <= PHONE["width"]


async def test_the_page_works_without_scripts(server: Server, chromium: Browser) -> None:
    context = await chromium.new_context(viewport=PHONE, java_script_enabled=False)  # type: ignore[arg-type]
    page = await context.new_page()
    await sign_in(page, server)
    await page.get_by_role("link", name="Promotions").click()
    await page.get_by_role("link", name="Below expectation").click()
    await expect(page.get_by_text("Fewer clicks than expected")).to_be_visible()
    await expect(page.get_by_role("heading", name="Which are worth their money")).to_be_visible()
    await context.close()
