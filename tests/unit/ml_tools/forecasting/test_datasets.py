"""Sales files as panels, and what is asked from them: nothing of a day on or after an origin is ever seen or learnt."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from common.errors import BadRequest
from ml_tools.forecasting.demand.panel import Panel
from ml_tools.forecasting.evaluation.datasets import FLAG_DISCOUNT, Columns, merged, panel_of, questions, read_panel
from tests.unit.ml_tools.series import weekly

START = date(2024, 1, 1)
ORIGIN = date(2024, 6, 1)


def a_panel(series: int = 4, days: int = 240) -> Panel:
    units = np.stack([weekly(days, level=10 + 10 * at, seed=at) for at in range(series)]).astype(float)
    return Panel.of_units([f"s{at}" for at in range(series)], START, units)


def long(panel: Panel, **more: object) -> pd.DataFrame:
    rows, days = panel.units.shape
    return pd.DataFrame(
        {"date": np.tile(panel.days, rows), "item": np.repeat(list(panel.keys), days), "sales": panel.units.ravel()}
    ).assign(**more)


@pytest.mark.parametrize("name", ["sales.csv", "sales.csv.gz", "sales.parquet"])
def test_files_are_read_whatever_their_form(tmp_path, name) -> None:
    frame, path = long(a_panel()), tmp_path / name
    frame.to_parquet(path) if name.endswith("parquet") else frame.to_csv(path, index=False)
    read = read_panel(path)
    assert read.keys == a_panel().keys
    assert (read.start, read.units.tolist()) == (START, a_panel().units.tolist())


def test_series_are_named_alike_whether_numbers_were_stored_as_whole_or_not() -> None:
    frame = pd.DataFrame({"date": ["2024-01-01"] * 2, "store": [1, 2], "item": [3, 4], "sales": [5, 6]})
    whole = panel_of(frame, Columns(), "a")
    other = panel_of(frame.astype({"store": float})[["sales", "item", "store", "date"]], Columns(), "b")
    assert whole.keys == other.keys == ("3/1", "4/2")


def test_days_without_a_row_are_unknown_and_rows_of_one_day_are_added_up() -> None:
    days = ["2024-01-01", "2024-01-03", "2024-01-03"]
    panel = panel_of(pd.DataFrame({"date": days, "sales": [5, 1, 2]}), Columns(), "a")
    assert panel.units[0].tolist() == pytest.approx([5, np.nan, 3], nan_ok=True)


@pytest.mark.parametrize(
    ("told", "discounts"), [([0, 1], [0, FLAG_DISCOUNT]), ([0, 30], [0, 0.3]), ([0.0, 0.15], [0, 0.15])]
)
def test_promotions_are_flags_shares_or_percent(told, discounts) -> None:
    frame = pd.DataFrame({"date": ["2024-01-01", "2024-01-02"], "sales": [1, 2], "promo": told})
    assert panel_of(frame, Columns(promotion="promo"), "a").discount[0].tolist() == discounts


def test_closed_days_prices_and_categories_are_used_when_they_are_named() -> None:
    frame = long(a_panel(2, 3), open=[1, 0, 1, 1, 1, 1], cost=[2, 3, 4, 5, np.nan, 7], kind=["a"] * 3 + ["b"] * 3)
    panel = panel_of(frame, Columns(open="open", price="cost", group="kind", ignored=("kind",)), "a")
    assert np.isnan(panel.units).tolist() == [[False, True, False], [False] * 3]
    assert panel.price.tolist() == [[2, 3, 4], [5, 5, 7]]
    assert panel.groups == ("a", "b")


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (pd.DataFrame({"day": [1], "units": [2]}), "lacks the column date and sales; it has day, units"),
        (pd.DataFrame({"date": ["soon"], "sales": [2]}), "cannot be read"),
        (pd.DataFrame({"date": ["2024-01-01"], "sales": ["many"]}), "cannot be read"),
        (pd.DataFrame({"date": [], "sales": []}), "no rows"),
    ],
)
def test_files_of_another_form_are_refused_with_the_reason(frame, reason) -> None:
    with pytest.raises(BadRequest, match=reason):
        panel_of(frame, Columns(), "sales.csv")


def asked(panel: Panel, **how):
    (question,) = questions(panel, [ORIGIN], **({"history": 60, "horizon": 10} | how))
    return question


def test_models_see_the_newest_days_before_the_origin_and_are_asked_for_those_after() -> None:
    question = asked(a_panel())
    assert (question.past.length, question.learnt.length, question.ahead.horizon) == (60, 60, 10)
    assert (question.past.end, question.ahead.start) == (date(2024, 5, 31), ORIGIN)
    at = (ORIGIN - START).days
    assert question.actual.tolist() == a_panel().units[:, at : at + 10].tolist()


def test_nothing_of_the_days_from_the_origin_on_can_be_learnt() -> None:
    panel = a_panel()
    changed = panel.units.copy()
    changed[:, (ORIGIN - START).days :] *= 50
    for train in (None, panel):
        known = asked(panel, train=train)
        later = asked(replace(panel, units=changed), train=train and replace(panel, units=changed))
        assert known.learnt.units.tolist() == later.learnt.units.tolist()
        assert known.past.units.tolist() == later.past.units.tolist()


def test_one_file_of_all_years_and_two_that_meet_before_the_origins_ask_the_same() -> None:
    panel = a_panel()
    at = (ORIGIN - START).days
    earlier, newer = panel.between(0, at - 40), panel.between(at - 60, panel.length).of([2, 0, 3, 1])
    one, two = asked(panel, train=panel), asked(newer, train=earlier)
    assert one.learnt.length == two.learnt.length == at
    for row, key in enumerate(two.past.keys):
        other = one.past.keys.index(key)
        assert two.learnt.units[row].tolist() == one.learnt.units[other].tolist()
        assert two.actual[row].tolist() == one.actual[other].tolist()


def test_other_series_of_a_training_file_are_learnt_from_but_not_asked_for() -> None:
    question = asked(a_panel(2), train=a_panel(4))
    assert (len(question.learnt), len(question.past)) == (4, 2)


def test_where_both_files_know_a_day_the_sales_file_tells() -> None:
    panel = a_panel(1, 10)
    both = merged(replace(panel, units=panel.units + 1), panel.between(5, 10))
    assert both.units[0].tolist() == [*(panel.units[0, :5] + 1), *panel.units[0, 5:]]


def test_a_sample_is_drawn_from_all_and_stays_the_same() -> None:
    first, second = (asked(a_panel(40), sample=5) for _ in range(2))
    assert first.past.keys == second.past.keys
    assert (len(first.past), len(first.learnt)) == (5, 40)


def test_days_on_which_nobody_sold_anything_are_not_compared() -> None:
    panel = a_panel()
    units = panel.units.copy()
    units[:, (ORIGIN - START).days + 2] = 0
    assert np.isnan(asked(replace(panel, units=units)).actual).sum(axis=1).tolist() == [1] * 4


@pytest.mark.parametrize("origin", [date(2024, 2, 1), date(2024, 8, 25), date(2020, 1, 1)])
def test_origins_without_enough_days_are_refused(origin: date) -> None:
    with pytest.raises(BadRequest, match="needs 60 days before and 10 from it on; the file has 2024-01-01"):
        list(questions(a_panel(), [origin], history=60, horizon=10))
