"""What became of kept forecasts: which of them have days behind them, what was sold on those, and how it adds up.

Outcomes are about whole subjects: a product, a category, or the whole shop (neither).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import ColumnElement, case, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from store.forecasts import ForecastCategory, ForecastProduct, StoredForecast
from store.tables import Category, Forecast, ForecastOutcome, Product

WEEK = 7


@dataclass(frozen=True)
class SubjectIds:
    """A subject by the database's ids: one product, one category, or the whole shop."""

    product_id: int | None = None
    category_id: int | None = None

    def where(self) -> ColumnElement[bool]:
        return Forecast.product_id.is_not_distinct_from(self.product_id) & Forecast.category_id.is_not_distinct_from(
            self.category_id
        )


@dataclass(frozen=True)
class Outcome:
    """The columns of `forecast_outcomes`, which says what they mean."""

    forecast_id: int
    days: int
    counted: int
    expected: float
    lo80: float
    hi80: float
    lo95: float
    hi95: float
    sold: int
    error_percent: float | None
    smape: float
    inside80: float
    inside95: float
    week_expected: float
    week_sold: int
    week_deviation: float


@dataclass(frozen=True)
class Week:
    """The first seven days of a forecast: units expected, with their standard deviation, and sold.

    `correction` is the factor by which the forecast had been corrected for bias already.
    """

    product_id: int | None
    category_id: int | None  # the forecast's, or its product's
    as_of: date
    expected: float
    sold: int
    deviation: float
    correction: float


@dataclass(frozen=True)
class ModelRecord:
    """How one version of a model did on what it was asked in production."""

    model: str
    version: str
    forecasts: int
    smape: float
    inside80: float


async def subjects_due(session: AsyncSession, until: date, *, since: date) -> list[StoredForecast]:
    """One forecast of every subject that has forecasts of `since` or later with days up to `until` to be checked."""
    newest = (
        select(func.max(Forecast.id))
        .outerjoin(ForecastOutcome)
        .where(_due(until), Forecast.as_of >= since)
        .group_by(Forecast.product_id, Forecast.category_id)
    )
    query = (
        select(Forecast, Product, Category)
        .outerjoin(Product, Product.id == Forecast.product_id)
        .outerjoin(Category, Category.id == func.coalesce(Product.category_id, Forecast.category_id))
        .where(Forecast.id.in_(newest)).order_by(Forecast.id)
    )  # fmt: skip
    return [_stored(*row) for row in await session.execute(query)]


def _stored(forecast: Forecast, product: Product | None, category: Category | None) -> StoredForecast:
    if product is not None and category is not None:
        return StoredForecast(
            forecast, ForecastProduct(product.id, product.public_id, product.name, category.slug), None
        )
    return StoredForecast(
        forecast, None, ForecastCategory(category.id, category.slug, category.name) if category else None
    )


async def due_forecasts(session: AsyncSession, about: SubjectIds, until: date, *, since: date) -> list[Forecast]:
    """The subject's forecasts of `since` or later with days up to `until` that were not checked yet, oldest first.

    A forecast is due once seven of its days have passed, or all of them.
    """
    query = select(Forecast).outerjoin(ForecastOutcome).where(about.where(), _due(until), Forecast.as_of >= since)
    return list(await session.scalars(query.order_by(Forecast.as_of, Forecast.id)))


def _due(until: date) -> ColumnElement[bool]:
    passed = func.least(until - Forecast.as_of, Forecast.horizon_days)
    return (passed >= func.least(Forecast.horizon_days, WEEK)) & (passed > func.coalesce(ForecastOutcome.days, 0))


async def keep_outcomes(session: AsyncSession, outcomes: Sequence[Outcome]) -> None:
    """Write outcomes down; those that were known before are replaced."""
    if not outcomes:
        return
    statement = insert(ForecastOutcome).values([asdict(outcome) for outcome in outcomes])
    columns = {name: statement.excluded[name] for name in asdict(outcomes[0]) if name != "forecast_id"}
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[ForecastOutcome.forecast_id], set_={**columns, "checked_at": func.now()}
        )
    )


async def outcomes_of(
    session: AsyncSession, about: SubjectIds, *, since: date
) -> list[tuple[Forecast, ForecastOutcome]]:
    """The subject's checked forecasts of `since` or later, the oldest first."""
    query = (
        select(Forecast, ForecastOutcome).join(ForecastOutcome)
        .where(about.where(), Forecast.as_of >= since, ForecastOutcome.counted > 0)
        .order_by(Forecast.as_of, Forecast.id)
    )  # fmt: skip
    return [(forecast, outcome) for forecast, outcome in await session.execute(query)]


