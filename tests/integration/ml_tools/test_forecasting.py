"""The forecasting tool over HTTP on a real store: true sums, honest refusals, kept forecasts, safe files."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import httpx
import pytest
from fastapi import FastAPI
from PIL import Image
from sqlalchemy import select

from common.http import install
from common.ids import public_id
from common.settings import Settings
from ml_tools.capacity import Capacity
from ml_tools.forecasting.api import ForecastingTool
from ml_tools.forecasting.profiles import Profiles
from ml_tools.forecasting.service import ForecastService
from ml_tools.forecasting.train import train_from_store
from ml_tools.settings import ToolsSettings
from store.sales import daily_sales, newest_sales_day
from store.tables import (
    Category,
    Customer,
    Forecast,
    Order,
    OrderLine,
    PriceChange,
    Product,
    Promotion,
    StockDay,
)  # fmt: skip
from tests.unit.ml_tools.series import weekly

TODAY = date(2026, 11, 21)
YESTERDAY = TODAY - timedelta(days=1)


class Shop:
    """A store with sales that a test writes down by hand."""

    def __init__(self, session, category, customer):
        self.session, self.category, self.customer = session, category, customer

    def product(self, name):
        row = Product(
            public_id=public_id("p"), sku=public_id("s"), name=name, category_id=self.category.id,
            price=Decimal("10"), currency="USD",
        )  # fmt: skip
        self.session.add(row)
        return row

    def order(self, product, day, units, *, status="delivered", hour=12):
        placed_at = datetime(day.year, day.month, day.day, hour, 59, tzinfo=UTC)
        order = Order(
            number=public_id("S"), customer_id=self.customer.id, status=status, placed_at=placed_at,
            total=Decimal("10"), currency="USD",
        )  # fmt: skip
        order.lines.append(OrderLine(product_id=product.id, units=int(units), unit_price=Decimal("10")))
        self.session.add(order)


@pytest.fixture
async def store(database):
    """The database with one product of 150 days, one of a day, one that stopped long ago, one that never sold."""
    async with database.begin() as session:
        if found := await session.scalar(select(Product.public_id).limit(1)):
            assert found
            yield database
            return
        parent = Category(slug=public_id("c"), name="Goods")
        session.add(parent)
        await session.flush()
        category = Category(slug=public_id("c"), name="Mugs", parent_id=parent.id)
        customer = Customer(public_id=public_id("cu"))
        session.add_all([category, customer])
        await session.flush()
        shop = Shop(session, category, customer)
        steady, young, old = (shop.product(name) for name in ("=HYPERLINK(mug) $5$", "Young", "Old"))
        shop.product("Never")
        await session.flush()
        for at, units in enumerate(weekly(150)):
            shop.order(steady, YESTERDAY - timedelta(days=149 - at), units, hour=23 if at % 2 else 0)
        shop.order(young, YESTERDAY, 3)
        shop.order(old, YESTERDAY - timedelta(days=149), 3, hour=1)
        shop.order(old, YESTERDAY - timedelta(days=500), 3)
        shop.order(steady, YESTERDAY, 1000, status="cancelled")
        shop.order(steady, YESTERDAY - timedelta(days=3), 1000, status="returned")
        shop.order(steady, TODAY, 500)
        session.add_all(
            [
                StockDay(product_id=steady.id, day=YESTERDAY - timedelta(days=20), units=0, sold_out=True),
                PriceChange(product_id=steady.id, valid_from=YESTERDAY - timedelta(days=10), price=Decimal("8")),
                Promotion(
                    public_id=public_id("pr"), reference=public_id("r"), title="Goods", category_id=parent.id,
                    discount_percent=Decimal("20"), starts_on=TODAY, ends_on=TODAY + timedelta(days=3),
                ),
            ]
        )  # fmt: skip
    yield database


async def product(database, name):
    async with database.begin() as session:
        return await session.scalar(select(Product).where(Product.name == name))


@pytest.fixture
async def client(store, tmp_path):
    app = FastAPI()
    install(app, "tools")
    service = ForecastService(store, Profiles(tmp_path), Capacity(running=1, waiting=4), today=lambda: TODAY)
    config, limits = Settings(_env_file=None), ToolsSettings(_env_file=None)
    app.include_router(ForecastingTool(config, limits, store, service=service).router)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://tools") as client:
        yield client


async def ask(client, product_id, days):
    return await client.post(
        "/forecasts", json={"product_id": product_id, "horizon_days": days, "asked_by": "a_tester"}
    )


@pytest.fixture
async def mug(store):
    return await product(store, "=HYPERLINK(mug) $5$")


async def test_a_forecast_is_whole_consistent_and_kept(client, store, mug):
    answer = await ask(client, mug.public_id, 45)
    body = answer.json()
    assert answer.status_code == 200, body
    assert body["as_of"] == str(YESTERDAY)
    assert (body["start"], body["end"]) == (str(TODAY), str(TODAY + timedelta(days=44)))
    assert [point["day"] for point in body["points"]] == [str(TODAY + timedelta(days=at)) for at in range(45)]
    assert body["total"]["mean"] == pytest.approx(sum(point["mean"] for point in body["points"]), abs=0.5)
    assert body["total"]["mean"] == pytest.approx(20 * 45, rel=0.15)
    for band in [*body["points"], body["total"]]:
        assert band["lo95"] <= band["lo80"] <= band["mean"] <= band["hi80"] <= band["hi95"]
    assert body["last_period"]["units"] == sum(weekly(150)[-45:])
    assert any("stock" in note for note in body["notes"])
    async with store.begin() as session:
        kept = await session.scalar(select(Forecast).where(Forecast.public_id == body["id"]))
    assert (kept.product_id, kept.horizon_days, kept.asked_by) == (mug.id, 45, "a_tester")
    assert kept.points == body["points"]
    assert kept.quality["total"] == body["total"]


@pytest.mark.parametrize("days", [5000, 0, -3, 181, 10**30])
async def test_impossible_horizons_are_refused_with_the_reason(client, mug, days):
    answer = await ask(client, mug.public_id, days)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (422, "impossible_horizon")
    assert "180" in error["message"]


@pytest.mark.parametrize("days", [1, 180])
async def test_the_shortest_and_the_longest_horizon_work(client, mug, days):
    body = (await ask(client, mug.public_id, days)).json()
    assert len(body["points"]) == days
    assert (await client.get(body["chart_url"])).status_code == 200


@pytest.mark.parametrize(("name", "reason"), [("Young", "28 days"), ("Never", "not sold yet")])
async def test_too_little_history_is_refused_with_the_reason(client, store, name, reason):
    answer = await ask(client, (await product(store, name)).public_id, 45)
    assert answer.json()["error"]["code"] == "not_enough_data"
    assert reason in answer.json()["error"]["message"]


async def test_a_product_after_a_long_gap_is_forecast_from_what_was_seen_since(client, store):
    body = (await ask(client, (await product(store, "Old")).public_id, 30)).json()
    assert body["total"]["mean"] < 3


@pytest.mark.parametrize("product_id", ["p_000000000000000000000000", "x", "'; DROP TABLE products; --"])
async def test_an_unknown_product_is_not_found(client, product_id):
    answer = await ask(client, product_id, 45)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "body", [{}, [], {"product_id": "p", "horizon_days": "soon"}, {"product_id": "", "horizon_days": 5}]
)
async def test_malformed_questions_are_invalid(client, body):
    answer = await client.post("/forecasts", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_request")


async def test_the_chart_is_a_picture_for_a_phone(client, mug):
    body = (await ask(client, mug.public_id, 45)).json()
    answer = await client.get(body["chart_url"])
    picture = Image.open(io.BytesIO(answer.content))
    assert answer.headers["content-type"] == "image/png"
    assert picture.format == "PNG"
    assert picture.width == 720
    assert len(answer.content) < 150_000
    assert len(set(picture.convert("L").resize((90, 87)).tobytes())) > 8


async def test_the_table_has_typed_numbers_and_no_formula(client, mug):
    body = (await ask(client, mug.public_id, 7)).json()
    answer = await client.get(body["csv_url"])
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [float(row["hi80"]) for row in rows] == [point["hi80"] for point in body["points"]]
    assert rows[0]["product"] == "'=HYPERLINK(mug) $5$"
    assert "attachment" in answer.headers["content-disposition"]


async def test_files_of_an_unknown_forecast_are_not_found(client):
    for file in ("chart.png", "forecast.csv"):
        assert (await client.get(f"/forecasts/f_unknown/{file}")).status_code == 404


async def test_daily_sales_have_every_day_price_promotion_and_no_cancelled_units(store, mug):
    async with store.begin() as session:
        days = (await daily_sales(session, [mug.id], YESTERDAY - timedelta(days=29), TODAY + timedelta(days=5)))[mug.id]
        assert await newest_sales_day(session, before=TODAY) == YESTERDAY
    assert [day.day for day in days] == [YESTERDAY - timedelta(days=29 - at) for at in range(36)]
    assert [day.units for day in days[:30]] == weekly(150)[-30:].tolist()
    assert (days[0].price, days[29].price) == (10.0, 8.0)
    assert [day.discount_percent for day in days[29:]] == [0, 20, 20, 20, 20, 0, 0]
    assert [day.sold_out for day in days].index(True) == 9
    assert not days[-1].shop_sold


async def test_returns_are_taken_off_the_sales_before_them(database, store):
    async with store.begin() as session:
        category, customer = await session.scalar(select(Category)), await session.scalar(select(Customer))
        shop = Shop(session, category, customer)
        lamp = shop.product("Lamp")
        await session.flush()
        for at, units in enumerate([5, 3, -7, 4, -1]):
            shop.order(lamp, date(2026, 3, 1) + timedelta(days=at), units)
        await session.flush()
        days = (await daily_sales(session, [lamp.id], date(2026, 3, 1), date(2026, 3, 5)))[lamp.id]
        assert [day.units for day in days] == [1, 0, 0, 3, 0]


async def test_a_season_is_learnt_from_the_stores_own_orders(store, tmp_path):
    artefact = await train_from_store(store, tmp_path)
    seasons = Profiles(tmp_path).current().seasons
    assert "units sold on" in artefact.manifest.trained_on
    assert seasons.of("").weekday.argmax() == 5
    assert Profiles(tmp_path).current().model_version == f"1+{artefact.manifest.version}"
