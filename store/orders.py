"""Orders: finding, cancelling and returning one's own; `store.checkout` places them.

Every query for somebody's orders starts from `orders_of(customer_id)`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sqlalchemy import Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from common.errors import Conflict, NotFound
from store.tables import Order, OrderLine, Product, ProductImage, Variant

RETURN_DAYS = 30


@dataclass(frozen=True)
class OrderItem:
    """One line of an order as people read it."""

    product_id: str  # public
    name: str
    options: str  # "Blue, M"; empty when the product has one variant without options
    units: int
    unit_price: Decimal
    image: str | None  # relative to the images folder


def orders_of(customer_id: int) -> Select[Order]:
    """The one beginning of every query for somebody's orders."""
    return select(Order).where(Order.customer_id == customer_id)


async def find_order(session: AsyncSession, customer_id: int, number: str) -> Order:
    """The customer's order with its lines; NotFound also when it is somebody else's."""
    query = orders_of(customer_id).where(Order.number == number.strip().upper())
    order = await session.scalar(query.options(selectinload(Order.lines)).execution_options(populate_existing=True))
    if order is None:
        raise NotFound("There is no such order on your account.")
    return order


async def list_orders(session: AsyncSession, customer_id: int, *, limit: int = 20, offset: int = 0) -> list[Order]:
    """The customer's orders with their lines, newest first."""
    query = orders_of(customer_id).options(selectinload(Order.lines))
    return list(
        await session.scalars(query.order_by(Order.placed_at.desc(), Order.id.desc()).limit(limit).offset(offset))
    )


async def order_items(session: AsyncSession, customer_id: int, number: str) -> list[OrderItem]:
    """The lines of the customer's order, with names and pictures; empty when there is no such order."""
    owned = orders_of(customer_id).where(Order.number == number).with_only_columns(Order.id)
    picture = (
        select(ProductImage.path)
        .where(ProductImage.product_id == Product.id)
        .order_by(ProductImage.position).limit(1).correlate(Product).scalar_subquery()
    )  # fmt: skip
    rows = await session.execute(
        select(Product.public_id, Product.name, Variant.colour, Variant.size, Variant.storage, OrderLine.units,
               OrderLine.unit_price, picture)
        .join(Product, Product.id == OrderLine.product_id)
        .outerjoin(Variant, Variant.id == OrderLine.variant_id)
        .where(OrderLine.order_id.in_(owned)).order_by(OrderLine.id)
    )  # fmt: skip
    return [
        OrderItem(public_id, name, ", ".join(filter(None, options)), units, unit_price, image)
        for public_id, name, *options, units, unit_price, image in rows
    ]


async def cancel_order(session: AsyncSession, customer_id: int, number: str) -> Order:
    """Cancel an order that was not shipped yet; its units go back into stock. Raises NotFound, Conflict."""
    order = await find_order(session, customer_id, number)
    if not await _move(session, order, "placed", "cancelled"):
        raise Conflict(f"Order {order.number} cannot be cancelled any more: it is {spoken(order.status)}.")
    for line in sorted((x for x in order.lines if x.variant_id and x.units > 0), key=lambda x: x.variant_id or 0):
        back = update(Variant).where(Variant.id == line.variant_id).values(stock=Variant.stock + line.units)
        await session.execute(back.execution_options(synchronize_session=False))
    return await find_order(session, customer_id, number)


async def request_return(session: AsyncSession, customer_id: int, number: str, *, now: datetime | None = None) -> Order:
    """Ask to send a delivered order back, up to 30 days after its delivery. Raises NotFound, Conflict."""
    order = await find_order(session, customer_id, number)
    if not returnable(order, now=now) or not await _move(session, order, "delivered", "return_requested"):
        reason = f"it is {spoken(order.status)}"
        if order.status in ("placed", "shipped"):
            reason = "it has not been delivered yet"
        elif order.status == "delivered":
            reason = f"it was delivered more than {RETURN_DAYS} days ago"
        raise Conflict(f"Order {order.number} cannot be returned: {reason}.")
    return await find_order(session, customer_id, number)


def returnable(order: Order, *, now: datetime | None = None) -> bool:
    """Whether a return may still be asked for."""
    at = now or datetime.now(UTC)
    delivered = order.delivered_at
    return order.status == "delivered" and delivered is not None and at - delivered <= timedelta(days=RETURN_DAYS)


async def _move(session: AsyncSession, order: Order, old: str, new: str) -> bool:
    """Change the status in one guarded UPDATE: of two that try at once, one wins."""
    moved = orders_of(order.customer_id).where(Order.id == order.id).with_only_columns(Order.id)
    query = update(Order).where(Order.id.in_(moved), Order.status == old).values(status=new).returning(Order.id)
    return await session.scalar(query.execution_options(synchronize_session=False)) is not None


def spoken(status: str) -> str:
    """A status as people say it: `return_requested` -> `return requested`."""
    return status.replace("_", " ")


async def count_orders(session: AsyncSession, customer_id: int) -> int:
    return await session.scalar(select(func.count()).select_from(orders_of(customer_id).subquery())) or 0
