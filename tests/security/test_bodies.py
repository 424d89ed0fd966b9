"""S6, S14 and S15: whatever a body holds, the answer is an answer or a 4xx with a reason, never a 5xx."""

import gzip
import json
import unicodedata
import zlib
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.session import Database
from tests.gateway_kit import Gateway, running_gateway
from web.bodies import Malformed, parse
from web.chat.messages import ChatMessage

BROKEN = {
    "nothing": b"",
    "not json": b"{text: hello}",
    "not utf-8": b'{"text": "\xff\xfe"}',
    "utf-16": '{"text": "hello"}'.encode("utf-16"),
    "lone surrogate": b'{"text": "\\ud800"}',
    "NUL": b'{"text": "a\\u0000b"}',
    "list as text": b'{"text": ["a"]}',
    "object as text": b'{"text": {"a": 1}}',
    "number as text": b'{"text": 12}',
    "null": b"null",
    "list": b"[]",
    "string": b'"hello"',
    "empty object": b"{}",
    "empty text": b'{"text": ""}',
    "blank text": b'{"text": " \\u00a0\\n "}',
    "NaN": b'{"text": NaN}',
    "long text": json.dumps({"text": "x" * 2001}).encode(),
    "text and choice": b'{"text": "a", "choice": "ch_000000000000000000000000"}',
    "choice of another form": b'{"choice": "/affirm"}',
    "choice with newline": b'{"choice": "ch_0000000000000000000000\\n"}',
    "image path": b'{"image_id": "../../etc/passwd"}',
    "page of another form": b'{"text": "a", "page_product_id": "1; DROP TABLE products"}',
    "client id with blank": b'{"text": "a", "client_id": "a b"}',
    "long client id": json.dumps({"text": "a", "client_id": "x" * 65}).encode(),
    "deep list": b'{"text": ' + b"[" * 400 + b"]" * 400 + b"}",
    "very deep list": b"[" * 100_000 + b"]" * 100_000,
    "deep object": b'{"a":' * 500 + b"1" + b"}" * 500,
    "huge number": b'{"text": 1' + b"0" * 5000 + b"}",
}


async def post_raw(gateway: Gateway, raw: bytes, **headers: str) -> httpx.Response:
    guest = await gateway.guest()
    return await guest.http.post("/api/chat", content=raw, headers={"Content-Type": "application/json"} | headers)


@pytest.mark.parametrize("name", BROKEN)
async def test_broken_bodies_get_a_reason(gateway: Gateway, name: str) -> None:
    """400 in the envelope, and the assistant hears nothing of it."""
    response = await post_raw(gateway, BROKEN[name])
    assert response.status_code == 400, response.text
    error = response.json()["error"]
    assert error["code"] == "invalid_request"
    assert 5 < len(error["message"]) < 300
    assert gateway.assistant.turns == []


async def test_a_body_past_one_megabyte_is_refused(gateway: Gateway) -> None:
    """Announced or streamed."""
    announced = await post_raw(gateway, b'{"text": "' + b"x" * 1_000_000 + b'"}')
    assert announced.status_code == 413
    sent = 0

    async def endless():
        nonlocal sent
        for _ in range(1_000):
            sent += 65_536
            yield b" " * 65_536

    guest = await gateway.guest()
    streamed = await guest.http.post("/api/chat", content=endless(), headers={"Content-Type": "application/json"})
    assert streamed.status_code == 413
    assert sent < 2_000_000


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "gzip, identity"])
async def test_compressed_bodies_are_refused_unread(gateway: Gateway, encoding: str) -> None:
    """So that nothing has to be unpacked to see how large it is."""
    bomb = {"gzip": gzip.compress, "deflate": zlib.compress}.get(encoding, bytes)(b" " * 100_000)
    response = await post_raw(gateway, bomb, **{"Content-Encoding": encoding})
    assert response.status_code == 415
    assert response.json()["error"]["code"]


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
async def test_only_json_is_json(gateway: Gateway, media_type: str) -> None:
    """What forms of other sites can send without asking is not taken for JSON."""
    response = await post_raw(gateway, b'{"text": "hello"}', **{"Content-Type": media_type})
    assert response.status_code == 400


async def test_text_is_normalised_and_counted_in_characters(gateway: Gateway) -> None:
    """Two thousand composed characters are taken, and go on composed, without blanks around."""
    decomposed = "e\u0301" * 2000
    response = await post_raw(gateway, json.dumps({"text": f"  {decomposed}\n"}).encode())
    assert response.status_code == 200
    assert gateway.assistant.turns[-1]["text"] == "é" * 2000


SQL = [
    "'; DROP TABLE turns; --",
    "' OR 1=1 --",
    "%' UNION SELECT password_hash FROM accounts --",
    "\\'; --",
    "$1",
    "%s",
]


@pytest.mark.parametrize("words", SQL)
async def test_sql_in_words_is_words(gateway: Gateway, words: str) -> None:
    """S6: kept and given on as typed; every table is still there."""
    guest = await gateway.guest()
    await guest.ask(words)
    assert [turn["request"]["text"] for turn in await guest.history()] == [words]
    login = {"email": f"{words}@example.org", "password": words}
    assert (await gateway.client().post("/api/session/login", json=login)).status_code == 401


@given(raw=st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_parse_or_are_refused(raw: bytes) -> None:
    """No input raises anything but the error that says what is wrong."""
    with suppress(Malformed):
        parse(raw, ChatMessage)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=8), children, max_size=4),
    max_leaves=15,
)
fields = st.sampled_from(["text", "choice", "image_id", "page_product_id", "client_id", "type"])


@given(value=st.dictionaries(fields, json_values, max_size=5))
def test_any_json_parses_or_is_refused(value: dict) -> None:
    """What is taken is clean: composed, short, no NUL."""
    try:
        message = parse(json.dumps(value), ChatMessage)
    except Malformed:
        return
    text = message.text
    if text is not None:
        assert text == unicodedata.normalize("NFC", text).strip()
        assert 1 <= len(text) <= 2000
        assert "\x00" not in text


@pytest.fixture
async def unlimited(tmp_path: Path, database: Database) -> AsyncIterator[Gateway]:
    """A gateway that counts, but far."""
    async with running_gateway(tmp_path, database, limits_factor=1000) as running:
        yield running


@given(text=st.text(min_size=1, max_size=60))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_text_is_answered_or_refused(unlimited: Gateway, text: str) -> None:
    """Through the whole gateway and into the database: 200 or 400."""
    response = await post_raw(unlimited, json.dumps({"text": text}).encode())
    assert response.status_code in (200, 400), response.text
