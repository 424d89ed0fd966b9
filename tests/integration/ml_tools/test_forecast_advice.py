"""Advice over HTTP on a real store whose demand is known: what is said is right, and what is not known is refused."""

from datetime import timedelta

import httpx
import numpy as np
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from common.http import install
from common.settings import Settings
from ml_tools.capacity import Capacity
from ml_tools.forecasting.api import ForecastingTool
from ml_tools.forecasting.service import ForecastService
from ml_tools.forecasting.serving import Serving
from ml_tools.forecasting.train import train_from_store
from ml_tools.settings import ToolsSettings
from store.session import Database
from store.tables import Product
from tests.integration.ml_tools.advice_store import DAYS, ELASTICITY, LIFT, LINES, OFF, TODAY, Line, fill

SAME_PRICE = tuple(Line(line.name, line.category, line.level, line.stock, price=line.price) for line in LINES)


def client_on(database, models):
    serving = Serving(models)
    serving.load()
    service = ForecastService(database, serving, Capacity(running=1, waiting=4), today=lambda: TODAY)
    tool = ForecastingTool(Settings(_env_file=None), ToolsSettings(_env_file=None), database, service=service)
    app = FastAPI()
    install(app, "tools")
    app.include_router(tool.router)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://tools")


async def filled(url, models, **content):
    """A database with the store and a model trained on it."""
    database = Database(url, pool_size=4)
    async with database.begin() as session:
        if not await session.scalar(select(Product.id).limit(1)):
            await fill(session, **content)
    if models and not any(models.iterdir()):
        await train_from_store(database, models, quick=True, today=lambda: TODAY)
    return database


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def trained_on_one_price(tmp_path_factory):
    return tmp_path_factory.mktemp("other-models")


@pytest.fixture(scope="module")
def one_price_url(databases):
    return databases.empty()


@pytest.fixture
async def store(empty_database_url, trained):
    database = await filled(empty_database_url, trained)
    yield database
    await database.close()


@pytest.fixture
async def client(store, trained):
    async with client_on(store, trained) as client:
        yield client


@pytest.fixture
async def ids(store):
    async with store.read() as session:
        rows = await session.execute(select(Product.name, Product.public_id))
        return {row.name: row.public_id for row in rows}


async def ask(client, what, **body):
    answer = await client.post(f"/forecasts/{what}", json=body)
    return answer.status_code, answer.json()


async def test_a_low_stock_is_told_with_its_day_and_what_to_order(client, ids):
    status, plan = await ask(client, "stock-plan", product_id=ids["Mug"], until=str(TODAY + timedelta(days=10)))
    assert status == 200, plan
    assert plan["run_out"] in [str(TODAY + timedelta(days=at)) for at in (1, 2, 3)]  # 60 of 20 a day
    assert plan["run_out_early"] <= plan["run_out"] <= plan["run_out_late"]
    assert plan["chance_before_until"] == 1
    assert (plan["order_now"], plan["order_by"]) == (True, str(TODAY))
    assert plan["demand_in_lead"]["mean"] == pytest.approx(140, rel=0.2)
    assert plan["demand_in_lead"]["mean"] < plan["reorder_point"] < 2 * plan["demand_in_lead"]["mean"]
    assert plan["order_quantity"] == pytest.approx(35 * 20 * 1.1 - 60, rel=0.3)
    assert (plan["lead_days"], plan["service_level"], plan["cover_days"]) == (7, 0.95, 28)


async def test_a_large_stock_needs_nothing(client, ids):
    _, plan = await ask(client, "stock-plan", product_id=ids["Cup"], until=str(TODAY + timedelta(days=40)))
    assert (plan["run_out"], plan["order_now"], plan["order_quantity"]) == (None, False, 0)
    assert plan["chance_before_until"] == 0


async def test_an_empty_shelf_is_out_today(client, ids):
    _, plan = await ask(client, "stock-plan", product_id=ids["Beaker"])
    assert plan["run_out"] == plan["run_out_late"] == str(TODAY)
    assert plan["order_now"]
    assert "It is out of stock now." in plan["notes"]


