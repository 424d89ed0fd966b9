"""Shelves of recommended products: their places, their reasons, clicks that count, and pages that do not wait."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from store.session import Database
from tests.fake_tools import FakeRecommender
from tests.gateway_kit import ORIGIN, Gateway, running_gateway
from tests.integration.shop.page_kit import html, signed_up
from tests.shop_kit import SmallShop, Sold

FOR_YOU, POPULAR, BEST = "For you", "Popular now", "Best sellers of the month"
GOES_WITH, OTHERS, CART = "Goes well with", "Others also bought", "Goes with what is in your cart"


@pytest.fixture
def tool() -> FakeRecommender:
    return FakeRecommender()


@pytest.fixture
async def web(tmp_path: Path, database: Database, tool: FakeRecommender) -> AsyncIterator[Gateway]:
    async with running_gateway(tmp_path, database, tools=tool, limits_factor=100) as running:
        yield running


@pytest.fixture
async def browser(web: Gateway) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that says, as all do, that it follows a link of ours."""
    headers = {"Origin": ORIGIN, "Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
    async with web.client(headers=headers) as client:
        yield client


def shelf(page: str, title: str) -> list[tuple[str, str]]:
    """`(address, reason)` of each card of a shelf, in order."""
    start = page.index(f">{title}</h2>")
    cards = page[start : page.index("</section>", start)].split("<article")[1:]
    return [(re.search(r'href="([^"]+)"', card)[1], re.search(r'card-why">([^<]+)<', card)[1]) for card in cards]  # type: ignore[index]


async def begin_session(browser: httpx.AsyncClient) -> str:
    """A guest's session in this browser; its subject stands with what it does."""
    assert (await browser.post("/api/session")).status_code == 200
    return browser.cookies["shopclerk_session"]


async def clicks(web: Gateway, sold: Sold) -> list[Any]:
    query = "SELECT session, detail FROM events WHERE kind = 'click' AND product_id = :product ORDER BY id"
    return await web.sql(query, product=sold.product_id)


async def test_the_home_page_says_for_you_and_why(
    shop: SmallShop, tool: FakeRecommender, web: Gateway, browser: httpx.AsyncClient
) -> None:
    lamp, rug, vase = [await shop.product(name=name) for name in ("Lamp", "Rug", "Vase")]
    await signed_up(browser)
    tool.picks["for_you"] = [(rug.public_id, "after_this", lamp.public_id), (vase.public_id, "popular", None)]
    page = await html(browser, "/")
    assert shelf(page, FOR_YOU) == [
        (f"/p/{rug.public_id}?from=home&amp;for=for_you", "Often chosen after Lamp"),
        (f"/p/{vase.public_id}?from=home&amp;for=for_you", "Popular now"),
    ]
    ((customer,),) = await web.sql("SELECT public_id FROM customers ORDER BY id DESC LIMIT 1")
    asked = tool.asked[-1]
    assert (asked["customer_id"], asked["surface"], asked["purpose"]) == (customer, "home", "for_you")
    assert asked["session"].startswith("a_")


async def test_strangers_get_what_is_popular_in_place_of_the_best_sellers(
    shop: SmallShop, tool: FakeRecommender, browser: httpx.AsyncClient
) -> None:
    lamp = await shop.product()
    assert BEST in await html(browser, "/"), "the recommender had nothing"
    tool.picks["for_you"] = [(lamp.public_id, "popular", None)]
    page = await html(browser, "/")
    assert [reason for _, reason in shelf(page, POPULAR)] == ["Popular now"]
    assert FOR_YOU not in page
    assert BEST not in page
    assert (tool.asked[-1]["customer_id"], tool.asked[-1]["session"]) == (None, None)


async def test_a_product_page_shows_what_goes_with_it_and_what_others_bought(
    shop: SmallShop, tool: FakeRecommender, browser: httpx.AsyncClient
) -> None:
    """None twice, not the product itself, none that is sold no more."""
    asked, rug, vase, gone = [
        await shop.product(name=name, active=name != "Gone") for name in ("Lamp", "Rug", "Vase", "Gone")
    ]
    tool.picks["goes_with"] = [(rug.public_id, "bought_together", asked.public_id)]
    tool.picks["others_also_bought"] = [
        (rug.public_id, "bought_together", asked.public_id), (gone.public_id, "popular", None),
        (asked.public_id, "popular", None), (vase.public_id, "bought_together", rug.public_id),
    ]  # fmt: skip
    page = await html(browser, f"/p/{asked.public_id}")
    assert shelf(page, GOES_WITH) == [(f"/p/{rug.public_id}?from=product&amp;for=goes_with", "Often bought together")]
    assert shelf(page, OTHERS) == [
        (f"/p/{vase.public_id}?from=product&amp;for=others_also_bought", "Bought together with Rug")
    ]
    assert [(one["purpose"], one["without"]) for one in tool.asked] == [
        ("goes_with", []), ("others_also_bought", [rug.public_id]),
    ], "what stands on the page already is not asked for again"  # fmt: skip
    assert all(one["product_ids"] == [asked.public_id] for one in tool.asked)


async def test_the_cart_shows_what_goes_with_what_is_in_it(
    shop: SmallShop, tool: FakeRecommender, browser: httpx.AsyncClient
) -> None:
    lamp, rug = await shop.product(), await shop.product(name="Rug")
    tool.picks["goes_with"] = [(rug.public_id, "looks_like", lamp.public_id)]
    assert CART not in await html(browser, "/cart")
    assert tool.asked == [], "nothing goes with an empty cart"
    await browser.post("/cart", data={"variant_id": lamp.variant_id})
    page = await html(browser, "/cart")
    assert shelf(page, CART) == [(f"/p/{rug.public_id}?from=cart&amp;for=goes_with", "Looks like Lamp")]
    assert tool.asked[-1]["product_ids"] == [lamp.public_id]


@pytest.mark.parametrize("failure", [httpx.ConnectError("down"), httpx.ReadError("cut"), 500, 503, 429, 404, 422])
async def test_pages_are_whole_while_the_tool_is_away(
    shop: SmallShop, tool: FakeRecommender, browser: httpx.AsyncClient, failure: Exception | int
) -> None:
    sold = await shop.product()
    await browser.post("/cart", data={"variant_id": sold.variant_id})
    tool.failure = failure
    assert BEST in await html(browser, "/")
    for path, title in ((f"/p/{sold.public_id}", GOES_WITH), ("/cart", CART)):
        assert title not in await html(browser, path)


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"products": [{"product_id": 5}]}', b"x" * 300_000])
async def test_an_answer_that_is_none_is_left_out(
    shop: SmallShop, tool: FakeRecommender, browser: httpx.AsyncClient, body: bytes
) -> None:
    await shop.product()
    tool.body = body
    assert BEST in await html(browser, "/")


