"""The chat widget in a real browser, against a scripted assistant: every part, markup, lost connections, uploads."""

import asyncio
import io
from typing import Any

import httpx
import pytest
from PIL import Image
from playwright.async_api import FilePayload, Page, Route, expect

from tests.browser.conftest import Server, Visitor
from tests.gateway_kit import say
from tests.shop_kit import SmallShop

pytestmark = pytest.mark.browser
MARKUP = "<img src=x onerror=alert(1)><script>alert(2)</script>"


def picture() -> FilePayload:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), (180, 40, 40)).save(buffer, "PNG")
    return {"name": "photo.png", "mimeType": "image/png", "buffer": buffer.getvalue()}


def card(sold_id: str, name: str) -> dict[str, Any]:
    shown = {"name": name, "price": 1299.5, "currency": "USD", "image": None}
    return {"id": sold_id, "url": f"/p/{sold_id}", "why": "Bright"} | shown


async def open_chat(page: Page, url: str) -> None:
    await page.goto(url)
    await page.get_by_role("button", name="Ask the clerk").first.click()


async def ask(page: Page, words: str) -> None:
    await page.get_by_label("Your message").fill(words)
    await page.get_by_label("Your message").press("Enter")


async def test_an_answer_shows_all_its_parts(server: Server, visitor: Visitor, shop: SmallShop) -> None:
    lamp = await shop.product(name="Desk lamp")
    server.gateway.assistant.answer = lambda turn: [
        {"type": "text", "text": "Two lamps:\nhere they are."},
        {"type": "products", "products": [card(lamp.public_id, "Desk lamp")]},
        {
            "type": "table",
            "columns": ["", "Desk lamp"],
            "rows": [["Price", 1299.5], ["Socket", "E27"], ["Dim", None]],
        },
        {"type": "image", "url": "/static/favicon.svg", "alt": "Sales of the lamp"},
        {"type": "file", "url": "/api/forecasts/f_0/forecast.csv", "name": "forecast.csv"},
        {"type": "choices", "choices": [{"title": "Cheaper ones", "payload": "/cheaper"}]},
    ]
    page = visitor.page
    await open_chat(page, server.url)
    await ask(page, "lamps")
    await expect(page.get_by_text("Two lamps:")).to_be_visible()
    await expect(page.locator(".chat-card")).to_contain_text("$1,299.50")
    await expect(page.get_by_role("row", name="Socket E27")).to_be_visible()
    await expect(page.get_by_role("row", name="Dim –")).to_be_visible()
    await expect(page.get_by_role("link", name="forecast.csv")).to_have_attribute("download", "forecast.csv")
    await page.get_by_role("button", name="Sales of the lamp. Show it large").click()
    await expect(page.get_by_role("dialog", name="Sales of the lamp")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.locator(".chat-card").click()
    await expect(page.get_by_role("heading", level=1, name="Desk lamp")).to_be_visible()
    await expect(page.get_by_text("Two lamps:")).to_be_visible()  # the chat stays open, with what was said


async def test_a_choice_is_sent_by_its_id_and_read_by_its_title(server: Server, visitor: Visitor) -> None:
    assistant, page = server.gateway.assistant, visitor.page
    offered = [{"type": "choices", "choices": [{"title": "Yes, cancel it", "payload": "/affirm"}]}]
    assistant.answer = lambda turn: say("Done.") if turn["payload"] == "/affirm" else offered
    await open_chat(page, server.url)
    await ask(page, "cancel my order")
    await page.get_by_role("button", name="Yes, cancel it").click()
    await expect(page.get_by_text("Done.")).to_be_visible()
    await expect(page.locator(".chat-question").last).to_contain_text("Yes, cancel it")
    await expect(page.get_by_role("button", name="Yes, cancel it")).to_be_disabled()
    assert assistant.turns[-1]["payload"] == "/affirm"


async def test_markup_in_names_reviews_and_answers_is_shown_as_text(
    server: Server, visitor: Visitor, shop: SmallShop
) -> None:
    lamp = await shop.product(
        name=f"Lamp {MARKUP}",
        brand=MARKUP[:80],
        description=MARKUP,
        attributes={"care": MARKUP, "advantages": [MARKUP]},
    )
    await shop.review(lamp, title=MARKUP, body=MARKUP)
    server.gateway.assistant.answer = lambda turn: [
        {"type": "text", "text": MARKUP},
        {"type": "products", "products": [card(lamp.public_id, MARKUP)]},
        {"type": "table", "columns": [MARKUP], "rows": [[MARKUP]]},
        {"type": "choices", "choices": [{"title": MARKUP, "payload": "/x"}]},
    ]
    page = visitor.page
    await page.goto(f"{server.url}/p/{lamp.public_id}")
    await page.get_by_role("button", name="Ask about this product").click()
    await ask(page, MARKUP)
    await expect(page.locator(".chat-answer .chat-bubble").last).to_have_text(MARKUP)
    await expect(page.locator(".chat-choice").last).to_have_text(MARKUP)
    await expect(page.locator(".review h3")).to_have_text(MARKUP)
    assert await page.locator("img[src='x'], main script, #chat script").count() == 0
    await page.reload()
    await expect(page.locator(".chat-question .chat-bubble")).to_have_text(MARKUP)
    assert server.gateway.assistant.turns[0]["page_product_id"] == lamp.public_id


async def test_links_that_could_run_something_are_text(server: Server, visitor: Visitor) -> None:
    """The gateway refuses such links; should one come through, the widget still shows words only."""
    page = visitor.page
    await page.goto(server.url)
    kept = await page.evaluate(
        """async () => {
             const { safeLink, safePicture } = await import("/static/chat-parts.js");
             const bad = ["javascript:alert(1)", " java\\nscript:alert(1)", "data:text/html,x", "http://evil.example/",
                          "blob:x", "//"];
             return [bad.map(safeLink).filter(Boolean), safePicture("https://evil.example/x.png"),
                     safeLink("https://maker.example/manual"), new URL(safeLink("/p/p_1")).pathname];
           }"""
    )
    assert kept == [[], None, "https://maker.example/manual", "/p/p_1"]


async def test_a_lost_connection_comes_back_and_nothing_is_asked_twice(server: Server, visitor: Visitor) -> None:
    page, assistant = visitor.page, server.gateway.assistant
    await open_chat(page, server.url)
    await ask(page, "first")
    await expect(page.get_by_text("You said first")).to_be_visible()
    await server.stop()
    await expect(page.get_by_text("Reconnecting…")).to_be_visible()
    await ask(page, "second")
    await expect(page.get_by_text("Not sent.")).to_be_visible()
    await server.start()
    await expect(page.locator(".chat-status")).to_have_text("Knows every product", timeout=30_000)
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_text("You said second")).to_be_visible()
    await expect(page.get_by_text("Not sent.")).to_have_count(0)
    assert [turn["text"] for turn in assistant.turns] == ["first", "second"]
    visitor.complaints.clear()  # the browser reports every connection that was refused meanwhile


