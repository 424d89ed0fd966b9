"""The measures are what they are called, by hand; every competitor answers the same questions."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from common.errors import BadRequest
from ml_tools.forecasting.demand.panel import Ahead, Panel
from ml_tools.forecasting.evaluation.datasets import Question, questions
from ml_tools.forecasting.evaluation.evaluate import (
    LEAST_TOTALS,
    SERVED,
    Ours,
    Said,
    compared,
    evaluate,
    measured,
    merged,
    named,
)
from tests.unit.ml_tools.forecasting.test_datasets import ORIGIN, a_panel

TWO_WEEKS = np.array([[1.0] * 7 + [3.0] * 7])


def a_question(actual: list[float], **more) -> Question:
    past = Panel.of_units(["s"], date(2024, 1, 1), TWO_WEEKS)
    ahead = Ahead(date(2024, 1, 15), np.ones((1, len(actual))), np.zeros((1, len(actual))))
    return replace(Question(ahead.start, past, past, ahead, np.array([actual])), **more)


def test_errors_are_those_of_the_known_days() -> None:
    found = measured(a_question([10, 0, np.nan, 30]), Said(np.array([[5.0, 0.0, 9.0, 10.0]])))
    assert found["MAE"].tolist() == [pytest.approx((5 + 0 + 20) / 3)]
    assert found["sMAPE"].tolist() == [pytest.approx((200 * 5 / 15 + 0 + 200 * 20 / 40) / 3)]
    assert found["MASE"].tolist() == [pytest.approx((25 / 3) / 2)]  # last week was two off the week before


def test_bands_count_the_days_inside_and_totals_the_sums() -> None:
    low, high = np.zeros((1, 4)), np.full((1, 4), 10.0)
    said = Said(np.ones((1, 4)), {80: (low, high)}, {80: (np.array([30.0]), np.array([50.0]))})
    found = measured(a_question([10, 0, 11, 19]), said)
    assert found["coverage80"].tolist() == [0.5]
    assert found["width80"].tolist() == [10.0]
    assert found["total coverage80"].tolist() == [1.0]
    unknown = measured(a_question([10, 0, np.nan, 19]), said)
    assert unknown["coverage80"].tolist() == [pytest.approx(2 / 3)]
    assert np.isnan(unknown["total coverage80"]).all()


def test_the_true_mean_is_compared_where_it_is_known() -> None:
    question = a_question([np.nan, np.nan], truth=np.array([[4.0, 8.0]]), sold_out=np.array([9.0]))
    found = measured(question, Said(np.array([[5.0, 5.0]])))
    assert found["error against the true mean"].tolist() == [2.0]
    assert found["the same, often sold out"].tolist() == [2.0]
    assert np.isnan(found["sMAPE"]).all()
    seldom = measured(replace(question, sold_out=np.array([1.0])), Said(np.array([[5.0, 5.0]])))
    assert np.isnan(seldom["the same, often sold out"]).all()


def test_a_series_that_never_changes_has_no_scaled_error() -> None:
    flat = Panel.of_units(["s"], date(2024, 1, 1), np.full((1, 14), 3.0))
    found = measured(replace(a_question([3.0]), past=flat), Said(np.array([[4.0]])))
    assert np.isnan(found["MASE"]).all()
    assert found["MAE"].tolist() == [1.0]


@pytest.mark.parametrize(("sums", "told"), [(LEAST_TOTALS - 1, {}), (LEAST_TOTALS, {"told": 1.0})])
def test_a_share_of_few_sums_is_not_told(sums, told) -> None:
    class Sure:
        def answer(self, question, progress):
            low, high = np.zeros((1, 2)), np.full((1, 2), 9.0)
            return {"told": Said(np.ones((1, 2)), {80: (low, high)}, {80: (low[:, 0], high[:, 0])})}

    metrics, _ = evaluate([a_question([1, 2])] * sums, [Sure()])
    assert metrics.get("total coverage80", {}) == told


class Echo:
    """Says one number for the first series, and nothing of the others."""

    def __init__(self, units: float) -> None:
        self._units = units

    def answer(self, question: Question, progress) -> dict[str, Said]:
        progress("echo")
        mean = np.full(question.actual.shape, np.nan)
        mean[0] = self._units
        return {f"echo {self._units:g}": Said(mean, {80: (mean, mean)})}


def test_competitors_are_measured_over_all_origins_and_on_what_they_answered() -> None:
    origins = [ORIGIN, date(2024, 7, 1)]
    asked = list(questions(a_panel(), origins, history=60, horizon=10))
    lines: list[str] = []
    metrics, rows = evaluate(asked, [Echo(0), Echo(5)], lines.append)
    assert rows == 2 * 4 * 10
    assert metrics["MAE"]["echo 0"] == pytest.approx(np.mean([question.actual[0] for question in asked]), abs=1e-3)
    assert set(metrics["seconds"]) == {"echo 0", "echo 5"}
    assert lines[0] == f"{ORIGIN}: echo"


def test_what_cannot_be_compared_is_no_figure() -> None:
    """Not even one that is no number: the answer goes out as JSON."""
    asked = [replace(one, actual=np.full(one.actual.shape, np.nan)) for one in _asked(a_panel())]
    metrics, rows = evaluate(asked, [Echo(0)])
    assert rows == 0
    assert set(metrics) == {"width80", "seconds"}


def test_the_served_model_and_its_members_answer_from_days_before_the_origin_alone() -> None:
    """The same answers when all later days are others; and other answers at a later origin."""
    panel = a_panel(6, 240)
    changed = panel.units.copy()
    changed[:, (ORIGIN - panel.start).days :] *= 40
    told = []
    for units in (panel.units, changed):
        whole = replace(panel, units=units)
        ours = Ours(["factors"])
        told.append([ours.answer(one, lambda _: None) for one in _asked(whole)])
    for model in (SERVED, "factors"):
        first, later = told[0][0][model].mean, told[0][1][model].mean
        assert first.tolist() == told[1][0][model].mean.tolist()
        assert (first >= 0).all()
        assert np.isfinite(first).all()
        assert first.tolist() != later.tolist()
    low, high = told[0][0][SERVED].days[80]
    assert (low <= high).all()
    assert set(told[0][0][SERVED].totals) == {80, 95}


def _asked(panel: Panel) -> list[Question]:
    return list(questions(panel, [ORIGIN, date(2024, 7, 1)], history=60, horizon=10, train=panel))


def test_unknown_models_are_refused_by_name() -> None:
    with pytest.raises(BadRequest, match=r"No model is called GPT; there are .*CNN"):
        Ours(["CNN", "GPT"])


def test_tables_are_named_merged_and_compared() -> None:
    table = merged(named("a", {"MAE": {"x": 2.0}}), named("a", {"MAE": {"y": 4.0}}), named("b", {"MAE": {"x": 1.0}}))
    assert table == {"a MAE": {"x": 2.0, "y": 4.0}, "b MAE": {"x": 1.0}}
    assert compared(table, "a MAE", "x", "y") == 0.5
    assert compared(table, "b MAE", "x", "y") is None
