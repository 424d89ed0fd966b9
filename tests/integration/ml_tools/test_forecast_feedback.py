"""Forecasts whose days have passed: compared with what was sold, told, kept at night, and forgotten in the end."""

from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import delete, func, select, update

from common.http import install
from common.settings import Settings
from ml_tools.capacity import Capacity
from ml_tools.forecasting.api import ForecastingTool
from ml_tools.forecasting.feedback.bias import corrections
from ml_tools.forecasting.feedback.check import Feedback
from ml_tools.forecasting.schemas import ForecastRequest
from ml_tools.forecasting.service import ForecastService
from ml_tools.forecasting.serving import Serving
from ml_tools.settings import ToolsSettings
from store.forecast_outcomes import (
    Outcome,
    SubjectIds,
    due_forecasts,
    errors_by_model,
    keep_outcomes,
    subjects_due,
    weeks,
)
from store.forecasts import find_forecast, keep_forecast
from store.sales_periods import sold_together
from store.tables import Category, Forecast, ForecastOutcome, Product
from tests.integration.ml_tools.advice_store import SOLD_OUT, START, TODAY, fill

DAY = timedelta(days=1)


@pytest.fixture
async def store(database):
    async with database.begin() as session:
        if not await session.scalar(select(Product.id).limit(1)):
            await fill(session)
        await session.execute(delete(Forecast))
    return database


@pytest.fixture
def models(tmp_path):
    return tmp_path


def service_on(store, models, today):
    """Without a trained model: forecasts come from what is read."""
    return ForecastService(store, Serving(models), Capacity(running=1, waiting=4), today=lambda: today)


def tool_on(store, models, today=TODAY):
    limits = ToolsSettings(_env_file=None)
    service = service_on(store, models, today)
    return ForecastingTool(Settings(_env_file=None), limits, store, service=service)


@pytest.fixture
async def ids(store):
    async with store.read() as session:
        return {row.name: row for row in await session.execute(select(Product.name, Product.id, Product.public_id))}


async def ask(store, models, **about):
    app = FastAPI()
    install(app, "tools")
    app.include_router(tool_on(store, models).router)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://tools") as client:
        answer = await client.post("/forecasts/track-record", json=about)
        assert answer.status_code == 200, answer.text
        return answer.json()


async def made(store, models, days_ago, horizon=14, **about):
    """A forecast as it was asked for some days ago."""
    service = service_on(store, models, TODAY - days_ago * DAY)
    return await service.forecast(ForecastRequest(horizon_days=horizon, asked_by="a_tester", **about))


async def count(store, table=Forecast):
    async with store.read() as session:
        return await session.scalar(select(func.count()).select_from(table))


async def test_the_last_forecast_is_told_beside_what_was_sold(store, models, ids):
    forecast = await made(store, models, 14, product_id=ids["Cup"].public_id)
    record = await ask(store, models, product_id=ids["Cup"].public_id)
    newest = record["newest"]
    assert (newest["id"], newest["days"], newest["horizon_days"]) == (forecast.id, 14, 14)
    async with store.read() as session:
        sold = await sold_together(session, [ids["Cup"].id], forecast.start, forecast.end)
    assert newest["sold"] == sum(sold.units.values())
    assert newest["expected"]["mean"] == pytest.approx(forecast.total.mean, abs=0.5)
    assert newest["expected"]["hi80"] == pytest.approx(forecast.total.hi80, rel=0.02)
    assert newest["error_percent"] == pytest.approx(100 * (newest["expected"]["mean"] / newest["sold"] - 1), abs=0.1)
    assert (record["forecasts"], record["drifting"]) == (1, False)
    assert record["mean_error_percent"] == pytest.approx(abs(newest["error_percent"]), abs=0.1)
    assert record["bias_percent"] == pytest.approx(newest["error_percent"], abs=0.1)
    assert 0.4 <= record["coverage80"] <= 1


async def test_days_without_stock_are_left_out_and_said(store, models, ids):
    await made(store, models, 14, product_id=ids["Mug"].public_id)
    record = await ask(store, models, product_id=ids["Mug"].public_id)
    assert record["newest"]["days"] == 14
    assert record["newest"]["expected"]["mean"] == pytest.approx(20 * 11, rel=0.25)  # of 14, three were sold out
    assert len(SOLD_OUT) == 3
    assert any("3 days are left out" in note for note in record["notes"])


