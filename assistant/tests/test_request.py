"""A turn's body holds a text, a choice or an image; anything else is refused with a reason, never with a crash."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.channel.errors import InvalidRequest
from assistant.channel.request import TurnRequest, read_turn

json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def test_reads_a_whole_turn() -> None:
    body = {"text": " hello ", "image_id": "u_1", "page_product_id": "p_2", "turn_id": "t_3", "payload": None}
    assert read_turn(json.dumps(body).encode()) == TurnRequest("hello", None, "u_1", "p_2", "t_3")


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 50_000, b'{"text": null}', b'{"text": []}', b'{"payload": 5}',
        b'{"payload": ""}', b'{"text": "a", "payload": "/greet"}', b'{"payload": "/greet", "image_id": "u_1"}',
        b'{"text": "a", "image_id": "../../etc"}', b'{"text": "a", "page_product_id": 7}',
        b'{"text": "a", "turn_id": "p_1"}', b'{"text": "\\ud800"}',
        json.dumps({"payload": "/" + "a" * 5000}).encode(),
    ],
)  # fmt: skip
def test_refuses_with_a_reason(body: bytes) -> None:
    with pytest.raises(InvalidRequest) as refused:
        read_turn(body)
    assert refused.value.message


@given(st.one_of(st.binary(), st.dictionaries(st.sampled_from(["text", "payload", "image_id"]), json_values).map(
    lambda body: json.dumps(body).encode())))  # fmt: skip
def test_any_body_is_read_or_refused(body: bytes) -> None:
    try:
        turn = read_turn(body)
    except InvalidRequest:
        return
    assert turn.text or turn.payload or turn.image_id
