"""S9 and S8: another site can neither act for a signed-in browser nor frame the shop."""

import httpx
import pytest

from tests.gateway_kit import ORIGIN, Gateway

OTHERS = ["http://evil.test", "null", "https://shop.test", "http://shop.test.evil.test", "http://shop.test:8080", ""]
CHANGES = [
    ("POST", "/api/chat", {"text": "hello"}),
    ("POST", "/api/session", None),
    ("POST", "/api/session/login", {"email": "a@example.org", "password": "p"}),
    ("DELETE", "/api/session", None),
    ("POST", "/api/accounts", {"email": "a@example.org", "password": "a long enough password"}),
    ("POST", "/api/accounts/reset", {"email": "a@example.org"}),
    ("POST", "/api/accounts/reset/confirm", {"token": "x", "password": "a long enough password"}),
    ("POST", "/api/chat/images", None),
    ("POST", "/sign-out", None),
    ("POST", "/sign-in", None),
]


async def browser(gateway: Gateway) -> httpx.AsyncClient:
    """A browser with a session's cookie."""
    http = gateway.client()
    await http.post("/api/session")
    assert "shopclerk_session" in http.cookies
    return http


@pytest.mark.parametrize(("method", "path", "content"), CHANGES)
async def test_a_change_from_another_site_is_refused(gateway: Gateway, method: str, path: str, content) -> None:
    """Whatever other site the browser names, and when it names none at all."""
    http = await browser(gateway)
    for headers in ({}, *({"Origin": origin} for origin in OTHERS), {"Sec-Fetch-Site": "cross-site"}):
        response = await http.request(method, path, json=content, headers=headers)
        assert response.status_code == 403, (headers, response.text)
    assert gateway.assistant.turns == []


async def test_a_change_from_the_shop_itself_is_taken(gateway: Gateway) -> None:
    """The same request from our own page works."""
    http = await browser(gateway)
    response = await http.post("/api/chat", json={"text": "hello"}, headers={"Origin": ORIGIN})
    assert response.status_code == 200


async def test_another_site_is_refused_without_a_cookie_too(gateway: Gateway) -> None:
    """So that nobody is signed in, unknowing, into somebody else's account."""
    content = {"email": "a@example.org", "password": "p"}
    for headers in ({"Origin": "http://evil.test"}, {"Sec-Fetch-Site": "cross-site"}):
        response = await gateway.client().post("/api/session/login", json=content, headers=headers)
        assert response.status_code == 403


async def test_the_cookie_is_for_browsers_only(gateway: Gateway) -> None:
    """HttpOnly and SameSite always; never in JavaScript's or another site's hands."""
    response = await gateway.client().post("/api/session")
    cookie = response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert response.headers["Cache-Control"] == "no-store"


async def test_a_page_for_no_one_else(gateway: Gateway) -> None:
    """No CORS unless a site is named; the security headers on answers and errors alike."""
    http = gateway.client()
    asked = {"Origin": "http://evil.test", "Access-Control-Request-Method": "POST"}
    responses = [
        await http.options("/api/chat", headers=asked),
        await http.get("/health/live"),
        await http.get("/api/nothing"),
        await http.post("/api/chat", json={}, headers={"Origin": "http://evil.test"}),
    ]
    for response in responses:
        assert "Access-Control-Allow-Origin" not in response.headers
        policy = response.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["X-Frame-Options"] == "DENY"
        assert response.headers["Referrer-Policy"] == "same-origin"