async def test_an_apology_is_replaced_when_the_same_message_is_answered(server: Server, visitor: Visitor) -> None:
    page, assistant = visitor.page, server.gateway.assistant
    usual, assistant.answer = assistant.answer, lambda turn: httpx.Response(500)
    await open_chat(page, server.url)
    await ask(page, "price")
    await expect(page.locator(".chat-answer .chat-bubble").last).to_contain_text("Sorry")
    assistant.answer = usual
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_text("You said price")).to_be_visible()
    await expect(page.get_by_text("Sorry")).to_have_count(0)
    await expect(page.locator(".chat-question")).to_have_count(1)


async def test_a_picture_is_shown_sent_and_kept(server: Server, visitor: Visitor) -> None:
    page = visitor.page
    server.gateway.assistant.answer = lambda turn: say(f"Got it: {turn['text']}")
    await open_chat(page, server.url)
    await page.locator("input[type=file]").set_input_files(files=picture())
    await expect(page.get_by_alt_text("The picture to send")).to_be_visible()
    await ask(page, "like this")
    await expect(page.get_by_text("Got it: like this")).to_be_visible()
    await expect(page.locator(".chat-preview")).to_be_hidden()
    assert server.gateway.assistant.turns[-1]["image_id"].startswith("u_")
    await page.reload()
    sent = page.get_by_alt_text("Your picture")
    await expect(sent).to_be_visible()
    assert await sent.evaluate("image => image.decode().then(() => image.naturalWidth)") == 64


