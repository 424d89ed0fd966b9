"""The model's promises: as good as its peers, never negative, calibrated, deterministic, on any product."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.errors import NotEnoughData
from ml_tools.forecasting import backtest
from ml_tools.forecasting.features import clean, from_units
from ml_tools.forecasting.intervals import conformal_quantile
from ml_tools.forecasting.model import candidate_weights, predict
from ml_tools.forecasting.season import GroupSeason, calendar, year_positions
from tests.unit.ml_tools.series import START, sales, weekly


def history_of(units, start=START):
    return from_units(start, np.asarray(units, dtype=float))


def test_a_weekly_pattern_is_continued():
    expected = np.array([0.8, 0.8, 0.9, 1.0, 1.2, 1.4, 0.9])
    prediction = predict(history_of(weekly(119, level=50)), 14)
    assert prediction.mean == pytest.approx(50 * np.tile(expected, 2), rel=0.15)
    assert prediction.total == pytest.approx(prediction.mean.sum())


def test_it_beats_repeating_the_last_week():
    """On noise around a pattern, averaging must win; the error is the Poisson floor within a fifth."""
    found = [predict(history_of(weekly(120, level=50, seed=seed)), 28).quality for seed in range(6)]
    smape = np.mean([quality.smape for quality in found])
    assert smape < 0.85 * np.mean([quality.naive_smape for quality in found])
    assert smape < 1.2 * 80 / np.sqrt(50)


def test_bands_cover_what_they_promise():
    """Over 20 series: the daily bands hold about 80 and 95 % of the days that come after, the sums' bands too."""
    inside = {0.80: [], 0.95: []}
    sums = {0.80: [], 0.95: []}
    for seed in range(20):
        units = weekly(148, level=30, seed=seed)
        prediction, after = predict(history_of(units[:120]), 28), units[120:]
        for level, band in prediction.bands.items():
            inside[level].append(np.mean((band.low <= after) & (after <= band.high)))
            total = prediction.total_bands[level]
            sums[level].append(total.low[0] <= after.sum() <= total.high[0])
    assert 0.74 <= np.mean(inside[0.80]) <= 0.89
    assert 0.92 <= np.mean(inside[0.95]) <= 0.99
    assert np.mean(sums[0.80]) >= 0.65
    assert np.mean(sums[0.95]) >= 0.85


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.integers(28, 120), st.sampled_from([1, 7, 45, 180]), st.sampled_from([0.0, 0.3, 5.0, 5000.0]), st.integers(0, 99)
)
def test_any_product_and_horizon_gives_ordered_finite_bands(days, horizon, level, seed):
    prediction = predict(history_of(weekly(days, level=level, seed=seed)), horizon)
    inner, outer = prediction.bands[0.80], prediction.bands[0.95]
    assert len(prediction.mean) == horizon
    for array in (prediction.mean, inner.low, inner.high, outer.low, outer.high):
        assert np.isfinite(array).all()
        assert (array >= 0).all()
    assert (outer.low <= inner.low + 1e-9).all()
    assert (inner.high <= outer.high + 1e-9).all()
    assert 0 <= prediction.quality.coverage80 <= 1
    assert sum(prediction.weights.values()) == pytest.approx(1, abs=0.01)


def test_a_series_of_zeros_is_forecast_as_zero():
    prediction = predict(history_of(np.zeros(120)), 45)
    assert prediction.total == 0
    assert prediction.total_bands[0.95].high[0] < 45


def test_a_spike_of_a_thousand_times_hardly_moves_the_forecast():
    units = weekly(120)
    spiked = units.copy()
    spiked[100] *= 1000
    usual, moved = predict(clean(sales(units)), 28), predict(clean(sales(spiked)), 28)
    assert moved.total == pytest.approx(usual.total, rel=0.1)


