"""The whole started stack in a real browser: a shopper looks, asks, signs in, buys; a marketer asks for a forecast."""

import asyncio
import re

import psycopg
import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import Visitor
from tests.browser.test_widget import ask, open_chat, picture
from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.stack]
NOTE20 = "Samsung Galaxy Note20 5G 256GB Mystic Bronze"
ANSWER_MS = 20_000
RECOMMENDED_SECONDS = 60


async def sign_in(page: Page, stack: Stack, role: str) -> None:
    await page.goto(f"{stack.base_url}/sign-in")
    await page.get_by_label("Mail address").fill(f"{role}@demo.shop")
    await page.get_by_label("Password").fill(stack.password)
    await page.get_by_role("main").get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("button", name="Sign out")).to_be_visible()


async def recommended_shelf(page: Page, stack: Stack) -> Locator:
    """The home page's shelf. A page goes without it while the recommender is slow: it is asked for until it comes."""
    shelf = page.get_by_role("region", name="For you")
    async with asyncio.timeout(RECOMMENDED_SECONDS):
        while True:
            await page.goto(stack.base_url)
            if await shelf.count():
                return shelf


async def find_note20(page: Page, stack: Stack) -> None:
    await page.goto(stack.base_url)
    await page.get_by_label("Search the shop").fill("note20")
    await page.get_by_label("Search the shop").press("Enter")
    await page.get_by_role("link", name=NOTE20).click()
    await expect(page.get_by_role("heading", level=1, name=NOTE20)).to_be_visible()


async def test_a_shopper_finds_asks_and_buys(stack: Stack, visitor: Visitor) -> None:
    page = visitor.page
    await sign_in(page, stack, "shopper")
    await find_note20(page, stack)
    price = (await page.locator(".buy-price .price").inner_text()).split()[-1]  # "Now" stands before a reduced one
    await page.get_by_role("button", name="Add to cart").click()
    await page.get_by_role("link", name="Go to checkout").click()
    await page.get_by_label("Full name").fill("Ada Byron")
    await page.get_by_label("Street and number").fill("Main street 5")
    await page.get_by_label("Postcode").fill("12345")
    await page.get_by_label("City").fill("Town")
    await page.get_by_label("Country").select_option("US")
    await page.get_by_role("button", name="Place the order").click()
    await expect(page.get_by_role("heading", name="Thank you for your order")).to_be_visible()
    number = await page.locator(".order-number").inner_text()
    assert re.fullmatch(r"S-[A-Z0-9]{6}", number)
    await expect(page.locator(".grand")).to_contain_text(price)
    await page.get_by_role("button", name="Ask the clerk").click()
    await ask(page, f"where is my order {number}?")
    await expect(page.locator(".chat-answer").last).to_contain_text(number, timeout=ANSWER_MS)
    await page.get_by_role("button", name="Close the chat").click()
    await page.get_by_role("link", name="My orders").first.click()
    await page.get_by_role("link", name=number).click()
    await page.get_by_role("button", name="Cancel this order").click()
    await expect(page.get_by_text("Nothing will be sent.")).to_be_visible()


async def test_a_question_on_a_product_page_is_about_that_product(stack: Stack, visitor: Visitor) -> None:
    page = visitor.page
    await find_note20(page, stack)
    price = re.search(r"[\d,]+\.\d\d", await page.locator(".buy-price .price").inner_text())
    assert price
    await page.get_by_role("button", name="Ask about this product").click()
    await ask(page, "how much does it cost?")
    shown = page.locator(".chat-question + .chat-answer")
    await expect(shown).to_contain_text(re.compile(price[0].removesuffix(".00").replace(",", ",?")), timeout=ANSWER_MS)


async def test_a_product_card_in_the_chat_leads_to_its_page(stack: Stack, visitor: Visitor) -> None:
    page = visitor.page
    await open_chat(page, stack.base_url)
    await ask(page, "show me phones under 400 dollars")
    card = page.locator(".chat-card").first
    await expect(card).to_be_visible(timeout=ANSWER_MS)
    assert await card.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth > 0)")
    name = await card.locator(".chat-card-name").inner_text()
    await card.click()
    await expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    await expect(page.locator(".chat-question")).to_contain_text("phones under 400")


async def test_a_picture_is_answered_in_words(stack: Stack, visitor: Visitor) -> None:
    page = visitor.page
    await open_chat(page, stack.base_url)
    await page.locator("input[type=file]").set_input_files(files=picture())
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.locator(".chat-question + .chat-answer .chat-bubble").first).to_be_visible(timeout=ANSWER_MS)


async def test_a_marketers_forecast_comes_with_chart_and_file(stack: Stack, visitor: Visitor) -> None:
    page = visitor.page
    await sign_in(page, stack, "marketer")
    await page.get_by_role("button", name="Ask for a forecast").click()
    await page.get_by_role("button", name="Forecast next 45 days for Note20").click()
    chart = page.locator(".chat-answer .chat-picture img").last  # others may have asked before
    await expect(chart).to_be_visible(timeout=ANSWER_MS)
    assert await chart.evaluate("image => image.decode().then(() => image.naturalWidth > 0)")
    await expect(page.locator(".chat-file").last).to_be_visible()
    await page.get_by_role("link", name="Forecasts").first.click()
    await expect(page.locator("#newest-forecast")).to_contain_text("Note20")


async def test_a_shopper_gets_no_forecast(stack: Stack, visitor: Visitor) -> None:
    page = visitor.page
    await open_chat(page, stack.base_url)
    await ask(page, "forecast next 45 days for Note20")
    await expect(page.locator(".chat-question + .chat-answer")).to_be_visible(timeout=ANSWER_MS)
    await expect(page.locator(".chat-picture")).to_have_count(0)
    await page.goto(f"{stack.base_url}/console/forecasts")
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


async def test_a_recommended_card_leads_to_its_product_and_the_click_counts(stack: Stack, visitor: Visitor) -> None:
    page = visitor.page
    await sign_in(page, stack, "shopper")
    card = (await recommended_shelf(page, stack)).locator(".card").first
    await expect(card.locator(".card-why")).not_to_be_empty()
    name = await card.locator(".card-name").inner_text()
    await card.locator(".card-name a").click()
    await expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    assert "?" not in page.url
    with psycopg.connect(stack.database_url) as connection:
        newest = connection.execute(
            "SELECT e.detail, p.name FROM events e JOIN products p ON p.id = e.product_id"
            " WHERE e.kind = 'click' ORDER BY e.id DESC LIMIT 1"
        ).fetchone()
    assert newest == ({"from": "recommendation", "surface": "home", "purpose": "for_you"}, name)
