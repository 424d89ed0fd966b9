"""Learning what drives demand from the whole history of all products, judged by rolling backtests.

    python -m ml_tools.forecasting.train [--refresh] [--quick]

With `--refresh` the new model is written only if it is no worse than the one in force, on the newest weeks. What was
done is printed as JSON.
"""

import argparse
import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "2")  # the shop's requests need the other cores
os.environ.setdefault("OPENBLAS_NUM_THREADS", "2")

import numpy as np
import structlog

from common.errors import NotEnoughData, ShopclerkError
from common.logs import configure_logging
from common.settings import settings
from ml_tools import artefacts
from ml_tools.artefacts import Artefact
from ml_tools.errors import BrokenArtefact
from ml_tools.forecasting.calibration.backtest import smape
from ml_tools.forecasting.demand.panel import Panel
from ml_tools.forecasting.demand.reading import read
from ml_tools.forecasting.ensemble import QUICK, SERVED, Ensemble
from ml_tools.forecasting.models.base import HISTORY_DAYS, Progress, silent
from ml_tools.forecasting.schemas import About
from ml_tools.forecasting.service import today_utc
from ml_tools.forecasting.serving import newest_readable
from ml_tools.forecasting.shipping import NAME, TOOL, ServedModel, files_of
from store.sales import oldest_sales_day
from store.session import LONG_STATEMENT_TIMEOUT_MS, Database

log = structlog.get_logger()

MIN_DAYS = 28
MOST_DAYS = 5 * 365 + 1
COMPARED_DAYS = 28  # the newest, on which a new model is held against the one in force
LEAST_NEW_DAYS = 7  # without which it is too early for the next training
MUCH_WORSE = 1.05  # times the old error; less is noise, and the old model may have seen some of these days already


@dataclass(frozen=True)
class Outcome:
    """What became of a training: the artefact, or why the old model stays."""

    artefact: Artefact | None
    reason: str


async def train_from_store(
    database: Database,
    models: Path,
    *,
    refresh: bool = False,
    quick: bool = False,
    today: Callable[[], date] = today_utc,
    progress: Progress = silent,
) -> Outcome:
    """Train on the whole store and write a new version under `models`. NotEnoughData with less than four weeks."""
    panel = await read_panel(database, today())
    members = QUICK if quick else SERVED
    return await asyncio.to_thread(train_on, panel, models, refresh=refresh, members=members, progress=progress)


async def read_panel(database: Database, today: date) -> Panel:
    """All products' days since the first sale; NotEnoughData for a shop with less than four weeks."""
    async with database.begin() as session:
        first = await oldest_sales_day(session)
        if first is None:
            raise NotEnoughData("The shop has no sales yet, so there is nothing to learn from.")
        days = min(max((today - first).days, 1), MOST_DAYS)
        reading = await read(session, About(), days=days, horizon=0, today=today, everything_alike=True)
        panel = reading.panel
    known = int(panel.observed.any(axis=0).sum())
    if known < MIN_DAYS:
        raise NotEnoughData(f"Forecasts are learnt from at least {MIN_DAYS} days of the shop's sales; it has {known}.")
    return panel


def train_on(
    panel: Panel,
    models: Path,
    *,
    refresh: bool = False,
    members: tuple[str, ...] = SERVED,
    progress: Progress = silent,
    now: datetime | None = None,
) -> Outcome:
    """Fit, judge, compare, write down."""
    if refresh and (reason := _reason_to_stay(panel, models, members, progress)):
        return Outcome(None, reason)
    ensemble = Ensemble.fit(panel, progress, members=members)
    sold = float(np.nansum(panel.units))
    quality = ensemble.verdict.quality(len(ensemble.learnt.keys)) if ensemble.verdict else {}
    artefact = artefacts.save(
        models,
        TOOL,
        files_of(ensemble),
        name=NAME,
        trained_on=f"{sold:,.0f} units of {len(panel):,} products sold on {panel.length:,} days",
        as_of=panel.end,
        licence="the shop's own data",
        quality=quality,
        now=now,
    )
    return Outcome(artefact, "It was trained.")


def _reason_to_stay(panel: Panel, models: Path, members: tuple[str, ...], progress: Progress) -> str | None:
    """Why the model in force stays; None where a new one is due and no worse."""
    serving = _serving(models)
    if serving is None or serving.manifest is None or serving.manifest.as_of is None:
        return None
    as_of = serving.manifest.as_of
    came = (panel.end - as_of).days
    if tuple(serving.ensemble.members) == members and 0 <= came < LEAST_NEW_DAYS:
        return f"Only {came} days of sales came since the last training."
    return _worse_than(serving.ensemble, panel, members, progress)


def _worse_than(serving: Ensemble, panel: Panel, members: tuple[str, ...], progress: Progress) -> str | None:
    """The newest weeks are held back from a training like the new one, and both models forecast them."""
    origin = panel.length - COMPARED_DAYS
    before = panel.between(0, origin)
    if origin < MIN_DAYS or not before.observed.any():
        return None
    progress("comparing with the model in force")
    new = Ensemble.fit(before, progress, members=members)
    past, ahead, units = panel.split(origin, history=HISTORY_DAYS, horizon=COMPARED_DAYS)
    errors = [smape_of_all(model.forecast(past, ahead).mean, units) for model in (new, serving)]
    if not np.isfinite(errors).all() or errors[0] <= MUCH_WORSE * errors[1]:
        return None
    return (
        f"On the newest {COMPARED_DAYS} days a newly trained model is off by {errors[0]:.2f} % (sMAPE), the one in "
        f"force by {errors[1]:.2f} %."
    )


def smape_of_all(mean: np.ndarray, units: np.ndarray) -> float:
    """The mean over products of their sMAPE, leaving out those of which no day is known."""
    each = [smape(actual, expected) for actual, expected in zip(units, mean, strict=True)]
    return float(np.nanmean(each)) if np.isfinite(each).any() else float("nan")


def _serving(models: Path) -> ServedModel | None:
    """The model in force; None also where every version is damaged: then any new one is better."""
    try:
        return newest_readable(models)
    except BrokenArtefact:
        return None


async def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="factors alone, without networks: seconds")
    parser.add_argument("--refresh", action="store_true", help="keep the old model where the new one is worse")
    options = parser.parse_args()
    config = settings()
    configure_logging("train", config.log_level)
    if config.database_url is None:
        raise SystemExit("DATABASE_URL is not set. `shopclerk train forecasting` sets it.")
    import torch

    torch.set_num_threads(config.threads)
    if options.refresh and hasattr(os, "nice"):
        os.nice(10)  # the shop's requests come first
    database = Database(config.database_url, pool_size=1, timeout_ms=LONG_STATEMENT_TIMEOUT_MS)
    try:
        outcome = await train_from_store(
            database, config.trained_dir, refresh=options.refresh, quick=options.quick, progress=_tell
        )
    except ShopclerkError as error:
        raise SystemExit(error.message) from error
    finally:
        await database.close()
    done = outcome.artefact.manifest.model_dump_json(indent=2) if outcome.artefact else outcome.reason
    print(done)  # noqa: T201 (what was trained is this command's output)


def _tell(line: str) -> None:
    log.info("training", step=line)


if __name__ == "__main__":
    asyncio.run(_main())
