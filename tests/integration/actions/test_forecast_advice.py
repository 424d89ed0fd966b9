"""What follows from forecasts in the chat: stock, orders, prices, ways to sell, drivers, and how good they were."""

from datetime import timedelta
from typing import Any

import pytest

from actions.tools import ToolUnavailable
from common.errors import NotEnoughData
from tests.actions_kit import TODAY, Shop, entity
from tests.fake_forecasting import interval

CHANGE = {"percent": -10.0, "means": "change"}


async def test_the_chance_of_running_out_by_a_day_is_told_with_the_range(shop: Shop) -> None:
    note = await shop.product("Note20")
    said = await shop.marketer().ask("run_out_forecast", entity("product", note), entity("horizon", {"days": 34}))
    assert shop.tools.advised == [("stock_plan", {"product_id": note, "until": str(TODAY + timedelta(days=34))})]
    assert "about 34 %" in said.text
    assert "52 units" in said.text
    assert "140 units" in said.text
    assert "utter_run_out_range" in said.names


async def test_a_stock_that_lasts_and_one_that_is_gone(shop: Shop) -> None:
    note, marketer = await shop.product("Note20"), shop.marketer()
    shop.tools.changes = {"run_out": None, "run_out_early": None, "run_out_late": None, "order_quantity": 0,
                          "order_by": None, "chance_before_until": 0.001, "until": str(TODAY)}  # fmt: skip
    said = await marketer.ask("run_out_forecast", entity("product", note), entity("horizon", {"days": 34}))
    assert said.names == ["utter_run_out_chance", "utter_run_out_never"]
    assert "less than 1 %" in said.text
    shop.tools.changes = {"stock": 0, "run_out": str(TODAY), "order_now": True}
    said = await marketer.ask("run_out_forecast")
    assert said.names == ["utter_stock_none", "utter_run_out_order_now"]


async def test_of_no_product_in_particular_it_is_the_list_of_the_shop(shop: Shop) -> None:
    said = await shop.marketer().ask("run_out_forecast", entity("horizon", {"days": 34}))
    assert said.names in (["utter_no_runout"], ["utter_runout"])
    assert shop.tools.advised == []


async def test_what_runs_out_with_a_product_named_is_about_that_product(shop: Shop) -> None:
    note = await shop.product("Note20")
    assert "utter_run_out" in (await shop.marketer().ask("stock_runout", entity("product", note))).names
    assert shop.tools.advised[0][1]["product_id"] == note


@pytest.mark.parametrize("intent", ["run_out_forecast", "order_quantity", "sell_more"])
async def test_of_a_category_one_product_is_asked_for_and_the_best_sellers_offered(shop: Shop, intent: str) -> None:
    pump = await shop.product("Pump", category=f"shoes-{intent}")
    await shop.order(await shop.customer(), pump, units=3, at=shop.now - timedelta(days=2))
    marketer = shop.marketer()
    said = await marketer.ask(intent, entity("category", f"shoes-{intent}"))
    assert said.names == ["utter_one_product_only"]
    assert [choice["title"] for choice in said.choices] == ["Pump"]
    await marketer.pick(said.choices[0])
    assert shop.tools.advised[0][1]["product_id"] == pump


async def test_an_order_keeps_the_terms_that_were_said_for_the_next_question(shop: Shop) -> None:
    note, other, marketer = await shop.product("Note20"), await shop.product("S21"), shop.marketer()
    said = await marketer.ask("order_quantity", entity("product", note))
    assert "140 units" in said.text
    assert "reorder" not in said.text or "44" in said.text
    await marketer.ask("order_quantity", entity("lead_time", 10))
    await marketer.ask("order_quantity", entity("percentage", {"percent": 99.0, "means": None}))
    said = await marketer.ask("follow_up_product", entity("product", other))
    await marketer.ask("change_horizon", entity("horizon", {"days": 60}))
    assert [asked for _, asked in shop.tools.advised] == [
        {"product_id": note},
        {"product_id": note, "lead_days": 10},
        {"product_id": note, "lead_days": 10, "service_level": 0.99},
        {"product_id": other, "lead_days": 10, "service_level": 0.99},
        {"product_id": other, "lead_days": 10, "service_level": 0.99, "cover_days": 60},
    ]
    assert "a lead time of 10 days, a service level of 99 %" in said.text


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"order_now": True}, "utter_order_now"),
        ({"order_quantity": 0}, "utter_order_nothing"),
        ({"order_by": None}, "utter_order_later"),
    ],
)
async def test_when_to_order_is_said(shop: Shop, changes: dict[str, Any], name: str) -> None:
    shop.tools.changes = changes
    said = await shop.marketer().ask("order_quantity", entity("product", await shop.product("Note20")))
    assert said.names == [name, "utter_order_why"]


