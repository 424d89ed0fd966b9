"""Templates: every page is rendered here, with what all pages share. Values are always escaped."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from common.requests import current_request_id
from store.carts import count_units
from store.tables import Category
from web.accounts.session import SessionInfo, optional_session
from web.shop import formats
from web.shop.notices import NOTICES

WEB = Path(__file__).resolve().parent.parent
STATIC = WEB / "static"


@lru_cache
def asset(name: str) -> str:
    """The address of a static file with its content's hash, so that browsers may keep it for good."""
    return f"/static/{name}?v={hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]}"


def media(path: str | None) -> str:
    """The address of a picture; what has none gets the drawing that says so."""
    return f"/media/{quote(path)}" if path else asset("no-picture.svg")


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(WEB / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(asset=asset, media=media, stars=formats.stars, swatch=formats.swatch)
    environment.filters.update(money=formats.money, day=formats.day)
    return environment


templates = _environment()


async def page(
    request: Request, session: AsyncSession, template: str, *, status: int = 200, **values: Any
) -> HTMLResponse:
    """A page of the shop for whoever asks."""
    visitor = await optional_session(request)
    departments = select(Category).where(Category.parent_id.is_(None)).order_by(Category.id)
    shared = {
        "visitor": visitor,
        "cart_units": await count_units(session, visitor.subject) if visitor else 0,
        "departments": list(await session.scalars(departments)),
    }
    return _respond(request, template, status, visitor, shared | values)


def error_page(request: Request, status: int, message: str) -> HTMLResponse:
    """The page for what went wrong; it needs no database, because that may be what went wrong."""
    visitor: SessionInfo | None = getattr(request.state, "session", None)
    values = {"cart_units": 0, "departments": [], "status": status, "message": message}
    return _respond(request, "error.html", status, visitor, values)


def _respond(
    request: Request, template: str, status: int, visitor: SessionInfo | None, values: dict[str, Any]
) -> HTMLResponse:
    shared = {
        "visitor": visitor,
        "role": visitor.role.value if visitor else "guest",
        "path": request.url.path,
        "words": "",
        "page_product": None,
        "notice": NOTICES.get(request.query_params.get("notice", "")),
        "request_id": current_request_id(),
    }
    html = templates.get_template(template).render(shared | values)
    return HTMLResponse(html, status_code=status, headers={"Cache-Control": "private, no-cache"})
