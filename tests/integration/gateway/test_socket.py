"""The chat over a WebSocket: numbered turns, resumed, guarded like everything else."""

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from store.session import Database
from tests.gateway_kit import ORIGIN, QUICK, FakeAssistant, say, settings_for
from web.accounts.passwords import Passwords
from web.app import create_app
from web.chat.socket import SIGNED_OUT, SOCKETS_PER_SUBJECT, TOO_MANY

PATH = "/api/chat/ws"


class SocketClient:
    """A browser with a session, and the assistant that it talks to."""

    def __init__(self, http: TestClient, assistant: FakeAssistant) -> None:
        self.http, self.assistant = http, assistant
        self.token: str = http.post("/api/session", headers={"Origin": ORIGIN}).json()["token"]

    def open(self, **headers: str) -> Any:
        return self.http.websocket_connect(f"ws://shop.test{PATH}", headers={"Origin": ORIGIN} | headers)


@pytest.fixture
def client(tmp_path: Path, empty_database_url: str) -> Iterator[SocketClient]:
    assistant = FakeAssistant()
    database = Database(empty_database_url, pool_size=4)
    app = create_app(settings_for(tmp_path), database, assistant_transport=assistant, passwords=Passwords(QUICK))
    with TestClient(app, base_url=ORIGIN) as http:
        yield SocketClient(http, assistant)


def message(words: str, client_id: str | None = None) -> dict[str, str]:
    return {"type": "message", "text": words, "client_id": client_id or secrets.token_hex(8)}


def test_a_message_is_answered_with_a_numbered_turn(client: SocketClient) -> None:
    """Typing first, then the turn, under the client's id."""
    with client.open() as socket:
        socket.send_json(message("hello", "one"))
        assert socket.receive_json() == {"type": "typing", "client_id": "one"}
        turn = socket.receive_json()
    assert (turn["type"], turn["seq"], turn["client_id"], turn["failed"]) == ("turn", 1, "one", False)
    assert turn["messages"] == say("You said hello")
    assert turn["turn_id"].startswith("t_")


def test_what_was_missed_comes_after_resuming(client: SocketClient) -> None:
    """Turns after the number, in order, whether they were asked by socket or by POST."""
    with client.open() as socket:
        socket.send_json(message("one"))
        socket.receive_json(), socket.receive_json()
    for words in ("two", "three"):
        client.http.post("/api/chat", json={"text": words}, headers={"Origin": ORIGIN})
    with client.open() as socket:
        socket.send_json({"type": "resume", "after": 1})
        frames = [socket.receive_json() for _ in range(2)]
    assert [(frame["seq"], frame["messages"]) for frame in frames] == [
        (2, say("You said two")),
        (3, say("You said three")),
    ]


def test_a_message_sent_again_gets_its_first_answer(client: SocketClient) -> None:
    """Also over a new connection: the assistant hears it once."""
    turns = []
    for _ in range(2):
        with client.open() as socket:
            socket.send_json(message("hello", "same"))
            socket.receive_json()
            turns.append(socket.receive_json())
    assert turns[0] == turns[1]
    assert len(client.assistant.turns) == 1


def test_other_windows_see_the_turn_too(client: SocketClient) -> None:
    """A second tab, and answers to POSTs."""
    with client.open() as one, client.open() as other:
        one.send_json(message("hello"))
        one.receive_json()
        assert one.receive_json() == other.receive_json()
        client.http.post("/api/chat", json={"text": "by post"}, headers={"Origin": ORIGIN})
        assert one.receive_json()["messages"] == say("You said by post")


def test_a_message_is_answered_though_its_socket_has_gone(client: SocketClient) -> None:
    """The turn is finished and kept for whoever comes back."""
    with client.open() as socket:
        socket.send_json(message("hello", "gone"))
    with client.open() as socket:
        socket.send_json(message("hello", "gone"))
        socket.receive_json()
        assert socket.receive_json()["messages"] == say("You said hello")
    assert len(client.assistant.turns) == 1