async def test_what_is_no_picture_is_refused_with_words(server: Server, visitor: Visitor) -> None:
    page = visitor.page
    await open_chat(page, server.url)
    drawing: FilePayload = {"name": "x.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"}
    await page.locator("input[type=file]").set_input_files(files=drawing)
    await expect(page.get_by_text("JPEG, PNG or WebP")).to_be_visible()
    broken: FilePayload = {"name": "x.png", "mimeType": "image/png", "buffer": b"not a picture"}
    await page.locator("input[type=file]").set_input_files(files=broken)
    await ask(page, "look")
    await expect(page.get_by_text("Not sent.")).to_be_visible()
    assert server.gateway.assistant.turns == []
    visitor.complaints.clear()  # the refused upload and the broken preview are reported


async def test_two_windows_show_one_conversation(server: Server, visitor: Visitor) -> None:
    first, second = visitor.page, await visitor.context.new_page()
    await open_chat(first, server.url)
    await ask(first, "one")
    await expect(first.get_by_text("You said one")).to_be_visible()
    await open_chat(second, server.url)
    await expect(second.get_by_text("You said one")).to_be_visible()
    await ask(second, "two")
    await expect(first.get_by_text("You said two")).to_be_visible()
    await expect(first.locator(".chat-question").last).to_contain_text("two")


async def test_words_sent_at_once_wait_for_the_session(server: Server, visitor: Visitor) -> None:
    """The visitor's browser complains of the 401 that would come otherwise."""
    page, sessions = visitor.page, []

    async def late(route: Route) -> None:
        sessions.append(route.request.method)
        await asyncio.sleep(0.5)
        await route.continue_()

    await page.route("**/api/session", late)
    await page.goto(server.url)
    await page.get_by_role("button", name="Ask the clerk").last.click()
    await page.get_by_label("Your message").fill("hello")
    await page.keyboard.press("Enter")
    await expect(page.locator(".chat-answer .chat-bubble").last).to_have_text("You said hello")
    assert sessions == ["POST"]


async def test_the_chat_works_with_the_keyboard_alone(server: Server, visitor: Visitor) -> None:
    page = visitor.page
    await page.goto(server.url)
    await page.get_by_role("button", name="Ask the clerk").last.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Your message")).to_be_focused()
    await page.keyboard.type("hello")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("there")
    await page.keyboard.press("Enter")
    await expect(page.locator(".chat-answer .chat-bubble").last).to_have_text("You said hello\nthere")
    assert await page.get_by_role("log").get_attribute("aria-live") == "polite"
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Ask the clerk").last).to_be_focused()


async def test_on_a_small_phone_the_chat_fills_the_screen_and_nothing_is_cut_off(
    server: Server, phone: Visitor, shop: SmallShop
) -> None:
    lamp = await shop.product()
    server.gateway.assistant.answer = lambda turn: [
        {"type": "products", "products": [card(lamp.public_id, "Lamp")] * 6}
    ]
    page = phone.page
    for path in ("/", "/products", f"/p/{lamp.public_id}", "/cart", "/sign-in", "/sign-up", "/policies"):
        await page.goto(server.url + path)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    await page.get_by_role("button", name="Ask the clerk").click()
    await ask(page, "lamps")
    await expect(page.locator(".chat-card").first).to_be_visible()
    box = await page.locator("#chat-panel").bounding_box()
    assert box == {"x": 0, "y": 0, "width": 360, "height": 740}
    assert await page.locator(".chat-log").evaluate("log => log.scrollWidth <= log.clientWidth")
