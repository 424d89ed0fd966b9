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
    image = said.parts("image")[0]
    assert image["url"] == "/api/forecasts/f_0123456789abcdef01234567/chart.png"
    assert image["alt"] == "Line chart: 450 units in 45 days, within 360 to 540."
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


async def test_a_category_and_the_whole_shop_are_forecast(shop: Shop) -> None:
    await shop.product("Pump", category="shoes")
    marketer = shop.marketer()
    said = await marketer.ask("forecast_sales", entity("category", "shoes"))
    assert "Shoes (39 products)" in said.text
    assert said.choices[0]["payload"] == '/sales_drivers{"category": "shoes"}'
    said = await marketer.ask("forecast_sales", entity("whole_shop", True), entity("horizon", {"days": 60}))
    assert "the whole shop (435 products)" in said.text
    await marketer.ask("change_horizon", entity("horizon", {"days": 90}))
    assert [asked[:2] for asked in shop.tools.asked] == [("shoes", 30), ("shop", 60), ("shop", 90)]


async def test_what_was_talked_about_goes_on_being_talked_about(shop: Shop) -> None:
    await shop.product("Pump", category="shoes")
    note, marketer = await shop.product("Note20"), shop.marketer()
    await marketer.ask("forecast_sales", entity("category", "shoes"))
    await marketer.ask("sales_drivers")
    await marketer.ask("ask_price", entity("product", note))
    await marketer.ask("sales_drivers")
    await marketer.ask("follow_up_product", entity("category", "shoes"))
    assert [asked for _, asked in shop.tools.advised] == [
        {"category": "shoes"}, {"product_id": note}, {"category": "shoes"},
    ]  # fmt: skip


async def test_of_two_subjects_the_first_is_answered_and_the_other_offered(shop: Shop) -> None:
    await shop.product("Pump", category="shoes")
    await shop.product("Clutch", category="bags")
    marketer = shop.marketer()
    said = await marketer.ask("forecast_sales", entity("category", "shoes"), entity("category", "bags"))
    assert "that was Shoes. Next: Bags?" in said.text
    await marketer.pick(next(choice for choice in said.choices if choice["title"] == "Bags"))
    assert [asked[0] for asked in shop.tools.asked] == ["shoes", "bags"]
    note, other = await shop.product("Note20"), await shop.product("S21")
    said = await marketer.ask("forecast_sales", entity("product", note), entity("product", other, name="S21"))
    assert "that was Note20. Next: S21?" in said.text
    assert [asked[0] for asked in shop.tools.asked[2:]] == [note]


async def test_without_a_subject_it_asks_back_and_the_whole_shop_can_be_chosen(shop: Shop) -> None:
    marketer = shop.marketer()
    said = await marketer.ask("forecast_sales", entity("horizon", {"days": 60}))
    assert (said.names, shop.tools.asked) == (["utter_which_product"], [])
    await marketer.pick(next(choice for choice in said.choices if choice["title"] == "The whole shop"))
    assert [asked[:2] for asked in shop.tools.asked] == [("shop", 60)]


async def test_promotions_and_outliers_are_a_sentence_or_a_table(shop: Shop) -> None:
    note, marketer = await shop.product("Note20"), shop.marketer()
    promotion = {"title": "Sale", "start": str(TODAY), "end": str(TODAY + timedelta(days=3)), "discount_percent": 20.0}
    spike = {"product_id": note, "day": str(TODAY - timedelta(days=9)), "units": 900.0, "usual": 4.2}
    shop.tools.changes = {"promotions": [promotion], "outliers": [spike], "notes": [f"Note {n}" for n in range(9)]}
    said = await marketer.ask("forecast_sales", entity("product", note))
    assert '"Sale", 20 % off' in said.text
    assert "900 units sold where about 4.2 are usual" in said.text
    assert "Note 2." in said.text
    assert "Note 3" not in said.text
    assert not said.parts("table")
    shop.tools.changes = {"promotions": [promotion] * 2, "outliers": [{**spike, "units": 30.0}, spike]}
    said = await marketer.ask("forecast_sales", entity("product", note))
    assert [len(table["rows"]) for table in said.parts("table")] == [2, 2]
    assert said.parts("table")[1]["rows"][0][1:] == ["900", "4.2"]


async def test_last_year_is_told_of_the_forecast_that_was_made(shop: Shop) -> None:
    note, marketer = await shop.product("Note20"), shop.marketer()
    await marketer.ask("forecast_sales", entity("product", note))
    said = await marketer.ask("compare_last_year", entity("horizon", {"days": None, "problem": "past"}))
    assert "300 units" in said.text
    assert "270 units" in said.text
    assert "up 11 %" in said.text
    assert len(shop.tools.asked) == 1
    shop.tools.changes = {"last_year": None, "last_year_change_percent": None}
    other = await shop.product("S21")
    said = await marketer.ask("compare_last_year", entity("product", other))
    assert said.names == ["utter_no_last_year"]
    assert [asked[:2] for asked in shop.tools.asked] == [(note, 30), (other, 30)]


@pytest.mark.parametrize(("intent", "kind"), [("forecast_as_chart", "image"), ("forecast_as_csv", "file")])
async def test_the_kept_chart_and_file_are_shown_again_without_a_new_forecast(
    shop: Shop, intent: str, kind: str
) -> None:
    note, marketer = await shop.product("Note20"), shop.marketer()
    await marketer.ask("forecast_sales", entity("product", note))
    said = await marketer.ask(intent)
    assert [len(said.parts(part)) for part in ("image", "file")] == [kind == "image", kind == "file"]
    assert "f_0123456789abcdef01234567" in said.parts(kind)[0]["url"]
    assert ("Excel" in said.text) is (kind == "file")
    assert len(shop.tools.asked) == 1


async def test_a_chart_before_any_forecast_says_so_and_asks_or_makes_one(shop: Shop) -> None:
    marketer = shop.marketer()
    said = await marketer.ask("forecast_as_chart")
    assert said.names == ["utter_no_forecast_yet", "utter_which_product"]
    note = await shop.product("Note20")
    said = await marketer.ask("forecast_as_chart", entity("product", note))
    assert said.parts("image")
    assert [asked[:2] for asked in shop.tools.asked] == [(note, 30)]


async def test_a_forecast_that_failed_leaves_no_chart_behind(shop: Shop) -> None:
    note, marketer = await shop.product("Note20"), shop.marketer()
    await marketer.ask("forecast_sales", entity("product", note))
    shop.tools.error = NotEnoughData("It was sold on 3 days only; 28 are needed.")
    await marketer.ask("forecast_sales", entity("product", await shop.product("New")))
    said = await marketer.ask("forecast_as_chart")
    assert said.names == ["utter_no_forecast_yet", "utter_forecast_refused"]
    assert not said.parts("image")


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
    assert said.names == ["utter_for_marketers"]
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
