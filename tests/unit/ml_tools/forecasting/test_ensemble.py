"""The served model on shops whose true demand is known, on odd ones, and through its artefact."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from ml_tools import artefacts
from ml_tools.errors import BrokenArtefact
from ml_tools.forecasting.calibration.backtest import known_ahead
from ml_tools.forecasting.demand.panel import Panel
from ml_tools.forecasting.ensemble import Ensemble
from ml_tools.forecasting.serving import Serving
from ml_tools.forecasting.shipping import ARRAYS, DESCRIPTION, TOOL, files_of, read_model
from ml_tools.forecasting.train import train_on
from tests.unit.ml_tools.forecasting.planted import START, shop, true_demand

QUICK = ("factors",)
DAYS, HORIZON = 800, 45
PARTS = ("units", "at_least", "price", "discount")


@pytest.fixture(scope="module")
def planted():
    """The model of a shop with 800 days, the question after them, and what really came."""
    panel = shop(DAYS + HORIZON)
    past, ahead, units = panel.split(DAYS, history=120, horizon=HORIZON)
    return Ensemble.fit(panel.between(0, DAYS), members=QUICK), past, ahead, units


def rows_of(past):
    return np.arange(len(past))


def test_the_mean_is_close_to_the_true_demand(planted):
    ensemble, past, ahead, _ = planted
    truth = true_demand(DAYS + HORIZON)[:, DAYS:]
    mean = ensemble.forecast(past, ahead).mean
    assert mean.sum() == pytest.approx(truth.sum(), rel=0.04)
    assert np.abs(mean - truth).sum() / truth.sum() < 0.1


def test_bands_hold_on_days_that_nothing_was_learnt_from(planted):
    ensemble, past, ahead, units = planted
    prediction, rows = ensemble.forecast(past, ahead), rows_of(past)
    for low, high, share in ((0.1, 0.9, 0.8), (0.025, 0.975, 0.95)):
        inside = (units >= prediction.daily(rows, low)) & (units <= prediction.daily(rows, high))
        assert inside.mean() == pytest.approx(share, abs=0.05)


def test_the_whole_shops_sum_is_known_better_than_its_products(planted):
    ensemble, past, ahead, units = planted
    prediction, rows = ensemble.forecast(past, ahead), rows_of(past)
    low, high = (prediction.cumulative_together(rows, level)[-1] for level in (0.025, 0.975))
    each = [prediction.cumulative(rows, level)[:, -1].sum() for level in (0.025, 0.975)]
    assert low < units.sum() < high
    assert high - low < 0.7 * (each[1] - each[0])


def test_quantiles_of_every_kind_rise(planted):
    ensemble, past, ahead, _ = planted
    prediction, rows = ensemble.forecast(past, ahead), rows_of(past)
    levels = (0.01, 0.1, 0.5, 0.9, 0.99)
    for told in (
        [prediction.daily(rows, level) for level in levels],
        [prediction.cumulative(rows, level) for level in levels],
        [prediction.daily_together(rows, level) for level in levels],
        [prediction.cumulative_together(rows, level) for level in levels],
    ):
        assert (np.diff(np.array(told), axis=0) >= 0).all()


def test_one_product_together_is_the_product(planted):
    ensemble, past, ahead, _ = planted
    prediction = ensemble.forecast(past, ahead)
    one = np.array([3])
    assert prediction.cumulative_together(one, 0.9).tolist() == prediction.cumulative(one, 0.9)[0].tolist()


def test_alone_or_among_others_a_product_gets_the_same_forecast(planted):
    ensemble, past, ahead, _ = planted
    some = np.array([5, 2])
    together, alone = ensemble.forecast(past, ahead), ensemble.forecast(past.of(some), ahead.of(some))
    assert alone.mean == pytest.approx(together.mean[some])
    assert alone.daily(np.arange(2), 0.9) == pytest.approx(together.daily(some, 0.9))


def test_a_product_that_nobody_has_seen_is_forecast_from_its_own_days(planted):
    ensemble, past, ahead, units = planted
    stranger = replace(past, keys=tuple(f"new{at}" for at in range(len(past))), groups=("elsewhere",) * len(past))
    assert ensemble.forecast(stranger, ahead).mean.sum() == pytest.approx(units.sum(), rel=0.1)


def test_the_less_is_known_the_wider_the_band(planted):
    ensemble, past, ahead, _ = planted
    widths = []
    for days in (120, 10, 0):
        units = np.where(np.arange(120) < 120 - days, np.nan, past.units)
        few = replace(past, keys=("new",) * len(past), units=units)
        prediction = ensemble.forecast(few, ahead)
        low, high = (prediction.cumulative(rows_of(few), level)[:, -1] for level in (0.1, 0.9))
        widths.append(float(((high - low) / prediction.mean.sum(axis=1)).mean()))
        assert np.isfinite(prediction.mean).all()
    assert widths[0] < widths[1] < widths[2]


def test_a_product_without_a_past_sells_like_what_is_alike(planted):
    ensemble, past, ahead, _ = planted
    empty = replace(past, units=np.full_like(past.units, np.nan), alike=np.full(len(past), 30.0))
    mean = ensemble.forecast(empty, ahead).mean
    assert mean.mean() == pytest.approx(30.0, rel=0.5)


def oddities():
    rng = np.random.default_rng(3)
    usual = rng.poisson(20, 400).astype(float)
    spike, gap, pause = usual.copy(), usual.copy(), usual.copy()
    spike[-30] *= 1000
    gap[10:380] = np.nan
    pause[10:380] = 0
    return {
        "zeros": np.zeros(400),
        "one day": np.where(np.arange(400) == 399, 7.0, np.nan),
        "a gap of a year": gap,
        "a year without sales": pause,
        "a spike": spike,
        "nothing known": np.full(400, np.nan),
        "huge": usual * 1e7,
        "a sale a quarter": (np.arange(400) % 90 == 0).astype(float),
    }


@pytest.mark.parametrize("name", oddities())
def test_odd_series_get_finite_forecasts_beside_usual_ones(name):
    usual = shop(400, products=6)
    odd = Panel.of_units(["odd"], START, oddities()[name][None], groups=["a"])
    panel = replace(
        usual,
        keys=(*usual.keys, "odd"),
        groups=(*usual.groups, "a"),
        alike=np.append(usual.alike, np.nan),
        **{part: np.vstack([getattr(usual, part), getattr(odd, part)]) for part in PARTS},
    )
    ensemble = Ensemble.fit(panel, members=QUICK)
    past = panel.between(280, 400)
    prediction = ensemble.forecast(past, known_ahead(past, 180))
    assert np.isfinite(prediction.mean).all()
    assert (prediction.mean >= 0).all()
    rows = rows_of(past)
    assert np.isfinite(prediction.cumulative(rows, 0.999)).all()
    if name == "zeros":
        assert prediction.mean[-1].sum() < 2
    others = ensemble.forecast(past.of(np.arange(6)), known_ahead(past, 180).of(np.arange(6))).mean.mean()
    assert others == pytest.approx(usual.units.mean(), rel=0.6)


@pytest.mark.parametrize("days", [5, 15, 21, 30, 90])
def test_shops_of_every_age_learn_what_they_can(days):
    panel = shop(days, products=3)
    ensemble = Ensemble.fit(panel, members=QUICK)
    prediction = ensemble.forecast(panel, known_ahead(panel, 30))
    assert np.isfinite(prediction.mean).all()
    assert prediction.mean.mean() == pytest.approx(panel.units.mean(), rel=0.8)


def test_nothing_known_at_all_is_refused():
    with pytest.raises(ValueError, match="no known day"):
        Ensemble.fit(Panel.of_units(["a"], START, np.full((1, 50), np.nan)))


def test_a_leap_day_is_a_day_like_others():
    """Learnt over 29 February 2024, and forecast over 29 February 2028 and over its absence in 2027."""
    panel = shop(DAYS, products=6, start=date(2022, 6, 1))
    ensemble = Ensemble.fit(panel, members=QUICK)
    for start in (date(2027, 2, 1), date(2028, 2, 1)):
        past = replace(panel.between(DAYS - 120, DAYS), start=date(start.year - 1, 10, 4))
        ahead = replace(known_ahead(past, 45), start=start)
        mean = ensemble.forecast(past, ahead).mean.sum(axis=0)
        assert len(mean) == 45
        assert mean[28] == pytest.approx(mean[21], rel=0.15)


def test_fitting_twice_gives_the_same():
    past = shop(150, products=4)
    first, second = (Ensemble.fit(past, members=QUICK).forecast(past, known_ahead(past, 30)) for _ in range(2))
    assert first.mean.tolist() == second.mean.tolist()
    assert first.daily(np.arange(4), 0.9).tolist() == second.daily(np.arange(4), 0.9).tolist()


def test_what_is_read_from_an_artefact_forecasts_the_same(planted, tmp_path):
    ensemble, past, ahead, _ = planted
    saved = artefacts.save(
        tmp_path, TOOL, files_of(ensemble), name="x", trained_on="", as_of=None, licence="", quality={}
    )
    read = read_model(saved).ensemble
    before, after = ensemble.forecast(past, ahead), read.forecast(past, ahead)
    assert after.mean == pytest.approx(before.mean, rel=1e-5)
    assert after.daily(rows_of(past), 0.9) == pytest.approx(before.daily(rows_of(past), 0.9), rel=1e-4)
    assert read.verdict.table == pytest.approx(ensemble.verdict.table, nan_ok=True)


@pytest.mark.parametrize("file", [ARRAYS, DESCRIPTION])
def test_a_damaged_file_leaves_the_old_model_in_force(planted, tmp_path, file):
    panel = shop(200, products=3)
    train_on(panel, tmp_path, members=QUICK, now=artefact_time(1))
    serving = Serving(tmp_path)
    serving.load()
    in_force = serving.known
    train_on(panel, tmp_path, members=QUICK, now=artefact_time(2))
    damaged = tmp_path / TOOL / artefacts.versions(tmp_path, TOOL)[0] / file
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"\x00")
    serving.load()
    assert serving.known.version == in_force.version


def test_an_artefact_of_another_shape_is_broken(planted, tmp_path):
    files = files_of(planted[0])
    files[DESCRIPTION] = files[DESCRIPTION].replace(b'"p0", ', b"")
    saved = artefacts.save(tmp_path, TOOL, files, name="x", trained_on="", as_of=None, licence="", quality={})
    with pytest.raises(BrokenArtefact, match="right shape"):
        read_model(saved)


def test_a_better_or_equal_model_takes_over_and_a_worse_one_does_not(tmp_path):
    panel = shop(240, products=4)
    assert train_on(panel.between(0, 210), tmp_path, members=QUICK, now=artefact_time(1)).artefact
    assert train_on(panel.between(0, 225), tmp_path, members=QUICK, refresh=True, now=artefact_time(2)).artefact
    outcome = train_on(panel, tmp_path, members=("seasonal naive",), refresh=True, now=artefact_time(3))
    assert outcome.artefact is None
    assert "newest 28 days" in outcome.reason
    assert len(artefacts.versions(tmp_path, TOOL)) == 2


def test_a_few_new_days_are_no_reason_to_train_again(tmp_path):
    panel = shop(300, products=3)
    train_on(panel.between(0, 297), tmp_path, members=QUICK, now=artefact_time(1))
    outcome = train_on(panel, tmp_path, members=QUICK, refresh=True)
    assert (outcome.artefact, outcome.reason) == (None, "Only 3 days of sales came since the last training.")


def artefact_time(second):
    from datetime import UTC, datetime

    return datetime(2026, 1, 1, 0, 0, second, tzinfo=UTC)