async def newest_forecast(session: AsyncSession, about: SubjectIds) -> Forecast | None:
    """The subject's newest forecast, checked or not; those that somebody asked for come first."""
    asked = case((Forecast.asked_by.is_(None), 1), else_=0)
    query = select(Forecast).where(about.where()).order_by(asked, Forecast.as_of.desc(), Forecast.id.desc()).limit(1)
    return await session.scalar(query)


async def weeks(session: AsyncSession, *, since: date, about: SubjectIds | None = None) -> list[Week]:
    """The first week of each checked forecast of `since` or later that lies behind, oldest first.

    Of all subjects, or of one; shorter forecasts are left out, and weeks that tell nothing.
    """
    correction = func.coalesce(Forecast.quality["bias_factor"].as_float(), 1.0)
    query = (
        select(
            Forecast.product_id, func.coalesce(Forecast.category_id, Product.category_id), Forecast.as_of,
            ForecastOutcome.week_expected, ForecastOutcome.week_sold, ForecastOutcome.week_deviation, correction,
        )
        .join(ForecastOutcome).outerjoin(Product, Product.id == Forecast.product_id)
        .where(Forecast.as_of >= since, Forecast.horizon_days >= WEEK, ForecastOutcome.week_expected > 0)
        .order_by(Forecast.as_of, Forecast.id)
    )  # fmt: skip
    return [Week(*row) for row in await session.execute(query.where(about.where()) if about else query)]


async def categories_of(session: AsyncSession, product_ids: Sequence[int]) -> dict[int, int]:
    """Each product's category (database ids)."""
    rows = await session.execute(select(Product.id, Product.category_id).where(Product.id.in_(product_ids)))
    return {row.id: row.category_id for row in rows}


async def product_names(session: AsyncSession, product_ids: Sequence[int]) -> list[str]:
    """The names of products (database ids), in the order of the ids."""
    rows = await session.execute(select(Product.id, Product.name).where(Product.id.in_(product_ids)))
    names = {row.id: row.name for row in rows}
    return [names[product] for product in product_ids if product in names]


async def errors_by_model(session: AsyncSession, *, since: date) -> list[ModelRecord]:
    """Every version of every model with checked forecasts of `since` or later, the most forecasts first.

    Versions are comparable as far as they were asked for the same subjects.
    """
    count = func.count()
    query = (
        select(
            Forecast.model, Forecast.model_version, count, func.avg(ForecastOutcome.smape),
            func.sum(ForecastOutcome.inside80 * ForecastOutcome.counted) / func.sum(ForecastOutcome.counted),
        )
        .join(ForecastOutcome).where(Forecast.as_of >= since, ForecastOutcome.counted > 0)
        .group_by(Forecast.model, Forecast.model_version).order_by(count.desc())
    )  # fmt: skip
    return [ModelRecord(*row) for row in await session.execute(query)]


async def kept_already(session: AsyncSession, as_of: date) -> set[tuple[int | None, int | None]]:
    """The subjects (product id, category id) that have a forecast of this day which nobody asked for."""
    query = select(Forecast.product_id, Forecast.category_id).where(
        Forecast.as_of == as_of, Forecast.asked_by.is_(None)
    )
    return {(product, category) for product, category in await session.execute(query)}


async def forget_unasked(session: AsyncSession, *, before: date) -> int:
    """Delete forecasts from before a day that nobody asked for, with their outcomes; returns how many."""
    old = delete(Forecast).where(Forecast.asked_by.is_(None), Forecast.as_of < before)
    done = await session.execute(old.execution_options(synchronize_session=False))
    return int(done.rowcount)  # type: ignore[attr-defined]


async def selling_categories(session: AsyncSession, *, limit: int) -> list[ForecastCategory]:
    """The shop's topmost categories that have products on sale, in themselves or below, those with most first."""
    top = func.coalesce(Category.parent_id, Category.id)
    sizes = (
        select(top.label("id"), func.count().label("products"))
        .select_from(Product).join(Category, Category.id == Product.category_id).where(Product.active).group_by(top)
        .subquery()
    )  # fmt: skip
    query = (
        select(Category.id, Category.slug, Category.name).join(sizes, sizes.c.id == Category.id)
        .order_by(sizes.c.products.desc(), Category.id).limit(limit)
    )  # fmt: skip
    return [ForecastCategory(*row) for row in await session.execute(query)]
