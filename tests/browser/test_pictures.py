"""Visual search in a real browser, on the started stack: a picture is sent, products come back, words narrow them."""

import asyncio
import re
import time
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from playwright.async_api import FilePayload, Locator, Page, expect

from tests.browser.conftest import Visitor
from tests.browser.test_widget import ask, open_chat
from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.stack]
ANSWER_MS = 20_000
EMBEDDED_SECONDS = 240
UNSEEN = """
    SELECT count(*) FROM product_images LEFT JOIN image_embeddings ON image_id = product_images.id
    WHERE image_id IS NULL
"""
# A dress in stock whose picture is no other product's.
DRESS = """
    SELECT p.name, i.path FROM products p JOIN product_images i ON i.product_id = p.id AND i.position = 0
    JOIN categories c ON c.id = p.category_id AND c.slug = 'women-dresses'
    WHERE p.active AND EXISTS (SELECT FROM variants v WHERE v.product_id = p.id AND v.stock > 0)
    AND NOT EXISTS (SELECT FROM product_images other WHERE other.sha256 = i.sha256 AND other.id <> i.id)
    ORDER BY p.id LIMIT 1
"""


@pytest.fixture(scope="module")
async def looked_at(stack: Stack) -> Stack:
    """The stack once its job has looked at every picture of the demo store."""
    deadline = time.monotonic() + EMBEDDED_SECONDS
    while (unseen := _one(stack, UNSEEN)[0]) and time.monotonic() < deadline:  # noqa: ASYNC110 (another process's work)
        await asyncio.sleep(0.5)
    assert unseen == 0
    return stack


def _one(stack: Stack, query: str) -> tuple:
    with psycopg.connect(stack.database_url) as connection:
        row = connection.execute(query).fetchone()
    assert row
    return row


def picture_of(stack: Stack, path: str) -> FilePayload:
    """A product's picture as somebody would have saved it, under a name that says nothing."""
    file = stack.home / "images" / path
    kind = {".png": "image/png", ".webp": "image/webp"}.get(Path(path).suffix, "image/jpeg")
    return {"name": f"photo{file.suffix}", "mimeType": kind, "buffer": file.read_bytes()}


async def send(page: Page, picture: FilePayload) -> None:
    await page.locator("input[type=file]").set_input_files(files=picture)
    await page.get_by_role("button", name="Send", exact=True).click()


def answer(page: Page, number: int) -> Locator:
    """The answer to the question of that number, from 0."""
    return page.locator(".chat-question + .chat-answer").nth(number)


async def prices(cards: Locator) -> list[float]:
    shown = await cards.locator(".chat-card-price").all_inner_texts()
    return [float(re.sub(r"[^\d.]", "", price)) for price in shown]


async def test_a_picture_finds_the_product_and_words_narrow_what_is_alike(looked_at: Stack, visitor: Visitor) -> None:
    """The product itself comes first with a reason; a limit below its price leaves others that are alike."""
    name, path = _one(looked_at, DRESS)
    page = visitor.page
    await open_chat(page, looked_at.base_url)
    await send(page, picture_of(looked_at, path))
    cards = answer(page, 0).locator(".chat-card")
    await expect(cards.first).to_be_visible(timeout=ANSWER_MS)
    await expect(cards.first.locator(".chat-card-name")).to_have_text(name)
    await expect(cards.first.locator(".chat-card-why")).to_contain_text("alike")
    assert await cards.first.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth > 0)")
    limit = int((await prices(cards))[0]) - 1
    await ask(page, f"under {limit} dollars")
    narrowed = answer(page, 1).locator(".chat-card")
    await expect(narrowed.first).to_be_visible(timeout=ANSWER_MS)
    await expect(narrowed.first.locator(".chat-card-why")).to_contain_text("alike")
    assert max(await prices(narrowed)) <= limit
    await narrowed.first.click()
    await expect(page.get_by_role("heading", level=1)).to_be_visible()


async def test_a_product_page_shows_what_looks_like_it(looked_at: Stack, visitor: Visitor) -> None:
    """The shelf is filled from the pictures, and its cards lead to their pages."""
    name, _ = _one(looked_at, DRESS)
    page = visitor.page
    await page.goto(f"{looked_at.base_url}/products?q={quote(name)}")
    await page.get_by_role("main").get_by_role("link", name=name, exact=True).first.click()
    shelf = page.get_by_role("region", name="Looks like this")
    first = shelf.get_by_role("link").first
    other = await first.inner_text()
    await first.click()
    await expect(page.get_by_role("heading", level=1, name=other, exact=True)).to_be_visible()


async def test_a_text_that_is_called_a_picture_is_refused_with_words(stack: Stack, visitor: Visitor) -> None:
    """Not sent, said why, and the chat goes on."""
    page = visitor.page
    await open_chat(page, stack.base_url)
    await send(page, {"name": "dress.jpg", "mimeType": "image/jpeg", "buffer": b"a red dress, size M"})
    await expect(page.get_by_text("Not sent. Please send a JPEG, PNG or WebP picture.")).to_be_visible()
    await expect(page.locator(".chat-answer .chat-card")).to_have_count(0)
    visitor.complaints.clear()  # the refused upload and the preview that cannot be drawn are reported
    await ask(page, "hello")
    await expect(answer(page, 0)).to_be_visible(timeout=ANSWER_MS)
