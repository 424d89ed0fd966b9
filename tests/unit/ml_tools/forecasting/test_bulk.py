"""Forecasts of very many products: the same numbers as one by one, from files; through Ray where it is installed."""

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from common.errors import BadRequest, ImpossibleHorizon, ModelUnavailable
from ml_tools.forecasting.bulk import BulkForecaster, forecast_files, panel_of
from ml_tools.forecasting.calibration.backtest import known_ahead
from ml_tools.forecasting.serving import newest_readable
from ml_tools.forecasting.train import train_on
from tests.unit.ml_tools.forecasting.planted import shop

HORIZON = 14


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    train_on(shop(200, products=6), folder, members=("factors",))
    return folder


def table_of(panel, **more) -> pa.Table:
    return pa.table(
        {
            "key": np.repeat(panel.keys, panel.length),
            "category": np.repeat(panel.groups, panel.length),
            "day": np.tile(panel.days, len(panel)),
            "units": panel.units.ravel(),
            **more,
        }
    )


@pytest.fixture
def files(tmp_path):
    panel = shop(120, products=6)
    paths = [str(tmp_path / f"{at}.parquet") for at in (0, 1)]
    for path, rows in zip(paths, ([0, 1, 2], [3, 4, 5]), strict=True):
        pq.write_table(table_of(panel.of(rows)), path)
    return panel, paths


def test_files_are_forecast_as_their_panel_would_be(models, files):
    panel, paths = files
    made = list(BulkForecaster(str(models), HORIZON)({"path": paths}))
    mean = np.concatenate([part["mean"] for part in made]).reshape(6, HORIZON)
    expected = newest_readable(models).ensemble.forecast(panel, known_ahead(panel, HORIZON)).mean
    assert mean == pytest.approx(expected, rel=1e-5)
    assert np.concatenate([part["key"] for part in made]).tolist() == list(np.repeat(panel.keys, HORIZON))
    for part in made:
        bands = [part[name] for name in ("lo95", "lo80", "mean", "hi80", "hi95")]
        assert (np.diff(np.array(bands), axis=0) >= -1e-5).all()


def test_days_without_a_row_are_unknown_and_negative_ones_are_no_demand():
    table = pa.table(
        {
            "key": ["b", "a", "b"],
            "category": ["x", "y", "x"],
            "day": [date(2024, 2, 28), date(2024, 3, 1), date(2024, 2, 29)],
            "units": [3.0, -2.0, 4.0],
        }
    )
    panel = panel_of(table)
    assert (panel.keys, panel.groups, panel.start) == (("a", "b"), ("y", "x"), date(2024, 2, 28))
    assert np.nan_to_num(panel.units, nan=-1).tolist() == [[-1, -1, 0], [3, 4, -1]]


def test_sales_without_a_needed_column_or_a_row_are_refused(files):
    table = table_of(files[0])
    with pytest.raises(BadRequest, match="column day"):
        panel_of(table.drop_columns(["day"]))
    with pytest.raises(BadRequest, match="no rows"):
        panel_of(table.slice(0, 0))


def test_without_a_model_or_with_an_impossible_horizon_nothing_is_begun(tmp_path, files):
    with pytest.raises(ModelUnavailable, match="shopclerk train forecasting"):
        BulkForecaster(str(tmp_path / "none"), HORIZON)
    with pytest.raises(ImpossibleHorizon):
        forecast_files(files[1], models=tmp_path, horizon=0, workers=1)


def test_an_ensemble_with_every_member_that_serves_is_read_as_it_was_written(tmp_path):
    panel = shop(60, products=2)
    artefact = train_on(panel, tmp_path).artefact
    assert artefact is not None
    prediction = newest_readable(tmp_path).ensemble.forecast(panel, known_ahead(panel, HORIZON))
    assert set(prediction.parts) == {"factors", "LightGBM", "CNN"}
    assert np.isfinite(prediction.mean).all()
