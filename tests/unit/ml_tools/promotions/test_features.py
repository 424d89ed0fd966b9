"""Fields as slots: known, unknown and hashed categories, bins, lists, vectors; click rates of earlier rows alone."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from common.errors import BadRequest
from ml_tools.promotions.batch import MISSING, Batch, Fields, Multi, fingerprint, fingerprints, joined
from ml_tools.promotions.features import MOST_KEYS, Design, hashed_columns
from ml_tools.promotions.target_statistics import Rates, rates_before
from tests.unit.ml_tools.promotions.planted import impressions


def test_a_fingerprint_is_the_same_in_another_process():
    code = "from ml_tools.promotions.batch import fingerprint; print(fingerprint('Größe ✨'))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert int(said) == fingerprint("Größe ✨")


def test_all_that_is_missing_is_one_category():
    assert set(fingerprints([None, float("nan"), "", pd.NA]).tolist()) == {MISSING}
    assert fingerprints(["a"])[0] != MISSING


def test_a_column_that_is_not_there_is_named():
    with pytest.raises(BadRequest, match="no column colour"):
        Fields(categorical=("colour",)).batch(pd.DataFrame({"slot": ["a"]}))


def test_a_click_is_0_or_1():
    table = pd.DataFrame({"click": ["yes", "no", "TRUE", "1", "0.0"]})
    assert Fields().batch(table, "click").labels.tolist() == [1, 0, 1, 1, 0]
    with pytest.raises(BadRequest, match="not '2'"):
        Fields().batch(pd.DataFrame({"click": ["2"]}), "click")


def test_columns_of_another_length_are_refused():
    with pytest.raises(BadRequest, match="slot must have a value for each of 2"):
        Batch(2, {"slot": fingerprints(["a"])})


def test_rows_that_are_taken_and_joined_are_the_same_rows():
    batch, _ = impressions(30)
    again = joined([batch.take(slice(0, 11)), batch.take(slice(11, None))])
    design = Design.learnt(batch)
    assert np.array_equal(design.slots(again).columns, design.slots(batch).columns)
    assert np.array_equal(again.multi["tags"].keys, batch.multi["tags"].keys)


def test_rare_categories_share_the_column_of_the_unknown():
    batch = Batch(5, {"slot": fingerprints(["a", "a", "b", "b", "seldom"])})
    columns = Design.learnt(batch, least=2).slots(batch).columns[:, 0]
    unseen = Batch(1, {"slot": fingerprints(["unseen"])})
    assert columns[4] == Design.learnt(batch, least=2).slots(unseen).columns[0, 0] == 0
    assert len(set(columns.tolist())) == 3


def test_a_number_has_a_bin_and_a_logarithm_and_the_unknown_a_bin_of_its_own():
    batch = Batch(101, numeric={"price": np.append(np.arange(100.0), np.nan)})
    design = Design.learnt(batch, bins=4)
    slots = design.slots(batch)
    assert [slots.columns[row, 0] for row in (0, 30, 60, 99, 100)] == [1, 2, 3, 4, 0]
    assert slots.values[100, 1] == 0
    assert slots.values[:100, 1].mean() == pytest.approx(0, abs=1e-5)
    assert (np.diff(slots.values[:100, 1]) > 0).all()


def test_a_field_of_one_value_or_none_is_no_trouble():
    batch = Batch(3, numeric={"same": np.ones(3), "never": np.full(3, np.nan)})
    assert np.isfinite(Design.learnt(batch).slots(batch).values).all()


def test_a_list_counts_as_much_as_a_single_category_and_no_more_than_so_many_are_read():
    lists = Multi.of([["a"], ["a", "b", "c", "d"], [], [str(number) for number in range(40)]])
    batch = Batch(4, multi={"tags": lists})
    values = Design.learnt(batch, least=1).slots(batch).values
    assert values.shape[1] == MOST_KEYS
    assert (values**2).sum(axis=1) == pytest.approx([1, 1, 0, 1])


def test_a_design_survives_being_written_down_with_its_fields_in_order():
    batch = impressions(200)[0]
    batch = Batch(200, dict(reversed(batch.categorical.items())), batch.numeric, batch.multi, batch.vectors)
    design = Design.learnt(batch)
    arrays = dict(sorted(design.arrays().items()))
    slots, again = design.slots(batch), Design.of(arrays).slots(batch)
    assert np.array_equal(slots.columns, again.columns)
    assert np.array_equal(slots.values, again.values)


def test_a_wider_design_keeps_every_column():
    old, new = impressions(200)[0], impressions(200, seed=3)[0]
    strange = Batch(1, {k: fingerprints(["?"]) for k in new.categorical}, {"discount": np.ones(1)},
                    {"tags": Multi.of([["?"]])}, {"taste": np.zeros((1, 2), np.float32)})  # fmt: skip
    design = Design.learnt(old)
    wider, moved = design.extended(strange)
    weights = np.random.default_rng(1).normal(size=design.width)
    spread = np.zeros(wider.width)
    spread[moved] = weights
    assert wider.width == design.width + 3
    assert wider.slots(new).dot(spread) == pytest.approx(design.slots(new).dot(weights))


def test_hashing_spreads_and_tells_fields_apart():
    keys = fingerprints(map(str, range(5000)))
    columns = hashed_columns(keys, 0, 18)
    assert len(np.unique(columns)) > 4900  # 5000 in 2^18 columns: about 48 are expected to collide
    assert (columns != hashed_columns(keys, 1, 18)).mean() > 0.99
    assert columns.max() < 2**18


def test_a_rate_is_of_earlier_rows_alone():
    keys = fingerprints(["a", "b", "a", "a", "b"])
    clicks = np.array([1.0, 0.0, 0.0, 1.0, 1.0])
    found = rates_before(keys, clicks, rate=0.5, prior=2)
    assert found == pytest.approx([0.5, 0.5, (1 + 1) / 3, (1 + 1) / 4, (0 + 1) / 3])


@pytest.mark.parametrize("row", [0, 3, 9])
def test_a_rows_own_click_and_later_ones_change_nothing_before(row):
    drawn = np.random.default_rng(1)
    keys, clicks = fingerprints(map(str, drawn.integers(0, 3, 10))), drawn.integers(0, 2, 10).astype(float)
    other = clicks.copy()
    other[row:] = 1 - other[row:]
    before, after = (rates_before(keys, one, 0.3, 5) for one in (clicks, other))
    assert before[: row + 1] == pytest.approx(after[: row + 1])


def test_rates_add_up_and_are_told_at_the_scale_at_which_they_were_learnt():
    keys = fingerprints(["a", "a", "b"])
    rates = Rates.empty(0.2, 4).updated(keys, np.array([1.0, 0.0, 1.0]))
    rate, count = rates.of(fingerprints(["a", "b", "new"]))
    assert rate == pytest.approx([(1 + 0.8) / 6, (1 + 0.8) / 5, 0.2])
    later_rate, later_count = rates.updated(keys, np.array([1.0, 0.0, 1.0])).of(fingerprints(["a", "b", "new"]))
    assert later_rate == pytest.approx([(2 + 0.8) / 8, (2 + 0.8) / 6, 0.2])
    assert later_count == pytest.approx(count)
