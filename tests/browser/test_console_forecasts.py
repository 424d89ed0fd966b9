"""The marketers' forecast pages in a real browser: they fit a small phone, work without scripts, and lead on."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from common.caller import Role
from store.session import Database
from tests.browser.conftest import PHONE, Server, Visitor
from tests.forecast_pages_kit import TODAY, FakeForecasting, judge, keep_forecast, sell, stock_plan
from tests.gateway_kit import PASSWORD, running_gateway
from tests.shop_kit import SmallShop

pytestmark = pytest.mark.browser
LONG = "Samsung Galaxy Note20 5G 256GB Mystic Bronze with a name that is longer than any phone is wide"
CONTRAST = 4.5


@pytest.fixture
def tools() -> FakeForecasting:
    return FakeForecasting()


@pytest.fixture
async def server(tmp_path: Path, database: Database, tools: FakeForecasting) -> AsyncIterator[Server]:
    async with running_gateway(tmp_path, database, tools=tools, limits_factor=100) as gateway:
        running = Server(gateway)
        await running.start()
        yield running
        await running.stop()


@pytest.fixture
async def forecast(database: Database, shop: SmallShop, tools: FakeForecasting) -> str:
    """A product that runs out, with a forecast that has been judged; beside it an older one."""
    phone = await shop.product(name=LONG, stock=20)
    customer = await shop.customer()
    await sell(database, phone, [3] * 28, customer)
    judged = await keep_forecast(database, product=phone.product_id, as_of=TODAY - timedelta(days=9))
    await judge(database, judged, days=8, expected=80, sold=24)
    tools.plans = {phone.public_id: stock_plan(phone)}
    tools.record = {
        "forecasts": 12, "mean_error_percent": 18.4, "bias_percent": 6.2, "coverage80": 0.61, "drifting": True,
        "notes": ["Sales were below what was expected in 5 weeks in a row."],
    }  # fmt: skip
    sold = [8.0] * 119 + [5000.0]
    return await keep_forecast(
        database, product=phone.product_id, as_of=TODAY - timedelta(days=1), sold=sold,
        outliers=[str(TODAY - timedelta(days=1))],
    )  # fmt: skip


async def sign_in(page: Page, server: Server) -> None:
    email = f"marketer-{id(page)}@example.org"
    await server.gateway.services.accounts.create(email, PASSWORD, Role.MARKETER)
    await page.goto(f"{server.url}/sign-in?next=/console/forecasts")
    await page.get_by_label("Mail address").fill(email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("main").get_by_role("button", name="Sign in").click()


async def test_what_to_order_leads_to_the_product_and_a_forecast_to_its_numbers(
    server: Server, visitor: Visitor, forecast: str
) -> None:
    page = visitor.page
    await sign_in(page, server)
    stock = page.get_by_role("region", name="What runs out soon").first
    await expect(stock.get_by_text("40 now").first).to_be_visible()
    await expect(page.get_by_role("status").first).to_contain_text("worse than their ranges say")
    await page.get_by_role("heading", level=2).get_by_role("link", name=LONG).click()
    chart = page.get_by_role("img", name="Sales of Samsung")
    await expect(chart).to_be_visible()
    assert await chart.evaluate("image => image.decode().then(() => image.naturalWidth > 0)")
    await expect(page.get_by_role("row", name="promotion").first).to_be_visible()
    async with page.expect_download() as started:
        await page.get_by_role("link", name="Numbers as CSV").click()
    assert (await (await started.value).path()).read_text().startswith("kind,id,name,day,mean")


async def test_the_pages_fit_a_small_phone_and_can_be_read(server: Server, phone: Visitor, forecast: str) -> None:
    """Nothing is wider than the screen; small words and those on tinted ground have enough contrast."""
    page = phone.page
    await sign_in(page, server)
    for path in ("/console/forecasts", f"/console/forecasts/{forecast}"):
        await page.goto(server.url + path)
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert await page.evaluate(_FAINT, CONTRAST) == []
        sizes = await page.locator("main").evaluate(_SIZES)
        assert min(sizes) >= 12


async def test_the_pages_work_without_scripts(server: Server, chromium: Browser, forecast: str) -> None:
    context = await chromium.new_context(viewport=PHONE, java_script_enabled=False)  # type: ignore[arg-type]
    page = await context.new_page()
    await sign_in(page, server)
    await expect(page.get_by_text("40 now").first).to_be_visible()
    await page.get_by_role("heading", level=2).get_by_role("link", name=LONG).click()
    await expect(page.get_by_role("heading", name="What happened since")).to_be_visible()
    await context.close()


_SIZES = """
main => [...main.querySelectorAll("*")]
    .filter(one => [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
    .map(one => parseFloat(getComputedStyle(one).fontSize))
"""
# Texts in the main part whose contrast to the nearest ground that is painted is below a ratio (WCAG 2.1, 1.4.3).
_FAINT = """
least => {
    const parts = colour => colour.match(/[\\d.]+/g).map(Number);
    const linear = v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    const light = ([r, g, b]) => [r, g, b].map(v => linear(v / 255))
        .reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
    const ground = one => {
        for (; one; one = one.parentElement) {
            const colour = parts(getComputedStyle(one).backgroundColor);
            if (colour.length < 4 || colour[3] > 0) return colour;
        }
        return [255, 255, 255];
    };
    return [...document.querySelectorAll("main *")]
        .filter(one => [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
        .filter(one => one.checkVisibility() && !one.closest(".sr-only"))
        .filter(one => {
            const [a, b] = [light(parts(getComputedStyle(one).color)), light(ground(one))];
            return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < least;
        })
        .map(one => one.textContent.trim());
}
"""