def test_planted_stock_outs_do_not_lower_the_forecast():
    units = weekly(120)
    out = set(range(100, 115))
    emptied = [0 if at in out else count for at, count in enumerate(units)]
    kept = predict(clean(sales(emptied, sold_out=out)), 28).total
    assert kept == pytest.approx(predict(clean(sales(units)), 28).total, rel=0.1)
    assert predict(clean(sales(emptied)), 28).total < 0.9 * kept


def test_the_yearly_season_of_the_group_is_used():
    yearly = np.ones(366)
    yearly[334:] = 2.0  # December doubles
    season = GroupSeason(np.ones(7), yearly / yearly.mean())
    history = history_of(weekly(120), start=date(2026, 12, 1) - timedelta(days=120))
    assert predict(history, 28, season).total == pytest.approx(2 * predict(history, 28).total, rel=0.15)


def test_planned_promotions_are_counted_in_and_past_ones_out():
    season = GroupSeason(np.ones(7), np.ones(366), promotion_lift=3.0)
    units = weekly(120).astype(float)
    units[50:60] *= np.exp(3.0 * 0.2)
    history = clean(sales(units, promoted=set(range(50, 60))))
    plain = predict(history, 14, season)
    assert plain.total == pytest.approx(20 * 14, rel=0.1)
    assert predict(history, 14, season, planned=np.full(14, 0.2)).total == pytest.approx(1.822 * plain.total, rel=0.01)


def test_the_same_history_gives_the_same_forecast():
    first, second = (predict(history_of(weekly(120)), 45) for _ in range(2))
    assert first.mean.tolist() == second.mean.tolist()


def test_a_forecast_whose_past_cannot_be_checked_is_refused():
    units = weekly(120).astype(float)
    units[30:] = np.nan
    with pytest.raises(NotEnoughData):
        predict(history_of(units), 45)


def test_weights_prefer_the_smaller_error_and_sum_to_one():
    weights = candidate_weights(np.array([[1.0, 1.0], [2.0, 2.0], [1.1, 0.9]]))
    assert weights.sum() == pytest.approx(1)
    assert weights[0] == pytest.approx(weights[2])
    assert weights[1] < 0.01


def test_the_conformal_quantile_covers_its_share_of_new_scores():
    rng = np.random.default_rng(3)
    covered = [
        np.mean(rng.exponential(size=200) <= conformal_quantile(rng.exponential(size=60), 0.8)) for _ in range(200)
    ]
    assert 0.78 <= np.mean(covered) <= 0.85


def test_a_leap_day_is_a_day_like_any_other():
    start = date(2028, 2, 29) - timedelta(days=119)
    days = calendar(start, 121)
    assert str(days[-2]) == "2028-02-29"
    assert year_positions(days[-2:]).tolist() == [59, 60]
    assert len(predict(history_of(weekly(120), start=start), 2).mean) == 2


def test_the_error_of_totals_is_of_whole_windows_and_their_known_days() -> None:
    """Days that miss in both directions cancel out; a window that is cut short says nothing about such totals."""
    missing = np.nan
    actuals = np.array([[4.0, 6, missing], [10, 0, 10], [99, missing, missing]])
    means = np.array([[6.0, 6, 6], [5, 5, 5], [1, missing, missing]])
    found = backtest.total_error(actuals, means)
    assert found is not None
    assert found == (pytest.approx(100 * (2 + 5) / (10 + 20)), 2)
    assert backtest.total_error(actuals[1:], means[1:]) is None
    assert backtest.total_error(np.zeros((3, 2)), np.ones((3, 2))) is None


def test_the_error_of_totals_is_smaller_than_that_of_days() -> None:
    """Counts of a steady product scatter by day, and hardly in their sum."""
    steady = np.random.default_rng(3).poisson(2, 120).astype(float)
    quality = predict(history_of(steady), 30).quality
    assert quality.total_days == 30
    assert quality.total_error is not None
    assert quality.total_error[0] < 30 < quality.smape
