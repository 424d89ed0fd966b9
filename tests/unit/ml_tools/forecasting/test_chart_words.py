"""The alt text says what the picture shows and nothing else; the table has the same numbers, and no formula."""

import csv
import io
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from ml_tools.forecasting.chart.drawing import alt_text
from ml_tools.forecasting.chart.words import number, span_words
from ml_tools.forecasting.schemas import Subject
from ml_tools.forecasting.table import COLUMNS, as_csv, neutral
from tests.unit.ml_tools.forecasting.test_chart import AHEAD, a_chart


def test_the_words_tell_total_ranges_trend_and_last_year() -> None:
    chart = a_chart(sold=np.full(120, 24.0), last_year=np.full(45, 40.0))
    words = alt_text(chart)
    assert words == (
        "Sales of Lamp and their forecast: 1,350 units in the 45 days from 22 November 2026 to 5 January 2027, with a "
        "chance of 80 % between 945 and 1,755, of 95 % between 675 and 2,025; 25 % more a day than in the 45 days "
        "before and 25 % fewer a day than a year before."
    )


def test_the_words_name_promotions_and_unusual_days_that_are_marked() -> None:
    chart = a_chart(
        promotions=[(date(2026, 11, 27), date(2026, 11, 30)), (date(2026, 10, 1), date(2026, 10, 1))],
        outliers=[date(2026, 10, 10)],
    )
    assert alt_text(chart).endswith(
        "Marked: promotions from 1 October 2026 and from 27 to 30 November 2026; 10 October 2026, an unusual day."
    )
    assert "Marked" not in alt_text(replace(chart, promotions=[], outliers=[date(2020, 1, 1)]))


def test_outliers_do_not_make_the_trend() -> None:
    sold = np.full(120, 30.0)
    sold[100] = 9_000
    spiked = a_chart(sold=sold, outliers=[AHEAD - timedelta(days=20)])
    assert "about as many a day as in the 45 days before" in alt_text(spiked)


@pytest.mark.parametrize("sold", [np.zeros(0), np.zeros(120), np.full(120, np.nan)])
def test_without_sales_before_nothing_is_compared(sold: np.ndarray) -> None:
    assert "a day than" not in alt_text(a_chart(sold=sold))
    assert "a day as" not in alt_text(a_chart(sold=sold))


def test_one_day_is_told_as_that_day() -> None:
    assert "30 units on 22 November 2026, with" in alt_text(a_chart(horizon=1))


@pytest.mark.parametrize(
    ("units", "words"), [(0, "0"), (3.25, "3.2"), (12.6, "13"), (1349.7, "1,350"), (11_700_000, "11.7 million")]
)
def test_units_are_said_as_people_do(units: float, words: str) -> None:
    assert number(units) == words


@pytest.mark.parametrize(
    ("last", "words"),
    [
        (date(2026, 11, 22), "22 November 2026"),
        (date(2026, 11, 30), "22 to 30 November 2026"),
        (date(2026, 12, 3), "22 November to 3 December 2026"),
        (date(2027, 1, 3), "22 November 2026 to 3 January 2027"),
    ],
)
def test_spans_have_no_more_words_than_needed(last: date, words: str) -> None:
    assert span_words((AHEAD, last)) == words


def test_the_table_has_typed_numbers_promotions_and_last_year() -> None:
    before = np.arange(3.0)
    before[2] = np.nan
    planned = (AHEAD + timedelta(days=1), AHEAD + timedelta(days=1))
    rows = list(csv.DictReader(io.StringIO(as_csv(a_chart(horizon=3, last_year=before, promotions=[planned])))))
    assert list(rows[0]) == COLUMNS
    assert [row["day"] for row in rows] == ["2026-11-22", "2026-11-23", "2026-11-24"]
    assert float(rows[0]["hi80"]) == 39.0
    assert [row["promotion"] for row in rows] == ["no", "yes", "no"]
    assert [row["last_year"] for row in rows] == ["0", "1", ""]


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "  =1", "\t=1", "\r=1", "\n=1"])
def test_no_cell_begins_like_a_formula(name: str) -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(a_chart(horizon=1, name=name)))))
    assert rows[0]["name"] == f"'{name}"
    assert neutral("Lamp = light") == "Lamp = light"


@pytest.mark.parametrize(
    ("subject", "about"),
    [
        (Subject(kind="category", id="smartphones", name="Smartphones", products=39), ("category", "smartphones")),
        (Subject(kind="shop", id=None, name="the whole shop", products=435), ("shop", "")),
    ],
)
def test_the_table_tells_what_it_is_about(subject: Subject, about: tuple[str, str]) -> None:
    row = next(csv.DictReader(io.StringIO(as_csv(a_chart(horizon=1, subject=subject)))))
    assert (row["kind"], row["id"]) == about
