"""Forecasting more products than one machine has time for: the service's own function, over Ray Data.

Needs the extra `scale` (`pip install 'shopclerk[scale]'`). Sales come as Parquet files, in a folder or in object
storage, each with the whole past of some products: `key`, `category`, `day`, `units`, and where known `price` and
`discount` (a share). A day without a row is unknown; one without sales has a row of 0 units. What is written are
Parquet files with a row for each product and day ahead (docs/scaling.md).
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from common.errors import BadRequest, ModelUnavailable
from ml_tools.forecasting.advice.outlooks import check_horizon
from ml_tools.forecasting.calibration.backtest import known_ahead
from ml_tools.forecasting.demand.panel import Panel
from ml_tools.forecasting.demand.season import Floats
from ml_tools.forecasting.models.base import HISTORY_DAYS
from ml_tools.forecasting.serving import newest_readable, one_thread_a_request
from ml_tools.forecasting.shipping import ServedModel

COLUMNS = ("key", "category", "day", "units")
LEVELS = {"lo95": 0.025, "lo80": 0.1, "hi80": 0.9, "hi95": 0.975}


class BulkForecaster:
    """One worker: loads the model once, then turns the names of files into forecasts of what is in them."""

    def __init__(self, models: str, horizon: int) -> None:
        one_thread_a_request()
        found = newest_readable(Path(models))
        if found is None:
            raise ModelUnavailable("No model has been trained: `shopclerk train forecasting` does it.")
        self._model, self._horizon = found, horizon

    def __call__(self, batch: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """`{path}` [files] -> for each file `{key, day, mean, lo95, lo80, hi80, hi95}` [products x horizon]."""
        for path in batch["path"]:
            yield forecasts(self._model, pq.read_table(str(path)), self._horizon)


def forecast_files(
    paths: Sequence[str], *, models: Path, horizon: int, workers: int, target: Path | None = None
) -> int:
    """Forecast what is in the files on `workers` processes of a Ray cluster; returns how many days were forecast.

    Writes Parquet into `target` if given. Raises ImpossibleHorizon.
    """
    check_horizon(horizon)
    import ray

    forecast = ray.data.from_items([{"path": str(path)} for path in paths]).map_batches(
        BulkForecaster, fn_constructor_args=(str(models), horizon), batch_size=1, concurrency=workers
    )
    if target is None:
        return int(forecast.materialize().count())
    forecast.write_parquet(str(target))
    return int(ray.data.read_parquet(str(target)).count())


def forecasts(model: ServedModel, table: pa.Table, horizon: int) -> dict[str, Any]:
    """The forecasts of all products of a table of sales, after its newest day."""
    panel = panel_of(table)
    past = panel.between(panel.length - HISTORY_DAYS, panel.length)
    ahead = known_ahead(past, horizon)
    prediction = model.ensemble.forecast(past, ahead)
    rows = np.arange(len(past))
    bands = {name: prediction.daily(rows, level).ravel().astype(np.float32) for name, level in LEVELS.items()}
    return {
        "key": np.repeat(np.array(past.keys), horizon),
        "day": np.tile(ahead.days, len(past)),
        "mean": prediction.mean.ravel().astype(np.float32),
        **bands,
    }


def panel_of(table: pa.Table) -> Panel:
    """The panel of a table of sales; BadRequest where a column is missing, or nothing is in it."""
    if missing := [name for name in COLUMNS if name not in table.column_names]:
        raise BadRequest(f"The sales lack the column {' and '.join(missing)}.")
    if not table.num_rows:
        raise BadRequest("The sales have no rows.")
    keys, row = np.unique(table["key"].to_numpy(zero_copy_only=False).astype(str), return_inverse=True)
    days = table["day"].cast(pa.date32()).to_numpy().astype("datetime64[D]")
    start, length = days.min(), int((days.max() - days.min()).astype(int)) + 1
    at = (days - start).astype(np.int64)
    categories = np.full(len(keys), "", dtype=object)
    categories[row] = table["category"].to_numpy(zero_copy_only=False)

    def spread(name: str, otherwise: float) -> Floats:
        grid = np.full((len(keys), length), otherwise)
        if name in table.column_names:
            grid[row, at] = table[name].to_numpy(zero_copy_only=False)
        return grid

    units = spread("units", np.nan)
    return Panel(
        tuple(keys.tolist()),
        tuple(str(category) for category in categories),
        start.astype(object),
        np.where(units < 0, 0.0, units),
        at_least=np.full(units.shape, np.nan),
        price=np.maximum(np.nan_to_num(spread("price", 1.0), nan=1.0), 0.01),
        discount=np.clip(np.nan_to_num(spread("discount", 0.0)), 0, 0.99),
        alike=np.full(len(keys), np.nan),
    )
