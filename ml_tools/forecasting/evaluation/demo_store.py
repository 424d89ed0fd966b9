"""The demo store as a benchmark: it was drawn from a known mean demand, which no model may read, and no shop knows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from common.errors import NotEnoughData
from ml_tools.forecasting.demand.reading import Reading, read
from ml_tools.forecasting.demand.season import Floats
from ml_tools.forecasting.evaluation.datasets import Question
from ml_tools.forecasting.models.base import HISTORY_DAYS
from ml_tools.forecasting.schemas import About
from store.sales import oldest_sales_day
from store.session import Database
from store.tables import DemoTruth, Product, StockDay

NAME = "demo store"
HORIZON = 45
ORIGINS_BEFORE = (90, 45, 0)  # days before the newest sales; from the last origin on only the truth is known


@dataclass(frozen=True)
class Truth:
    """Expected units [series, days] from `start` on, by the products' public ids; sales end before `today`."""

    start: date
    today: date
    means: Mapping[str, Floats]

    def ahead(self, keys: Sequence[str], first: date, horizon: int) -> Floats:
        """[series, horizon], NaN for products that were added since."""
        at = (first - self.start).days
        return np.array([self.means.get(key, _UNKNOWN)[at : at + horizon] for key in keys])


_UNKNOWN = np.full(10_000, np.nan)


async def demo_questions(database: Database) -> list[Question]:
    """All products on sale at every origin, read as a forecast reads them. NotEnoughData for any other store."""
    async with database.begin() as session:
        truth = await _truth(session)
        oldest = await oldest_sales_day(session)
        if truth is None or oldest is None:
            raise NotEnoughData("This store is not the demo: its true demand is unknown.")
        whole = await _read(session, truth.today - timedelta(days=1), oldest)
        readings = [await _read(session, whole.as_of - timedelta(days=before), oldest) for before in ORIGINS_BEFORE]
        return [await _question(session, reading, whole, truth) for reading in readings]


async def _truth(session: AsyncSession) -> Truth | None:
    shop = await session.scalar(select(DemoTruth.value).where(DemoTruth.kind == "shop"))
    if shop is None:
        return None
    query = select(Product.public_id, DemoTruth.value["daily_mean"]).join(
        DemoTruth, (DemoTruth.key == Product.sku) & (DemoTruth.kind == "product")
    )
    means = {key: np.array(values, dtype=float) for key, values in await session.execute(query)}
    return Truth(date.fromisoformat(shop["start"]), date.fromisoformat(shop["today"]), means)


async def _read(session: AsyncSession, as_of: date, oldest: date) -> Reading:
    days = (as_of - oldest).days + 1
    return await read(session, About(), days=days, horizon=HORIZON, today=as_of + timedelta(days=1))


async def _question(session: AsyncSession, reading: Reading, whole: Reading, truth: Truth) -> Question:
    panel, ahead = reading.panel, reading.ahead
    start = panel.end - timedelta(days=HISTORY_DAYS - 1)
    return Question(
        ahead.start,
        learnt=panel,
        past=panel.between(panel.length - HISTORY_DAYS, panel.length),
        ahead=ahead,
        actual=_actual(reading, whole),
        truth=truth.ahead(panel.keys, ahead.start, HORIZON),
        sold_out=await _sold_out_days(session, reading, start),
    )


def _actual(reading: Reading, whole: Reading) -> Floats:
    """What was sold afterwards [series, horizon]; unknown where it is still to come, or tells nothing about demand."""
    actual = np.full(reading.ahead.price.shape, np.nan)
    at = (reading.ahead.start - whole.panel.start).days
    row_of = {key: row for row, key in enumerate(whole.panel.keys)}
    rows = [row_of[key] for key in reading.panel.keys]
    sold, known = (values[rows, at : at + HORIZON] for values in (whole.sold, whole.panel.observed))
    actual[:, : sold.shape[1]] = np.where(known, np.maximum(sold, 0.0), np.nan)
    return actual


async def _sold_out_days(session: AsyncSession, reading: Reading, start: date) -> Floats:
    """How many days from `start` on each product was out of stock [series]."""
    query = (
        select(StockDay.product_id, func.count())
        .where(StockDay.sold_out, StockDay.day.between(start, reading.as_of))
        .group_by(StockDay.product_id)
    )
    days = dict((await session.execute(query)).all())
    return np.array([days.get(product, 0) for product in reading.product_ids], dtype=float)