async def test_a_forecast_that_is_still_under_way_is_told_as_far_as_it_goes_and_again_later(store, models, ids):
    await made(store, models, 9, horizon=30, product_id=ids["Cup"].public_id)
    first = await ask(store, models, product_id=ids["Cup"].public_id)
    assert (first["newest"]["days"], first["newest"]["horizon_days"]) == (9, 30)
    async with store.begin() as session:  # as it stood two days ago
        await session.execute(update(ForecastOutcome).values(days=7, counted=7, sold=0))
    again = await ask(store, models, product_id=ids["Cup"].public_id)
    assert again["newest"] == first["newest"]
    assert await count(store, ForecastOutcome) == 1


async def test_what_is_too_young_is_told_about_when_it_is_due(store, models, ids):
    nothing = await ask(store, models, product_id=ids["Lamp"].public_id)
    assert (nothing["newest"], nothing["forecasts"]) == (None, 0)
    assert "No forecast of Lamp was made yet" in nothing["notes"][0]
    await made(store, models, 3, product_id=ids["Lamp"].public_id)
    young = await ask(store, models, product_id=ids["Lamp"].public_id)
    assert young["newest"] is None
    assert f"on {TODAY + 4 * DAY:%d %b %Y} it can be compared" in young["notes"][0]


async def test_a_short_forecast_is_checked_once_it_is_over(store, models, ids):
    await made(store, models, 5, horizon=3, product_id=ids["Lamp"].public_id)
    record = await ask(store, models, product_id=ids["Lamp"].public_id)
    assert (record["newest"]["days"], record["newest"]["horizon_days"]) == (3, 3)


async def test_categories_and_the_whole_shop_have_records_of_their_own(store, models, ids):
    await made(store, models, 10, category="lamps")
    await made(store, models, 10)
    async with store.read() as session:
        lamps = await sold_together(session, [ids["Lamp"].id, ids["Lantern"].id], TODAY - 10 * DAY, TODAY - DAY)
    category = await ask(store, models, category="lamps")
    assert category["newest"]["sold"] == sum(lamps.units.values())
    assert category["subject"] == {"kind": "category", "id": "lamps", "name": "Lamps", "products": 2}
    shop = await ask(store, models)
    assert shop["newest"]["sold"] > category["newest"]["sold"]
    assert shop["subject"]["products"] == 6


async def test_kept_forecasts_of_all_three_kinds_are_found_again(store, models, ids):
    for about, kind, name in (
        ({"product_id": ids["Cup"].public_id}, "product", "Cup"),
        ({"category": "mugs"}, "category", "Mugs"),
        ({}, "shop", "the whole shop"),
    ):
        answer = await made(store, models, 1, **about)
        async with store.read() as session:
            stored = await find_forecast(session, answer.id)
        assert (stored.kind, stored.name, stored.subject_id) == (kind, name, answer.subject.id)


async def test_the_night_checks_what_is_due_and_keeps_forecasts_of_what_sells(store, models, ids):
    await made(store, models, 14, product_id=ids["Cup"].public_id)
    await made(store, models, 8, category="lamps")
    await made(store, models, 2, product_id=ids["Mug"].public_id)
    feedback = tool_on(store, models).feedback
    done = await feedback.check()
    assert await count(store, ForecastOutcome) == 2
    async with store.read() as session:
        kept = list(await session.scalars(select(Forecast).where(Forecast.asked_by.is_(None))))
    assert len(kept) == done - 2 == 6 + 1 + 1  # products, the topmost category, the shop
    assert {forecast.horizon_days for forecast in kept} == {30}
    assert sum(forecast.product_id is None and forecast.category_id is None for forecast in kept) == 1
    assert await feedback.check() == 0  # the same night again


async def test_the_night_forgets_what_nobody_asked_for_after_a_year(store, models, ids):
    await made(store, models, 20, product_id=ids["Cup"].public_id)
    await made(store, models, 20, product_id=ids["Lamp"].public_id)
    async with store.begin() as session:
        old = update(Forecast).values(as_of=TODAY - 366 * DAY)
        await session.execute(old)
        await session.execute(old.where(Forecast.product_id == ids["Lamp"].id).values(asked_by=None))
    await tool_on(store, models).feedback.check()
    async with store.read() as session:
        left = await session.scalars(select(Forecast.product_id).where(Forecast.as_of < TODAY - 300 * DAY))
        assert list(left) == [ids["Cup"].id]


