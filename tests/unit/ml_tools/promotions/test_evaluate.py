"""Evaluations: files of any shape, nothing learnt that is asked, and which model is chosen to serve."""

import gzip

import numpy as np
import pandas as pd
import pytest

from common.errors import BadRequest, NotEnoughData
from ml_tools.promotions.choosing import best_of
from ml_tools.promotions.datasets import read_split
from ml_tools.promotions.evaluate import Split, chosen_models, evaluate, prequential
from ml_tools.promotions.models.base_rate import BaseRate
from ml_tools.promotions.reading import read_table, reading_of
from tests.unit.ml_tools.promotions.planted import impressions


class Watched(BaseRate):
    """Notes what it was asked, and that it had not learnt it."""

    def __init__(self):
        super().__init__()
        self.learnt, self.asked = 0, 0

    def fit(self, batch, progress=None):
        self.learnt = len(batch)
        return super().fit(batch)

    def update(self, batch):
        self.learnt += len(batch)
        return super().update(batch)

    def predict_proba(self, batch):
        assert batch.clicks is None
        first = int(batch.numeric["row"][0])
        assert first == self.learnt
        self.asked += len(batch)
        return super().predict_proba(batch)


def numbered(rows):
    batch = impressions(rows)[0]
    return type(batch)(rows, numeric={"row": np.arange(rows, dtype=float)}, clicks=batch.clicks)


@pytest.mark.parametrize("rows", [10, 37, 1000])
def test_no_row_is_scored_by_a_model_that_learnt_it_or_anything_later(rows):
    model = Watched()
    clicks, said = prequential(model, numbered(rows))
    assert len(clicks) == len(said) == model.asked == rows - rows // 5


def test_too_few_rows_to_learn_and_to_ask():
    with pytest.raises(NotEnoughData, match="at least 10"):
        prequential(BaseRate(), numbered(9))


def test_a_model_that_knows_more_is_measured_better():
    learnt, asked = impressions(1000)[0], impressions(800, seed=2)[0]
    metrics, rows = evaluate(Split("drawn", learnt, asked), chosen_models(["logistic", "base_rate"]))
    assert rows == 800
    assert metrics["AUC"]["logistic"] > 0.7 > metrics["AUC"]["base_rate"]
    assert metrics["logloss"]["logistic"] < metrics["logloss"]["base_rate"]


def test_a_model_that_is_not_there_is_named():
    with pytest.raises(BadRequest, match="No model is called crystal_ball"):
        chosen_models(["crystal_ball"])


def table(rows=60):
    drawn = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "id": [f"x{row}" for row in range(rows)],
            "shown_at": pd.Timestamp("2026-01-01") + pd.to_timedelta(rows - np.arange(rows), "h"),
            "slot": drawn.choice(["a", "b"], rows),
            "price": drawn.random(rows),
            "seen": drawn.integers(0, 4, rows),
            "tags": ["x|y", "y|z"] * (rows // 2),
            "clicked": drawn.integers(0, 2, rows),
        }
    )


def test_columns_are_what_their_values_are(tmp_path):
    table().to_csv(tmp_path / "shown.csv", index=False)
    found = read_table(tmp_path / "shown.csv")
    reading = reading_of(found, "clicked")
    assert reading.fields.categorical == ("hour of day", "weekday", "slot", "seen")
    assert reading.fields.numeric == ("#price", "#seen")
    assert reading.fields.multi == ("tags",)
    assert reading.when == "shown_at"
    assert reading.batch(found).labels.tolist() == table()["clicked"].tolist()[::-1]  # oldest first


@pytest.mark.parametrize("name", ["shown.csv", "shown.csv.gz", "shown.tsv", "shown.parquet"])
def test_every_kind_of_file_is_read_alike(tmp_path, name):
    path = tmp_path / name
    if name.endswith(".parquet"):
        table().to_parquet(path)
    else:
        table().to_csv(path, index=False, sep="\t" if ".tsv" in name else ",")
    table().to_csv(tmp_path / "plain.csv", index=False)
    found, plain = (read_split(one, "clicked").asked for one in (path, tmp_path / "plain.csv"))
    assert found.labels.tolist() == plain.labels.tolist()
    assert found.categorical["slot"].tolist() == plain.categorical["slot"].tolist()
    assert found.numeric["#price"] == pytest.approx(plain.numeric["#price"])


def test_a_file_without_names_takes_those_of_its_teacher(tmp_path):
    table().to_csv(tmp_path / "train.csv", index=False)
    with gzip.open(tmp_path / "dev.csv.gz", "wt") as file:
        table(20).to_csv(file, index=False, header=False)
    split = read_split(tmp_path / "dev.csv.gz", "clicked", tmp_path / "train.csv")
    assert (len(split.asked), len(split.learnt)) == (20, 60)


def test_a_file_without_any_names_counts_its_columns(tmp_path):
    (tmp_path / "criteo.txt").write_text("\n".join(f"{row % 2}\t{row}\t\tab{row % 3}" for row in range(12)))
    assert read_split(tmp_path / "criteo.txt", "0").asked.labels.tolist() == [0, 1] * 6
    with pytest.raises(BadRequest, match="counted from 0"):
        read_split(tmp_path / "criteo.txt", "click")


@pytest.mark.parametrize(
    ("name", "content", "error", "reason"),
    [
        ("a.csv", b"", NotEnoughData, "no impressions"),
        ("a.csv", b"slot,click\n", NotEnoughData, "no impressions"),
        ("a.csv", b"slot,click\na,3\nb,1\n", BadRequest, "A click is 0 or 1"),
        ("a.csv", b"slot,seen\na,1\nb,0\n", BadRequest, "no column click"),
        ("a.csv", b"\xff\xfe\x00slot", BadRequest, "cannot be read"),
        ("a.csv.gz", b"slot,click\na,1\n", BadRequest, "cannot be read"),
        ("a.xlsx", b"slot", BadRequest, "none of"),
    ],
)
def test_a_file_of_another_form_is_refused_with_the_reason(tmp_path, name, content, error, reason):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(error, match=reason):
        read_split(tmp_path / name, "click")


def test_what_is_asked_is_not_learnt(tmp_path):
    table().to_csv(tmp_path / "shown.csv", index=False)
    with pytest.raises(BadRequest, match="what they have learnt"):
        read_split(tmp_path / "shown.csv", "clicked", tmp_path / "shown.csv")


def test_what_is_hardly_better_does_not_take_over():
    drawn = np.random.default_rng(1)
    losses = drawn.random(1000)
    assert best_of({"simple": losses, "complex": losses + drawn.normal(-0.001, 1, 1000)}) == "simple"
    assert best_of({"simple": losses, "complex": losses - 0.01}) == "complex"
