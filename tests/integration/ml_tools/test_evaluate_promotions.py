"""`shopclerk evaluate promotions`: one JSON object, all measures for all models, nothing scored that was learnt."""

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from cli.evaluation import evaluate_app
from ml_tools.promotions.peers import installed

MEASURES = {"AUC", "PR-AUC", "logloss", "Brier", "ECE", "ECE if true", "ECE debiased", "seconds"}


def impressions(rows, seed):
    drawn = np.random.default_rng(seed)
    slot, discount = drawn.choice(["hero", "row"], rows), drawn.random(rows).round(3)
    odds = np.where(slot == "hero", 0.5, -1.5) + discount
    return pd.DataFrame(
        {"slot": slot, "discount": discount, "clicked": (drawn.random(rows) < 1 / (1 + np.exp(-odds))).astype(int)}
    )


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("impressions")
    impressions(600, 1).to_csv(folder / "train.csv", index=False)
    impressions(400, 2).to_csv(folder / "dev.csv", index=False)
    return folder


def run(*arguments):
    return CliRunner().invoke(evaluate_app, ["promotions", *map(str, arguments)])


def test_every_measure_is_there_for_our_models_and_the_peers(files):
    answer = run("--impressions", files / "dev.csv", "--clicks", "clicked", "--train", files / "train.csv",
                 "--models", "logistic,base_rate", "--peers", "--json")  # fmt: skip
    assert answer.exit_code == 0, answer.output
    found = json.loads(answer.stdout)
    assert set(found) == {"tool", "model", "data", "rows", "metrics", "seconds"}
    assert (found["tool"], found["data"], found["rows"]) == ("promotions", "dev.csv", 400)
    assert set(found["metrics"]) == MEASURES
    assert set(found["metrics"]["AUC"]) == {"logistic", "base_rate", *(peer.name for peer in installed())}
    assert found["metrics"]["AUC"]["logistic"] > 0.65
    assert found["metrics"]["AUC"]["base_rate"] == pytest.approx(0.5)
    for name in ("scikit-learn LR", "river LR", "Vowpal Wabbit", "LightGBM"):
        assert found["metrics"]["AUC"][name] > 0.6


def test_a_bare_file_is_predicted_before_it_is_learnt(files):
    answer = run("--impressions", files / "dev.csv", "--clicks", "clicked", "--models", "logistic", "--json")
    assert answer.exit_code == 0, answer.output
    found = json.loads(answer.stdout)
    assert found["rows"] == 320  # the first fifth is only learnt
    assert found["model"]["learnt_from"] == "earlier rows"


def test_the_table_is_for_people(files):
    answer = run("--impressions", files / "dev.csv", "--clicks", "clicked", "--models", "base_rate")
    assert "promotions on dev.csv: 320 rows" in " ".join(answer.stdout.split())


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--clicks", "bought"), "no column bought"),
        (("--clicks", "clicked", "--models", "oracle"), "No model is called oracle"),
        (("--clicks", "slot"), "A click is 0 or 1"),
    ],
)
def test_what_cannot_be_judged_is_refused_with_the_reason(files, arguments, reason):
    answer = run("--impressions", files / "dev.csv", *arguments)
    assert answer.exit_code == 2
    assert reason in " ".join(answer.output.split())


def test_sets_that_are_not_there_are_skipped_aloud(tmp_path, monkeypatch):
    from common.settings import settings

    monkeypatch.setenv("SHOPCLERK_DATA", str(tmp_path))
    settings.cache_clear()
    try:
        answer = run("--public", "avazu-sample", "--json")
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.stdout)["rows"] == 0
    assert "skipped" in " ".join(answer.output.split())