async def test_a_shop_without_sales_has_quiet_nights(databases, models):
    from store.session import Database

    database = Database(databases.empty(), pool_size=2)
    assert await Feedback(database, service_on(database, models, TODAY), today=lambda: TODAY).check() == 0
    await database.close()


def point(day, mean):
    spread = {"lo80": mean * 0.7, "hi80": mean * 1.3, "lo95": mean * 0.5, "hi95": mean * 1.5}
    return {"day": str(day), "mean": mean, **spread}


async def keep_week(session, product, as_of, *, expected, sold, model=("m", "1"), factor=1.0):
    """A checked forecast of a week, without the days behind it."""
    points = [point(as_of + at * DAY, expected / 7) for at in range(1, 8)]
    kept = await keep_forecast(
        session, product_id=product, asked_by="a_tester", as_of=as_of, model=model, total=expected, points=points,
        quality={"total": point(as_of, expected), "bias_factor": factor},
    )  # fmt: skip
    row = await session.scalar(select(Forecast.id).where(Forecast.public_id == kept))
    bands = {"lo80": expected * 0.8, "hi80": expected * 1.2, "lo95": expected * 0.7, "hi95": expected * 1.3}
    error = 100 * (expected / sold - 1)
    await keep_outcomes(
        session,
        [Outcome(row, 7, 7, expected, **bands, sold=sold, error_percent=error, smape=abs(error), inside80=0.5,
                 inside95=0.9, week_expected=expected, week_sold=sold, week_deviation=10.0)],
    )  # fmt: skip


async def test_forecasts_that_have_drifted_raise_the_alarm(store, models, ids):
    async with store.begin() as session:
        for at in range(12):
            as_of = TODAY - (100 - 7 * at) * DAY
            await keep_week(session, ids["Cup"].id, as_of, expected=100, sold=102 if at < 8 else 128)
            await keep_week(session, ids["Lamp"].id, as_of, expected=100, sold=102 if at % 2 else 97)
    cup = await ask(store, models, product_id=ids["Cup"].public_id)
    assert cup["drifting"]
    assert any("too low by more than their ranges allow" in note for note in cup["notes"])
    assert cup["bias_percent"] < -5
    assert not (await ask(store, models, product_id=ids["Lamp"].public_id))["drifting"]
    shop = await ask(store, models)
    assert any(note.endswith("have drifted: Cup.") for note in shop["notes"])


async def test_what_outcomes_teach_is_read_back(store, ids):
    async with store.begin() as session:
        for at in range(10):
            for name in ("Cup", "Mug", "Lamp", "Lantern"):
                version = "1" if at < 6 else "2"
                await keep_week(session, ids[name].id, TODAY - (80 - 7 * at) * DAY, expected=110, sold=120,
                                model=("m", version), factor=1.1)  # fmt: skip
        found = await weeks(session, since=START)
        records = await errors_by_model(session, since=START)
        category = await session.scalar(select(Category.id).where(Category.slug == "mugs"))
    assert len(found) == 40
    assert {week.correction for week in found} == {1.1}
    assert [(record.version, record.forecasts) for record in records] == [("1", 24), ("2", 16)]
    assert 1.12 < corrections(found).of(ids["Cup"].id, category) < 1.2  # 1.1 it was, 1.09 on top, and drawn to 1


async def test_only_what_is_due_is_looked_at(store, models, ids):
    product = ids["Cup"].public_id
    for days_ago, horizon in ((30, 14), (10, 30), (5, 30), (4, 3), (2, 3)):
        await made(store, models, days_ago, horizon=horizon, product_id=product)
    async with store.read() as session:
        about, until = SubjectIds(product_id=ids["Cup"].id), TODAY - DAY
        due = await due_forecasts(session, about, until, since=START)
        assert [(until - forecast.as_of).days for forecast in due] == [30, 10, 4]
        assert [stored.name for stored in await subjects_due(session, until, since=START)] == ["Cup"]
        assert await due_forecasts(session, SubjectIds(), until, since=START) == []
    await ask(store, models, product_id=product)
    async with store.read() as session:
        assert await subjects_due(session, until, since=START) == []
