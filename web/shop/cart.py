"""The cart's page and forms; a guest's session begins with the first thing put into it."""

import asyncio
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from store.carts import add_to_cart, cart_items, set_units
from store.events import record_event
from web.shop.picks import recommended, shelf_of
from web.shop.promotions import banner_of, note_shown, offered
from web.shop.rendering import page
from web.shop.route import PageRoute
from web.shop.visiting import ShoppingVisitor, Visitor, transaction

PICKS = 4
MOST_ABOUT = 50  # products that the recommender looks at at once
router = APIRouter(route_class=PageRoute, include_in_schema=False)
VariantId = Annotated[int, Form(ge=1, le=2**62)]
Units = Annotated[int, Form(ge=1, le=99)]
UnitsOrNone = Annotated[int, Form(ge=0, le=99)]


@router.get("/cart")
async def show(request: Request, visitor: Visitor) -> Response:
    """What lies in the cart, at today's prices, and what goes with it."""
    async with transaction(request) as session:
        items = await cart_items(session, visitor.subject) if visitor else []
    about = list(dict.fromkeys(item.product_id for item in items))[:MOST_ABOUT]
    if not items:
        async with transaction(request) as session:
            return await page(request, session, "cart.html", items=[])
    found, offer = await asyncio.gather(
        recommended(request, visitor, "goes_with", "cart", about=about, limit=PICKS),
        offered(request, visitor, "cart", "cart", about=about),
    )
    async with transaction(request) as session:
        total = sum((item.total for item in items), Decimal(0))
        goes_with, banner = await shelf_of(session, "goes_with", "cart", found), await banner_of(session, offer)
        response = await page(
            request, session, "cart.html", items=items, total=total, goes_with=goes_with, banner=banner
        )
        await note_shown(session, visitor, banner)
        return response


@router.post("/cart")
async def add(request: Request, visitor: ShoppingVisitor, variant_id: VariantId, units: Units = 1) -> Response:
    """Put units of a variant into the cart."""
    async with transaction(request) as session:
        product_id = await add_to_cart(session, visitor.subject, variant_id, units)
        record_event(
            session,
            "cart",
            customer_id=visitor.customer_id,
            visitor=visitor.subject,
            product_id=product_id,
            detail={"units": units},
        )
    return RedirectResponse("/cart?notice=added", status_code=303)


@router.post("/cart/lines")
async def change(request: Request, visitor: ShoppingVisitor, variant_id: VariantId, units: UnitsOrNone) -> Response:
    """Change how many of a variant lie in the cart; 0 takes it out."""
    async with transaction(request) as session:
        await set_units(session, visitor.subject, variant_id, units)
    notice = "updated" if units else "removed"
    return RedirectResponse(f"/cart?notice={notice}", status_code=303)
