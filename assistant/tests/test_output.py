"""What Rasa says becomes the parts that the widget shows."""

from typing import Any

import pytest

from assistant.channel.output import PartsCollector

PRODUCTS = {"type": "products", "products": []}


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        ({"text": " It costs $9.\n\nGood? "}, [{"type": "text", "text": "It costs $9.\n\nGood?"}]),
        (
            {"text": "Which?", "buttons": [{"title": "A", "payload": "/greet", "type": "postback"}]},
            [
                {"type": "text", "text": "Which?"},
                {"type": "choices", "choices": [{"title": "A", "payload": "/greet"}]},
            ],
        ),
        (
            {"text": None, "buttons": [{"title": "A", "payload": "/greet"}]},
            [{"type": "choices", "choices": [{"title": "A", "payload": "/greet"}]}],
        ),
        ({"text": None, "custom": PRODUCTS}, [PRODUCTS]),
        ({"text": "Here.", "custom": [PRODUCTS, PRODUCTS]}, [{"type": "text", "text": "Here."}, PRODUCTS, PRODUCTS]),
        ({"text": None, "image": "/media/a.png"}, [{"type": "image", "url": "/media/a.png", "alt": ""}]),
        ({"text": None, "attachment": "/api/f/x.csv"}, [{"type": "file", "url": "/api/f/x.csv", "name": "x.csv"}]),
        ({"text": None, "custom": {"no": "type"}}, []),
    ],
)
async def test_each_kind_of_message(message: "dict[str, Any]", parts: "list[dict[str, Any]]") -> None:
    output = PartsCollector()
    await output.send_response("c_1", dict(message))
    assert output.parts == parts
