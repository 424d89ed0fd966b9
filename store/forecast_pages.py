"""What the console shows of forecasts: those that people asked for, what became of them, and days that stood out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from store.forecasts import ForecastCategory, ForecastProduct, StoredForecast
from store.sales_periods import sold_together
from store.tables import Category, Forecast, ForecastOutcome, Product


@dataclass(frozen=True)
class UnusualDay:
    """A day on which a subject sold something far from the usual; `forecast_id` is the public id of what found it."""

    name: str
    forecast_id: str
    day: date
    units: int


async def newest_asked(session: AsyncSession, *, limit: int) -> list[StoredForecast]:
    """The forecasts that somebody asked for, the newest first; where nobody has, those of the night."""
    unasked = case((Forecast.asked_by.is_(None), 1), else_=0)
    query = _subjects().order_by(unasked, Forecast.created_at.desc(), Forecast.id.desc()).limit(limit)
    found = [_stored(row) for row in await session.execute(query)]
    asked = [one for one in found if one.forecast.asked_by is not None]
    return asked or found


async def checked_lately(
    session: AsyncSession, *, since: date, limit: int
) -> list[tuple[StoredForecast, ForecastOutcome]]:
    """Forecasts of `since` or later with what became of them: those asked for first, the newest first."""
    unasked = case((Forecast.asked_by.is_(None), 1), else_=0)
    query = (
        _subjects().add_columns(ForecastOutcome).join(ForecastOutcome)
        .where(Forecast.as_of >= since, ForecastOutcome.counted > 0)
        .order_by(unasked, Forecast.as_of.desc(), Forecast.id.desc()).limit(limit)
    )  # fmt: skip
    return [(_stored(row), row[-1]) for row in await session.execute(query)]


async def outcome_of(session: AsyncSession, forecast: Forecast) -> ForecastOutcome | None:
    """What became of a forecast; None while too few of its days have passed, or it was not checked yet."""
    return await session.get(ForecastOutcome, forecast.id)


async def unusual_days(session: AsyncSession, *, since: date, limit: int) -> list[UnusualDay]:
    """Days of `since` or later that the newest forecast of each product damped, the newest first."""
    newest = select(func.max(Forecast.id)).where(Forecast.as_of >= since).group_by(Forecast.product_id)
    found_any = func.jsonb_array_length(Forecast.quality["chart"]["outliers"]) > 0
    query = _subjects().where(Forecast.id.in_(newest), Forecast.product_id.is_not(None), found_any)
    days = [day for row in await session.execute(query) for day in _unusual(_stored(row)) if day.day >= since]
    return sorted(days, key=lambda one: one.day, reverse=True)[:limit]


async def sold_since(session: AsyncSession, stored: StoredForecast, until: date) -> dict[date, int]:
    """Units that a forecast's subject sold on those of its days up to `until` on which the shop sold anything."""
    start = stored.forecast.as_of + timedelta(days=1)
    end = min(until, stored.forecast.as_of + timedelta(days=stored.forecast.horizon_days))
    if end < start:
        return {}
    sold = await sold_together(session, await _product_ids(session, stored), start, end)
    return {day: sold.units.get(day, 0) for day in sorted(sold.open)}


def _unusual(stored: StoredForecast) -> list[UnusualDay]:
    chart = stored.forecast.quality["chart"]
    start, sold = date.fromisoformat(chart["start"]), chart["sold"]
    days = [date.fromisoformat(day) for day in chart["outliers"]]
    found = [(day, sold[(day - start).days]) for day in days if 0 <= (day - start).days < len(sold)]
    return [
        UnusualDay(stored.name, stored.forecast.public_id, day, round(units))
        for day, units in found
        if units is not None
    ]


async def _product_ids(session: AsyncSession, stored: StoredForecast) -> Sequence[int]:
    """The subject's products, as far as they are still on sale."""
    if stored.product:
        return [stored.product.id]
    query = select(Product.id).where(Product.active)
    if stored.category:
        within = select(Category.id).where(Category.id == stored.category.id).cte(recursive=True)
        below = select(Category.id).where(Category.parent_id == within.c.id)
        query = query.where(Product.category_id.in_(select(within.union(below).c.id)))
    return list(await session.scalars(query))


def _subjects() -> Select[*tuple[Any, ...]]:
    """Forecasts, each with its product and that one's category, or with its category."""
    about = aliased(Category)
    return (
        select(Forecast, Product.id, Product.public_id, Product.name, Category.slug, about.id, about.slug, about.name)
        .outerjoin(Product, Product.id == Forecast.product_id)
        .outerjoin(Category, Category.id == Product.category_id)
        .outerjoin(about, about.id == Forecast.category_id)
    )


def _stored(row: Sequence[Any]) -> StoredForecast:
    product = ForecastProduct(row[1], row[2], row[3], row[4]) if row[1] is not None else None
    category = ForecastCategory(row[5], row[6], row[7]) if row[5] is not None else None
    return StoredForecast(row[0], product, category)
