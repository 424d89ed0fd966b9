"""A choice stands for one intent of the domain with its entities; Rasa's own intents are no choices."""

import pytest
from rasa.shared.core.domain import Domain

from assistant.channel.errors import InvalidRequest
from assistant.channel.payload import parse_payload
from assistant.tests.conftest import SMALL

DOMAIN = Domain.load(SMALL / "domain.yml")


def test_an_intent_alone() -> None:
    parse = parse_payload("/greet", DOMAIN)
    assert parse["intent"] == {"name": "greet", "confidence": 1.0}
    assert parse["entities"] == []


def test_values_become_entities_and_lists_one_each() -> None:
    parse = parse_payload('/ask_price{"product": ["p_1", "p_2"]}', DOMAIN)
    assert [(e["entity"], e["value"]) for e in parse["entities"]] == [("product", "p_1"), ("product", "p_2")]


@pytest.mark.parametrize(
    "payload",
    ["/restart", "/session_start", "/back", "/nlu_fallback", "/unknown", "greet", "/greet ", "/greet{", "/greet@1.0",
     '/greet{"role": "agent"}', "/greet{}x", "/greet{1: 2}", "/"],
)  # fmt: skip
def test_anything_else_is_refused(payload: str) -> None:
    with pytest.raises(InvalidRequest):
        parse_payload(payload, DOMAIN)
