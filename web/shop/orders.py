"""A customer's own orders: the list, one order, cancelling it and sending it back."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from store.orders import (
    RETURN_DAYS,
    cancel_order,
    count_orders,
    find_order,
    list_orders,
    order_items,
    request_return,
    returnable,
)
from web.shop.forms import COUNTRIES
from web.shop.rendering import page
from web.shop.route import PageRoute
from web.shop.visiting import Buyer, transaction

PAGE_SIZE = 10
STEPS = ("placed", "shipped", "delivered")
STATUSES = {
    "placed": "Placed", "shipped": "On its way", "delivered": "Delivered", "cancelled": "Cancelled",
    "return_requested": "Return requested", "returned": "Returned",
}  # fmt: skip
router = APIRouter(route_class=PageRoute, include_in_schema=False)
Number = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,40}$")]


@router.get("/orders")
async def all_orders(
    request: Request, visitor: Buyer, at: Annotated[int, Query(alias="page", ge=1, le=10_000)] = 1
) -> Response:
    """The customer's orders, newest first."""
    assert visitor.customer_id is not None
    async with transaction(request) as session:
        total = await count_orders(session, visitor.customer_id)
        found = await list_orders(session, visitor.customer_id, limit=PAGE_SIZE, offset=(at - 1) * PAGE_SIZE)
        items = {order.number: await order_items(session, visitor.customer_id, order.number) for order in found}
        pages = max(1, -(-total // PAGE_SIZE))
        return await page(
            request, session, "orders.html", orders=found, items=items, total=total, at=at, pages=pages,
            statuses=STATUSES,
        )  # fmt: skip


@router.get("/orders/{number}")
async def one_order(request: Request, visitor: Buyer, number: Number, placed: bool = False) -> Response:
    """One order; with `placed` it is the confirmation after the checkout."""
    assert visitor.customer_id is not None
    async with transaction(request) as session:
        order = await find_order(session, visitor.customer_id, number)
        until = order.delivered_at + timedelta(days=RETURN_DAYS) if order.delivered_at else None
        return await page(
            request, session, "order.html", order=order, just_placed=placed, statuses=STATUSES, steps=STEPS,
            items=await order_items(session, visitor.customer_id, order.number), countries=COUNTRIES,
            may_return=returnable(order), return_until=until,
        )  # fmt: skip


@router.post("/orders/{number}/cancel")
async def cancel(request: Request, visitor: Buyer, number: Number) -> Response:
    """Cancel an order that was not shipped."""
    assert visitor.customer_id is not None
    async with transaction(request) as session:
        order = await cancel_order(session, visitor.customer_id, number)
    return RedirectResponse(f"/orders/{order.number}?notice=cancelled", status_code=303)


@router.post("/orders/{number}/return")
async def send_back(request: Request, visitor: Buyer, number: Number) -> Response:
    """Ask to send a delivered order back."""
    assert visitor.customer_id is not None
    async with transaction(request) as session:
        order = await request_return(session, visitor.customer_id, number)
    return RedirectResponse(f"/orders/{order.number}?notice=return", status_code=303)
