"""S4: somebody else's history, pictures, choices and files answer exactly as what does not exist."""

import io
import secrets

import httpx
import pytest
from PIL import Image

from common.caller import Role
from tests.gateway_kit import Gateway, Person

UNKNOWN = "0" * 24


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "JPEG")
    return out.getvalue()


async def upload(person: Person) -> str:
    response = await person.http.post("/api/chat/images", files={"image": ("a.jpg", picture(), "image/jpeg")})
    assert response.status_code == 201, response.text
    return response.json()["image_id"]


def same(one: httpx.Response, other: httpx.Response) -> bool:
    """Equal but for the request's id."""
    bodies = [response.json()["error"] | {"request_id": None} for response in (one, other)]
    return one.status_code == other.status_code and bodies[0] == bodies[1]


async def test_the_owner_sees_their_picture(gateway: Gateway) -> None:
    """What was sent comes back, as an image."""
    owner = await gateway.guest()
    response = await owner.http.get(f"/api/chat/images/{await upload(owner)}")
    assert (response.status_code, response.headers["Content-Type"]) == (200, "image/jpeg")
    assert Image.open(io.BytesIO(response.content)).size == (40, 30)


async def test_anothers_picture_does_not_exist(gateway: Gateway) -> None:
    """Neither to look at nor to send; nor without a session."""
    owner, other = await gateway.guest(), await gateway.guest()
    image_id = await upload(owner)
    seen, missing = [await other.http.get(f"/api/chat/images/{name}") for name in (image_id, f"u_{UNKNOWN}")]
    assert seen.status_code == 404
    assert same(seen, missing)
    sent, sent_missing = [await other.send(image_id=name) for name in (image_id, f"u_{UNKNOWN}")]
    assert sent.status_code == 404
    assert same(sent, sent_missing)
    assert (await gateway.client().get(f"/api/chat/images/{image_id}")).status_code == 401
    assert gateway.assistant.turns == []


async def test_anothers_history_is_not_shown(gateway: Gateway) -> None:
    """Everybody has their own; no parameter names another."""
    one, other = await gateway.guest(), await gateway.guest()
    secret = secrets.token_hex(8)
    await one.ask(secret)
    await other.ask("hello")
    for query in ({}, {"subject": "x"}, {"conversation_id": gateway.caller(0).conversation_id}):
        response = await other.http.get("/api/chat/history", params=query)
        assert secret not in response.text
    assert secret in (await one.http.get("/api/chat/history")).text


async def offered(gateway: Gateway, person: Person) -> str:
    gateway.assistant.answer = lambda turn: [
        {"type": "choices", "choices": [{"title": "Cancel it", "payload": '/affirm{"order": "S-1"}'}]}
    ]
    (part,) = await person.ask("cancel my order")
    return part["choices"][0]["id"]


async def test_a_choice_works_in_its_own_conversation(gateway: Gateway) -> None:
    """The id stands for the payload, which people never see."""
    person = await gateway.guest()
    choice = await offered(gateway, person)
    response = await person.send(choice=choice)
    assert response.status_code == 200
    assert gateway.assistant.turns[-1]["payload"] == '/affirm{"order": "S-1"}'
    assert gateway.assistant.turns[-1]["text"] is None
    history = await person.http.get("/api/chat/history")
    assert "/affirm" not in history.text
    assert history.json()["turns"][-1]["request"]["title"] == "Cancel it"


async def test_anothers_choice_does_not_exist(gateway: Gateway) -> None:
    """Also for the same person in another session."""
    owner, other = await gateway.guest(), await gateway.guest()
    choice = await offered(gateway, owner)
    asked = len(gateway.assistant.turns)
    taken, missing = await other.send(choice=choice), await other.send(choice=f"ch_{UNKNOWN}")
    assert taken.status_code == 404
    assert same(taken, missing)
    assert len(gateway.assistant.turns) == asked
    assert await other.history() == []


async def test_a_guests_conversation_does_not_follow_into_an_account(gateway: Gateway) -> None:
    """On a shared computer the account's history is the account's alone, and ends with the session."""
    http = gateway.client(headers={"Origin": "http://shop.test"})
    await http.post("/api/session")
    await http.post("/api/chat", json={"text": "as a guest"})
    account = {"email": f"{secrets.token_hex(5)}@example.org", "password": "a long enough password"}
    await http.post("/api/accounts", json=account)
    assert (await http.get("/api/chat/history")).json() == {"turns": []}
    await http.post("/api/chat", json={"text": "as a shopper"})
    await http.delete("/api/session")
    await http.post("/api/session")
    assert (await http.get("/api/chat/history")).json() == {"turns": []}


@pytest.mark.parametrize("role", [Role.GUEST, Role.SHOPPER, Role.AGENT])
async def test_forecast_files_are_for_marketers(gateway: Gateway, role: Role) -> None:
    """Others are refused before anything is fetched, and the refusal is in the audit."""
    person = await gateway.person(role)
    response = await person.http.get(f"/api/forecasts/f_{UNKNOWN}/chart.png")
    assert response.status_code == 403
    (row,) = await gateway.sql(
        "SELECT role, outcome, request_id FROM audit WHERE action LIKE 'GET /api/forecasts/%' ORDER BY id DESC LIMIT 1"
    )
    assert (row.role, row.outcome) == (role.value, "refused")
    assert row.request_id == response.headers["X-Request-ID"]
