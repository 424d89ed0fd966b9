"""A shop in which some people lay tables and others light rooms, and the recommender asked over HTTP."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
from fastapi import FastAPI
from sqlalchemy import select

from common.http import install
from common.settings import Settings
from ml_tools.capacity import Capacity
from ml_tools.recommender.api import RecommenderTool
from ml_tools.recommender.assortment import Assortments
from ml_tools.recommender.models.item_knn import ItemKNN
from ml_tools.recommender.models.popularity import Popularity
from ml_tools.recommender.service import RecommenderService
from ml_tools.recommender.serving import Serving
from ml_tools.settings import ToolsSettings
from store.tables import Category, Customer, Event, Order, OrderLine, Product, Variant

MAKERS = {"hybrid": lambda: ItemKNN(shrink=0.1), "item-knn": lambda: ItemKNN(shrink=0.1), "popularity": Popularity}
TODAY = datetime.now(UTC)
LONG_AGO = TODAY - timedelta(days=400)
# category: names; each kind of customer touches one column of them
KINDS = {
    "mugs": ["Red mug", "Blue mug", "Green mug", "White mug"],
    "plates": ["Red plate", "Blue plate", "Green plate", "White plate"],
    "lamps": ["Desk lamp", "Floor lamp", "Wall lamp", "Old lamp"],
    "bulbs": ["Warm bulb", "Cold bulb", "Small bulb", "Odd bulb"],
}
TABLE, LIGHT = ("mugs", "plates"), ("lamps", "bulbs")


class Shop:
    """The rows of a shop in which some people lay tables and others light rooms."""

    def __init__(self, session):
        self.session = session
        self.products = {}
        self.customers = {}

    async def fill(self):
        for slug, names in KINDS.items():
            category = Category(slug=slug, name=slug.capitalize())
            self.session.add(category)
            await self.session.flush()
            for at, name in enumerate(names):
                await self.product(name, category, price=10 + at)
        for number in range(80):
            await self.household(number)

    async def product(self, name, category, *, price=10, created_at=LONG_AGO):
        slug = name.lower().replace(" ", "-")
        row = Product(
            public_id=f"p_{slug}", sku=slug, name=name, category_id=category.id, price=Decimal(price), currency="USD",
            created_at=created_at, attributes={},
        )  # fmt: skip
        self.session.add(row)
        await self.session.flush()
        self.session.add(Variant(product_id=row.id, sku=f"{slug}-1", price=row.price, stock=5))
        self.products[name] = row
        return row

    async def household(self, number):
        """Looks at things of one kind, and buys one of each category in one order; bulbs are bought again."""
        customer = Customer(public_id=f"cu_{number}")
        self.session.add(customer)
        await self.session.flush()
        first, second = TABLE if number % 2 else LIGHT
        seen = [KINDS[first][number % 3], KINDS[second][number % 3], KINDS[first][(number + 1) % 3]]
        for step, name in enumerate(seen):
            self.event("view", name, customer=customer, at=LONG_AGO + timedelta(hours=number, minutes=step))
        self.order(customer, seen[:2], LONG_AGO + timedelta(hours=number, minutes=30), f"O-{number}")
        if first == "lamps":
            self.order(customer, seen[1:2], LONG_AGO + timedelta(days=30, hours=number), f"R-{number}")

    def event(self, kind, name, *, customer=None, visit=None, at=None):
        self.session.add(
            Event(
                kind=kind, at=at or datetime.now(UTC), customer_id=customer.id if customer else None, session=visit,
                product_id=self.products[name].id,
            )
        )  # fmt: skip

    def order(self, customer, names, at, number):
        order = Order(
            number=number, customer_id=customer.id, status="delivered", placed_at=at, total=Decimal(10), currency="USD"
        )
        for name in names:
            order.lines.append(OrderLine(product_id=self.products[name].id, units=1, unit_price=Decimal(10)))
        self.session.add(order)


def tool_on(database, models, *, exploration=0.0):
    serving = Serving(models, makers=MAKERS, looked_seconds=0.0)
    serving.load()
    service = RecommenderService(
        database,
        serving,
        Assortments(database, None, looked_seconds=0.0),
        Capacity(running=2, waiting=16),
        exploration=exploration,
    )
    config, limits = Settings(_env_file=None), ToolsSettings(_env_file=None)
    return RecommenderTool(config, limits, database, service=service)


def client_of(tool):
    app = FastAPI()
    install(app, "tools")
    app.include_router(tool.router)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://tools")


async def ask(client, status=200, **asked):
    answer = await client.post("/recommendations", json=asked)
    assert answer.status_code == status, answer.text
    return answer.json()


def names(answer):
    return [one["product_id"].removeprefix("p_").replace("-", " ").capitalize() for one in answer["products"]]


def kind_of(name):
    return next((slug for slug, some in KINDS.items() if name in some), "new")


async def look(database, name, *, visit=None, customer=None, kind="view"):
    async with database.begin() as session:
        product = await session.scalar(select(Product.id).where(Product.name == name))
        number = await session.scalar(select(Customer.id).where(Customer.public_id == customer)) if customer else None
        now = datetime.now(UTC)
        session.add(Event(kind=kind, at=now, session=visit, customer_id=number, product_id=product))
