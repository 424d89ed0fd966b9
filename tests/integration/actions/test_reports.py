"""Reports: figures counted by hand on a small store."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from store.session import Database
from tests.actions_kit import TODAY, Shop, entity


@pytest.fixture(scope="module")
def filled() -> dict[str, str]:
    return {}


@pytest.fixture
async def shop(database: Database, tmp_path: Path, filled: dict[str, str]) -> Shop:
    """Cups: 2 a day over 28 days, 20 left. Lamps: 4 a day, sold out on half of the days, 8 left. Rugs: unsold."""
    shop = Shop(database, tmp_path / "keys")
    if not filled:
        customer = await shop.customer()
        filled["Cup"] = await shop.product("Cup", "5.00", category="kitchen", stock=20)
        filled["Lamp"] = await shop.product("Lamp", "50.00", stock=8)
        filled["Rug"] = await shop.product("Rug", "80.00", stock=5)
        out = []
        for n in range(1, 29):
            at = shop.now - timedelta(days=n)
            await shop.order(customer, filled["Cup"], units=2, unit_price="5.00", at=at)
            if n % 2:
                await shop.order(customer, filled["Lamp"], units=4, unit_price="50.00", at=at)
            else:
                out.append(at.date())
        await shop.sold_out_on(filled["Lamp"], out)
        await shop.order(customer, filled["Rug"], units=99, status="cancelled", at=shop.now - timedelta(days=1))
        await shop.order(customer, filled["Rug"], units=99, status="returned", at=shop.now - timedelta(days=1))
        await shop.order(customer, filled["Cup"], units=10, unit_price="5.00", at=shop.now - timedelta(days=40))
    return shop


async def test_marketers_see_best_sellers_with_figures_without_cancelled_orders(shop: Shop) -> None:
    said = await shop.marketer().ask("best_sellers")
    assert said.rows == [["1", "Cup", "56", "$280.00"], ["2", "Lamp", "56", "$2,800.00"]]


async def test_shoppers_see_which_and_not_how_many(shop: Shop) -> None:
    said = await shop.guest().ask("best_sellers")
    assert [card["name"] for card in said.cards] == ["Cup", "Lamp"]
    assert "56" not in said.text
    assert {key for card in said.cards for key in card} == {"id", "name", "price", "currency", "image", "url"}
    assert not said.parts("table")


async def test_best_sellers_of_a_category_are_of_that_category(shop: Shop) -> None:
    said = await shop.marketer().ask("best_sellers", entity("category", "kitchen"))
    assert [row[1] for row in said.rows] == ["Cup"]


async def test_revenue_of_a_period_is_held_against_the_one_before(shop: Shop) -> None:
    period = {"start": str(TODAY - timedelta(days=28)), "end": str(TODAY - timedelta(days=1)), "label": ""}
    said = await shop.marketer().ask("revenue_report", entity("period", period))
    assert [row[:3] for row in said.rows] == [
        ["Revenue", "$3,080.00", "$50.00"],
        ["Orders", "42", "1"],
        ["Units", "112", "10"],
        ["Average order", "$73.33", "$50.00"],
    ]
    assert "$3,080.00" in said.text


async def test_a_whole_month_is_held_against_the_month_before(shop: Shop) -> None:
    said = await shop.marketer().ask(
        "revenue_report", entity("period", {"start": "2026-03-01", "end": "2026-03-31", "label": "March"})
    )
    assert "utter_nothing_sold" in said.names or "28 Feb 2026" in said.text


async def test_a_period_that_has_not_begun_has_no_figures(shop: Shop) -> None:
    ahead = {"start": str(TODAY + timedelta(days=1)), "end": str(TODAY + timedelta(days=9))}
    for intent in ("revenue_report", "best_sellers"):
        assert (await shop.marketer().ask(intent, entity("period", ahead))).names == ["utter_period_ahead"]


async def test_stock_runs_out_at_the_pace_of_days_with_stock(shop: Shop) -> None:
    said = await shop.marketer().ask("stock_runout")
    lamp, cup = said.rows
    assert lamp[:3] == ["Lamp", "8", "4.0"]
    assert "(2 days)" in lamp[3]
    assert cup[:3] == ["Cup", "20", "2.0"]
    assert "(10 days)" in cup[3]


async def test_a_shorter_look_ahead_names_fewer(shop: Shop) -> None:
    said = await shop.marketer().ask("stock_runout", entity("horizon", {"days": 5}))
    assert [row[0] for row in said.rows] == ["Lamp"]


async def test_an_empty_period_says_that_nothing_was_sold(shop: Shop) -> None:
    long_ago = {"start": str(date(2001, 1, 1)), "end": str(date(2001, 1, 31))}
    for intent in ("revenue_report", "best_sellers"):
        assert (await shop.marketer().ask(intent, entity("period", long_ago))).names == ["utter_nothing_sold"]
