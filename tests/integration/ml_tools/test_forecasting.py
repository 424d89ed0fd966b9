"""The forecasting tool over HTTP on a real store: true sums, honest refusals, kept forecasts, safe files."""

import csv
import io
from datetime import date, timedelta

import pytest
from PIL import Image
from sqlalchemy import select

from ml_tools.forecasting.advice.outlooks import UNTRAINED
from ml_tools.forecasting.advice.what_if import Change
from ml_tools.forecasting.schemas import About
from ml_tools.forecasting.train import train_from_store
from store.sales import newest_sales_day
from store.tables import Category, Forecast
from tests.integration.ml_tools.forecast_store import TODAY, YESTERDAY, client_of, fill, product, service_on
from tests.unit.ml_tools.series import weekly


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    return tmp_path_factory.mktemp("models")


@pytest.fixture
async def store(database, models):
    """The shop, trained once."""
    await fill(database)
    if not any(models.iterdir()):
        await train_from_store(database, models, quick=True, today=lambda: TODAY)
    return database


@pytest.fixture
def service(store, models):
    return service_on(store, models)


@pytest.fixture
async def client(store, service):
    async with client_of(store, service) as client:
        yield client


@pytest.fixture
async def untrained(store, tmp_path):
    async with client_of(store, service_on(store, tmp_path)) as client:
        yield client


async def ask(client, days=45, **about):
    return await client.post("/forecasts", json={"horizon_days": days, "asked_by": "a_tester", **about})


@pytest.fixture
async def mug(store):
    return await product(store, "=HYPERLINK(mug) $5$")


def assert_bands_hold_their_mean(body):
    for band in [*body["points"], body["total"]]:
        assert 0 <= band["lo95"] <= band["lo80"] <= band["mean"] <= band["hi80"] <= band["hi95"]


async def test_a_forecast_is_whole_consistent_and_kept(client, store, mug):
    answer = await ask(client, product_id=mug.public_id)
    body = answer.json()
    assert answer.status_code == 200, body
    assert body["as_of"] == str(YESTERDAY)
    assert body["subject"] == {"kind": "product", "id": mug.public_id, "name": mug.name, "products": 1}
    assert (body["start"], body["end"]) == (str(TODAY), str(TODAY + timedelta(days=44)))
    assert [point["day"] for point in body["points"]] == [str(TODAY + timedelta(days=at)) for at in range(45)]
    assert body["total"]["mean"] == pytest.approx(sum(point["mean"] for point in body["points"]), abs=0.5)
    assert body["total"]["mean"] == pytest.approx(20 * 45, rel=0.15)
    assert_bands_hold_their_mean(body)
    assert body["last_period"]["units"] == sum(weekly(150)[-45:])
    assert body["last_year"] is None
    assert body["weights"] == {"factors": 1.0}
    assert [promotion["title"] for promotion in body["promotions"]] == ["Goods"]
    assert any("stock" in note for note in body["notes"])
    assert mug.name in body["alt"]
    async with store.begin() as session:
        kept = await session.scalar(select(Forecast).where(Forecast.public_id == body["id"]))
    assert (kept.product_id, kept.horizon_days, kept.asked_by) == (mug.id, 45, "a_tester")
    assert kept.points == body["points"]
    assert kept.quality["total"] == body["total"]
    assert kept.quality["bias_factor"] == 1


@pytest.mark.parametrize(("category", "names"), [("mugs", 6), ("goods", 7), (None, 7)])
async def test_categories_and_the_shop_are_sums_with_their_own_bands(client, store, category, names):
    about = {"category": category} if category else {}
    body = (await ask(client, 30, **about)).json()
    assert body["subject"]["products"] == names
    assert body["product_id"] is None
    assert_bands_hold_their_mean(body)
    async with store.begin() as session:
        kept = await session.scalar(select(Forecast).where(Forecast.public_id == body["id"]))
        own = await session.scalar(select(Category.id).where(Category.slug == category))
    assert (kept.product_id, kept.category_id) == (None, own)
    assert (await client.get(body["chart_url"])).status_code == 200
    assert (await client.get(body["csv_url"])).text.count("\n") == 31


async def test_the_shop_is_the_sum_of_its_products(client, service):
    whole = await service.outlook(About(), 30)
    assert whole.mean.sum() == pytest.approx((await ask(client, 30)).json()["total"]["mean"], abs=1)
    mugs, lamps = [(await ask(client, 30, category=slug)).json()["total"]["mean"] for slug in ("mugs", "lamps")]
    assert whole.mean.sum() == pytest.approx(mugs + lamps, abs=1)


async def test_an_outlook_can_be_changed(service, mug):
    about = About(product_id=mug.public_id)
    planned = await service.outlook(about, 30)
    changed = await service.outlook(about, 30, changed=Change(discount_percent=30))
    assert planned.ahead.discount.max() == pytest.approx(0.2)
    assert changed.ahead.discount.min() == pytest.approx(0.3)
    assert planned.past.length == 120


@pytest.mark.parametrize("days", [5000, 0, -3, 181, 10**30])
async def test_impossible_horizons_are_refused_with_the_reason(client, mug, days):
    error = (await ask(client, days, product_id=mug.public_id)).json()["error"]
    assert error["code"] == "impossible_horizon"
    assert "180" in error["message"]


