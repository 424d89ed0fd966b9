"""`shopclerk evaluate forecasting`: one JSON object, all measures for all models; what is absent is skipped."""

import json
from datetime import date

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from cli import forecasting_evaluation
from cli.evaluation import evaluate_app
from common.settings import Settings
from ml_tools.forecasting.evaluation.datasets import questions
from ml_tools.forecasting.evaluation.demo_store import HORIZON, demo_questions
from ml_tools.forecasting.evaluation.evaluate import SERVED
from ml_tools.forecasting.evaluation.peers import NAMES, filled, peers
from ml_tools.forecasting.models.base import silent
from tests.unit.ml_tools.forecasting.test_datasets import ORIGIN, a_panel
from tests.unit.ml_tools.series import weekly

START = date(2024, 1, 1)


@pytest.fixture(scope="module")
def sales_file(tmp_path_factory):
    days = pd.date_range(START, periods=240)
    frames = [
        pd.DataFrame({"date": days, "item": item, "sales": weekly(240, level=30, seed=item), "promo": days.day <= 3})
        for item in range(3)
    ]
    path = tmp_path_factory.mktemp("sales") / "sales.csv.gz"
    pd.concat(frames).astype({"promo": int}).to_csv(path, index=False)
    return path


def run(*arguments):
    return CliRunner().invoke(evaluate_app, ["forecasting", *map(str, arguments)])


@pytest.mark.parametrize("train", [True, False])
def test_every_measure_is_there_for_the_served_model_and_its_members(sales_file, train):
    learnt = ("--train", sales_file) if train else ()
    asked = ("--sales", sales_file, "--origins", "2024-06-01,2024-07-01", "--horizon", 14, "--sample", 2)
    answer = run(*asked, "--promotion-column", "promo", "--models", "factors", *learnt, "--json")
    assert answer.exit_code == 0, answer.output
    found = json.loads(answer.stdout)
    assert (found["tool"], found["rows"]) == ("forecasting", 2 * 2 * 14)
    assert found["model"]["learnt_from"] == ("sales.csv.gz" if train else "120 days before each origin")
    for measure in ("sMAPE", "MAE", "MASE"):
        assert set(found["metrics"][measure]) == {SERVED, "factors"}
    for measure in ("coverage80", "coverage95", "width80", "width95"):
        assert np.isfinite(found["metrics"][measure][SERVED])
    assert "total coverage80" not in found["metrics"]  # four sums tell nothing of a share
    assert found["metrics"]["MASE"][SERVED] < 1


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--origins", "2024-02-01"), "120 days before"),
        (("--origins", "soon"), "Dates are written"),
        (("--origins", ""), "Dates are written"),
        (("--origins", "2024-06-01", "--models", "GPT"), "No model is called GPT"),
        (("--origins", "2024-06-01", "--price-column", "cost"), "lacks the column cost"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(sales_file, arguments, reason):
    answer = run("--sales", sales_file, *arguments)
    assert answer.exit_code == 2
    assert reason in " ".join(answer.output.split())


def test_unknown_public_sets_are_refused_by_name():
    answer = run("--public", "m5")
    assert answer.exit_code == 2
    assert "No public set is called m5; there are store-item-demand" in " ".join(answer.output.split())


def test_without_a_file_what_is_not_there_is_skipped_with_a_line(tmp_path, monkeypatch):
    absent = Settings(_env_file=None, shopclerk_home=tmp_path / "home", shopclerk_data=tmp_path / "data")
    monkeypatch.setattr(forecasting_evaluation, "settings", lambda: absent)
    answer = run("--json")
    assert answer.exit_code == 0, answer.output
    found = json.loads(answer.stdout)
    assert (found["rows"], found["metrics"]) == (0, {})
    for name in ("store-item-demand", "rossmann", "online-retail", "demo store"):
        assert name in answer.stderr


@pytest.mark.parametrize("name", NAMES)
def test_every_peer_answers_in_units_for_every_series_and_day(name):
    """Also where days are unknown; bands, where it has any, are in order."""
    panel = a_panel(3, 240)
    panel.units[1, 100:110] = np.nan
    (question,) = questions(panel, [ORIGIN], history=60, horizon=10)
    ((model, said),) = peers()[name].answer(question, silent).items()
    assert model == name
    assert said.mean.shape == (3, 10)
    assert (said.mean >= 0).all()
    assert np.isfinite(said.mean).all()
    level = question.past.units[2].mean()
    assert 0.5 * level < said.mean[2].mean() < 1.5 * level
    for low, high in said.days.values():
        assert (low <= high).all()


def test_peers_get_the_week_before_for_days_that_are_not_known():
    units = np.arange(21.0)[None].repeat(3, axis=0)
    units[0, 8], units[1, 2] = np.nan, np.nan
    units[2] = np.nan
    done = filled(units)
    assert (done[0, 8], done[1, 2]) == (1.0, 9.0)
    assert done[2].tolist() == [0.0] * 21


async def test_the_demo_store_is_asked_with_its_true_mean_demand(demo_database):
    """The truth is that of the days ahead; what was sold scatters around it; stock-outs are known, not zero demand."""
    asked = await demo_questions(demo_database)
    for question in asked:
        assert question.truth is not None
        assert question.truth.shape == (len(question.past), HORIZON)
        assert np.isfinite(question.truth).all()
        assert question.learnt.end < question.ahead.start
    assert not np.isfinite(asked[-1].actual).any()  # still to come
    first = asked[0]
    assert np.nanmean(first.actual) == pytest.approx(np.nanmean(first.truth), rel=0.1)
    assert first.sold_out is not None
    assert (first.sold_out >= 5).any()
    out = np.isnan(first.past.units) & np.isfinite(first.past.at_least)
    assert out.sum(axis=1).max() >= 5


async def test_another_store_is_no_benchmark(database):
    from common.errors import NotEnoughData

    with pytest.raises(NotEnoughData, match="not the demo"):
        await demo_questions(database)