async def test_a_product_may_say_how_long_its_goods_take_and_what_is_on_its_way(client, ids):
    _, plan = await ask(client, "stock-plan", product_id=ids["Tankard"])
    assert (plan["lead_days"], plan["arriving"], plan["stock"]) == (21, 50, 400)
    assert any("50 on their way" in note for note in plan["notes"])
    _, asked = await ask(client, "stock-plan", product_id=ids["Tankard"], lead_days=2, service_level=0.8, cover_days=5)
    assert (asked["lead_days"], asked["service_level"], asked["cover_days"]) == (2, 0.8, 5)
    assert asked["reorder_point"] < plan["reorder_point"]
    _, other = await ask(client, "stock-plan", product_id=ids["Lantern"])
    assert other["lead_days"] == 7
    assert any("lead_days is not a whole number" in note for note in other["notes"])


@pytest.mark.parametrize(
    ("until", "code"),
    [(0, "invalid_request"), (-30, "invalid_request"), (181, "impossible_horizon")],
)
async def test_days_that_cannot_be_told_about_are_refused(client, ids, until, code):
    status, body = await ask(client, "stock-plan", product_id=ids["Mug"], until=str(TODAY + timedelta(days=until)))
    assert (status, body["error"]["code"]) == (422, code)


async def test_a_lower_price_does_what_it_did_before(client, ids):
    status, answer = await ask(client, "what-if", product_id=ids["Mug"], horizon_days=30, price_change_percent=-10)
    assert status == 200, answer
    assert answer["effect"]["mean"] == pytest.approx(100 * (0.9**-ELASTICITY - 1), abs=5)  # 17 %, as it was drawn
    assert 0 < answer["effect"]["lo"] < answer["effect"]["mean"] < answer["effect"]["hi"] < 40
    ratio = answer["changed"]["mean"] / answer["planned"]["mean"]
    assert 100 * (ratio - 1) == pytest.approx(answer["effect"]["mean"], abs=0.5)
    assert answer["revenue_changed"] == pytest.approx(0.9 * ratio * answer["revenue_planned"], rel=0.01)
    assert answer["currency"] == "EUR"
    assert answer["learnt_from"] == f"3 of 4 products in Mugs that changed their price in {DAYS} days"


async def test_a_promotion_does_what_promotions_did(client, ids):
    _, answer = await ask(client, "what-if", product_id=ids["Tankard"], horizon_days=14, discount_percent=20)
    assert answer["effect"]["lo"] < 100 * (np.exp(LIFT * OFF) - 1) < answer["effect"]["hi"]
    assert answer["learnt_from"] == f"4 promotions of 20 % in Mugs, on 46 of {DAYS} days"


async def test_what_others_did_and_what_lies_beyond_is_noted(client, ids):
    _, others = await ask(client, "what-if", product_id=ids["Tankard"], horizon_days=14, price_change_percent=-5)
    assert any("Its own price has never changed" in note for note in others["notes"])
    _, beyond = await ask(client, "what-if", category="mugs", horizon_days=14, price_change_percent=-40)
    assert any("10 % below today's to 8 % above today's" in note for note in beyond["notes"])
    _, deeper = await ask(client, "what-if", horizon_days=14, discount_percent=50)
    assert any("more than 20 % off" in note for note in deeper["notes"])


async def test_where_no_price_ever_changed_nothing_is_said(one_price_url, trained_on_one_price):
    database = await filled(one_price_url, trained_on_one_price, lines=SAME_PRICE, promoted=())
    async with database.read() as session:
        mug = await session.scalar(select(Product.public_id).where(Product.name == "Mug"))
    async with client_on(database, trained_on_one_price) as client:
        status, body = await ask(client, "what-if", product_id=mug, horizon_days=30, price_change_percent=-10)
        assert (status, body["error"]["code"]) == (422, "not_enough_data")
        assert f"The price has been the same on all {DAYS} days" in body["error"]["message"]
        _, promotion = await ask(client, "what-if", horizon_days=30, discount_percent=10)
        assert f"no promotion on any of the {DAYS} days" in promotion["error"]["message"]
        status, ways = await ask(client, "ways-to-sell", product_id=mug)
        assert status == 200
        assert [way["kind"] for way in ways["ways"]] == ["restock"]
        assert any("price cut does is not known" in note for note in ways["notes"])
    await database.close()


