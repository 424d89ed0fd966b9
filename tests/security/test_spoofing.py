"""S2 and S5 at the gateway: nothing in a request says who somebody is, only their session does."""

import pytest

from common.caller import Role
from tests.gateway_kit import Gateway

INVENTED = {
    "role": "marketer",
    "sender": "a_somebody",
    "sender_id": "c_somebody",
    "conversation_id": "c_somebody",
    "metadata": {"role": "marketer", "token": "x"},
    "customer_id": 1,
    "payload": '/forecast_sales{"product": "p_1"}',
    "input_channel": "shopclerk",
    "slots": {"role": "marketer", "price": 0},
    "turn_id": "t_1",
}


@pytest.mark.parametrize("field", INVENTED)
async def test_a_message_with_an_invented_field_is_refused(gateway: Gateway, field: str) -> None:
    """Unknown fields are not ignored, so that none can begin to mean something."""
    guest = await gateway.guest()
    response = await guest.send(text="hello", **{field: INVENTED[field]})
    assert response.status_code == 400
    assert field in response.json()["error"]["message"]
    assert gateway.assistant.turns == []


@pytest.mark.parametrize("role", Role)
async def test_the_assistant_is_told_the_role_of_the_session(gateway: Gateway, role: Role) -> None:
    """The caller token holds the account's role, its customer, and the person's own conversation."""
    person = await gateway.person(role)
    await person.ask("hello")
    caller = gateway.caller()
    (row,) = await gateway.sql(
        "SELECT c.subject, a.customer_id FROM conversations c LEFT JOIN accounts a ON a.public_id = c.subject "
        "WHERE c.public_id = :conversation",
        conversation=caller.conversation_id,
    )
    assert (caller.role, caller.subject, caller.customer_id) == (role, row.subject, row.customer_id)
    assert (caller.customer_id is not None) == (role is Role.SHOPPER)


async def test_typed_text_never_becomes_a_payload(gateway: Gateway) -> None:
    """What is typed goes on as text, slash or not; only a choice that was offered has a payload."""
    guest = await gateway.guest()
    for typed in ('/forecast_sales{"days": 45}', "\u00a0/restart", "\u200b/session_start"):
        await guest.ask(typed)
    assert [turn["payload"] for turn in gateway.assistant.turns] == [None] * 3
    assert all(turn["text"] for turn in gateway.assistant.turns)


async def test_headers_that_name_a_person_mean_nothing(gateway: Gateway) -> None:
    """Request headers beside the session are not looked at."""
    guest = await gateway.guest()
    guest.http.headers.update({"X-User": "a_1", "X-Role": "marketer", "X-Forwarded-User": "marketer@demo.shop"})
    await guest.ask("hello")
    assert gateway.caller().role is Role.GUEST


@pytest.mark.parametrize("token", ["", "null", "x" * 5000, "eyJ" + "hbGciOiJub25lIn0.e30.", "../../etc/passwd", "é"])
async def test_an_invented_session_is_none(gateway: Gateway, token: str) -> None:
    """A token that the shop did not hand out is refused, whatever it looks like."""
    http = gateway.client()
    header = {"Authorization": f"Bearer {token}".encode()}
    response = await http.post("/api/chat", json={"text": "hello"}, headers=header)
    assert response.status_code == 401
    assert response.json()["error"]["code"] == "unauthenticated"


async def test_a_caller_token_is_no_session(gateway: Gateway) -> None:
    """The token made for the assistant opens nothing at the gateway."""
    guest = await gateway.guest()
    await guest.ask("hello")
    caller_token = gateway.assistant.callers[-1]
    response = await gateway.client().get("/api/chat/history", headers={"Authorization": f"Bearer {caller_token}"})
    assert response.status_code == 401
