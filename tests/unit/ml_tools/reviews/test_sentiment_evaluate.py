"""Measures with known values, what is left out and why, and the command on a file."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from cli.main import app
from common.errors import BadRequest
from ml_tools.reviews.sentiment.data import Review
from ml_tools.reviews.sentiment.evaluate import evaluate, measures, without

REVIEWS = [Review("good", 1.0), Review("great", 1.0), Review("bad", 0.0), Review("awful", 0.0)]


class Knows:
    """Knows the words of REVIEWS, or must be shown them first."""

    def __init__(self, name: str, *, learns: bool) -> None:
        self.name, self.learns = name, learns
        self.glad = set() if learns else {"good", "great"}

    def fit(self, texts, labels) -> None:
        self.glad = {text for text, label in zip(texts, labels, strict=True) if label}

    def positive(self, texts):
        return np.array([0.9 if text in self.glad else 0.1 for text in texts])


def quiet(_: str) -> None:
    """Nobody listens."""


def test_measures_of_a_known_case() -> None:
    found = measures(np.array([0.9, 0.6, 0.4, 0.2]), np.array([1, 0, 1, 0]))
    assert found["accuracy"] == 0.5
    assert found["macro-F1"] == pytest.approx(0.5)
    assert found["AUC"] == 0.75


def test_who_must_learn_is_left_out_without_reviews_to_learn_from() -> None:
    told: list[str] = []
    found = evaluate(REVIEWS, None, [Knows("knows", learns=False), Knows("learns", learns=True)], told.append)
    assert set(found["accuracy"]) == {"knows"}
    assert any("learns must learn first" in line for line in told)


def test_who_learns_is_shown_the_training_reviews() -> None:
    found = evaluate(REVIEWS, REVIEWS, [Knows("learns", learns=True)], quiet)
    assert found["accuracy"]["learns"] == 1.0
    assert found["AUC"]["learns"] == 1.0


def test_labels_that_are_all_alike_are_refused() -> None:
    with pytest.raises(BadRequest, match="All the labels are the same"):
        evaluate(REVIEWS[:2], None, [Knows("knows", learns=False)], quiet)


def test_reviews_that_were_learnt_from_are_not_measured() -> None:
    assert [one.text for one in without(REVIEWS, [Review(" GOOD ", 1.0)])] == ["great", "bad", "awful"]


def test_the_command_prints_one_json_object(tmp_path) -> None:
    path = tmp_path / "reviews.csv"
    path.write_text(
        "said,stars\nI love it,5\nWorks great and looks good,4\nTerrible waste of money,1\nIt broke at once,2\n"
    )
    asked = ["evaluate", "reviews", "--reviews", str(path), "--text", "said", "--label", "stars", "--json"]
    done = CliRunner().invoke(app, asked)
    found = json.loads(done.stdout)
    assert found["tool"] == "reviews"
    assert found["rows"] == 4
    assert found["metrics"]["accuracy"]["review_sentiment"] == 1.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--public", "films"], "no public set is called films"),
        (["--reviews", "{file}", "--text", "body"], "no column"),
    ],
)
def test_the_command_says_what_is_wrong(tmp_path, arguments: list[str], message: str) -> None:
    path = tmp_path / "reviews.csv"
    path.write_text("text,positive\ngood,1\nbad,0\n")
    done = CliRunner().invoke(app, ["evaluate", "reviews", *(one.format(file=path) for one in arguments)])
    assert done.exit_code != 0
    assert message in " ".join((done.output + done.stderr).lower().split())
