"""Every FastAPI process answers errors in one envelope, with the request id, and tells whether it is ready."""

import httpx
import pytest
from fastapi import FastAPI

from common.errors import NotFound, TooManyRequests
from common.http import install


async def refuse() -> None:
    raise ConnectionError("postgresql://shop:hunter2@db is away")


@pytest.fixture
def client() -> httpx.AsyncClient:
    app = FastAPI()
    install(app, "test", ready={"database": refuse})

    @app.get("/missing")
    async def missing() -> None:
        raise NotFound("There is no such product.")

    @app.get("/busy")
    async def busy() -> None:
        raise TooManyRequests("Please wait a moment.", retry_after=7)

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("hunter2")

    @app.get("/number")
    async def number(n: int) -> int:
        return n

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://test")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/missing", 404, "not_found"),
        ("/broken", 500, "internal"),
        ("/number?n=x", 422, "invalid_request"),
        ("/nowhere", 404, "not_found"),
    ],
)
async def test_every_error_has_the_envelope(client: httpx.AsyncClient, path: str, status: int, code: str) -> None:
    answer = await client.get(path)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (status, code)
    assert error["request_id"] == answer.headers["X-Request-ID"]
    assert "hunter2" not in answer.text


async def test_retry_after_is_sent(client: httpx.AsyncClient) -> None:
    assert (await client.get("/busy")).headers["Retry-After"] == "7"


async def test_an_offered_request_id_is_kept_when_well_formed(client: httpx.AsyncClient) -> None:
    kept = await client.get("/missing", headers={"X-Request-ID": "r_12345678"})
    made = await client.get("/missing", headers={b"X-Request-ID": b"<script>\xff"})
    assert kept.headers["X-Request-ID"] == "r_12345678"
    assert made.headers["X-Request-ID"].startswith("r_")


async def test_ready_and_live_differ_when_the_database_is_away(client: httpx.AsyncClient) -> None:
    ready = await client.get("/health/ready")
    assert (ready.status_code, ready.json()["checks"]) == (503, {"database": "unavailable"})
    assert (await client.get("/health/live")).status_code == 200


async def test_metrics_are_in_prometheus_text(client: httpx.AsyncClient) -> None:
    await client.get("/missing")
    assert 'shopclerk_http_seconds_count{route="/missing",status="404"}' in (await client.get("/metrics")).text


async def test_metrics_are_not_for_the_outside(client: httpx.AsyncClient) -> None:
    assert (await client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"})).status_code == 404
