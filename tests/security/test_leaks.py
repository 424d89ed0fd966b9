"""S21: neither logs nor errors hold what people said, who they are, or how the shop is made."""

import secrets
import signal
from pathlib import Path

import httpx
from sqlalchemy import text

from tests.gateway_kit import Gateway
from tests.security.web_process import web_process

PASSWORD = "planted long password"


def visit(url: str, email: str) -> list[str]:
    """Everything that could leak: sign-up, a wrong and a right sign-in, a reset, turns, broken requests."""
    with httpx.Client(base_url=url) as http:
        tokens = [http.post("/api/accounts", json={"email": email, "password": PASSWORD}).json()["token"]]
        http.cookies.clear()
        http.post("/api/session/login", json={"email": email, "password": f"wrong {PASSWORD}"})
        tokens.append(http.post("/api/session/login", json={"email": email, "password": PASSWORD}).json()["token"])
        http.cookies.clear()
        http.post("/api/accounts/reset", json={"email": email})
        bearer = {"Authorization": f"Bearer {tokens[-1]}"}
        words = f"my card is 4111 1111 1111 1111, call +49 170 1234567, mail {email}"
        assert http.post("/api/chat", json={"text": words}, headers=bearer).status_code == 200
        http.post("/api/chat", content=words.encode(), headers=bearer)
        http.get(f"/reset-password?token={tokens[-1]}")
        http.get(f"/api/nothing?mail={email}", headers={"User-Agent": words})
    return tokens


def test_logs_hold_no_mail_no_password_no_card_no_token(tmp_path: Path, empty_database_url: str) -> None:
    """At the chattiest level, over a whole visit and the process's end."""
    email = f"planted.{secrets.token_hex(4)}@example.org"
    with web_process(tmp_path, empty_database_url) as web:
        tokens = visit(web.url, email)
        assert web.stop() in (0, -signal.SIGTERM)
    assert "turn_failed" in web.log  # something was logged at all, with an id to find it by
    assert '"request_id": "r_' in web.log
    for planted in (email, PASSWORD, "4111", "1234567", *tokens):
        assert planted not in web.log, planted


async def test_an_unexpected_error_shows_an_id_only(gateway: Gateway) -> None:
    """No table, no SQL, no path, no trace in the answer."""
    guest = await gateway.guest()
    async with gateway.database.begin() as session:
        await session.execute(text("ALTER TABLE turns RENAME TO turns_away"))
    try:
        response = await guest.send(text="hello")
    finally:
        async with gateway.database.begin() as session:
            await session.execute(text("ALTER TABLE turns_away RENAME TO turns"))
    assert response.status_code == 500
    error = response.json()["error"]
    assert error["request_id"] == response.headers["X-Request-ID"]
    for word in ("turns", "SELECT", "psycopg", "Traceback", ".py"):
        assert word not in response.text
    assert response.headers["X-Content-Type-Options"] == "nosniff"
