"""The marketers' forecast pages: what runs out, how good forecasts were, what happened since; without the tool, too."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from common.caller import Role
from store.session import Database
from store.tables import Category
from tests.forecast_pages_kit import TODAY, FakeForecasting, judge, keep_forecast, sell, stock_plan
from tests.gateway_kit import Gateway, running_gateway
from tests.integration.shop.page_kit import html
from tests.integration.shop.test_console import staff
from tests.integration.shop.test_pages import Structure
from tests.shop_kit import SmallShop, Sold

MARKUP = "<b onmouseover=alert(1)>Lamp</b>"


@pytest.fixture
def tools() -> FakeForecasting:
    return FakeForecasting()


@pytest.fixture
async def web(tmp_path: Path, database: Database, tools: FakeForecasting) -> AsyncIterator[Gateway]:
    async with running_gateway(tmp_path, database, tools=tools, limits_factor=100) as running:
        yield running


@pytest.fixture
async def marketer(web: Gateway) -> httpx.AsyncClient:
    return await staff(web, Role.MARKETER)


@pytest.fixture
async def lamp(shop: SmallShop, database: Database) -> Sold:
    """Sold twice a day for four weeks, and with six left."""
    sold = await shop.product(name=MARKUP, stock=6)
    await sell(database, sold, [2] * 28, await shop.customer())
    return sold


async def test_an_empty_shop_says_what_to_do(marketer: httpx.AsyncClient) -> None:
    page = await html(marketer, "/console/forecasts")
    assert "No forecasts yet" in page
    assert "Nothing is about to run out" in page
    assert "No forecast has a week of its days behind it yet" in page


async def test_what_runs_out_comes_with_what_to_order(
    marketer: httpx.AsyncClient, tools: FakeForecasting, lamp: Sold
) -> None:
    tools.plans = {lamp.public_id: stock_plan(lamp, order_quantity=1234)}
    page = await html(marketer, "/console/forecasts")
    assert "1,234 now" in page
    assert f"/p/{lamp.public_id}" in page
    assert MARKUP not in page
    assert "with a chance of 80 %" in page


@pytest.mark.parametrize("failure", [503, httpx.ConnectError("gone")])
async def test_without_the_tool_the_page_is_whole_and_says_what_it_lacks(
    marketer: httpx.AsyncClient, tools: FakeForecasting, lamp: Sold, failure: Exception | int
) -> None:
    tools.failure = failure
    page = await html(marketer, "/console/forecasts")
    assert "in about 3 days at the last weeks’ pace" in page
    assert "could not plan all of them" in page


async def test_the_track_record_warns_when_errors_drift(marketer: httpx.AsyncClient, tools: FakeForecasting) -> None:
    tools.record = {
        "forecasts": 12, "mean_error_percent": 18.4, "bias_percent": -6.2, "coverage80": 0.61, "drifting": True,
        "notes": ["Sales were above what was expected in 5 weeks in a row."],
    }  # fmt: skip
    page = await html(marketer, "/console/forecasts")
    for words in ("have become worse", "18 %", "6 % too low", "61 %", "5 weeks in a row"):
        assert words in page


async def test_checked_forecasts_stand_beside_what_was_sold(
    marketer: httpx.AsyncClient, database: Database, lamp: Sold
) -> None:
    forecast = await keep_forecast(database, product=lamp.product_id, as_of=TODAY - timedelta(days=9))
    await judge(database, forecast, days=8, expected=80, sold=64)
    overview = await html(marketer, "/console/forecasts")
    assert "8 of 30 days" in overview
    assert "25 % too high" in overview
    page = await html(marketer, f"/console/forecasts/{forecast}")
    assert "outside the range" in page
    assert "25 % too high" in page
    assert "75 %" in page


async def test_a_forecasts_page_compares_and_explains(
    marketer: httpx.AsyncClient, database: Database, lamp: Sold
) -> None:
    as_of = TODAY - timedelta(days=4)
    outlier = as_of - timedelta(days=10)
    forecast = await keep_forecast(database, product=lamp.product_id, as_of=as_of, outliers=[str(outlier)])
    page = await html(marketer, f"/console/forecasts/{forecast}")
    assert "300 pieces" in page
    assert "25 % more than 240" in page  # 8 a day before
    assert "17 % less than 360" in page  # 12 a day a year before
    assert "Counted in: a promotion" in page
    assert "Unusual and damped" in page
    assert "3 of its days have passed" in page
    assert page.count("(outside the 80 % range)") == 3  # two sold where seven to fourteen were expected
    assert f"/api/forecasts/{forecast}/forecast.csv" in page
    assert 'alt="Sales of' in page
    assert MARKUP not in page


async def test_forecasts_of_a_category_and_of_the_whole_shop_have_pages(
    marketer: httpx.AsyncClient, database: Database, lamp: Sold
) -> None:
    """What was sold since is that of all products, those of sub-categories among them."""
    async with database.begin() as session:
        parent = Category(slug=f"home-{lamp.category_id}", name="Home")
        session.add(parent)
        await session.flush()
        below = await session.get(Category, lamp.category_id)
        assert below
        below.parent_id = parent.id
        category = parent.id
    as_of = TODAY - timedelta(days=3)
    for about, name in (({"category": category}, "Home"), ({}, "The whole shop")):
        forecast = await keep_forecast(database, as_of=as_of, **about)
        page = await html(marketer, f"/console/forecasts/{forecast}")
        assert f"<h1>{name}, 30 days</h1>" in page
        assert "2 of its days have passed" in page
        if about:  # other tests' sales are the whole shop's, too
            assert page.count("(outside the 80 % range)") == 2
    assert "The whole shop" in await html(marketer, "/console/forecasts")


async def test_unusual_days_are_listed_with_what_was_sold(
    marketer: httpx.AsyncClient, database: Database, lamp: Sold
) -> None:
    as_of = TODAY - timedelta(days=1)
    sold = [8.0] * 120
    sold[110] = 5000.0
    day = as_of - timedelta(days=9)
    await keep_forecast(database, product=lamp.product_id, as_of=as_of, sold=sold, outliers=[str(day)], asked_by=None)
    page = await html(marketer, "/console/forecasts")
    assert f"5,000 on {day:%a} {day.day} {day:%b %Y}" in page


async def test_old_forecasts_without_a_charts_data_are_shown(
    marketer: httpx.AsyncClient, web: Gateway, lamp: Sold
) -> None:
    forecast = await keep_forecast(web.database, product=lamp.product_id)
    await web.sql("UPDATE forecasts SET quality = '{}' WHERE public_id = :id RETURNING id", id=forecast)
    assert "300 pieces" in await html(marketer, f"/console/forecasts/{forecast}")
    assert forecast in await html(marketer, "/console/forecasts")


async def test_an_unknown_forecast_is_not_found(marketer: httpx.AsyncClient) -> None:
    await html(marketer, "/console/forecasts/f_unknown", status=404)


async def test_the_pages_are_accessible_and_audited(
    web: Gateway, marketer: httpx.AsyncClient, tools: FakeForecasting, lamp: Sold
) -> None:
    """One heading, headed cells, alternatives, regions that scroll have a name and take the focus."""
    forecast = await keep_forecast(web.database, product=lamp.product_id)
    tools.plans = {lamp.public_id: stock_plan(lamp)}
    for path in ("/console/forecasts", f"/console/forecasts/{forecast}"):
        page = Structure(await html(marketer, path))
        assert len(page.of("h1")) == 1
        assert all(image.get("alt") is not None for image in page.of("img"))
        assert all(cell.get("scope") for cell in page.of("th"))
        scrolling = [a for _, a in page.tags if "scroll" in (a.get("class") or "").split()]
        assert all(a.get("tabindex") == "0" and (a.get("aria-labelledby") or a.get("aria-label")) for a in scrolling)
        identifiers = [a["id"] for _, a in page.tags if "id" in a]
        assert len(identifiers) == len(set(identifiers))
        assert not page.of("style")
    rows = await web.sql("SELECT action FROM audit WHERE detail ->> 'forecast' = :f", f=forecast)
    assert rows == [("read_forecast",)]
