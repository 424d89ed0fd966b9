"""The batch over Ray Data writes what the same function says in this process; skipped where Ray is not installed."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ml_tools.forecasting.bulk import BulkForecaster, forecast_files
from ml_tools.forecasting.train import train_on
from tests.unit.ml_tools.forecasting.planted import shop

ray = pytest.importorskip("ray", reason="Ray is the optional extra `scale`")
HORIZON = 14


@pytest.fixture
def cluster():
    ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False, logging_level="error")
    yield
    ray.shutdown()


def test_ray_writes_the_forecasts_of_every_file(cluster, tmp_path):
    panel = shop(120, products=4)
    train_on(panel, tmp_path / "models", members=("factors",))
    table = pa.table(
        {
            "key": np.repeat(panel.keys, panel.length),
            "category": np.repeat(panel.groups, panel.length),
            "day": np.tile(panel.days, len(panel)),
            "units": panel.units.ravel(),
        }
    )
    paths = [str(tmp_path / f"{at}.parquet") for at in (0, 1)]
    half = table.num_rows // 2
    for path, rows in zip(paths, (table.slice(0, half), table.slice(half)), strict=True):
        pq.write_table(rows, path)
    made = forecast_files(paths, models=tmp_path / "models", horizon=HORIZON, workers=1, target=tmp_path / "out")
    here = list(BulkForecaster(str(tmp_path / "models"), HORIZON)({"path": paths}))
    assert made == 4 * HORIZON
    written = pq.read_table(tmp_path / "out").sort_by([("key", "ascending"), ("day", "ascending")])
    expected = np.concatenate([part["mean"] for part in here])
    assert written["mean"].to_numpy() == pytest.approx(expected)
