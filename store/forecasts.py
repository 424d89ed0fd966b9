"""Forecasts as they were given, kept so that they can be shown again and compared with what happened.

A forecast is about one product, one category with its sub-categories, or the whole shop.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from common.errors import NotFound
from common.ids import public_id
from store.tables import Category, Forecast, Product

WHOLE_SHOP = "the whole shop"  # its name where others have their own


@dataclass(frozen=True)
class ForecastProduct:
    """What the forecasting tool needs to know of a product besides its sales."""

    id: int
    public_id: str
    name: str
    category: str  # slug


@dataclass(frozen=True)
class ForecastCategory:
    """The same of a category; `public_id` is its slug."""

    id: int
    public_id: str
    name: str


@dataclass(frozen=True)
class StoredForecast:
    """A kept forecast with its product or its category; with neither it is of the whole shop."""

    forecast: Forecast
    product: ForecastProduct | None
    category: ForecastCategory | None

    @property
    def kind(self) -> str:
        """`product`, `category` or `shop`."""
        return "product" if self.product else "category" if self.category else "shop"

    @property
    def subject_id(self) -> str | None:
        """A product's public id or a category's slug; None for the whole shop."""
        subject = self.product or self.category
        return subject.public_id if subject else None

    @property
    def name(self) -> str:
        subject = self.product or self.category
        return subject.name if subject else WHOLE_SHOP


_PRODUCT = (Product.id, Product.public_id, Product.name, Category.slug)


async def product_to_forecast(session: AsyncSession, product_id: str) -> ForecastProduct:
    """The product with this public id; NotFound when there is none."""
    query = select(*_PRODUCT).join(Category, Category.id == Product.category_id).where(Product.public_id == product_id)
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NotFound("There is no such product.")
    return ForecastProduct(*row)


async def category_to_forecast(session: AsyncSession, slug: str) -> ForecastCategory:
    """The category with this slug; NotFound when there is none."""
    query = select(Category.id, Category.slug, Category.name).where(Category.slug == slug)
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NotFound("There is no such category.")
    return ForecastCategory(*row)


async def keep_forecast(
    session: AsyncSession,
    *,
    product_id: int | None,
    category_id: int | None = None,
    asked_by: str | None,
    as_of: date,
    model: tuple[str, str],
    total: float,
    points: list[dict[str, Any]],
    quality: dict[str, Any],
) -> str:
    """Store a forecast of a product, of a category, or with neither of the whole shop; `model` is its name and version.

    Returns the public id under which it is found again.
    """
    forecast = Forecast(
        public_id=public_id("f"),
        product_id=product_id,
        category_id=category_id,
        asked_by=asked_by,
        as_of=as_of,
        horizon_days=len(points),
        model=model[0],
        model_version=model[1],
        total=total,
        points=points,
        quality=quality,
    )
    session.add(forecast)
    await session.flush()
    return forecast.public_id


async def find_forecast(session: AsyncSession, forecast_id: str) -> StoredForecast:
    """The kept forecast with this public id; NotFound when there is none."""
    about = aliased(Category)
    query = (
        select(Forecast, *_PRODUCT, about.id, about.slug, about.name)
        .outerjoin(Product, Product.id == Forecast.product_id)
        .outerjoin(Category, Category.id == Product.category_id)
        .outerjoin(about, about.id == Forecast.category_id)
        .where(Forecast.public_id == forecast_id)
    )
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NotFound("There is no such forecast.")
    product = ForecastProduct(*row[1:5]) if row[1] is not None else None
    category = ForecastCategory(*row[5:]) if row[5] is not None else None
    return StoredForecast(row[0], product, category)
