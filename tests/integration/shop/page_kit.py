"""What the tests of pages share: forms, addresses, and reading a page."""

import re
import secrets

import httpx

from tests.gateway_kit import PASSWORD, Gateway

CARD = r'card-name"><a href="/p/([^"]+)"'
PRICE = r'class="price[^"]*">\s*(?:<span[^>]*>Now </span>)?\$([\d,.]+)'


def shown_prices(page: str) -> list[float]:
    return [float(price.replace(",", "")) for price in re.findall(PRICE, page)]


async def signed_up(browser: httpx.AsyncClient) -> str:
    """Make an account in this browser; returns its mail address."""
    form = {"name": "Ada Byron", "email": f"{secrets.token_hex(6)}@example.org", "password": PASSWORD}
    assert (await browser.post("/sign-up", data=form)).status_code == 303
    return form["email"]


async def html(browser: httpx.AsyncClient, path: str, status: int = 200) -> str:
    response = await browser.get(path)
    assert response.status_code == status, response.text
    return response.text


async def product_path(web: Gateway, name: str) -> str:
    ((public_id,),) = await web.sql("SELECT public_id FROM products WHERE name = :name", name=name)
    return f"/p/{public_id}"


async def some_variant(web: Gateway) -> int:
    """A variant with plenty in stock."""
    return (await web.sql("SELECT id FROM variants WHERE stock > 5 ORDER BY id LIMIT 1"))[0][0]


def address(**changes: str) -> dict[str, str]:
    return {"name": "Ada Byron", "street": "Main street 5", "city": "Town", "postcode": "12345", "country": "US",
            "phone": ""} | changes  # fmt: skip


async def checkout_key(browser: httpx.AsyncClient) -> str:
    found = re.search(r'name="client_key" value="([0-9a-f]{32})"', await html(browser, "/checkout"))
    assert found
    return found[1]
