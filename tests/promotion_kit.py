"""A shop with promotions whose dates, budgets, audiences and stock a test chooses, asked over HTTP."""

import secrets
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import numpy as np
from fastapi import FastAPI
from sqlalchemy import delete, update

from common.http import install
from common.settings import Settings
from ml_tools.promotions.api import PromotionsTool
from ml_tools.promotions.service import PromotionService
from ml_tools.promotions.serving import Serving
from ml_tools.settings import ToolsSettings
from store.session import Database
from store.tables import (
    Category,
    Customer,
    Event,
    Impression,
    Order,
    OrderLine,
    Product,
    Promotion,
    PromotionAccount,
    PromotionBelief,
    PromotionClick,
    PromotionDay,
    Variant,
)

NOW = datetime.now(UTC)
TODAY = NOW.date()


def days(number: int):
    return TODAY + timedelta(days=number)


async def without_promotions(database: Database) -> "PromotionShop":
    """The shop with no promotion in it: those of other tests would take part."""
    async with database.begin() as session:
        await session.execute(update(OrderLine).values(promotion_id=None))
        for table in (PromotionBelief, PromotionClick, Impression, PromotionDay, PromotionAccount, Promotion):
            await session.execute(delete(table))
    return PromotionShop(database)


class PromotionShop:
    """Rows of a shop; everything gets a key of its own, so that tests can share a database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def category(self, parent: Category | None = None) -> Category:
        key = secrets.token_hex(5)
        return await self._added(Category(slug=f"c-{key}", name=f"C {key}", parent_id=parent.id if parent else None))

    async def product(self, category: Category, *, stock: int = 5, active: bool = True, **more: Any) -> Product:
        key = secrets.token_hex(5)
        product = await self._added(
            Product(
                public_id=f"p_{key}", sku=key, name=f"Product {key}", category_id=category.id, price=Decimal(10),
                currency="USD", active=active, **more,
            )
        )  # fmt: skip
        await self._added(Variant(product_id=product.id, sku=f"{key}-1", price=Decimal(10), stock=stock))
        return product

    async def promotion(self, *, starts: int = -1, ends: int = 9, **values: Any) -> Promotion:
        key = secrets.token_hex(5)
        given = {"discount_percent": Decimal(10), "title": f"Offer {key}"} | values
        return await self._added(
            Promotion(public_id=f"pr_{key}", reference=key, starts_on=days(starts), ends_on=days(ends), **given)
        )

    async def customer(self, **attributes: Any) -> Customer:
        return await self._added(Customer(public_id=f"cu_{secrets.token_hex(5)}", attributes=attributes))

    async def look(
        self, product: Product, *, customer: Customer | None = None, visitor: str | None = None, times: int = 1
    ) -> None:
        for _ in range(times):
            await self._added(
                Event(
                    kind="view", at=NOW - timedelta(hours=1), customer_id=customer.id if customer else None,
                    session=visitor, product_id=product.id,
                )
            )  # fmt: skip

    async def order(self, customer: Customer, product: Product, promotion: Promotion | None = None) -> Order:
        order = Order(
            number=f"S-{secrets.token_hex(5)}", customer_id=customer.id, status="placed", placed_at=datetime.now(UTC),
            total=Decimal(10), currency="USD",
        )  # fmt: skip
        promoted = promotion.id if promotion else None
        order.lines.append(OrderLine(product_id=product.id, units=1, unit_price=Decimal(10), promotion_id=promoted))
        return await self._added(order)

    async def _added(self, row: Any) -> Any:
        async with self.database.begin() as session:
            session.add(row)
        return row


def tool_on(database: Database, *, floor: float = 0.02, seed: int = 1) -> PromotionsTool:
    serving = Serving(database, looked_seconds=0.0)
    service = PromotionService(database, serving, floor=floor, rng=np.random.default_rng(seed))
    return PromotionsTool(Settings(_env_file=None), ToolsSettings(_env_file=None), database, service=service)


def client_of(tool: PromotionsTool) -> httpx.AsyncClient:
    app = FastAPI()
    install(app, "tools")
    app.include_router(tool.router)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://tools")


async def rank(client: httpx.AsyncClient, status: int = 200, **asked: Any) -> dict[str, Any]:
    answer = await client.post("/promotions/rank", json={"slot": "home_hero", "surface": "home"} | asked)
    assert answer.status_code == status, answer.text
    return answer.json()


async def report(client: httpx.AsyncClient, status: int = 200, **events: Any) -> dict[str, Any]:
    answer = await client.post("/promotions/events", json=events)
    assert answer.status_code == status, answer.text
    return answer.json()


def shown_from(ranked: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The impression to report of one ranked promotion."""
    names = ("impression_id", "promotion_id", "propensity", "place", "signals")
    kept = {name: ranked[name] for name in names}
    return {**kept, "slot": "home_hero", "surface": "home", "shown_at": datetime.now(UTC).isoformat()} | more
