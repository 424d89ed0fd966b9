"""Forecasts in the chat: the tool's numbers, its reasons, and the next best thing without it."""

import time
from datetime import timedelta

import pytest
from sqlalchemy import select

from actions.tools import ToolAnswerInvalid, ToolUnavailable
from common.errors import NotEnoughData
from store.tables import AuditEntry
from tests.actions_kit import TODAY, Shop, entity


async def test_the_answer_has_total_range_change_quality_chart_and_file(shop: Shop) -> None:
    note = await shop.product("Note20")
    said = await shop.marketer().ask("forecast_sales", entity("product", note), entity("horizon", {"days": 45}))
    for fact in (
        "450 units",
        "405 to 495",
        "up 25 %",
        "off by 12 %",
        "off by 20 %",
        "81 %",
        "ensemble 1",
        "without stock",
    ):
        assert fact in said.text
    assert said.parts("image")[0]["url"] == "/api/forecasts/f_0123456789abcdef01234567/chart.png"
    assert said.parts("file")[0]["url"] == "/api/forecasts/f_0123456789abcdef01234567/forecast.csv"


async def test_the_tool_hears_who_asked_and_the_audit_trail_too(shop: Shop) -> None:
    note, marketer = await shop.product("Note20"), shop.marketer()
    await marketer.ask("forecast_sales", entity("product", note), entity("horizon", {"days": 45}))
    assert shop.tools.asked == [(note, 45, marketer.subject)]
    async with shop.database.begin() as session:
        row = (await session.scalars(select(AuditEntry).where(AuditEntry.actor == marketer.subject))).one()
    assert (row.outcome, row.detail["products"], row.detail["days"]) == ("allowed", [note], 45)
    assert row.request_id == "r_test_request"


async def test_without_a_horizon_it_is_thirty_days(shop: Shop) -> None:
    await shop.marketer().ask("forecast_sales", entity("product", await shop.product("Note20")))
    assert shop.tools.asked[0][1] == 30


@pytest.mark.parametrize("days", [5000, 181, 0, -3, None])
async def test_an_impossible_horizon_gets_a_reason_and_no_call(shop: Shop, days: int | None) -> None:
    horizon = entity("horizon", {"days": days, "problem": "past" if days is None else None})
    said = await shop.marketer().ask("forecast_sales", entity("product", await shop.product("Note20")), horizon)
    assert "180" in said.text
    assert (shop.tools.asked, len(said.choices)) == ([], 3)


async def test_an_offered_horizon_is_forecast(shop: Shop) -> None:
    note, marketer = await shop.product("Note20"), shop.marketer()
    said = await marketer.ask("forecast_sales", entity("product", note), entity("horizon", {"days": 5000}))
    await marketer.pick(said.choices[1])
    assert [asked[:2] for asked in shop.tools.asked] == [(note, 45)]


async def test_the_tools_refusal_is_passed_on_with_its_reason(shop: Shop) -> None:
    shop.tools.error = NotEnoughData("It was sold on 3 days only; 28 are needed.")
    said = await shop.marketer().ask("forecast_sales", entity("product", await shop.product("Note20")))
    assert "3 days only" in said.text


async def test_make_it_ninety_days_and_the_other_product(shop: Shop) -> None:
    note, other, marketer = await shop.product("Note20"), await shop.product("S21"), shop.marketer()
    await marketer.ask("forecast_sales", entity("product", note), entity("horizon", {"days": 45}))
    await marketer.ask("change_horizon", entity("horizon", {"days": 90}))
    await marketer.ask("follow_up_product", entity("product", other))
    await marketer.ask("change_horizon", entity("quantity", 60))
    assert [asked[:2] for asked in shop.tools.asked] == [(note, 45), (note, 90), (other, 90), (other, 60)]


async def test_another_horizon_without_one_asks_back(shop: Shop) -> None:
    assert (await shop.marketer().ask("change_horizon")).names == ["utter_which_horizon"]


async def test_a_shopper_cannot_reach_a_forecast_by_a_follow_up(shop: Shop) -> None:
    note, talk = await shop.product("Note20"), shop.marketer()
    await talk.ask("forecast_sales", entity("product", note))
    shopper = shop.shopper()
    shopper.slot = talk.slot
    said = await shopper.ask("follow_up_product", entity("product", note))
    assert said.names == ["utter_not_allowed"]
    assert len(shop.tools.asked) == 1


@pytest.mark.parametrize("error", [ToolUnavailable("down"), ToolAnswerInvalid("html")])
async def test_without_the_tool_the_last_weeks_and_best_sellers_are_told_with_an_id(
    shop: Shop, error: Exception
) -> None:
    note, cup = await shop.product("Note20"), await shop.product("Cup")
    customer = await shop.customer()
    for days_ago, units in ((1, 3), (8, 4), (28, 5), (29, 100)):
        await shop.order(customer, note, units=units, at=shop.now - timedelta(days=days_ago))
    await shop.order(customer, cup, units=40, at=shop.now - timedelta(days=2))
    shop.tools.error = error
    started = time.perf_counter()
    said = await shop.marketer().ask("forecast_sales", entity("product", note))
    assert time.perf_counter() - started < 4
    assert "r_test_request" in said.text
    weeks = said.parts("table")[0]["rows"]
    assert [row[1] for row in weeks] == ["5", "0", "4", "3"]
    assert ["Cup", "40", "$4,000.00"] in said.parts("table")[1]["rows"]
    assert str(TODAY.year) in weeks[0][0]
