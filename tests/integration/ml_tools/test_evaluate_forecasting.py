"""`shopclerk evaluate forecasting`: one JSON object, all measures for all models, nothing learnt too late."""

import json
from datetime import date

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from cli.evaluation import evaluate_app
from common.errors import BadRequest
from ml_tools.forecasting.evaluate import PEERS, SERVED, Panel, cases, read_panel, season_before
from tests.unit.ml_tools.series import weekly

START = date(2024, 1, 1)


@pytest.fixture(scope="module")
def sales_file(tmp_path_factory):
    days = pd.date_range(START, periods=200)
    frames = [
        pd.DataFrame({"date": days, "item": item, "sales": weekly(200, level=30, seed=item)}) for item in range(3)
    ]
    path = tmp_path_factory.mktemp("sales") / "sales.csv.gz"
    pd.concat(frames).to_csv(path, index=False)
    return path


def run(*arguments):
    return CliRunner().invoke(evaluate_app, ["forecasting", *map(str, arguments)])


def test_every_measure_is_there_for_the_served_model_and_its_peers(sales_file):
    answer = run(
        "--sales",
        sales_file,
        "--origins",
        "2024-05-20",
        "--horizon",
        14,
        "--sample",
        2,
        "--peers",
        "--jobs",
        1,
        "--json",
    )
    assert answer.exit_code == 0, answer.output
    found = json.loads(answer.stdout)
    assert (found["tool"], found["rows"]) == ("forecasting", 28)
    assert set(found["metrics"]["sMAPE"]) == {SERVED, *PEERS}
    for measure in ("MAE", "MASE", "coverage80", "coverage95", "width80", "width95"):
        assert np.isfinite(found["metrics"][measure][SERVED])
    assert found["metrics"]["MASE"][SERVED] < found["metrics"]["MASE"]["seasonal naive"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [(("--origins", "2024-02-01"), "120 days before"), (("--origins", "soon"), "Dates are written")],
)
def test_impossible_origins_are_refused_with_the_reason(sales_file, arguments, reason):
    answer = run("--sales", sales_file, *arguments)
    assert answer.exit_code == 2
    assert reason in " ".join(answer.output.split())


def test_a_file_without_the_columns_is_refused(tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("day,units\n2024-01-01,3\n")
    with pytest.raises(BadRequest, match="date and sales"):
        read_panel(path)


def test_the_season_is_learnt_from_no_day_on_or_after_the_origin(sales_file):
    panel = read_panel(sales_file)
    origin = date(2024, 5, 20)
    at = panel.position(origin)
    changed = panel.units.copy()
    changed[at:] *= np.linspace(1, 50, len(changed) - at)[:, None]
    known, later = season_before(panel, origin), season_before(Panel(panel.start, changed, panel.names), origin)
    assert known.weekday.tolist() == later.weekday.tolist()
    assert known.yearly.tolist() == later.yearly.tolist()


def test_models_see_only_the_days_before_the_origin(sales_file):
    panel = read_panel(sales_file)
    (case, *_) = cases(panel, [date(2024, 5, 20)], history=60, horizon=10, train=None, sample=1, peers=False)
    assert case.history.end == date(2024, 5, 19)
    assert len(case.history.units) == 60
    assert len(case.actual) == 10
