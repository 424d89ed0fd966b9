"""The grammar of times, amounts and counts: docs/grammar.md's rows are true, and no text breaks the parser."""

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.components import counts
from assistant.components.time_and_amount_parser import parse
from assistant.settings import ROOT

TODAY = date(2026, 11, 21)
KINDS = {"Horizons": "horizon", "Periods": "period", "Amounts": "amount", "Quantities": "quantity",
         "Ordinals": "ordinal", "Order numbers": "order_number", "Percentages": "percentage",
         "New prices": "price_point", "Lead times": "lead_time", "Service levels": "service_level",
         "The whole shop": "whole_shop"}  # fmt: skip


def documented() -> Iterator[tuple[str, str, list[object]]]:
    section = ""
    for line in (ROOT / "docs" / "grammar.md").read_text().splitlines():
        section = line[3:] if line.startswith("## ") else section
        row = re.fullmatch(r"\| (.+?) \|(?: (`.+`) \|)?", line)
        if row and row[1] != "text" and (row[2] or section == "Nothing of the kind"):
            yield section, row[1], [json.loads(value) for value in re.findall(r"`([^`]+)`", row[2] or "")]


@pytest.mark.parametrize(("section", "text", "values"), list(documented()))
def test_the_documented_examples_are_understood_as_documented(section: str, text: str, values: list[object]) -> None:
    found = parse(text, TODAY)
    assert [one.value for one in found if section not in KINDS or one.kind == KINDS[section]] == values


def test_every_section_of_the_grammar_has_examples() -> None:
    sections = {section for section, _, _ in documented()}
    assert sections == {*KINDS, "Nothing of the kind"}


WORDS = st.sampled_from(
    [
        "next",
        "last",
        "until",
        "0",
        "-3",
        "5000",
        "q3",
        "december",
        "31",
        "february",
        "christmas",
        "between",
        "and",
        "1k",
        "$",
        "under",
        "€",
        "days",
        "months",
        "in",
        "may",
        "2025",
        "of",
        "the",
        "second",
        "S-ABC123",
        "a",
        "half",
        "to",
        "99999999999",
        "from",
        "yesterday",
        "weeks",
        "%",
        "percent",
        "off",
        "raise",
        "price",
        "cost",
        "by",
        "cheaper",
        "lead",
        "time",
        "service",
        "level",
        "fifth",
    ]
)


@given(
    st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=9).map(" ".join)),
    st.dates(date(1990, 1, 1), date(2090, 1, 1)),
)
def test_any_text_is_parsed_and_what_is_found_stands_in_it(text: str, today: date) -> None:
    for one in parse(text, today):
        assert 0 <= one.start < one.end <= len(text)
        if one.kind == "period":
            assert one.value["start"] <= one.value["end"] <= today.isoformat()
        if one.kind == "amount" and one.value["min"] is not None and one.value["max"] is not None:
            assert one.value["min"] <= one.value["max"]


@given(st.integers(0, 100_000))
def test_a_number_of_days_is_that_number_of_days(days: int) -> None:
    assert [one.value for one in parse(f"forecast the next {days} days", TODAY)] == [{"days": days}]


@given(st.integers(1, 12), st.dates(date(2001, 1, 1), date(2080, 12, 31)))
def test_months_ahead_end_on_the_same_day_of_the_month_or_its_last(months: int, today: date) -> None:
    (found,) = parse(f"{months} months", today)
    end = today + timedelta(days=found.value["days"])
    assert (end.year - today.year) * 12 + end.month - today.month == months
    assert end.day == today.day or (end.day < today.day and (end + timedelta(days=1)).day == 1)


def test_christmas_is_always_ahead() -> None:
    (found,) = parse("until christmas", date(2026, 12, 25))
    assert found.value == {"days": 365}


def test_last_as_a_verb_is_no_place() -> None:
    assert list(counts.ordinals("how long does the battery last?")) == []
    assert [found.value for found in counts.ordinals("show me the last")] == [-1]


@given(st.integers(0, 10_000), st.sampled_from([("drop", -1), ("lower", -1), ("raise", 1), ("increase", 1)]))
def test_a_share_of_the_price_goes_the_way_that_is_said(figure: int, way: "tuple[str, int]") -> None:
    word, sign = way
    (found,) = parse(f"{word} the price by {figure} %", TODAY)
    assert found.value == {"percent": sign * figure, "means": "change"}


def test_a_lead_time_is_no_horizon_and_a_service_level_no_change_of_a_price() -> None:
    found = parse("how many should i order with a lead time of 10 days at 99 % service level", TODAY)
    assert [(one.kind, one.value) for one in found] == [("lead_time", 10), ("service_level", 99.0)]


@pytest.mark.parametrize(
    "text", ["is it the fifth one", "the last quarter", "how much is half a dozen", "the price of 2 bags"]
)
def test_places_times_and_counts_are_no_shares_and_no_prices(text: str) -> None:
    assert not {"percentage", "price_point"} & {one.kind for one in parse(text, TODAY)}