async def test_a_silent_tool_is_left_alone_after_some_pages(
    shop: SmallShop, tool: FakeRecommender, browser: httpx.AsyncClient
) -> None:
    """Each page gives up on it soon, and after five none waits at all."""
    await shop.product()
    tool.silent = True
    for _ in range(8):
        assert BEST in await html(browser, "/")
    assert len(tool.asked) == 5


@pytest.mark.parametrize(("surface", "purpose"), [
    ("home", "for_you"), ("product", "others_also_bought"), ("cart", "goes_with"), ("chat", "for_you"),
])  # fmt: skip
async def test_a_click_on_a_recommended_card_is_noted_once(
    shop: SmallShop, web: Gateway, browser: httpx.AsyncClient, surface: str, purpose: str
) -> None:
    """It leads on to the plain address, so that loading the page again is no click; nor is coming back soon."""
    sold = await shop.product()
    await begin_session(browser)
    for _ in range(3):
        response = await browser.get(f"/p/{sold.public_id}?from={surface}&for={purpose}")
        assert (response.status_code, response.headers["Location"]) == (303, f"/p/{sold.public_id}")
        assert response.headers["Cache-Control"] == "no-store"
    ((visitor, detail),) = await clicks(web, sold)
    assert visitor.startswith("g_")
    assert detail == {"from": "recommendation", "surface": surface, "purpose": purpose}


async def test_every_visitor_has_clicks_of_their_own(shop: SmallShop, web: Gateway) -> None:
    sold = await shop.product()
    for _ in range(2):
        async with web.client(headers={"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}) as browser:
            await begin_session(browser)
            await browser.get(f"/p/{sold.public_id}?from=home&for=for_you")
    assert len({visitor for visitor, _ in await clicks(web, sold)}) == 2


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "none"}, {"Sec-Purpose": "prefetch;prerender"}],
)
async def test_links_elsewhere_and_fetching_ahead_are_no_clicks(
    shop: SmallShop, web: Gateway, browser: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    sold = await shop.product()
    await begin_session(browser)
    response = await browser.get(f"/p/{sold.public_id}?from=home&for=for_you", headers=headers)
    assert response.status_code == 303
    assert await clicks(web, sold) == []


async def test_a_stranger_without_a_session_leaves_no_click(
    shop: SmallShop, web: Gateway, browser: httpx.AsyncClient
) -> None:
    sold = await shop.product()
    assert (await browser.get(f"/p/{sold.public_id}?from=home&for=for_you")).status_code == 303
    assert await clicks(web, sold) == []


@pytest.mark.parametrize("query", ["from=newsletter&for=for_you", "from=home", "for=for_you", "from=home&for=x", "a=b"])
async def test_other_addresses_are_just_the_page(
    shop: SmallShop, web: Gateway, browser: httpx.AsyncClient, query: str
) -> None:
    sold = await shop.product()
    await begin_session(browser)
    await html(browser, f"/p/{sold.public_id}?{query}")
    assert await clicks(web, sold) == []


async def test_a_product_that_is_not_sold_is_not_found_however_one_comes(
    browser: httpx.AsyncClient, tool: FakeRecommender
) -> None:
    await begin_session(browser)
    await html(browser, "/p/p_gone", 404)
    assert tool.asked == [], "nothing goes with what there is not"
    await html(browser, "/p/p_gone?from=home&for=for_you", 404)
