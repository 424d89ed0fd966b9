"""What customers say, on the product page and in the console: from what was read, escaped, filtered, linked."""

import html
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from common.caller import Role
from store.session import Database
from tests.gateway_kit import Gateway, running_gateway
from tests.integration.shop.page_kit import html as page_at
from tests.integration.shop.test_console import staff
from tests.integration.shop.test_console_tags import words
from tests.reviews_kit import reading_on, write
from tests.shop_kit import SmallShop, Sold

NOW = datetime.now(UTC)


@pytest.fixture
async def web(tmp_path: Path, database: Database) -> AsyncIterator[Gateway]:
    async with running_gateway(tmp_path, database, limits_factor=100) as running:
        yield running


@pytest.fixture
async def phone(shop: SmallShop, database: Database) -> Sold:
    """One old review on the camera, ten newer ones on the battery."""
    sold = await shop.product(name="Phone")
    old = f"OLD {sold.public_id}"
    words_of_old = "The camera is poor & <b>bad</b>."
    await write(database, sold, words_of_old, rating=2, at=NOW - timedelta(days=90), reference=old)
    for day in range(10):
        await write(database, sold, f"The battery is good, day {day}.", at=NOW - timedelta(days=day))
    await reading_on(database).read_missing()
    return sold


async def test_the_block_counts_and_quotes_what_was_read(browser: httpx.AsyncClient, phone: Sold) -> None:
    said = words(await page_at(browser, f"/p/{phone.public_id}"))
    assert "What customers say" in said
    assert "91 % of 11 reviews are positive." in said
    assert "10 good, 0 bad" in said
    assert "0 good, 1 bad" in said


async def test_an_aspect_narrows_the_reviews_and_leads_back(browser: httpx.AsyncClient, phone: Sold) -> None:
    page = await page_at(browser, f"/p/{phone.public_id}?aspect=camera")
    assert page.count('class="review"') == 1
    assert "Reviews that mention camera" in words(page)
    assert "poor &amp; &lt;b&gt;bad&lt;/b&gt;" in page
    assert "<b>bad</b>" not in page
    assert f'href="/p/{phone.public_id}#reviews"' in page


async def test_a_quote_leads_to_its_review_however_old_it_is(browser: httpx.AsyncClient, phone: Sold) -> None:
    page = await page_at(browser, f"/p/{phone.public_id}")
    assert "poor &amp;" not in page[page.index('class="review-list"') :]  # only the newest are listed
    path, anchor = re.findall(r'href="(/p/[^"]+\?review=OLD[^"]+)#([^"]+)"', page)[0]
    led = await page_at(browser, html.unescape(path))
    assert f'id="{anchor}"' in led
    assert led.index(f'id="{anchor}"') < led.index("poor &amp;", led.index('class="review-list"'))


@pytest.mark.parametrize("query", ["aspect=nothing", "review=none", "aspect=%3Cscript%3E", "aspect="])
async def test_what_is_not_there_narrows_nothing(browser: httpx.AsyncClient, phone: Sold, query: str) -> None:
    page = await page_at(browser, f"/p/{phone.public_id}?{query}")
    assert page.count('class="review"') == 8
    assert "<script>" not in page[page.index("<main") : page.index("</main")]


async def test_few_reviews_say_so_and_none_have_no_block(
    browser: httpx.AsyncClient, shop: SmallShop, database: Database
) -> None:
    one, none = await shop.product(), await shop.product()
    await write(database, one, "Great.")
    await reading_on(database).read_missing()
    assert "Few have written so far" in words(await page_at(browser, f"/p/{one.public_id}"))
    page = words(await page_at(browser, f"/p/{none.public_id}"))
    assert "What customers say" not in page
    assert "Nobody has reviewed this product yet." in page


async def test_marketers_see_the_worst_products_and_complaints(web: Gateway, phone: Sold, shop: SmallShop) -> None:
    marketer = await staff(web, Role.MARKETER)
    said = words(await page_at(marketer, "/console/reviews?days=0&aspect=camera"))
    assert "Complaints" in said
    assert "Camera" in said
    assert "Camera, by month" in said
    assert "Worst reviewed" in said
    ((action,),) = await web.sql("SELECT action FROM audit ORDER BY id DESC LIMIT 1")
    assert action == "read_reviews"


@pytest.mark.parametrize("role", [Role.SHOPPER, Role.AGENT])
async def test_nobody_else_may_look(web: Gateway, role: Role) -> None:
    somebody = await staff(web, role) if role is Role.AGENT else None
    if somebody is None:
        person = await web.person(role)
        somebody = web.client(headers={"Authorization": f"Bearer {person.token}", "Accept": "text/html"})
    assert (await somebody.get("/console/reviews")).status_code == 403


async def test_a_period_without_reviews_says_so(web: Gateway, phone: Sold, shop: SmallShop) -> None:
    empty = await shop.product()
    ((slug,),) = await web.sql("SELECT slug FROM categories WHERE id = :id", id=empty.category_id)
    marketer = await staff(web, Role.MARKETER)
    said = words(await page_at(marketer, f"/console/reviews?category={slug}&days=30"))
    assert "No reviews with an opinion in this period." in said
