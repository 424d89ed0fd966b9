"""Windows hold nothing of the days ahead but what was known beforehand; scaled, the planted shop is all ones."""

from dataclasses import fields, replace

import numpy as np
import pytest

from ml_tools.forecasting.models.features import ahead_channels, past_channels, static_numbers
from ml_tools.forecasting.models.levels import Levels
from ml_tools.forecasting.models.windows import LEADS, Base, Sampling, training_windows, windows_of
from ml_tools.forecasting.patterns.factors import Factors
from tests.unit.ml_tools.forecasting.models.contract import DAYS, SERIES, ahead_of, lone, newest, planted

SOME = Sampling(most=600, origins=30)


@pytest.fixture(scope="module")
def panel():
    return planted()


@pytest.fixture(scope="module")
def base(panel):
    return Base.learnt(panel, Factors.learnt(panel))


@pytest.fixture(scope="module")
def drawn(panel, base):
    return training_windows(panel, base, SOME)


def test_what_was_sold_ahead_is_in_the_truth_alone(panel, base):
    past, ahead, truth = panel.split(200, history=120, horizon=40)
    later = replace(panel, units=np.where(np.arange(DAYS) >= 200, 9999.0, panel.units))
    other_past, other_ahead, other_truth = later.split(200, history=120, horizon=40)
    one = windows_of(past, ahead, base, truth)
    two = windows_of(other_past, other_ahead, base, other_truth)
    for field in fields(one):
        same = np.array_equal(getattr(one, field.name), getattr(two, field.name), equal_nan=True)
        assert same == (field.name != "truth"), field.name


def test_windows_that_stop_the_training_lie_after_all_that_it_learns_from(drawn):
    teaching, held = drawn
    assert len(teaching) > 400
    assert len(held) > 20
    assert teaching.first.max() + LEADS <= held.first.min()


def test_scaled_days_lie_around_one(drawn):
    teaching, _ = drawn
    whole = teaching.of(np.flatnonzero(teaching.known.sum(axis=1) >= 60))
    assert np.average(whole.multiples, weights=whole.known) == pytest.approx(1, abs=0.03)
    ratio = np.nansum(whole.truth, axis=1) / whole.expected.sum(axis=1)
    assert np.median(ratio) == pytest.approx(1, abs=0.05)


def test_some_products_are_made_younger_and_some_have_no_past_at_all(drawn):
    known = drawn[0].known.sum(axis=1)
    assert (known == 0).any()
    assert ((known > 0) & (known < 60)).any()


def test_channels_are_finite_whatever_comes(panel, base):
    spike = np.full(120, 2.0)
    spike[7] = 1e9
    for units in ([], [3.0], np.full(120, np.nan), np.zeros(120), spike):
        past = lone(units)
        window = windows_of(past, ahead_of(past, 30), base)
        for channels in (past_channels(window), ahead_channels(window), static_numbers(window)):
            assert np.isfinite(channels).all()
            assert np.abs(channels).max() <= 5


@pytest.mark.parametrize("days", [0, 1, 5, 20])
def test_too_short_a_panel_has_no_windows_or_sound_ones(panel, days):
    teaching, held = training_windows(newest(panel, days), Base.plain(), SOME)
    for windows in (teaching, held):
        assert np.isfinite(windows.expected).all()
    if days < 5:
        assert len(teaching) == len(held) == 0


class TestLevels:
    def test_what_is_alike_comes_before_the_category(self, panel):
        levels = Levels.learnt(panel)
        assert levels.prior(lone([], alike=7.0)) == pytest.approx([7.0])
        assert levels.prior(lone([], "hats")) == pytest.approx([levels.typical[-1]])

    def test_it_is_read_as_it_was_written(self, panel):
        levels = Levels.learnt(panel)
        again = Levels.restored(levels.weights())
        assert again.groups == levels.groups
        assert np.array_equal(again.typical, levels.typical)

    def test_a_level_short_is_refused(self, panel):
        weights = {**Levels.learnt(panel).weights(), "levels.typical": np.ones(2)}
        with pytest.raises(ValueError, match="2 categories need"):
            Levels.restored(weights)


def test_every_product_has_a_window_a_day(panel, base):
    past = newest(panel, 30)
    window = windows_of(past, ahead_of(past, 12), base)
    assert len(window) == SERIES
    assert window.leads == 12
    assert window.known.sum(axis=1).tolist() == [30] * SERIES
