"""From the cart to an order: the address form and the confirmation. Nothing is paid here."""

import secrets
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from common.errors import Conflict, NotFound
from store.carts import CartItem, cart_items, empty_cart
from store.checkout import Wanted, find_by_key, place_order
from store.orders import list_orders
from store.promotion_events import note_order
from store.tables import Customer
from web.accounts.session import SessionInfo
from web.shop.forms import COUNTRIES, Address
from web.shop.rendering import page
from web.shop.route import PageRoute
from web.shop.visiting import Buyer, transaction

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/checkout")
async def form(request: Request, visitor: Buyer) -> Response:
    """The address form, filled with the last order's address."""
    async with transaction(request) as session:
        items = await cart_items(session, visitor.subject)
        if not items:
            return RedirectResponse("/cart", status_code=303)
        return await _form(request, session, items, await _last_address(session, visitor), key=secrets.token_hex(16))


@router.post("/checkout")
async def order(
    request: Request, visitor: Buyer, client_key: Annotated[str, Form(pattern="^[0-9a-f]{32}$")]
) -> Response:
    """Place the order; sent twice, it is still one."""
    given = {key: value for key, value in (await request.form()).items() if isinstance(value, str)}
    address, errors = Address.read(given)
    assert visitor.customer_id is not None
    async with transaction(request) as session:
        if known := await find_by_key(session, visitor.customer_id, client_key):
            return RedirectResponse(f"/orders/{known.number}?placed=1", status_code=303)
        items = await cart_items(session, visitor.subject)
        if not items:  # emptied elsewhere, perhaps by this very form sent twice at once
            known = await find_by_key(session, visitor.customer_id, client_key)
            return RedirectResponse(f"/orders/{known.number}?placed=1" if known else "/cart", status_code=303)
        if address is None:
            return await _form(request, session, items, given, key=client_key, errors=errors)
        try:
            number = await _place(session, visitor, items, address, client_key)
        except (Conflict, NotFound) as error:
            return await _form(request, session, items, given, key=client_key, problem=error.message)
    return RedirectResponse(f"/orders/{number}?placed=1", status_code=303)


async def _place(
    session: AsyncSession, visitor: SessionInfo, items: list[CartItem], address: Address, client_key: str
) -> str:
    """The new order's number; the cart is empty then."""
    assert visitor.customer_id is not None
    wanted = [Wanted(item.variant_id, item.units) for item in items]
    placed = await place_order(
        session,
        visitor.customer_id,
        wanted,
        client_key=client_key,
        address=address.model_dump(),
        web_session=visitor.subject,
    )
    await note_order(session, placed.id)
    await empty_cart(session, visitor.subject)
    return placed.number


async def _last_address(session: AsyncSession, visitor: SessionInfo) -> dict[str, str]:
    assert visitor.customer_id is not None
    for past in await list_orders(session, visitor.customer_id, limit=1):
        return {key: str(value) for key, value in past.address.items()}
    customer = await session.get(Customer, visitor.customer_id)
    return {"name": customer.name or ""} if customer else {}


async def _form(
    request: Request,
    session: AsyncSession,
    items: list[CartItem],
    given: Mapping[str, str],
    *,
    key: str,
    errors: dict[str, str] | None = None,
    problem: str | None = None,
) -> Response:
    status = 422 if errors else 409 if problem else 200
    total = sum((item.total for item in items), Decimal(0))
    return await page(
        request, session, "checkout.html", status=status, items=items, total=total, given=given, client_key=key,
        errors=errors or {}, problem=problem, countries=COUNTRIES,
    )  # fmt: skip
