"""The console: agents see tickets, marketers see forecasts, everybody else is refused, and all of it is audited."""

import secrets

import httpx
import pytest
from sqlalchemy import select

from common.caller import Role
from common.ids import public_id
from store.session import Database
from store.tables import Conversation, Forecast, Product, Ticket
from tests.gateway_kit import ORIGIN, PASSWORD, Gateway

MARKUP = "<b onmouseover=alert(1)>help</b>"


async def staff(web: Gateway, role: Role) -> httpx.AsyncClient:
    """A browser in which somebody of this role is signed in."""
    email = f"{secrets.token_hex(6)}@example.org"
    await web.services.accounts.create(email, PASSWORD, role)
    browser = web.client(headers={"Origin": ORIGIN, "Accept": "text/html"})
    await browser.post("/sign-in", data={"email": email, "password": PASSWORD})
    return browser


async def a_ticket(database: Database) -> str:
    async with database.begin() as session:
        conversation = Conversation(public_id=public_id("c"), subject=public_id("g"))
        session.add(conversation)
        await session.flush()
        said = [{"type": "text", "text": "A colleague comes."}]
        turn = {"seq": 1, "at": "2026-07-01T10:00:00+00:00", "request": {"text": MARKUP}, "response": said}
        number = f"T-{secrets.token_hex(3).upper()}"
        ticket = Ticket(number=number, conversation_id=conversation.id, reason=MARKUP, transcript=[turn])
        session.add(ticket)
        return ticket.number


async def a_forecast(database: Database) -> str:
    async with database.begin() as session:
        product = (await session.scalars(select(Product).limit(1))).one()
        point = {"day": "2026-07-02", "mean": 3.2, "lo80": 1.0, "hi80": 6.0, "lo95": 0.0, "hi95": 8.0}
        forecast = Forecast(
            public_id=public_id("f"),
            product_id=product.id,
            as_of=product.created_at.date(),
            horizon_days=1,
            model="m",
            model_version="1",
            total=3.2,
            points=[point],
            quality={"error_measure": "sMAPE", "error": 20.5, "naive_error": 31.0},
        )
        session.add(forecast)
        return forecast.public_id


async def test_an_agent_reads_and_closes_a_ticket(web: Gateway) -> None:
    number, agent = await a_ticket(web.database), await staff(web, Role.AGENT)
    assert number in (await agent.get("/console/tickets")).text
    page = (await agent.get(f"/console/tickets/{number}")).text
    assert "A colleague comes." in page
    assert MARKUP not in page
    assert "&lt;b onmouseover" in page
    assert (await agent.post(f"/console/tickets/{number}/close")).status_code == 303
    assert (await agent.post(f"/console/tickets/{number}/close")).status_code == 404
    rows = await web.sql("SELECT action FROM audit WHERE detail ->> 'ticket' = :n ORDER BY id", n=number)
    assert [action for (action,) in rows] == ["read_ticket", "close_ticket"]


async def test_a_marketer_sees_forecasts_with_their_chart(web: Gateway) -> None:
    forecast, marketer = await a_forecast(web.database), await staff(web, Role.MARKETER)
    assert f"/api/forecasts/{forecast}/chart.png" in (await marketer.get("/console/forecasts")).text
    page = (await marketer.get(f"/console/forecasts/{forecast}")).text
    assert "20.5" in page
    assert "1.0 – 6.0" in page


@pytest.mark.parametrize(
    ("role", "path"),
    [(Role.SHOPPER, "/console/tickets"), (Role.SHOPPER, "/console/forecasts"), (Role.SHOPPER, "/console"),
     (Role.MARKETER, "/console/tickets"), (Role.AGENT, "/console/forecasts")],
)  # fmt: skip
async def test_other_roles_are_refused_and_it_is_in_the_audit(web: Gateway, role: Role, path: str) -> None:
    browser = await staff(web, role)
    assert (await browser.get(path)).status_code == 403
    ((action, outcome),) = await web.sql("SELECT action, outcome FROM audit ORDER BY id DESC LIMIT 1")
    assert path in action
    assert outcome == "refused"


async def test_guests_are_asked_to_sign_in(web: Gateway, browser: httpx.AsyncClient) -> None:
    await browser.post("/api/session")
    response = await browser.get("/console/tickets")
    assert response.headers["Location"] == "/sign-in?next=/console/tickets"
