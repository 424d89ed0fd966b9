"""A store whose demand is known: what prices and promotions do, what is bought together, and what is sold out."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from common.ids import public_id
from store.tables import (
    Category,
    Customer,
    Order,
    OrderLine,
    PriceChange,
    Product,
    Promotion,
    StockDay,
    Variant,
)  # fmt: skip

TODAY = date(2026, 11, 21)
YESTERDAY = TODAY - timedelta(days=1)
DAYS = 420
START = YESTERDAY - timedelta(days=DAYS - 1)
ELASTICITY, LIFT = 1.5, 3.0
WEEKDAY = np.array([0.8, 0.8, 0.9, 1.0, 1.2, 1.4, 0.9])  # Monday first


@dataclass(frozen=True)
class Line:
    """A product: units a day at today's price, stock, and (first day, ratio) steps of its price."""

    name: str
    category: str
    level: float
    stock: int
    price: str = "10.00"
    steps: tuple[tuple[int, float], ...] = ()
    attributes: tuple[tuple[str, object], ...] = ()


LINES = (
    Line("Mug", "mugs", 20.0, 60, steps=((0, 0.9), (120, 1.0), (250, 1.08), (300, 1.0))),
    Line("Cup", "mugs", 15.0, 5000, steps=((0, 1.0), (60, 0.92), (200, 1.0))),
    Line("Beaker", "mugs", 12.0, 0, steps=((0, 1.0), (330, 0.9), (380, 1.0))),
    Line("Tankard", "mugs", 9.0, 400, attributes=(("lead_days", "21"), ("arriving", 50))),
    Line("Lamp", "lamps", 8.0, 300, price="40.00"),
    Line("Lantern", "lamps", 6.0, 200, price="30.00", attributes=(("lead_days", "soon"),)),
)
PROMOTED = ((80, 12), (170, 12), (240, 10), (340, 12))  # of mugs: first day, length
OFF = 0.2
SOLD_OUT = range(DAYS - 8, DAYS - 5)  # days without mugs named "Mug"
TOGETHER = 240  # orders of the last four months with a lamp and a cup


async def fill(session: AsyncSession, *, lines: tuple[Line, ...] = LINES, promoted=PROMOTED) -> dict[str, Product]:
    """Write the whole store; the products by name."""
    parent = Category(slug="goods", name="Goods")
    session.add(parent)
    await session.flush()
    categories = {
        name: Category(slug=name, name=name.capitalize(), parent_id=parent.id) for name in {x.category for x in lines}
    }
    customer = Customer(public_id=public_id("cu"))
    session.add_all([*categories.values(), customer])
    await session.flush()
    products = {line.name: await _product(session, line, categories[line.category].id) for line in lines}
    for first, length in promoted:
        session.add(
            Promotion(
                public_id=public_id("pr"), reference=public_id("r"), title="Mugs", category_id=categories["mugs"].id,
                discount_percent=Decimal(100 * OFF), starts_on=START + timedelta(days=first),
                ends_on=START + timedelta(days=first + length - 1),
            )
        )  # fmt: skip
    units = demand(lines, promoted)
    await _sell(session, customer.id, lines, products, units)
    if "Mug" in products:
        session.add_all(
            StockDay(product_id=products["Mug"].id, day=START + timedelta(days=day), units=0, sold_out=True)
            for day in SOLD_OUT
        )
    if {"Lamp", "Cup"} <= set(products):
        for at in range(TOGETHER):
            await add_order(
                session, customer.id, YESTERDAY - timedelta(days=at // 2), products["Lamp"], products["Cup"]
            )
    await session.flush()
    return products


async def _product(session: AsyncSession, line: Line, category: int) -> Product:
    row = Product(
        public_id=public_id("p"), sku=public_id("s"), name=line.name, category_id=category, currency="EUR",
        price=Decimal(line.price), attributes=dict(line.attributes),
        created_at=datetime.combine(START, datetime.min.time(), UTC),
    )  # fmt: skip
    session.add(row)
    await session.flush()
    session.add(Variant(product_id=row.id, sku=public_id("v"), price=row.price, stock=line.stock))
    for day, ratio in line.steps:
        price = (row.price * Decimal(str(ratio))).quantize(Decimal("0.01"))
        session.add(PriceChange(product_id=row.id, valid_from=START + timedelta(days=day), price=price))
    return row


def demand(lines, promoted) -> np.ndarray:
    """Units [products, days]: Poisson around level x weekday x price and promotion; none while sold out."""
    rng = np.random.default_rng(6)
    at = np.arange(DAYS)
    mean = np.array([line.level for line in lines])[:, None] * WEEKDAY[(START.weekday() + at) % 7]
    for row, line in zip(mean, lines, strict=True):
        ratio = np.ones(DAYS)
        for day, value in line.steps:
            ratio[day:] = value
        row *= ratio**-ELASTICITY
        for first, length in promoted if line.category == "mugs" else ():
            row[first : first + length] *= np.exp(LIFT * OFF)
        if line.name == "Mug":
            row[SOLD_OUT] = 0
    return rng.poisson(mean)


async def _sell(session, customer: int, lines, products, units) -> None:
    """One order a product and day."""
    rows = [
        (products[line.name], START + timedelta(days=day), int(count))
        for line, row in zip(lines, units, strict=True)
        for day, count in enumerate(row)
        if count
    ]
    orders = [
        {
            "number": f"S-{number}", "customer_id": customer, "status": "delivered", "currency": "EUR",
            "placed_at": datetime(day.year, day.month, day.day, 12, tzinfo=UTC), "total": Decimal(10),
        }
        for number, (_, day, _) in enumerate(rows)
    ]  # fmt: skip
    made = await session.scalars(insert(Order).returning(Order.id, sort_by_parameter_order=True), orders)
    sold = [
        {"order_id": order, "product_id": product.id, "units": count, "unit_price": product.price}
        for order, (product, _, count) in zip(made.all(), rows, strict=True)
    ]
    await session.execute(insert(OrderLine), sold)


async def add_order(session: AsyncSession, customer: int, day: date, *products: Product) -> None:
    order = Order(
        number=public_id("S"), customer_id=customer, status="delivered", total=Decimal(10), currency="EUR",
        placed_at=datetime(day.year, day.month, day.day, 15, tzinfo=UTC),
    )  # fmt: skip
    order.lines.extend(OrderLine(product_id=product.id, units=1, unit_price=product.price) for product in products)
    session.add(order)
