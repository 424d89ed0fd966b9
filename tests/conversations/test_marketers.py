"""Marketers' conversations on the whole running stack."""

import csv
import io

import psycopg
import pytest
from psycopg.rows import DictRow

from tests.stack import Client

pytestmark = pytest.mark.stack
Truth = psycopg.Connection[DictRow]


def newest_forecast(truth: Truth) -> DictRow:
    row = truth.execute(
        "SELECT f.*, p.name FROM forecasts f JOIN products p ON p.id = product_id ORDER BY f.id DESC"
    ).fetchone()
    assert row
    return row


def test_a_forecast_has_total_range_chart_and_file(marketer: Client, truth: Truth) -> None:
    answer = marketer.ask("forecast next 45 days for Note20")
    kept = newest_forecast(truth)
    assert (kept["horizon_days"], "Note20" in kept["name"]) == (45, True)
    assert f"{round(kept['total']):,}" in answer.text
    chart = marketer.http.get(answer.of("image")[0]["url"])
    assert chart.headers["content-type"] == "image/png"
    assert chart.content.startswith(b"\x89PNG")
    rows = list(csv.DictReader(io.StringIO(marketer.http.get(answer.of("file")[0]["url"]).text)))
    assert len(rows) == 45


def test_a_chart_is_not_for_guests(marketer: Client, guest: Client) -> None:
    url = marketer.ask("forecast next 30 days for the Note20").of("image")[0]["url"]
    assert guest.http.get(url).status_code in (403, 404)


def test_the_horizon_and_the_product_can_be_changed(marketer: Client, truth: Truth) -> None:
    marketer.ask("forecast next 45 days for Note20")
    marketer.ask("make it 90 days")
    assert newest_forecast(truth)["horizon_days"] == 90
    marketer.ask("and the S21?")
    kept = newest_forecast(truth)
    assert "S21" in kept["name"]
    assert kept["horizon_days"] == 90


@pytest.mark.parametrize("horizon", ["5000 days", "0 days", "-3 days", "until yesterday"])
def test_an_impossible_horizon_gets_a_reason_and_no_forecast(marketer: Client, truth: Truth, horizon: str) -> None:
    before = truth.execute("SELECT count(*) AS n FROM forecasts").fetchone()
    answer = marketer.ask(f"forecast {horizon} for Note20")
    assert "180" in answer.text
    assert truth.execute("SELECT count(*) AS n FROM forecasts").fetchone() == before


def test_a_category_and_the_whole_shop_are_forecast(marketer: Client, truth: Truth) -> None:
    assert "Smartphones" in marketer.ask("forecast for all smartphones").text
    assert marketer.ask("forecast the whole shop for the next 30 days").of("image")
    kept = truth.execute("SELECT product_id, category_id, horizon_days FROM forecasts ORDER BY id DESC LIMIT 1")
    assert kept.fetchone() == {"product_id": None, "category_id": None, "horizon_days": 30}


def test_the_last_forecast_is_compared_drawn_and_exported_without_a_new_one(marketer: Client, truth: Truth) -> None:
    made = marketer.ask("forecast next 45 days for Note20")
    before = truth.execute("SELECT count(*) AS n FROM forecasts").fetchone()
    assert "year ago" in marketer.ask("and last year?").text
    assert marketer.ask("show me the graph").of("image")[0]["url"] == made.of("image")[0]["url"]
    assert marketer.ask("export it as excel").of("file") == made.of("file")
    assert truth.execute("SELECT count(*) AS n FROM forecasts").fetchone() == before


def test_stock_and_orders_are_planned_with_the_terms_that_are_said(marketer: Client, note20: DictRow) -> None:
    assert "The chance that" in marketer.ask("will we run out of the Note20 before new year?").text
    assert "reorder point" in (said := marketer.ask("how many should I order?").text) or "stock" in said
    assert "lead time of 10 days" in marketer.ask("with a lead time of 10 days").text
    said = marketer.ask("at 99 % service level").text
    assert "lead time of 10 days" in said
    assert "99 %" in said


def test_another_price_is_told_with_a_range_and_where_it_comes_from(marketer: Client) -> None:
    answer = marketer.ask("what happens if I drop the price of the Note20 by 10 %?")
    assert [row[0] for row in answer.of("table")[0]["rows"]] == ["Units", "Units, 80 % range", "Revenue"]
    assert "Learnt from" in answer.text
    assert "20 % off" in marketer.ask("and with 20 % off").text
    assert "list price" in marketer.ask("if it cost 499 instead").text


@pytest.mark.parametrize("change", ["by 5000 %", "by -200 %", "by banana"])
def test_a_price_that_cannot_be_gets_a_reason_and_some_that_can(marketer: Client, change: str) -> None:
    answer = marketer.ask(f"what happens if I change the price of the Note20 {change}?")
    assert len(answer.choices) == 3
    assert answer.of("table") == []


@pytest.mark.parametrize(
    "question",
    [
        "how can I sell more of the Note20?",
        "what drives sales of the Note20?",
        "does price matter for smartphones?",
        "how good was your last forecast?",
    ],
)
def test_advice_and_the_track_record_are_answered(marketer: Client, question: str) -> None:
    answer = marketer.ask(question)
    assert "not available" not in answer.text
    assert answer.of("table") or "cannot tell yet" in answer.text or "nothing" in answer.text


@pytest.mark.parametrize("question", ["will we run out before christmas?", "how can I sell more of the Note20?"])
def test_shoppers_hear_that_advice_is_not_for_them(guest: Client, question: str) -> None:
    assert "marketing team" in guest.ask(question).text


def test_revenue_is_the_stores(marketer: Client, truth: Truth) -> None:
    total = truth.execute(
        "SELECT sum(units * unit_price) AS total FROM order_lines l JOIN orders o ON o.id = order_id"
        " WHERE placed_at >= date_trunc('month', now()) - interval '1 month' AND placed_at < date_trunc('month', now())"
        " AND status NOT IN ('cancelled', 'returned')"
    ).fetchone()
    assert total
    digits = marketer.ask("what was the revenue last month?").everything.replace(",", "")
    assert str(round(total["total"])) in digits or str(int(total["total"])) in digits


def test_best_sellers_are_listed(marketer: Client) -> None:
    answer = marketer.ask("best sellers of the last 30 days")
    assert answer.of("table") or answer.products


def test_stock_that_runs_out_is_listed(marketer: Client) -> None:
    assert marketer.ask("which products will run out of stock soon?").of("table")


def test_the_test_of_the_recommenders_is_reported_or_how_to_start_one(marketer: Client, guest: Client) -> None:
    answer = marketer.ask("how is the recommender test doing?")
    assert answer.of("table") or "shopclerk experiment start" in answer.text
    assert guest.ask("how is the recommender test doing?").of("table") == []
