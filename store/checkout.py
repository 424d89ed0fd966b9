"""Placing an order: whole or not at all, at the database's prices, and once however often it is sent."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from common.errors import BadRequest, Conflict, NotFound
from store.offers import discount_percent, discounted, promotion_id
from store.orders import find_order, orders_of
from store.tables import Event, Order, OrderLine, Product, Variant

MAX_UNITS = 99
MAX_LINES = 50
NUMBER_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no 0/O, 1/I/L, U: people read numbers aloud
NUMBER_ATTEMPTS = 8


class OutOfStock(Conflict):
    """Fewer units are left than were asked for; `variant_id` and `left` say of what and how many."""

    def __init__(self, name: str, variant_id: int, left: int) -> None:
        words = f"Only {left} of {name} left" if left else f"{name} is sold out"
        super().__init__(f"{words}. Nothing was ordered.")
        self.variant_id = variant_id
        self.left = left


@dataclass(frozen=True)
class Wanted:
    """One line of an order to be: units of a variant, 1 to 99."""

    variant_id: int
    units: int


@dataclass(frozen=True)
class _Line:
    """What the database said when the stock was taken."""

    product_id: int
    variant_id: int
    promotion_id: int | None
    units: int
    unit_price: Decimal
    currency: str


async def place_order(
    session: AsyncSession,
    customer_id: int,
    wanted: Sequence[Wanted],
    *,
    client_key: str,
    address: dict[str, Any],
    web_session: str | None = None,
    now: datetime | None = None,
) -> Order:
    """Order all of `wanted` or nothing, at the database's prices of today; a repeated `client_key` is the same order.

    Raises OutOfStock, NotFound (a variant is no longer sold), BadRequest (nothing or too much wanted), Conflict (the
    key was used for another order). After an error the session stands as before the call."""
    at = now or datetime.now(UTC)
    units = _units_by_variant(wanted)
    async with session.begin_nested():
        order_id = await _open_order(session, customer_id, client_key, address, at)
        if order_id is None:
            return await _repeated(session, customer_id, client_key, units)
        # Always in the order of ids: two orders that share variants then wait for each other, never in a circle.
        lines = [await _take_stock(session, variant, units[variant], at) for variant in sorted(units)]
        await _write_lines(session, order_id, customer_id, lines, web_session, at)
    number = (await session.scalars(select(Order.number).where(Order.id == order_id))).one()
    return await find_order(session, customer_id, number)


async def find_by_key(session: AsyncSession, customer_id: int, client_key: str) -> Order | None:
    """The customer's order that this key already placed, with its lines; None when there is none yet."""
    query = orders_of(customer_id).where(Order.client_key == client_key)
    return await session.scalar(query.options(selectinload(Order.lines)))  # type: ignore[no-any-return]


def _units_by_variant(wanted: Sequence[Wanted]) -> dict[int, int]:
    units: dict[int, int] = {}
    for line in wanted:
        units[line.variant_id] = units.get(line.variant_id, 0) + line.units
    if not 1 <= len(units) <= MAX_LINES:
        raise BadRequest("The cart is empty." if not units else f"An order holds up to {MAX_LINES} different items.")
    if any(not 1 <= line.units <= MAX_UNITS for line in wanted) or max(units.values()) > MAX_UNITS:
        raise BadRequest(f"Order between 1 and {MAX_UNITS} pieces of an item.")
    return units


async def _open_order(
    session: AsyncSession, customer_id: int, client_key: str, address: dict[str, Any], at: datetime
) -> int | None:
    """The new order's id, or None when `client_key` was used. A concurrent twin makes this wait for its outcome."""
    for _ in range(NUMBER_ATTEMPTS):
        row = insert(Order).values(
            number="S-" + "".join(secrets.choice(NUMBER_ALPHABET) for _ in range(6)),
            customer_id=customer_id, status="placed", placed_at=at, total=0, currency="", address=address,
            client_key=client_key,
        )  # fmt: skip
        order_id = await session.scalar(row.on_conflict_do_nothing().returning(Order.id))
        if order_id is not None:
            return order_id
        if await session.scalar(select(Order.id).where(Order.client_key == client_key)):
            return None  # else the random number was taken: draw another
    raise Conflict("No free order number was found. Please try again.")


async def _repeated(session: AsyncSession, customer_id: int, client_key: str, units: dict[int, int]) -> Order:
    order = await find_by_key(session, customer_id, client_key)
    if order is None or {line.variant_id: line.units for line in order.lines} != units:
        raise Conflict("This checkout was already used for another order. Please look at your cart again.")
    return order


async def _take_stock(session: AsyncSession, variant_id: int, units: int, at: datetime) -> _Line:
    """Take units off the shelf in one guarded UPDATE, so that two buyers never share the last piece."""
    today = at.astimezone(UTC).date()
    taken = (
        update(Variant)
        .where(Variant.id == variant_id, Variant.stock >= units, Product.id == Variant.product_id, Product.active)
        .values(stock=Variant.stock - units)
        .returning(Product.id, Variant.price, Product.currency, discount_percent(today), promotion_id(today))
        .execution_options(synchronize_session=False)
    )
    row = (await session.execute(taken)).one_or_none()
    if row is None:
        raise await _why_not(session, variant_id)
    product_id, price, currency, percent, promotion = row
    return _Line(product_id, variant_id, promotion, units, discounted(price, percent), currency)


async def _why_not(session: AsyncSession, variant_id: int) -> Conflict | NotFound:
    query = select(Product.name, Variant.stock, Product.active).join(Product).where(Variant.id == variant_id)
    row = (await session.execute(query)).one_or_none()
    if row is None or not row.active:
        return NotFound("One of the items is no longer sold. Nothing was ordered.")
    return OutOfStock(row.name, variant_id, row.stock)


async def _write_lines(
    session: AsyncSession, order_id: int, customer_id: int, lines: list[_Line], web_session: str | None, at: datetime
) -> None:
    currencies = {line.currency for line in lines}
    if len(currencies) > 1:
        raise BadRequest("Items in different currencies cannot share an order.")
    total = sum((line.units * line.unit_price for line in lines), Decimal(0))
    await session.execute(update(Order).where(Order.id == order_id).values(total=total, currency=currencies.pop()))
    for line in lines:
        session.add(OrderLine(
            order_id=order_id, product_id=line.product_id, variant_id=line.variant_id,
            promotion_id=line.promotion_id, units=line.units, unit_price=line.unit_price,
        ))  # fmt: skip
        session.add(Event(
            kind="purchase", at=at, customer_id=customer_id, session=web_session, product_id=line.product_id,
            detail={"units": line.units, "unit_price": str(line.unit_price)},
        ))  # fmt: skip
    await session.flush()
