"""How fast very many products are forecast: in this process, and through Ray Data as it would run on many machines.

    .venv/bin/python -m benchmarks.forecast_many [--series 10000] [--ray] [--workers 2] [--json]

The sales are made up: Parquet files of 500 products with 120 days each. The model is a quick one, trained on 300 such
products with three years. `bare` is the same function over the same files in a loop; `ray` (the extra `scale`) counts
from the call to the last Parquet file written, its start-up included.
"""

import argparse
import json
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from common.logs import configure_logging
from ml_tools.forecasting.bulk import BulkForecaster, forecast_files
from ml_tools.forecasting.demand.panel import Panel
from ml_tools.forecasting.ensemble import QUICK
from ml_tools.forecasting.train import train_on

START = date(2023, 1, 2)
TRAINING_DAYS, DAYS, HORIZON, A_FILE, TRAINED_ON = 1095, 120, 45, 500, 300
WEEKDAYS = np.array([0.8, 0.8, 0.9, 1.0, 1.2, 1.4, 0.9])


def units(count: int, days: int, first: int, seed: int) -> np.ndarray:
    """Poisson counts [count, days] with a week and a year, from the day `first` after START on."""
    rng = np.random.default_rng(seed)
    at = first + np.arange(days)
    shape = WEEKDAYS[at % 7] * (1 + 0.4 * np.sin(2 * np.pi * at / 365.25))
    return rng.poisson(np.exp(rng.normal(2, 1, count))[:, None] * shape)


def write_sales(folder: Path, series: int) -> list[str]:
    paths = []
    days = np.datetime64(START) + TRAINING_DAYS - DAYS + np.arange(DAYS)
    for at in range(0, series, A_FILE):
        count = min(A_FILE, series - at)
        table = pa.table(
            {
                "key": np.repeat([f"p{at + row}" for row in range(count)], DAYS),
                "category": np.repeat([f"c{row % 20}" for row in range(count)], DAYS),
                "day": np.tile(days, count),
                "units": units(count, DAYS, TRAINING_DAYS - DAYS, seed=at).ravel(),
            }
        )
        paths.append(str(folder / f"{at}.parquet"))
        pq.write_table(table, paths[-1])
    return paths


def train(models: Path) -> None:
    keys = [f"t{row}" for row in range(TRAINED_ON)]
    groups = [f"c{row % 20}" for row in range(TRAINED_ON)]
    panel = Panel.of_units(keys, START, units(TRAINED_ON, TRAINING_DAYS, 0, seed=1).astype(float), groups=groups)
    train_on(panel, models, members=QUICK)


def bare(models: Path, paths: list[str]) -> float:
    """Seconds."""
    started = time.perf_counter()
    worker = BulkForecaster(str(models), HORIZON)
    for _ in worker({"path": paths}):
        pass
    return time.perf_counter() - started


def with_ray(models: Path, paths: list[str], workers: int, target: Path) -> tuple[float, int]:
    """Seconds, and how many days were forecast."""
    import ray

    ray.init(num_cpus=workers, include_dashboard=False, log_to_driver=False, logging_level="error")
    started = time.perf_counter()
    made = forecast_files(paths, models=models, horizon=HORIZON, workers=workers, target=target)
    seconds = time.perf_counter() - started
    ray.shutdown()
    return seconds, made


def main() -> None:
    parser = argparse.ArgumentParser(description="How fast very many products are forecast.")
    parser.add_argument("--series", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--ray", action="store_true")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    configure_logging("benchmark", "WARNING")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = write_sales(folder, arguments.series)
        train(folder / "models")
        found: dict[str, float] = {"series": arguments.series, "days_ahead": HORIZON}
        found["bare_seconds"] = bare(folder / "models", paths)
        if arguments.ray:
            seconds, made = with_ray(folder / "models", paths, arguments.workers, folder / "forecasts")
            found |= {"ray_seconds": seconds, "ray_workers": arguments.workers, "ray_days_forecast": made}
            found["ray_series_a_second"] = arguments.series / seconds
    rounded = {key: round(value, 2) for key, value in found.items()}
    print(
        json.dumps(rounded) if arguments.json else "\n".join(f"{key:22} {value:>12,}" for key, value in rounded.items())
    )


if __name__ == "__main__":
    main()