@pytest.mark.parametrize(
    ("found", "name"),
    [
        (entity("lead_time", 500), "utter_lead_time_impossible"),
        (entity("service_level", 100.0), "utter_service_level_impossible"),
        (entity("service_level", 5.0), "utter_service_level_impossible"),
        (entity("horizon", {"days": 0}), "utter_cover_impossible"),
    ],
)
async def test_impossible_terms_get_a_reason_and_no_call(shop: Shop, found: dict[str, Any], name: str) -> None:
    said = await shop.marketer().ask("order_quantity", entity("product", await shop.product("Note20")), found)
    assert said.names == [name]
    assert shop.tools.advised == []


async def test_another_price_is_told_with_its_range_its_source_and_a_table(shop: Shop) -> None:
    note = await shop.product("Note20")
    said = await shop.marketer().ask("what_if", entity("product", note), entity("percentage", CHANGE))
    assert shop.tools.advised == [("what_if", {"product_id": note, "horizon_days": 30, "price_change_percent": -10.0})]
    assert "a 10 % lower price goes with 14 % more sales (9.0 to 19 %)" in said.text
    assert "Learnt from 39 smartphones, 913 days" in said.text
    assert "not a promise" in said.text
    assert said.rows[0] == ["Units", "100", "114", "up 14 %"]
    assert said.rows[2][1:] == ["$10,000.00", "$10,260.00", "up 2.6 %"]


async def test_what_the_past_does_not_tell_is_not_claimed(shop: Shop) -> None:
    shop.tools.changes = {"effect": {"mean": 2.0, "lo": -3.0, "hi": 7.0}, "changed": interval(102.0)}
    said = await shop.marketer().ask(
        "what_if", entity("product", await shop.product("Note20")), entity("percentage", CHANGE)
    )
    assert said.names[0] == "utter_what_if_unclear"
    assert "between 3.0 % fewer and 7.0 % more sales" in said.text


async def test_a_new_price_is_turned_into_percent_of_todays(shop: Shop) -> None:
    note, marketer = await shop.product("Note20", "500.00"), shop.marketer()
    said = await marketer.ask("what_if", entity("product", note), entity("price_point", {"to": 450.0}))
    assert "$450.00 instead of its list price of $500.00 is 10 % less" in said.text
    await marketer.ask("what_if", entity("price_point", {"by": 50.0, "currency": "USD"}))
    await marketer.ask("what_if", entity("amount", {"max": 400}))
    assert [asked["price_change_percent"] for _, asked in shop.tools.advised] == [-10.0, 10.0, -20.0]
    said = await marketer.ask("what_if", entity("price_point", {"to": 450.0, "currency": "EUR"}))
    assert said.names == ["utter_other_currency"]
    said = await marketer.ask("what_if", entity("whole_shop", True), entity("price_point", {"to": 450.0}))
    assert said.names == ["utter_price_of_many"]


@pytest.mark.parametrize(
    ("found", "name"),
    [
        ([entity("percentage", {"percent": -5000.0, "means": "change"})], "utter_change_impossible"),
        ([entity("percentage", {"percent": -200.0, "means": "change"})], "utter_change_impossible"),
        ([entity("percentage", {"percent": 95.0, "means": "discount"})], "utter_change_impossible"),
        ([entity("percentage", {"percent": 0.0, "means": "change"})], "utter_change_nothing"),
        ([entity("percentage", {"percent": 10.0, "means": None})], "utter_which_way"),
        ([], "utter_which_change"),
    ],
)
async def test_a_change_that_cannot_be_gets_a_reason_and_some_that_can(
    shop: Shop, found: list[dict[str, Any]], name: str
) -> None:
    marketer = shop.marketer()
    said = await marketer.ask("what_if", entity("product", await shop.product("Note20")), *found)
    assert said.names == [name]
    assert (shop.tools.advised, len(said.choices)) == ([], 3)
    await marketer.pick(said.choices[2])
    assert shop.tools.advised[0][1]["discount_percent"] == (10.0 if name == "utter_which_way" else 20.0)


async def test_the_same_change_of_another_product_and_for_longer(shop: Shop) -> None:
    note, other, marketer = await shop.product("Note20"), await shop.product("S21"), shop.marketer()
    await marketer.ask("what_if", entity("product", note), entity("percentage", CHANGE))
    await marketer.ask("follow_up_product", entity("product", other))
    await marketer.ask("change_horizon", entity("horizon", {"days": 90}))
    await marketer.ask("what_if", entity("percentage", {"percent": 15.0, "means": None}))
    assert [tuple(asked.values()) for _, asked in shop.tools.advised] == [
        (note, 30, -10.0), (other, 30, -10.0), (other, 90, -10.0), (other, 30, -15.0),
    ]  # fmt: skip


