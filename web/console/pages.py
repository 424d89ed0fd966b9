"""The staff's console: where each role begins, and the agents' tickets. Every look is in the audit."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select

from common.caller import Role
from common.errors import NotFound
from store.tables import Customer, Ticket
from store.tickets import close_ticket, everything_said, open_tickets
from web.console.staff import Agent, Staff, note
from web.shop.rendering import page
from web.shop.route import PageRoute
from web.shop.visiting import transaction

router = APIRouter(prefix="/console", route_class=PageRoute, include_in_schema=False)
Number = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,20}$")]


@router.get("")
async def console(staff: Staff) -> Response:
    """To the page that the role works with."""
    return RedirectResponse("/console/tickets" if staff.role is Role.AGENT else "/console/forecasts", status_code=303)


@router.get("/tickets")
async def tickets(request: Request, staff: Agent) -> Response:
    """Open tickets, the oldest first, then those closed last."""
    async with transaction(request) as session:
        await note(session, staff, "list_tickets")
        done = select(Ticket).where(Ticket.status != "open").order_by(Ticket.closed_at.desc()).limit(10)
        return await page(
            request,
            session,
            "console/tickets.html",
            waiting=await open_tickets(session),
            done=list(await session.scalars(done)),
        )


@router.get("/tickets/{number}")
async def ticket(request: Request, staff: Agent, number: Number) -> Response:
    """One ticket with what was said before it and since."""
    async with transaction(request) as session:
        found = await session.scalar(select(Ticket).where(Ticket.number == number))
        if found is None:
            raise NotFound("There is no such ticket.")
        await note(session, staff, "read_ticket", ticket=number)
        customer = await session.get(Customer, found.customer_id) if found.customer_id else None
        said = await everything_said(session, found)
        return await page(request, session, "console/ticket.html", ticket=found, said=said, customer=customer)


@router.post("/tickets/{number}/close")
async def close(request: Request, staff: Agent, number: Number) -> Response:
    """Close a ticket; its conversation goes back to the assistant."""
    async with transaction(request) as session:
        await close_ticket(session, number, now=datetime.now(UTC))
        await note(session, staff, "close_ticket", ticket=number)
    return RedirectResponse("/console/tickets?notice=closed", status_code=303)
