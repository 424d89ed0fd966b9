"""A small shop written down by hand, and the forecasting tool over it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import httpx
from fastapi import FastAPI
from sqlalchemy import select

from common.http import install
from common.ids import public_id
from common.settings import Settings
from ml_tools.capacity import Capacity
from ml_tools.forecasting.api import ForecastingTool
from ml_tools.forecasting.service import ForecastService
from ml_tools.forecasting.serving import Serving
from ml_tools.settings import ToolsSettings
from store.tables import (
    Category,
    Customer,
    Order,
    OrderLine,
    PriceChange,
    Product,
    Promotion,
    StockDay,
)  # fmt: skip
from tests.unit.ml_tools.series import weekly

TODAY = date(2026, 11, 21)
YESTERDAY = TODAY - timedelta(days=1)
DAYS = 150


class Shop:
    """A store with sales that a test writes down by hand."""

    def __init__(self, session, category, customer):
        self.session, self.category, self.customer = session, category, customer

    def product(self, name, category=None, *, days=DAYS):
        """A product that was listed so many days ago."""
        listed = datetime.combine(TODAY - timedelta(days=days), datetime.min.time(), tzinfo=UTC)
        row = Product(
            public_id=public_id("p"), sku=public_id("s"), name=name, category_id=(category or self.category).id,
            price=Decimal("10"), currency="USD", created_at=listed,
        )  # fmt: skip
        self.session.add(row)
        return row

    def order(self, product, day, units, *, status="delivered", hour=12):
        placed_at = datetime(day.year, day.month, day.day, hour, 59, tzinfo=UTC)
        order = Order(
            number=public_id("S"), customer_id=self.customer.id, status=status, placed_at=placed_at,
            total=Decimal("10"), currency="USD",
        )  # fmt: skip
        order.lines.append(OrderLine(product_id=product.id, units=int(units), unit_price=Decimal("10")))
        self.session.add(order)

    def sells(self, product, units, *, until=YESTERDAY):
        """Units on consecutive days up to `until`; each other day shortly before midnight, UTC."""
        for at, count in enumerate(units):
            if count:
                hour = 23 if at % 2 else 0
                self.order(product, until - timedelta(days=len(units) - 1 - at), count, hour=hour)


async def fill(database):
    """Products of 150 days, of a day, of a year ago, of none, with a spike, and with more returned than sold."""
    async with database.begin() as session:
        if await session.scalar(select(Product.public_id).limit(1)):
            return
        parent = Category(slug="goods", name="Goods")
        session.add(parent)
        await session.flush()
        mugs = Category(slug="mugs", name="Mugs", parent_id=parent.id)
        lamps = Category(slug="lamps", name="Lamps", parent_id=parent.id)
        empty = Category(slug="empty", name="Empty")
        customer = Customer(public_id=public_id("cu"))
        session.add_all([mugs, lamps, empty, customer])
        await session.flush()
        shop = Shop(session, mugs, customer)
        steady, old, spike, returned = map(shop.product, ("=HYPERLINK(mug) $5$", "Old", "Spike", "Returned"))
        young, _ = (shop.product(name, days=1) for name in ("Young", "Never"))
        lamp = shop.product("Lamp", lamps)
        await session.flush()
        shop.sells(steady, weekly(DAYS))
        shop.sells(lamp, weekly(DAYS, level=8, seed=2))
        shop.sells(spike, [9000 if at == DAYS - 20 else 9 for at in range(DAYS)])
        shop.sells(returned, [1 if at < DAYS - 60 else 0 for at in range(DAYS)])
        shop.order(returned, YESTERDAY - timedelta(days=9), -500)
        shop.order(young, YESTERDAY, 3)
        shop.order(old, YESTERDAY - timedelta(days=DAYS - 1), 3, hour=1)
        shop.order(old, YESTERDAY - timedelta(days=500), 3)
        shop.order(steady, YESTERDAY, 1000, status="cancelled")
        shop.order(steady, YESTERDAY - timedelta(days=3), 1000, status="returned")
        shop.order(steady, TODAY, 500)
        session.add_all(
            [
                StockDay(product_id=steady.id, day=YESTERDAY - timedelta(days=20), units=0, sold_out=True),
                PriceChange(product_id=steady.id, valid_from=YESTERDAY - timedelta(days=10), price=Decimal("8")),
                Promotion(
                    public_id=public_id("pr"), reference=public_id("r"), title="Goods", category_id=parent.id,
                    discount_percent=Decimal("20"), starts_on=TODAY, ends_on=TODAY + timedelta(days=3),
                ),
            ]
        )  # fmt: skip


def service_on(database, models, *, today=TODAY) -> ForecastService:
    serving = Serving(models)
    serving.load()
    return ForecastService(database, serving, Capacity(running=1, waiting=4), today=lambda: today)


@asynccontextmanager
async def client_of(database, service) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    install(app, "tools")
    config, limits = Settings(_env_file=None), ToolsSettings(_env_file=None)
    app.include_router(ForecastingTool(config, limits, database, service=service).router)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://tools") as client:
        yield client


async def product(database, name):
    async with database.begin() as session:
        return await session.scalar(select(Product).where(Product.name == name))
