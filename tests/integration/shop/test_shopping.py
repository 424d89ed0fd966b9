"""From a product to an order over HTTP, without JavaScript: carts, checkout, accounts."""

import re
import secrets

import httpx
import pytest

from tests.gateway_kit import PASSWORD, Gateway
from tests.integration.shop.page_kit import address, checkout_key, html, signed_up, some_variant

NOTE20 = "Samsung Galaxy Note20 5G 256GB Mystic Bronze"


@pytest.fixture
async def shopper(web: Gateway, browser: httpx.AsyncClient) -> httpx.AsyncClient:
    await signed_up(browser)
    return browser


async def test_from_cart_to_order_as_a_guest_who_signs_up_on_the_way(web: Gateway, browser: httpx.AsyncClient) -> None:
    variant = await some_variant(web)
    assert (await browser.post("/cart", data={"variant_id": variant, "units": 2})).status_code == 303
    response = await browser.get("/checkout")
    assert response.headers["Location"] == "/sign-in?next=/checkout"
    await signed_up(browser)
    key = await checkout_key(browser)
    placed = await browser.post("/checkout", data=address(client_key=key))
    assert placed.status_code == 303
    number = re.search(r"/orders/(S-[A-Z0-9]{6})", placed.headers["Location"])
    assert number
    confirmation = await html(browser, placed.headers["Location"])
    assert number[1] in confirmation
    assert "Main street 5" in confirmation
    assert number[1] in await html(browser, "/orders")
    rows = await web.sql(
        "SELECT l.units FROM order_lines l JOIN orders o ON o.id = l.order_id WHERE o.number = :n", n=number[1]
    )
    assert rows == [(2,)]
    again = await browser.post("/checkout", data=address(client_key=key))
    assert number[1] in again.headers["Location"]
    assert "Nothing in here yet" in await html(browser, "/cart")


@pytest.mark.parametrize("field", ["name", "street", "city", "postcode", "country"])
async def test_an_incomplete_address_comes_back_with_the_field_marked(
    web: Gateway, shopper: httpx.AsyncClient, field: str
) -> None:
    await shopper.post("/cart", data={"variant_id": await some_variant(web)})
    key = await checkout_key(shopper)
    response = await shopper.post("/checkout", data=address(client_key=key, **{field: "\0"}))
    assert response.status_code == 422
    assert f'id="{field}-error"' in response.text
    assert 'value="Main street 5"' in response.text or field == "street"
    assert "No orders yet" in await html(shopper, "/orders")


async def test_a_cart_that_was_emptied_meanwhile_is_shown_as_it_is(web: Gateway, shopper: httpx.AsyncClient) -> None:
    variant = await some_variant(web)
    await shopper.post("/cart", data={"variant_id": variant})
    key = await checkout_key(shopper)
    await shopper.post("/cart/lines", data={"variant_id": variant, "units": 0})
    response = await shopper.post("/checkout", data=address(client_key=key))
    assert (response.status_code, response.headers["Location"]) == (303, "/cart")


async def test_what_sold_out_meanwhile_is_said_at_the_checkout(web: Gateway, shopper: httpx.AsyncClient) -> None:
    ((variant,),) = await web.sql("SELECT id FROM variants WHERE stock BETWEEN 1 AND 3 ORDER BY id LIMIT 1")
    await shopper.post("/cart", data={"variant_id": variant, "units": 50})
    response = await shopper.post("/checkout", data=address(client_key=await checkout_key(shopper)))
    assert response.status_code == 409
    assert "Nothing was ordered" in response.text


async def test_an_order_is_cancelled_from_its_page(web: Gateway, shopper: httpx.AsyncClient) -> None:
    await shopper.post("/cart", data={"variant_id": await some_variant(web)})
    placed = await shopper.post("/checkout", data=address(client_key=await checkout_key(shopper)))
    path = placed.headers["Location"].partition("?")[0]
    cancelled = await shopper.post(f"{path}/cancel")
    assert cancelled.status_code == 303
    assert "Cancelled" in await html(shopper, path)
    assert (await shopper.post(f"{path}/cancel")).status_code == 409


async def test_anothers_order_page_is_not_found(web: Gateway, shopper: httpx.AsyncClient) -> None:
    ((number,),) = await web.sql("SELECT number FROM orders ORDER BY id LIMIT 1")
    for path, ask in ((number, shopper.get), (f"{number}/cancel", shopper.post), (f"{number}/return", shopper.post)):
        theirs, nobodys = await ask(f"/orders/{path}"), await ask(f"/orders/{path.replace(number, 'S-222222')}")
        assert (theirs.status_code, nobodys.status_code) == (404, 404)
        assert "no such order" in theirs.text


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
async def test_signing_in_never_leads_to_another_site(browser: httpx.AsyncClient, elsewhere: str) -> None:
    form = {"email": f"{secrets.token_hex(6)}@example.org", "password": PASSWORD, "next": elsewhere}
    response = await browser.post("/sign-up", data=form)
    assert response.headers["Location"].startswith("/?")


async def test_a_wrong_password_is_said_without_saying_which_part(browser: httpx.AsyncClient) -> None:
    response = await browser.post("/sign-in", data={"email": "nobody@example.org", "password": "wrong"})
    assert response.status_code == 401
    assert "mail address or the password" in response.text
    assert 'value="nobody@example.org"' in response.text


async def test_a_forgotten_password_is_set_through_the_mailed_link(web: Gateway, browser: httpx.AsyncClient) -> None:
    email = f"{secrets.token_hex(6)}@example.org"
    await browser.post("/sign-up", data={"email": email, "password": PASSWORD})
    await browser.post("/sign-out")
    assert email in (await browser.post("/forgotten-password", data={"email": email})).text
    await web.services.accounts.finish_mails()
    link = re.search(r"/reset-password\?token=(\S+)", web.mail.sent[-1].get_content())
    assert link
    assert link[1] in await html(browser, link[0])
    new = {"token": link[1], "password": "another long password"}
    assert (await browser.post("/reset-password", data=new)).status_code == 303
    assert (await browser.post("/reset-password", data=new)).status_code == 422
    signed_in = await browser.post("/sign-in", data={"email": email, "password": "another long password"})
    assert signed_in.status_code == 303
