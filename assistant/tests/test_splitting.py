"""Two questions in one message are asked one after the other; anything less certain stays one message."""

import pytest

from assistant.channel.splitting import Parse, halves, questions_in

KNOWN = {
    "how much is the Note20": ("ask_price", 0.95),
    "do you have it in black?": ("ask_stock", 0.9),
    "compare the Note20": ("compare_products", 0.9),
    "the S21": ("follow_up_product", 0.9),
    "is it good": ("ask_advantages", 0.4),
    "thanks a lot": ("thank", 0.99),
    "how much is the S21?": ("ask_price", 0.95),
    "where is my order": ("ask_order_status", 0.9),
}


async def parse(text: str) -> Parse:
    name, confidence = KNOWN.get(text, ("search_products", 0.6))
    return {"intent": {"name": name, "confidence": confidence}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "how much is the Note20 and do you have it in black?",
            ["how much is the Note20", "do you have it in black?"],
        ),
        ("where is my order? how much is the S21?", ["where is my order", "how much is the S21?"]),
        ("where is my order, and how much is the S21?", ["where is my order", "how much is the S21?"]),
        ("where is my order\nhow much is the S21?", ["where is my order", "how much is the S21?"]),
    ],
)
async def test_splits_two_different_questions(text: str, expected: "list[str]") -> None:
    assert [question for question, _ in await questions_in(text, parse)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "compare the Note20 and the S21",  # the second half is no question of its own
        "how much is the Note20 and is it good",  # not sure of the second half
        "how much is the Note20 and how much is the S21?",  # one question about two products
        "thanks a lot, how much is the S21?",  # thanks are no question
        "hello",
        "black and white shoes",
    ],
)
async def test_keeps_everything_else_whole(text: str) -> None:
    assert [question for question, _ in await questions_in(text, parse)] == [text]


def test_a_long_list_is_not_parsed_at_every_comma() -> None:
    assert len(halves(", ".join(["red shoes"] * 100))) == 4
