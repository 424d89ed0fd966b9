"""Bands hold as often as they say, on data that they were not calibrated on, and never cross."""

import numpy as np
import pytest

from ml_tools.forecasting.calibration.intervals import Calibration, Sums, newness
from ml_tools.forecasting.calibration.samples import Combined, samples_of

LEVELS = (0.001, 0.01, 0.025, 0.1, 0.3, 0.5, 0.7, 0.9, 0.975, 0.99, 0.999)


def backtests(*, seed: int, windows: int = 8, series: int = 60, level_error: float = 0.1) -> Combined:
    """Counts around means whose level is off by `level_error` in each window, as forecasts are."""
    rng = np.random.default_rng(seed)
    mean = np.broadcast_to(np.geomspace(1, 60, series)[None, :, None], (windows, series, 60)).copy()
    truth = mean * np.exp(rng.normal(0, level_error, (windows, series, 1)))
    return Combined(mean, rng.poisson(truth).astype(float), np.full((windows, series), 500.0), np.arange(series) % 3)


def one_product(mean, days=1.0, lead=10.0):
    mean = np.asarray(mean, dtype=float)
    return Sums(mean, mean, mean * newness(np.array(500.0)), np.full_like(mean, days), np.full_like(mean, lead))


@pytest.fixture(scope="module")
def calibration():
    samples, _ = samples_of(backtests(seed=1))
    return Calibration.learnt(samples)


@pytest.mark.parametrize(("low", "high", "share"), [(0.1, 0.9, 0.80), (0.025, 0.975, 0.95)])
def test_days_fall_into_their_band_as_often_as_it_says(calibration, low, high, share):
    new = backtests(seed=2)
    sums = one_product(new.mean)
    inside = (new.actual >= calibration.quantile(sums, "day", low)) & (
        new.actual <= calibration.quantile(sums, "day", high)
    )
    large = new.mean > 8  # the band of a small count cannot hold exactly four days in five
    assert inside[large].mean() == pytest.approx(share, abs=0.02)
    assert inside[~large].mean() == pytest.approx(share, abs=0.05)


@pytest.mark.parametrize("days", [7, 28, 60])
def test_sums_fall_into_their_band_as_often_as_it_says(calibration, days):
    new = backtests(seed=3)
    expected, sold = new.mean[:, :, :days].sum(axis=2), new.actual[:, :, :days].sum(axis=2)
    sums = one_product(expected, days=float(days), lead=(days + 1) / 2)
    inside = (sold >= calibration.quantile(sums, "sum", 0.1)) & (sold <= calibration.quantile(sums, "sum", 0.9))
    assert inside.mean() == pytest.approx(0.80, abs=0.06)


def test_errors_of_single_products_cancel_out_in_sums_of_many(calibration):
    one = one_product([2000.0], days=28.0)
    many = Sums(one.mean, one.mean / 50, one.new / 50, one.days, one.lead)
    assert calibration.spread(many) < 0.6 * calibration.spread(one)


@pytest.mark.parametrize(
    "kind", ["day", "sum", "days of many", "sums of many", "day of few", "sum of few", "day of new", "sum of new"]
)
@pytest.mark.parametrize("made", ["learnt", "cautious"])
def test_quantiles_rise_with_their_level_and_hold_the_mean(calibration, kind, made):
    chosen = calibration if made == "learnt" else Calibration.cautious()
    sums = one_product(np.geomspace(0.01, 1e6, 30))
    found = np.array([chosen.quantile(sums, kind, level) for level in LEVELS])
    assert (np.diff(found, axis=0) >= 0).all()
    assert (found >= 0).all()
    assert (found[3] <= sums.mean).all()
    assert (found[7] >= sums.mean).all()


@pytest.mark.parametrize("level", [0.0, 1.0, -0.1, 95.0])
def test_a_quantile_outside_of_0_and_1_is_refused(level):
    with pytest.raises(ValueError, match="between 0 and 1"):
        Calibration.cautious().quantile(one_product([3.0]), "day", level)


def test_of_a_product_without_a_past_less_is_known():
    known, unknown = newness(np.array([500.0])), newness(np.array([np.nan]))
    assert unknown == 1
    assert known < 0.01
    sums = [Sums(np.array([10.0]), np.array([10.0]), 10.0 * new, np.ones(1), np.ones(1)) for new in (known, unknown)]
    assert Calibration.cautious().spread(sums[1]) > 2 * Calibration.cautious().spread(sums[0])


def test_without_backtests_bands_are_wider_than_chance_alone():
    sums = one_product([16.0])
    low, high = (Calibration.cautious().quantile(sums, "day", level)[0] for level in (0.025, 0.975))
    assert low < 16 - 1.96 * 4 < 16 + 1.96 * 4 < high


def test_a_product_that_scatters_more_gets_a_larger_share_of_the_spread():
    tested = backtests(seed=1, series=12, windows=8)
    noisy = tested.actual.copy()
    noisy[:, 5] = np.maximum(tested.mean[:, 5] + 3 * (noisy[:, 5] - tested.mean[:, 5]), 0)
    _, scale = samples_of(Combined(tested.mean, noisy, tested.known, tested.groups))
    assert scale[5] == scale.max()
    assert scale[5] > 1.5
