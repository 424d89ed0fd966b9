"""What marketers ask of the past: best sellers, revenue of a period, units by week, stock that will run out.

Days are UTC dates, periods include both ends. Cancelled and returned orders do not count; negative units of imported
histories (returns) are taken off.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, Numeric, Select, Subquery, case, cast, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from store.tables import Category, Order, OrderLine, Product, StockDay, Variant

PACE_DAYS = 28
NOT_SOLD = ("cancelled", "returned")


@dataclass(frozen=True)
class BestSeller:
    product_id: str  # public
    name: str
    units: int
    revenue: Decimal
    currency: str


@dataclass(frozen=True)
class Revenue:
    """A period's sales in one currency."""

    currency: str
    orders: int
    units: int
    amount: Decimal

    @property
    def average_order(self) -> Decimal:
        return self.amount / self.orders if self.orders else Decimal(0)


@dataclass(frozen=True)
class WeekSales:
    """`start` is the first of seven days."""

    start: date
    units: int


@dataclass(frozen=True)
class RunOut:
    """A product whose stock lasts `days_left` days at the pace of the last four weeks (units per day in stock)."""

    product_id: str  # public
    name: str
    stock: int
    pace: float
    days_left: float


def previous_period(start: date, end: date) -> tuple[date, date]:
    """The period of the same length that ends the day before `start`."""
    return start - (end - start) - timedelta(days=1), start - timedelta(days=1)


def _sold(start: date, end: date) -> ColumnElement[bool]:
    """True for orders of the period that count as sales."""
    after = datetime.combine(end + timedelta(days=1), time(), UTC)
    within = (Order.placed_at >= datetime.combine(start, time(), UTC)) & (Order.placed_at < after)
    return within & Order.status.not_in(NOT_SOLD)


def _day() -> ColumnElement[date]:
    # A literal, not a bound value: Postgres must see that SELECT and GROUP BY mean the same.
    return func.date(func.timezone(literal_column("'UTC'"), Order.placed_at))


def _amount() -> ColumnElement[Decimal]:
    return func.sum(OrderLine.units * OrderLine.unit_price, type_=Numeric(14, 2))


async def best_sellers(
    session: AsyncSession, start: date, end: date, *, category: str | None = None, limit: int = 10
) -> list[BestSeller]:
    """The products with the most units sold, best first; `category` is a slug whose sub-categories belong to it."""
    units = func.sum(OrderLine.units)
    query = (
        select(Product.public_id, Product.name, units, _amount(), Product.currency)
        .join(OrderLine, OrderLine.product_id == Product.id).join(Order, Order.id == OrderLine.order_id)
        .where(_sold(start, end), Product.active)
        .group_by(Product.id).having(units > 0).order_by(units.desc(), Product.id).limit(limit)
    )  # fmt: skip
    if category:
        query = query.where(Product.category_id.in_(_category_ids(category)))
    return [BestSeller(*row) for row in await session.execute(query)]


def _category_ids(slug: str) -> Select[int]:
    own = select(Category.id).where(Category.slug == slug).scalar_subquery()
    return select(Category.id).where((Category.id == own) | (Category.parent_id == own))


async def revenue(session: AsyncSession, start: date, end: date) -> list[Revenue]:
    """Sales of the period, one row a currency, the largest first; empty when nothing was sold."""
    amount = _amount()
    query = (
        select(Order.currency, func.count(func.distinct(Order.id)), func.sum(OrderLine.units), amount)
        .join(OrderLine, OrderLine.order_id == Order.id).where(_sold(start, end))
        .group_by(Order.currency).order_by(amount.desc())
    )  # fmt: skip
    return [Revenue(*row) for row in await session.execute(query)]


async def weekly_units(session: AsyncSession, product_id: str, last_day: date, *, weeks: int = 4) -> list[WeekSales]:
    """Units of a product (public id) in each of the `weeks` seven-day spans up to `last_day`, oldest first."""
    first = last_day - timedelta(days=7 * weeks - 1)
    query = (
        select(_day(), func.sum(OrderLine.units))
        .select_from(OrderLine).join(Order, Order.id == OrderLine.order_id)
        .join(Product, Product.id == OrderLine.product_id)
        .where(Product.public_id == product_id, _sold(first, last_day)).group_by(_day())
    )  # fmt: skip
    sold = [0] * weeks
    for day, units in await session.execute(query):
        sold[(day - first).days // 7] += units
    return [WeekSales(first + timedelta(days=7 * week), units) for week, units in enumerate(sold)]


async def stock_runout(session: AsyncSession, today: date, *, within_days: int = 30, limit: int = 10) -> list[RunOut]:
    """Products with stock for at most `within_days` more days, the most urgent first.

    Pace: units sold per day over the four weeks up to yesterday, days on which the product was sold out left aside
    with their sales: an empty shelf is not a lack of demand. A day without a stock record counts as in stock.
    """
    start, end = today - timedelta(days=PACE_DAYS), today - timedelta(days=1)
    out = _days_out(start, end)
    sales = _units_in_stock(start, end)
    stock = select(func.sum(Variant.stock)).where(Variant.product_id == Product.id).correlate(Product).scalar_subquery()
    in_stock_days = PACE_DAYS - func.coalesce(out.c.days, 0)
    pace = cast(sales.c.units, Numeric) / func.nullif(in_stock_days, 0)
    days_left = stock / func.nullif(pace, 0)
    query = (
        select(Product.public_id, Product.name, stock, pace, days_left)
        .join(sales, sales.c.product_id == Product.id).outerjoin(out, out.c.product_id == Product.id)
        .where(Product.active, stock > 0, sales.c.units > 0, days_left <= within_days)
        .order_by(days_left, Product.id).limit(limit)
    )  # fmt: skip
    rows = await session.execute(query)
    return [RunOut(public_id, name, units, float(p), float(left)) for public_id, name, units, p, left in rows]


def _days_out(start: date, end: date) -> Subquery:
    return (
        select(StockDay.product_id, func.count().label("days"))
        .where(StockDay.day.between(start, end), StockDay.sold_out).group_by(StockDay.product_id).subquery()
    )  # fmt: skip


def _units_in_stock(start: date, end: date) -> Subquery:
    """Units per product, without those of days on which it was sold out."""
    was_out = (StockDay.product_id == OrderLine.product_id) & (StockDay.day == _day())
    counted = case((func.coalesce(StockDay.sold_out, False), 0), else_=OrderLine.units)
    return (
        select(OrderLine.product_id, func.sum(counted).label("units"))
        .join(Order, Order.id == OrderLine.order_id).outerjoin(StockDay, was_out)
        .where(_sold(start, end)).group_by(OrderLine.product_id).subquery()
    )  # fmt: skip
