"""Forecasts as they were given, kept so that they can be shown again and compared with what happened."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from common.errors import NotFound
from common.ids import public_id
from store.tables import Category, Forecast, Product


@dataclass(frozen=True)
class ForecastProduct:
    """What the forecasting tool needs to know of a product besides its sales."""

    id: int
    public_id: str
    name: str
    category: str  # slug


@dataclass(frozen=True)
class StoredForecast:
    """A kept forecast with its product."""

    forecast: Forecast
    product: ForecastProduct


_PRODUCT = (Product.id, Product.public_id, Product.name, Category.slug)


async def product_to_forecast(session: AsyncSession, product_id: str) -> ForecastProduct:
    """The product with this public id; NotFound when there is none."""
    query = select(*_PRODUCT).join(Category, Category.id == Product.category_id).where(Product.public_id == product_id)
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NotFound("There is no such product.")
    return ForecastProduct(*row)


async def keep_forecast(
    session: AsyncSession,
    *,
    product_id: int,
    asked_by: str | None,
    as_of: date,
    model: tuple[str, str],
    total: float,
    points: list[dict[str, Any]],
    quality: dict[str, Any],
) -> str:
    """Store a forecast; `model` is its name and version. Returns the public id under which it is found again."""
    forecast = Forecast(
        public_id=public_id("f"),
        product_id=product_id,
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
    query = (
        select(Forecast, *_PRODUCT)
        .join(Product, Product.id == Forecast.product_id)
        .join(Category, Category.id == Product.category_id)
        .where(Forecast.public_id == forecast_id)
    )
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NotFound("There is no such forecast.")
    return StoredForecast(row[0], ForecastProduct(*row[1:]))
