"""What happens in a test: customers come, see an answer, click, buy."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from common.ids import public_id
from store.experiments import ArmPlan, Assignment, ExperimentReport, assign, expose, start_experiment
from store.tables import Customer, Event, Order, OrderLine, Product

HALVES = (ArmPlan("control", "item-knn", 0.5), ArmPlan("learnt", "hybrid", 0.5))


async def product_ids(session: AsyncSession) -> tuple[int, int]:
    lamp, rug = (await session.scalars(select(Product.id).order_by(Product.name))).all()
    return lamp, rug


async def newcomer(session: AsyncSession) -> Customer:
    customer = Customer(public_id=public_id("cu"))
    session.add(customer)
    await session.flush()
    return customer


async def arm_of(session: AsyncSession, unit: str, surface: str = "home") -> Assignment:
    found = await assign(session, surface, unit)
    assert found
    return found


async def show(session: AsyncSession, customer: Customer, products: list[int], *, hours_ago: float) -> Assignment:
    """An answer that a customer was shown on the home page some time ago."""
    assignment = await arm_of(session, customer.public_id)
    await expose(
        session, assignment, customer.public_id, customer_id=customer.id, visitor=None, surface="home",
        products=products,
    )  # fmt: skip
    newest = "UPDATE exposures SET at = now() - make_interval(secs => :s) WHERE id = (SELECT max(id) FROM exposures)"
    await session.execute(text(newest), {"s": 3600 * hours_ago})
    return assignment


async def click(session: AsyncSession, customer: Customer, product: int, *, hours_ago: float, **detail: str) -> None:
    at = datetime.now(UTC) - timedelta(hours=hours_ago)
    led = detail or {"from": "recommendation"}
    session.add(Event(kind="click", at=at, customer_id=customer.id, product_id=product, detail=led))
    await session.flush()


async def buy(
    session: AsyncSession, customer: Customer, product: int, *, hours_ago: float, status: str = "placed", units: int = 2
) -> None:
    at = datetime.now(UTC) - timedelta(hours=hours_ago)
    order = Order(
        number=public_id("S"), customer_id=customer.id, status=status, placed_at=at, total=Decimal(20), currency="USD"
    )
    session.add(order)
    await session.flush()
    session.add(OrderLine(order_id=order.id, product_id=product, units=units, unit_price=Decimal(10)))
    await session.flush()


async def begin(session: AsyncSession, *, days_ago: int = 30) -> None:
    await start_experiment(session, "Autumn", HALVES)
    await session.execute(
        text("UPDATE experiments SET started_at = now() - make_interval(days => :d)"), {"d": days_ago}
    )


def totals(report: ExperimentReport) -> tuple[int, float, float, float]:
    """Of both arms: exposures, clicked ones, buyers, revenue."""
    arms = report.arms
    return (
        sum(arm.exposures for arm in arms),
        round(sum(arm.ctr.mean * arm.exposures for arm in arms), 6),
        round(sum(arm.conversion.mean * arm.units for arm in arms), 6),
        round(sum(arm.revenue.mean * arm.units for arm in arms), 6),
    )