@pytest.mark.parametrize(
    "raw",
    ["", "{", "[]", '"x"', '{"type": "dance"}', '{"type": "message"}', '{"type": "message", "text": ["a"]}',
     '{"type": "message", "text": "a", "role": "marketer"}', '{"type": "resume", "after": -1}', "[" * 5000,
     '{"type": "resume", "after": "1; DROP TABLE turns"}', '{"type": "message", "text": "a\\u0000"}'],
)  # fmt: skip
def test_broken_frames_get_an_error_and_the_socket_lives(client: SocketClient, raw: str) -> None:
    """The envelope as everywhere, and the next message is answered."""
    with client.open() as socket:
        socket.send_text(raw)
        error = socket.receive_json()
        assert (error["type"], error["error"]["code"]) == ("error", "invalid_request")
        assert error["error"]["request_id"]
        socket.send_json({"type": "ping"})
        assert socket.receive_json() == {"type": "pong"}


@pytest.mark.parametrize("origin", ["http://evil.test", "null", "https://shop.test"])
def test_another_site_cannot_open_a_socket(client: SocketClient, origin: str) -> None:
    """S9: refused at the handshake, cookie or not."""
    with pytest.raises(WebSocketDisconnect), client.open(Origin=origin):
        pass


def test_a_cookie_without_an_origin_opens_no_socket(client: SocketClient) -> None:
    """Browsers always send it; what does not is no browser, and shows its token in a header."""
    with pytest.raises(WebSocketDisconnect), client.http.websocket_connect(f"ws://shop.test{PATH}"):
        pass
    client.http.cookies.clear()
    bearer = {"Authorization": f"Bearer {client.token}"}
    with client.http.websocket_connect(f"ws://shop.test{PATH}", headers=bearer) as socket:
        socket.send_json({"type": "ping"})
        assert socket.receive_json() == {"type": "pong"}


def closing_code(client: SocketClient) -> int:
    with client.open() as socket, pytest.raises(WebSocketDisconnect) as closed:
        socket.receive_json()
    return closed.value.code


def test_without_a_session_the_socket_closes(client: SocketClient) -> None:
    """With a code of its own, so that the page knows to begin a session."""
    client.http.cookies.clear()
    assert closing_code(client) == SIGNED_OUT


def test_signing_out_closes_open_sockets(client: SocketClient) -> None:
    """The session is looked up again for each frame."""
    with client.open() as socket:
        client.http.delete("/api/session", headers={"Origin": ORIGIN})
        socket.send_json(message("still there?"))
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
    assert closed.value.code == SIGNED_OUT
    assert client.assistant.turns == []


def test_one_person_opens_a_few_sockets_only(client: SocketClient) -> None:
    """The ninth is turned away, and a closed one makes room."""
    sockets = [client.open() for _ in range(SOCKETS_PER_SUBJECT)]
    for socket in sockets:
        socket.__enter__()
        socket.send_json({"type": "ping"})
        socket.receive_json()
    assert closing_code(client) == TOO_MANY
    for socket in sockets:
        socket.__exit__(None, None, None)


def test_a_flood_of_messages_is_refused_in_the_socket(client: SocketClient) -> None:
    """S12: the same limit as for POST, as an error frame."""
    with client.open() as socket:
        for number in range(61):
            socket.send_json({"type": "message", "choice": f"ch_{number:024x}", "client_id": f"m{number}"})
        frames = [socket.receive_json() for _ in range(61 * 2 - 1)]
    codes = [frame["error"]["code"] for frame in frames if frame["type"] == "error"]
    assert codes.count("not_found") + codes.count("too_many_requests") == 61
    refused = [frame for frame in frames if frame["type"] == "error" and frame["client_id"] == "m60"]
    assert [frame["error"]["code"] for frame in refused] == ["too_many_requests"]