@pytest.mark.parametrize("days", [1, 180])
async def test_the_shortest_and_the_longest_horizon_work(client, mug, days):
    body = (await ask(client, days, product_id=mug.public_id)).json()
    assert len(body["points"]) == days
    assert (await client.get(body["chart_url"])).status_code == 200


@pytest.mark.parametrize(("name", "told"), [("Young", "Only"), ("Never", "not sold yet")])
async def test_new_products_are_forecast_from_what_is_alike_with_a_wider_band(client, store, mug, name, told):
    body = (await ask(client, product_id=(await product(store, name)).public_id)).json()
    usual = (await ask(client, product_id=mug.public_id)).json()["total"]
    total = body["total"]
    assert 0 < total["mean"] < 20 * 45
    assert (total["hi80"] - total["lo80"]) / total["mean"] > 2 * (usual["hi80"] - usual["lo80"]) / usual["mean"]
    assert any(told in note for note in body["notes"]), body["notes"]


async def test_a_product_after_a_long_gap_is_forecast_from_what_was_seen_since(client, store):
    body = (await ask(client, 30, product_id=(await product(store, "Old")).public_id)).json()
    assert body["total"]["mean"] < 10
    assert body["change_percent"] is None


async def test_a_spike_is_damped_and_told(client, store):
    body = (await ask(client, 30, product_id=(await product(store, "Spike")).public_id)).json()
    assert body["total"]["mean"] == pytest.approx(9 * 30, rel=0.3)
    assert [(outlier["day"], outlier["units"]) for outlier in body["outliers"]] == [
        (str(YESTERDAY - timedelta(days=19)), 9000.0)
    ]


async def test_more_returned_than_sold_is_no_negative_demand(client, store):
    body = (await ask(client, 30, product_id=(await product(store, "Returned")).public_id)).json()
    assert_bands_hold_their_mean(body)
    assert body["total"]["mean"] < 30


@pytest.mark.parametrize("product_id", ["p_000000000000000000000000", "x", "'; DROP TABLE products; --"])
async def test_an_unknown_product_is_not_found(client, product_id):
    answer = await ask(client, product_id=product_id)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


async def test_an_unknown_category_is_not_found_and_an_empty_one_says_so(client):
    assert (await ask(client, category="nothing")).json()["error"]["code"] == "not_found"
    error = (await ask(client, category="empty")).json()["error"]
    assert (error["code"], "No product" in error["message"]) == ("not_enough_data", True)


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"product_id": "p", "horizon_days": "soon"},
        {"product_id": "", "horizon_days": 5},
        {"product_id": "p", "category": "mugs", "horizon_days": 5},
    ],
)
async def test_malformed_questions_are_invalid(client, body):
    answer = await client.post("/forecasts", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_request")


async def test_without_a_model_a_product_is_forecast_from_its_own_days_and_told_so(untrained, mug):
    body = (await ask(untrained, product_id=mug.public_id)).json()
    assert body["total"]["mean"] == pytest.approx(20 * 45, rel=0.15)
    assert_bands_hold_their_mean(body)
    assert body["model"]["version"] == "untrained"
    assert UNTRAINED in body["notes"]


@pytest.mark.parametrize("name", ["Young", "Never"])
async def test_without_a_model_too_little_history_is_refused_with_the_reason(untrained, store, name):
    error = (await ask(untrained, product_id=(await product(store, name)).public_id)).json()["error"]
    assert error["code"] == "not_enough_data"
    assert "28 days" in error["message"]
    assert "shopclerk train forecasting" in error["message"]


async def test_a_shop_without_sales_before_today_is_refused_with_the_reason(store, models):
    async with client_of(store, service_on(store, models, today=date(2020, 1, 1))) as client:
        error = (await ask(client)).json()["error"]
    assert (error["code"], "no sales" in error["message"]) == ("not_enough_data", True)


async def test_the_same_day_gives_the_same_forecast(store, models, mug):
    async def numbers():
        async with client_of(store, service_on(store, models)) as client:
            return (await ask(client, product_id=mug.public_id)).json()["points"]

    assert await numbers() == await numbers()


async def test_the_chart_is_a_picture_for_a_phone(client, mug):
    body = (await ask(client, product_id=mug.public_id)).json()
    answer = await client.get(body["chart_url"])
    picture = Image.open(io.BytesIO(answer.content))
    assert answer.headers["content-type"] == "image/png"
    assert picture.format == "PNG"
    assert picture.width == 720
    assert len(answer.content) < 150_000


async def test_the_table_has_typed_numbers_and_no_formula(client, mug):
    body = (await ask(client, 7, product_id=mug.public_id)).json()
    answer = await client.get(body["csv_url"])
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [float(row["hi80"]) for row in rows] == [point["hi80"] for point in body["points"]]
    assert rows[0]["name"] == "'=HYPERLINK(mug) $5$"
    assert "attachment" in answer.headers["content-disposition"]


async def test_files_of_an_unknown_forecast_are_not_found(client):
    for file in ("chart.png", "forecast.csv"):
        assert (await client.get(f"/forecasts/f_unknown/{file}")).status_code == 404


async def test_the_newest_day_is_the_one_before_today(store):
    async with store.begin() as session:
        assert await newest_sales_day(session, before=TODAY) == YESTERDAY
