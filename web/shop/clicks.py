"""Clicks on recommended products: each is noted once, for somebody with a session who came from our own pages."""

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from store.events import record_event
from store.tables import Event, Product
from web.accounts.session import SessionInfo
from web.shop.recommender import Purpose, Surface

SAME_CLICK = timedelta(minutes=30)


def recommended_where(request: Request) -> dict[str, str] | None:
    """The place of the shelf that the product's address names, as an event's detail; None for any other address."""
    surface, purpose = request.query_params.get("from", ""), request.query_params.get("for", "")
    if surface not in get_args(Surface) or purpose not in get_args(Purpose):
        return None
    return {"from": "recommendation", "surface": surface, "purpose": purpose}


async def note_click(
    request: Request, session: AsyncSession, visitor: SessionInfo | None, product: Product, detail: dict[str, Any]
) -> Response:
    """Note the click and lead on to the product's plain address, which may be kept, shared and loaded again."""
    if visitor and is_a_click_of_ours(request) and not await _clicked_before(session, visitor, product):
        record_event(
            session, "click", customer_id=visitor.customer_id, visitor=visitor.subject, product_id=product.id,
            detail=detail,
        )  # fmt: skip
    return RedirectResponse(f"/p/{product.public_id}", status_code=303, headers={"Cache-Control": "no-store"})


def is_a_click_of_ours(request: Request) -> bool:
    """Not a link on another site, which could send many here, nor a browser that only fetches ahead."""
    site = request.headers.get("sec-fetch-site", "same-origin")
    return site == "same-origin" and not is_fetched_ahead(request)


def is_fetched_ahead(request: Request) -> bool:
    """A browser that only prepares for a page that somebody may go to."""
    return "prefetch" in request.headers.get("sec-purpose", "")


async def _clicked_before(session: AsyncSession, visitor: SessionInfo, product: Product) -> bool:
    lately = datetime.now(UTC) - SAME_CLICK
    same = Event.product_id == product.id, Event.session == visitor.subject, Event.kind == "click", Event.at > lately
    return bool(await session.scalar(select(exists().where(*same))))