async def test_before_a_training_prices_are_not_guessed(store, ids, tmp_path):
    async with client_on(store, tmp_path) as client:
        _, body = await ask(client, "what-if", product_id=ids["Mug"], horizon_days=30, price_change_percent=-10)
        assert body["error"]["code"] == "not_enough_data"
        assert "shopclerk train forecasting" in body["error"]["message"]
        _, ways = await ask(client, "ways-to-sell", product_id=ids["Mug"])
        assert [way["kind"] for way in ways["ways"]] == ["restock"]


async def test_ways_to_sell_more_come_with_effects_and_sources(client, ids):
    status, answer = await ask(client, "ways-to-sell", product_id=ids["Cup"], horizon_days=30)
    assert status == 200, answer
    ways = {way["kind"]: way for way in answer["ways"]}
    assert set(ways) == {"price", "promotion", "bundle"}  # of cups there are enough
    assert ways["price"]["change_percent"] == -10
    assert ways["promotion"]["change_percent"] == 20
    assert ways["bundle"]["partner_name"] == "Lamp"
    for way in answer["ways"]:
        assert 0 < way["extra_units"]["lo"] <= way["extra_units"]["mean"] <= way["extra_units"]["hi"]
        assert way["source"]
    revenue = [way["extra_revenue"] for way in answer["ways"]]
    assert revenue == sorted(revenue, reverse=True)
    assert (answer["currency"], answer["horizon_days"]) == ("EUR", 30)


async def test_what_runs_out_is_to_be_restocked_first(client, ids):
    _, answer = await ask(client, "ways-to-sell", product_id=ids["Mug"], horizon_days=30)
    restock = next(way for way in answer["ways"] if way["kind"] == "restock")
    assert restock["extra_units"]["mean"] == pytest.approx(20 * 23, rel=0.25)  # what is wanted after goods have come
    assert restock["quantity"] > 400
    assert restock["by"] == str(TODAY)
    assert any("are missing" in note for note in answer["notes"])


async def test_what_drives_sales_is_measured_and_said(client, ids):
    status, answer = await ask(client, "drivers", category="mugs")
    assert status == 200, answer
    found = {driver["label"]: driver for driver in answer["drivers"]}
    assert found["a 10 % lower price"]["effect"]["mean"] == pytest.approx(100 * (0.9**-ELASTICITY - 1), abs=5)
    assert found["a promotion of 20 %"]["significant"]
    assert found["Saturdays"]["effect"]["mean"] == pytest.approx(40, abs=12)
    importance = [driver["importance"] for driver in answer["drivers"]]
    assert importance == sorted(importance, reverse=True)
    assert answer["subject"]["products"] == 4
    shop = (await ask(client, "drivers"))[1]
    assert shop["subject"]["kind"] == "shop"


@pytest.mark.parametrize("what", ["stock-plan", "what-if", "ways-to-sell", "track-record", "drivers"])
async def test_an_unknown_product_is_not_found(client, what):
    more = {"horizon_days": 10, "price_change_percent": -5} if what == "what-if" else {}
    status, body = await ask(client, what, product_id="p_unknown", **more)
    assert (status, body["error"]["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("what-if", {"horizon_days": 10}),
        ("what-if", {"horizon_days": 10, "price_change_percent": -5, "discount_percent": 5}),
        ("what-if", {"horizon_days": 10, "price_change_percent": 0}),
        ("what-if", {"horizon_days": 10, "price_change_percent": -95}),
        ("what-if", {"horizon_days": 10, "discount_percent": "nan"}),
        ("stock-plan", {"service_level": 1.0}),
        ("stock-plan", {"lead_days": -1}),
        ("ways-to-sell", {"horizon_days": "soon"}),
    ],
)
async def test_malformed_questions_are_invalid(client, ids, what, body):
    status, answer = await ask(client, what, product_id=ids["Mug"], **body)
    assert (status, answer["error"]["code"]) == (422, "invalid_request")


@pytest.mark.parametrize("days", [0, 181])
@pytest.mark.parametrize("what", ["what-if", "ways-to-sell"])
async def test_impossible_horizons_are_refused(client, ids, what, days):
    more = {"price_change_percent": -5} if what == "what-if" else {}
    status, answer = await ask(client, what, product_id=ids["Mug"], horizon_days=days, **more)
    assert (status, answer["error"]["code"]) == (422, "impossible_horizon")
