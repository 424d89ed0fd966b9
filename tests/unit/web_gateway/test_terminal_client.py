"""The terminal client: sessions, choices by number, and parts printed as they are."""

import json

import httpx
import pytest
from rich.console import Console

from cli.chat import ChatClient, ChatRefused, show

CHOICES = {"type": "choices", "choices": [{"title": "Yes", "id": "ch_1"}, {"title": "No", "id": "ch_2"}]}


class Shop:
    """Answers like the gateway and keeps what it was sent."""

    def __init__(self) -> None:
        self.sent: list[dict] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        content = json.loads(request.content) if request.content else None
        self.sent.append({"path": request.url.path, "content": content, "headers": request.headers})
        if request.url.path == "/api/chat":
            return httpx.Response(200, json={"messages": [CHOICES]})
        if content and content.get("password") == "wrong":
            return httpx.Response(401, json={"error": {"message": "not right"}})
        return httpx.Response(200, json={"token": "secret", "role": "shopper"})


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def client(shop: Shop) -> ChatClient:
    return ChatClient(httpx.Client(transport=httpx.MockTransport(shop), base_url="http://shop.test"))


def test_it_signs_in_and_shows_its_token_from_then_on(client: ChatClient, shop: Shop) -> None:
    """As Bearer, not as a cookie."""
    assert client.begin("a@example.org", "p") == "shopper"
    client.send("hello")
    assert shop.sent[0]["path"] == "/api/session/login"
    assert shop.sent[1]["headers"]["Authorization"] == "Bearer secret"
    assert shop.sent[1]["content"]["text"] == "hello"


def test_a_refusal_is_told_in_the_shops_words(client: ChatClient) -> None:
    """Not as a status or a trace."""
    with pytest.raises(ChatRefused, match="not right"):
        client.begin("a@example.org", "wrong")


def test_a_number_picks_a_choice_and_other_numbers_are_words(client: ChatClient, shop: Shop) -> None:
    """Only of the choices just offered; "300" stays a message."""
    for line in ("1", "first", "2", "300", "0"):
        client.send(line)
    said = [{k: v for k, v in entry["content"].items() if k != "client_id"} for entry in shop.sent]
    assert said == [{"text": "1"}, {"text": "first"}, {"choice": "ch_2"}, {"text": "300"}, {"text": "0"}]


@pytest.mark.parametrize(
    ("part", "shown"),
    [
        ({"type": "text", "text": "[bold]not markup[/bold]"}, "[bold]not markup[/bold]"),
        ({"type": "table", "columns": ["a"], "rows": [[None], [3]]}, "3"),
        (CHOICES, "2. No"),
        ({"type": "image", "url": "/a.png", "alt": "A chart"}, "A chart: /a.png"),
        ({"type": "file", "url": "/a.csv", "name": "a.csv"}, "a.csv: /a.csv"),
        ({"type": "products", "products": [{"name": "Phone", "price": 1299.5, "currency": "USD", "url": "/p/1"}]},
         "1,299.50 USD"),
    ],
)  # fmt: skip
def test_every_part_is_printed(part: dict, shown: str) -> None:
    """In words, and never read as the terminal's markup."""
    console = Console(width=100, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    show(part, console)
    assert shown in console.export_text()