async def test_ways_to_sell_more_are_a_table_with_their_sources(shop: Shop) -> None:
    note, marketer = await shop.product("Note20"), shop.marketer()
    said = await marketer.ask("sell_more", entity("product", note))
    assert [row[0] for row in said.rows] == [
        "A promotion of 20 % off", "A 10 % lower price", "A bundle with Case", f"Restock 60 units by {day_of(TODAY)}",
    ]  # fmt: skip
    assert said.rows[0][1:] == ["+14 (9 to 19)", "+$800.00", "39 smartphones, 913 days"]
    assert said.rows[3][2] == "-$5.00"
    await marketer.pick(said.choices[0])
    assert shop.tools.advised[1][1]["discount_percent"] == 20.0
    shop.tools.changes = {"ways": []}
    assert (await marketer.ask("sell_more")).names == ["utter_no_ways"]


def day_of(value: Any) -> str:
    return f"{value.day} {value:%b %Y}"


async def test_drivers_are_told_without_claiming_what_may_be_chance(shop: Shop) -> None:
    marketer = shop.marketer()
    said = await marketer.ask("sales_drivers", entity("whole_shop", True))
    assert shop.tools.advised == [("drivers", {})]
    assert "a 10 % lower price, with 14 % more sales (9.0 to 19 %)" in said.text
    assert said.rows[1][1].startswith("not clear: between 2.0 % fewer and 4.0 % more")
    assert said.names == ["utter_drivers", "utter_drivers_not_sure"]
    shop.tools.changes = {"drivers": []}
    assert (await marketer.ask("sales_drivers")).names == ["utter_drivers_unclear"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("does price matter?", "utter_driver"),
        ("is it the weekends?", "utter_driver_unclear"),
        ("why?", "utter_drivers"),
    ],
)
async def test_what_is_asked_about_by_name_comes_first(shop: Shop, text: str, name: str) -> None:
    said = await shop.marketer().ask("sales_drivers", entity("whole_shop", True), text=text)
    assert said.names[0] == name


async def test_the_track_record_of_nothing_in_particular_is_the_shops(shop: Shop) -> None:
    marketer = shop.marketer()
    said = await marketer.ask("forecast_track_record")
    assert shop.tools.advised == [("track_record", {})]
    assert said.rows[0][2:] == ["200 units", "180 to 220", "190 units", "5.3 %"]
    assert "8.4 % on average, 3.1 % too high on the whole" in said.text
    assert "79 %" in said.text
    shop.tools.changes = {"newest": None, "forecasts": 0, "mean_error_percent": None, "drifting": True}
    said = await marketer.ask("forecast_track_record", entity("product", await shop.product("Note20")))
    assert said.names == ["utter_no_track_record"]


async def test_errors_that_grow_are_said(shop: Shop) -> None:
    shop.tools.changes = {"drifting": True, "bias_percent": -0.5}
    said = await shop.marketer().ask("forecast_track_record")
    assert "utter_track_record_drifting" in said.names
    assert "neither too high nor too low" in said.text


ADVICE = ["run_out_forecast", "order_quantity", "what_if", "sell_more", "sales_drivers", "forecast_track_record"]


@pytest.mark.parametrize("intent", ADVICE)
async def test_refusals_and_a_dead_tool_have_words(shop: Shop, intent: str) -> None:
    marketer, asked = shop.marketer(), [entity("product", await shop.product("Note20")), entity("percentage", CHANGE)]
    if intent == "order_quantity":
        asked.pop()
    shop.tools.error = NotEnoughData("It was sold on 3 days only; 28 are needed.")
    said = await marketer.ask(intent, *asked)
    assert "3 days only" in said.text
    shop.tools.error = ToolUnavailable("down")
    said = await marketer.ask(intent, *asked)
    assert {"utter_forecast_unavailable", "utter_last_weeks"} <= set(said.names)
    assert "r_test_request" in said.text


@pytest.mark.parametrize("intent", [*ADVICE, "compare_last_year", "forecast_as_chart", "forecast_as_csv"])
async def test_shoppers_are_told_that_it_is_not_for_them(shop: Shop, intent: str) -> None:
    said = await shop.shopper().ask(intent, entity("product", await shop.product("Note20")))
    assert said.names == ["utter_for_marketers"]
    assert (shop.tools.asked, shop.tools.advised) == ([], [])
