"""What the tests of the marketers' pages share: kept forecasts, what became of them, and a stand-in for the tools."""

import asyncio
import json
import secrets
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import numpy as np
from sqlalchemy import select

from common.ids import public_id
from ml_tools.forecasting.chart.drawing import ChartData, draw
from ml_tools.forecasting.schemas import (
    ForecastPoint,
    Interval,
    StockPlanAnswer,
    StockPlanRequest,
    Subject,
    TrackRecordAnswer,
    TrackRecordRequest,
)
from ml_tools.forecasting.table import as_csv
from store.session import Database
from store.tables import Forecast, ForecastOutcome, Order, OrderLine
from tests.shop_kit import Sold

TODAY = datetime.now(UTC).date()
MODEL = {"name": "ensemble", "version": "1"}


def points(start: date, days: int, mean: float = 10.0) -> list[dict[str, Any]]:
    band = {"mean": mean, "lo80": mean - 3, "hi80": mean + 4, "lo95": max(mean - 6, 0), "hi95": mean + 8}
    return [{"day": str(start + timedelta(days=at)), **band} for at in range(days)]


async def keep_forecast(
    database: Database,
    *,
    product: int | None = None,
    category: int | None = None,
    as_of: date = TODAY - timedelta(days=1),
    days: int = 30,
    asked_by: str | None = "u_marketer",
    **chart: Any,
) -> str:
    """A kept forecast of ten units a day, with the chart's data as the tool keeps it; returns its public id."""
    start = as_of - timedelta(days=119)
    shown = {
        "start": str(start),
        "sold": [8.0] * 120,
        "last_year": [12.0] * days,
        "promotions": [[str(as_of + timedelta(days=2)), str(as_of + timedelta(days=4))]],
        "outliers": [],
    } | chart
    total = {"mean": 10.0 * days, "lo80": 9.0 * days, "hi80": 11.0 * days, "lo95": 8.0 * days, "hi95": 12.0 * days}
    quality = {"error_measure": "sMAPE", "error": 20.5, "naive_error": 31.0, "total": total, "chart": shown}
    async with database.begin() as session:
        forecast = Forecast(
            public_id=public_id("f"), product_id=product, category_id=category, asked_by=asked_by, as_of=as_of,
            horizon_days=days, model="ensemble", model_version="1", total=10.0 * days,
            points=points(as_of + timedelta(days=1), days), quality=quality,
        )  # fmt: skip
        session.add(forecast)
        return forecast.public_id


async def judge(database: Database, forecast: str, *, days: int = 7, expected: float = 70.0, sold: int = 56) -> None:
    """Write down what became of a forecast."""
    async with database.begin() as session:
        kept = (await session.scalars(select(Forecast.id).where(Forecast.public_id == forecast))).one()
        session.add(
            ForecastOutcome(
                forecast_id=kept, days=days, counted=days, expected=expected, lo80=expected - 10, hi80=expected + 10,
                lo95=expected - 20, hi95=expected + 20, sold=sold, error_percent=100 * (expected / sold - 1),
                smape=20.0, inside80=0.75, inside95=1.0, week_expected=expected, week_sold=sold, week_deviation=8.0,
            )
        )  # fmt: skip


async def sell(
    database: Database, sold: Sold, units: Sequence[int], customer: int, *, last: date = TODAY - timedelta(days=1)
) -> None:
    """Orders of one product on consecutive days up to `last`."""
    async with database.begin() as session:
        for before, count in enumerate(reversed(units)):
            placed = datetime.combine(last - timedelta(days=before), datetime.min.time(), tzinfo=UTC)
            order = Order(
                number=f"S-{secrets.token_hex(4)}", placed_at=placed + timedelta(hours=12), status="delivered",
                currency="USD", total=Decimal(10) * count, customer_id=customer,
            )  # fmt: skip
            order.lines = [
                OrderLine(product_id=sold.product_id, variant_id=sold.variant_id, units=count, unit_price=Decimal(10))
            ]
            session.add(order)


class FakeForecasting(httpx.AsyncBaseTransport):
    """The tools, as far as these pages ask them: `plans` by product, a `record`, or a failure, or silence."""

    def __init__(self) -> None:
        self.plans: dict[str, dict[str, Any]] = {}
        self.record: dict[str, Any] = {}
        self.failure: Exception | int | None = None
        self.silent = False
        self.asked: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        if self.silent:
            await asyncio.Event().wait()
        if isinstance(self.failure, Exception):
            raise self.failure
        if isinstance(self.failure, int):
            return httpx.Response(self.failure, json={})
        match request.url.path:
            case "/forecasts/stock-plan":
                asked = StockPlanRequest.model_validate(json.loads(await request.aread()))
                plan = self.plans.get(asked.product_id)
                return httpx.Response(200, json=plan) if plan else httpx.Response(422, json={})
            case "/forecasts/track-record":
                TrackRecordRequest.model_validate(json.loads(await request.aread()))
                return httpx.Response(200, json=track_record(**self.record))
            case path if path.endswith("chart.png"):
                return httpx.Response(200, content=draw(some_chart()))
            case path if path.endswith("forecast.csv"):
                return httpx.Response(200, text=as_csv(some_chart()))
        return httpx.Response(404, json={})


def some_chart(name: str = "Desk lamp") -> ChartData:
    sold = 9 + 3 * np.sin(np.arange(120.0))
    shown = [ForecastPoint.model_validate(point) for point in points(TODAY, 30)]
    total = Interval(mean=300, lo80=270, hi80=330, lo95=240, hi95=360)
    subject = Subject(kind="product", id="p_1", name=name, products=1)
    return ChartData(subject, TODAY - timedelta(days=120), sold, shown, total)


def stock_plan(product: Sold, **changes: Any) -> dict[str, Any]:
    """A plan as the tool documents it: runs out in a week or so, 40 to be ordered now."""
    values: dict[str, Any] = {
        "model": MODEL, "as_of": TODAY - timedelta(days=1),
        "subject": {"kind": "product", "id": product.public_id, "name": "Lamp", "products": 1},
        "stock": 20, "arriving": 0, "run_out": TODAY + timedelta(days=7),
        "run_out_early": TODAY + timedelta(days=5), "run_out_late": TODAY + timedelta(days=9),
        "until": None, "chance_before_until": None, "lead_days": 7, "service_level": 0.95, "cover_days": 28,
        "demand_in_lead": {"mean": 20, "lo80": 15, "hi80": 25, "lo95": 12, "hi95": 29},
        "reorder_point": 28, "order_now": True, "order_quantity": 40, "order_by": TODAY, "notes": [],
    }  # fmt: skip
    return StockPlanAnswer.model_validate(values | changes).model_dump(mode="json")


def track_record(**changes: Any) -> dict[str, Any]:
    """A track record as the tool documents it: nothing checked yet."""
    values: dict[str, Any] = {
        "subject": {"kind": "shop", "id": None, "name": "the whole shop", "products": 9},
        "newest": None, "forecasts": 0, "mean_error_percent": None, "bias_percent": None, "coverage80": None,
        "drifting": False, "notes": [],
    }  # fmt: skip
    return TrackRecordAnswer.model_validate(values | changes).model_dump(mode="json")
