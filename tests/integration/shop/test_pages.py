"""The shop's pages over HTTP, without JavaScript: what they show, and the way from a product to an order."""

import re
from html import unescape
from html.parser import HTMLParser

import httpx
import pytest

from common.policies import policies
from tests.gateway_kit import Gateway
from tests.integration.shop.page_kit import (
    CARD,
    html,
    product_path,
    shown_prices,
    signed_up,
)
from tests.shop_kit import SmallShop

NOTE20 = "Samsung Galaxy Note20 5G 256GB Mystic Bronze"

PUBLIC_PAGES = ["/", "/products", "/products?q=dress", "/products?q=zzzzqq", "/cart", "/sign-in", "/sign-up",
                "/forgotten-password", "/reset-password?token=x", "/policies", "/no-such-page"]  # fmt: skip


class Structure(HTMLParser):
    """What a page is made of, for checks of its structure."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def of(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag in names]


@pytest.mark.parametrize("path", PUBLIC_PAGES)
async def test_pages_are_accessible_and_hold_nothing_inline(browser: httpx.AsyncClient, path: str) -> None:
    """One heading, landmarks, labels, alternatives; no script, style or handler that a strict CSP would block."""
    response = await browser.get(path)
    page = Structure(response.text)
    assert len(page.of("h1")) == 1
    assert page.of("html")[0]["lang"] == "en"
    for landmark in ("header", "main", "footer", "nav"):
        assert page.of(landmark)
    assert all("alt" in image for image in page.of("img"))
    labelled = {label.get("for") for label in page.of("label")}
    fields = [f for f in page.of("input", "select", "textarea") if f.get("type") not in ("hidden", "checkbox", "radio")]
    assert [f for f in fields if f.get("id") not in labelled] == []
    assert all(script.get("src") for script in page.of("script"))
    assert not page.of("style")
    assert not [a for _, a in page.tags if "style" in a or any(name.startswith("on") for name in a)]
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


async def test_the_home_page_leads_to_departments_and_products(browser: httpx.AsyncClient) -> None:
    page = await html(browser, "/")
    assert page.count('href="/category/') >= 6
    assert page.count('href="/p/') >= 8


async def test_a_product_page_shows_what_the_store_knows(web: Gateway, browser: httpx.AsyncClient) -> None:
    page = await html(browser, await product_path(web, NOTE20))
    rows = await web.sql("SELECT price FROM products WHERE name = :name", name=NOTE20)
    assert f"{rows[0][0]:,.2f}" in page
    assert NOTE20 in page
    assert "4,300 mAh" in page
    assert "192 g" in page
    assert 'name="variant_id"' in page
    assert "data-product-id" in page


async def test_looking_at_a_product_is_an_event_of_the_visitor(web: Gateway, browser: httpx.AsyncClient) -> None:
    email = await signed_up(browser)
    await html(browser, await product_path(web, NOTE20))
    events = await web.sql(
        "SELECT e.kind, p.name FROM events e JOIN products p ON p.id = e.product_id "
        "JOIN accounts a ON a.public_id = e.session AND a.customer_id = e.customer_id WHERE a.email = :email",
        email=email,
    )
    assert events == [("view", NOTE20)]


async def test_the_policies_page_says_what_the_chat_says(browser: httpx.AsyncClient) -> None:
    page = unescape((await browser.get("/policies")).text)
    assert all(policy.text in page and f'id="{policy.slug}"' in page for policy in policies())


@pytest.mark.parametrize("words", ["note20", "Galaxy Note 20", "galxy note20"])
async def test_search_finds_a_phone_by_what_people_type(browser: httpx.AsyncClient, words: str) -> None:
    page = (await browser.get("/products", params={"q": words})).text
    names = re.findall(r'card-name"><a href="[^"]+">([^<]+)', page)
    assert any("Note20" in name for name in names[:3])


async def test_filters_narrow_the_list_to_what_they_say(web: Gateway, browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/products", params={"max": "100", "colour": "Black", "in_stock": "true"})).text
    ids = re.findall(CARD, page)
    assert ids
    fitting = await web.sql(
        "SELECT DISTINCT p.public_id FROM products p JOIN variants v ON v.product_id = p.id "
        "WHERE p.public_id = ANY(:ids) AND v.colour = 'Black' AND v.stock > 0",
        ids=ids,
    )
    assert {one for (one,) in fitting} == set(ids)
    prices = shown_prices(page)
    assert len(prices) == len(ids)
    assert max(prices) <= 100


async def test_a_list_is_sorted_by_todays_price(browser: httpx.AsyncClient) -> None:
    page = await html(browser, "/products?sort=price")
    prices = shown_prices(page)
    assert len(prices) == 24
    assert prices == sorted(prices)


async def test_pages_of_a_list_hold_every_product_once(web: Gateway, browser: httpx.AsyncClient) -> None:
    seen: list[str] = []
    for number in range(1, 5):
        page = await html(browser, f"/category/electronics?sort=newest&page={number}")
        seen += re.findall(CARD, page)
        if 'rel="next"' not in page:
            break
    ((count,),) = await web.sql(
        "SELECT count(*) FROM products p JOIN categories c ON c.id = p.category_id "
        "LEFT JOIN categories up ON up.id = c.parent_id WHERE p.active AND 'electronics' IN (c.slug, up.slug)"
    )
    assert count > 24
    assert len(seen) == len(set(seen)) == count


async def test_a_page_past_the_end_leads_to_the_last(browser: httpx.AsyncClient) -> None:
    response = await browser.get("/products?page=999")
    assert response.status_code == 303
    assert (await browser.get(response.headers["Location"])).status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [("/p/p_unknown", 404), ("/p/%00", 404), ("/category/nope", 404), ("/products?min=abc", 422),
     ("/products?sort=price;drop", 422), ("/products?page=0", 422), ("/products?q=%00%E2%80%8B", 200),
     ("/products?q=' OR 1=1 --", 200), ("/nothing/here", 404)],
)  # fmt: skip
async def test_bad_addresses_end_on_a_page_that_says_so(browser: httpx.AsyncClient, path: str, status: int) -> None:
    response = await browser.get(path)
    assert response.status_code == status
    assert response.headers["Content-Type"].startswith("text/html")


async def test_the_api_keeps_its_json_envelope_for_unknown_addresses(browser: httpx.AsyncClient) -> None:
    response = await browser.get("/api/nothing")
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "not_found"


async def test_stored_markup_is_shown_as_text(web: Gateway, browser: httpx.AsyncClient) -> None:
    markup = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    shop = SmallShop(web.database)
    lamp = await shop.product(name=markup, description=markup, attributes={"care": markup})
    await shop.review(lamp, title=markup, body=markup)
    page = await html(browser, f"/p/{lamp.public_id}")
    assert markup not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 5


async def test_pictures_come_from_the_folder_of_pictures_only(web: Gateway, browser: httpx.AsyncClient) -> None:
    folder = web.services.settings.images_dir
    (folder / "phones").mkdir(parents=True)
    (folder / "phones" / "one.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (folder.parent / "secret.png").write_bytes(b"secret")
    (folder / "notes.txt").write_text("secret")
    (folder / "link.png").symlink_to(folder.parent / "secret.png")
    found = await browser.get("/media/phones/one.png")
    assert (found.status_code, found.headers["Content-Type"]) == (200, "image/png")
    assert "max-age" in found.headers["Cache-Control"]
    for path in ("../secret.png", "%2e%2e/secret.png", "..%2fsecret.png", "notes.txt", "link.png", "phones", "%00.png"):
        assert (await browser.get(f"/media/{path}")).status_code == 404, path


async def test_scripts_and_styles_are_kept_under_their_hash(browser: httpx.AsyncClient) -> None:
    page = await html(browser, "/")
    address_ = re.search(r'href="(/static/base\.css\?v=[0-9a-f]{10})"', page)
    assert address_
    assert "immutable" in (await browser.get(address_[1])).headers["Cache-Control"]
    assert (await browser.get("/static/chat-parts.js")).headers["Cache-Control"] == "no-cache"
