"""Files of histories are read as they are, and nothing that is asked for was there to learn from."""

import gzip
import json

import numpy as np
import pandas as pd
import pytest

from common.errors import BadRequest, NotEnoughData
from ml_tools.recommender.datasets import (
    AMAZON_BEAUTY,
    DIGINETICA,
    amazon_beauty,
    diginetica,
    leave_one_out,
    numbered,
    read_sequences,
    repeats_in,
    sampled,
)
from ml_tools.recommender.interactions import interactions_of

ROWS = [["3", "1", "2"], ["2", "3"], ["1"]]


def names(sequences):
    return [[str(sequences.products[product]) for product in history] for history in sequences.histories]


def written(folder, ending):
    path = folder / f"some{ending}"
    lines = "".join(f"{customer} {' '.join(products)}\n" for customer, products in enumerate(ROWS))
    pairs = [(customer, product) for customer, products in enumerate(ROWS) for product in products]
    if ending == ".txt":
        path.write_text(lines)
    elif ending == ".txt.gz":
        path.write_bytes(gzip.compress(lines.encode()))
    elif ending == ".parquet":
        frame = pd.DataFrame({"user": [0, 1, 2], "items": [[int(one) for one in products] for products in ROWS]})
        frame.to_parquet(path)
    elif ending == ".csv":
        pd.DataFrame({"user": [0, 1, 2], "items": [" ".join(products) for products in ROWS]}).to_csv(path, index=False)
    else:
        path = folder / "events.csv.gz"
        pd.DataFrame(pairs, columns=["user", "item"]).to_csv(path, index=False)
    return path


@pytest.mark.parametrize("ending", [".txt", ".txt.gz", ".parquet", ".csv", "events.csv.gz"])
def test_every_form_of_file_gives_the_same_histories(tmp_path, ending):
    assert names(read_sequences(written(tmp_path, ending))) == ROWS


def test_a_csv_may_hold_lists_as_python_writes_them(tmp_path):
    path = tmp_path / "lists.csv"
    pd.DataFrame({"user": [0, 1], "items": ["[3, 1]", "[2]"]}).to_csv(path, index=False)
    assert names(read_sequences(path)) == [["3", "1"], ["2"]]


@pytest.mark.parametrize(("name", "content"), [("some.json", "[]"), ("one.csv", "user\n1\n")])
def test_other_files_are_refused(tmp_path, name, content):
    (tmp_path / name).write_text(content)
    with pytest.raises(BadRequest):
        read_sequences(tmp_path / name)


def test_a_file_without_products_is_not_enough(tmp_path):
    (tmp_path / "none.txt").write_text("1\n2\n")
    with pytest.raises(NotEnoughData):
        read_sequences(tmp_path / "none.txt")


def test_the_last_product_is_asked_for_and_was_not_learnt():
    split = leave_one_out(numbered("some", ROWS))
    assert split.customers.tolist() == [0, 1]
    assert split.targets.tolist() == [1, 2]
    assert [history.tolist() for history in split.histories] == [[2, 0], [1]]
    assert [history.tolist() for history in split.learnt.histories()] == [[2, 0], [1], [0]]


def test_histories_of_one_product_ask_nothing():
    with pytest.raises(NotEnoughData):
        leave_one_out(numbered("short", [["1"], ["2"]]))


def test_a_sample_asks_less_and_learns_the_same():
    split = leave_one_out(numbered("many", [["1", "2", "3"], ["2", "3"], ["3", "1"]]))
    fewer = sampled(split, 2)
    assert len(fewer) == len(fewer.histories) == len(fewer.customers) == 2
    assert fewer.learnt is split.learnt
    assert all(split.learnt.of(c).tolist() == h.tolist() for c, h in zip(fewer.customers, fewer.histories, strict=True))
    assert sampled(split, None) is sampled(split, 3) is split


def test_repeats_are_noticed_within_one_history_only():
    assert repeats_in(interactions_of([[0, 1, 0]], 2))
    assert not repeats_in(interactions_of([[0, 1], [0, 1]], 2))


def test_beauty_brings_what_is_known_of_its_products(tmp_path):
    folder = tmp_path / AMAZON_BEAUTY
    folder.mkdir()
    (folder / "sequences.txt.gz").write_bytes(gzip.compress(b"1 7 8\n2 8 9\n"))
    (folder / "item_attributes.json.gz").write_bytes(gzip.compress(json.dumps({"7": [1], "9": [1, 2]}).encode()))
    attributes = amazon_beauty(tmp_path).features.attributes
    assert attributes.toarray().tolist() == [[0, 1, 0], [0, 0, 0], [0, 1, 1]]


def test_diginetica_asks_about_visits_that_nobody_learnt(tmp_path):
    folder = tmp_path / DIGINETICA
    folder.mkdir()
    pd.DataFrame({"session": [[5, 6], [6, 7, 5]]}).to_parquet(folder / "train_sessions.parquet")
    pd.DataFrame({"prefix": [[5], [7, 6]], "next_item": [6, 7]}).to_parquet(folder / "test_prefixes.parquet")
    split = diginetica(tmp_path)
    assert [history.tolist() for history in split.learnt.histories()] == [[0, 1], [1, 2, 0]]
    assert [history.tolist() for history in split.histories] == [[0], [2, 1]]
    assert split.targets.tolist() == [1, 2]
    assert split.customers is None
    assert split.repeats
    assert np.issubdtype(split.targets.dtype, np.int32)
