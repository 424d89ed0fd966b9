"""Holding the forecaster and its peers against sales that they have not seen: many series, several origins, same rows.

Every model gets the `history` days before an origin and forecasts the `horizon` days from it. The season profile is
learnt only from a file that is given for training, and from no day of it on or after the origin.
"""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from statsforecast.models import AutoETS, AutoTheta, SeasonalNaive

from common.errors import BadRequest
from ml_tools.forecasting.backtest import smape
from ml_tools.forecasting.features import History, from_units
from ml_tools.forecasting.model import predict
from ml_tools.forecasting.season import NO_SEASON, SHOP, Floats, GroupSeason, calendar, weekdays
from ml_tools.forecasting.train import MIN_WEEKDAY_DAYS, GroupSales, train_profile

SERVED = "shopclerk"
PEERS = ("seasonal naive", "weekday mean", "AutoETS", "AutoTheta")
LEVELS = (80, 95)
WEEK = 7


@dataclass(frozen=True)
class Panel:
    """Daily units [days, series] from `start` on; NaN where a series has no row."""

    start: date
    units: Floats
    names: list[str]

    @property
    def end(self) -> date:
        return self.start + timedelta(days=len(self.units) - 1)

    def position(self, day: date) -> int:
        return (day - self.start).days


@dataclass(frozen=True)
class Case:
    """One series at one origin: what models may see, what came after [horizon], and the season that was learnt."""

    history: History
    actual: Floats
    season: GroupSeason
    peers: bool


Scores = dict[str, dict[str, float]]  # measure -> model -> value


def read_panel(path: Path) -> Panel:
    """A sales file (csv, csv.gz or parquet) with the columns date, any that name a series, and sales."""
    frame = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
    missing = {"date", "sales"} - set(frame.columns)
    if missing:
        raise BadRequest(f"{path.name} lacks the column {' and '.join(sorted(missing))}.")
    series = [column for column in frame.columns if column not in ("date", "sales")]
    try:
        frame["date"] = pd.to_datetime(frame["date"]).dt.normalize()
        frame["sales"] = pd.to_numeric(frame["sales"]).astype(float)
    except (ValueError, TypeError) as error:
        raise BadRequest(f"{path.name} has a date or a number that cannot be read: {error}") from error
    frame["series"] = frame[series].astype(str).agg("/".join, axis=1) if series else "all"
    wide = frame.pivot_table(index="date", columns="series", values="sales", aggfunc="sum", sort=True)
    wide = wide.reindex(pd.date_range(wide.index.min(), wide.index.max(), freq="D"))
    return Panel(wide.index[0].date(), wide.to_numpy(dtype=float), [str(name) for name in wide.columns])


def season_before(panel: Panel | None, origin: date) -> GroupSeason:
    """The season learnt from the days of a training panel before `origin`; none without a panel or with few days."""
    days = min(panel.position(origin), len(panel.units)) if panel else 0
    if panel is None or days < MIN_WEEKDAY_DAYS:
        return NO_SEASON
    units = panel.units[:days]
    totals = np.where(np.isfinite(units).any(axis=1), np.nansum(units, axis=1), np.nan)
    return train_profile({SHOP: GroupSales(panel.start, totals, np.zeros(days))}).profile.of(SHOP)


def cases(
    panel: Panel,
    origins: list[date],
    *,
    history: int,
    horizon: int,
    train: Panel | None,
    sample: int | None,
    peers: bool,
) -> Iterator[Case]:
    """Every series (or `sample` of them, drawn with a fixed seed) at every origin. BadRequest when days are lacking."""
    chosen = np.arange(len(panel.names))
    if sample is not None and sample < len(chosen):
        chosen = np.sort(np.random.default_rng(0).choice(chosen, sample, replace=False))
    for origin in origins:
        at = panel.position(origin)
        if at - history < 0 or at + horizon > len(panel.units):
            raise BadRequest(
                f"Origin {origin} needs {history} days before and {horizon} from it on; "
                f"the file has {panel.start} to {panel.end}."
            )
        season = season_before(train, origin)
        for series in chosen:
            past = from_units(origin - timedelta(days=history), panel.units[at - history : at, series])
            yield Case(past, panel.units[at : at + horizon, series], season, peers)


def evaluate(work: list[Case], *, jobs: int) -> Scores:
    """The measures of all models over all cases; in `jobs` processes."""
    if jobs == 1:
        measured = [measure(case) for case in work]
    else:
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
            measured = list(pool.map(measure, work, chunksize=8))
    return _averages(measured)


def measure(case: Case) -> Scores:
    """sMAPE, MAE, MASE, and of both bands the coverage and the mean width, of each model on one case."""
    scores: Scores = {}
    scale = _naive_scale(case.history)
    for model, forecast in _forecasts(case):
        known = np.isfinite(case.actual)
        error = float(np.abs(case.actual - forecast["mean"])[known].mean()) if known.any() else float("nan")
        values = {"sMAPE": smape(case.actual, forecast["mean"]), "MAE": error, "MASE": error / scale}
        for level in LEVELS:
            if f"lo{level}" in forecast:
                low, high = forecast[f"lo{level}"], forecast[f"hi{level}"]
                inside = (case.actual >= low) & (case.actual <= high)
                values[f"coverage{level}"] = float(inside[known].mean()) if known.any() else float("nan")
                values[f"width{level}"] = float((high - low).mean())
            if f"total_lo{level}" in forecast and known.all():
                low, high = forecast[f"total_lo{level}"], forecast[f"total_hi{level}"]
                values[f"total_coverage{level}"] = float(low[0] <= case.actual.sum() <= high[0])
        for name, value in values.items():
            scores.setdefault(name, {})[model] = value
    return scores


def _forecasts(case: Case) -> Iterator[tuple[str, dict[str, Floats]]]:
    horizon, units = len(case.actual), case.history.units
    served = predict(case.history, horizon, case.season)
    bands = {level: (served.bands[level / 100], served.total_bands[level / 100]) for level in LEVELS}
    yield (
        SERVED,
        {
            "mean": served.mean,
            **{f"lo{level}": band.low for level, (band, _) in bands.items()},
            **{f"hi{level}": band.high for level, (band, _) in bands.items()},
            **{f"total_lo{level}": total.low for level, (_, total) in bands.items()},
            **{f"total_hi{level}": total.high for level, (_, total) in bands.items()},
        },
    )
    if case.peers:
        yield "seasonal naive", _peer(SeasonalNaive(WEEK), units, horizon)
        yield "weekday mean", {"mean": _weekday_mean(case.history, horizon)}
        yield "AutoETS", _peer(AutoETS(WEEK), units, horizon)
        yield "AutoTheta", _peer(AutoTheta(WEEK), units, horizon)


def _peer(model: SeasonalNaive | AutoETS | AutoTheta, units: Floats, horizon: int) -> dict[str, Floats]:
    if np.ptp(units) == 0:
        return {"mean": np.full(horizon, units[0])}
    answer = model.forecast(y=units, h=horizon, level=list(LEVELS))
    bands = {f"{end}{level}": np.asarray(answer[f"{end}-{level}"]) for end in ("lo", "hi") for level in LEVELS}
    return {"mean": np.asarray(answer["mean"]), **bands}


def _weekday_mean(history: History, horizon: int) -> Floats:
    days: NDArray[np.int64] = weekdays(calendar(history.start, len(history.units) + horizon))
    past = days[: len(history.units)]
    means = np.array([history.units[past == day].mean() if (past == day).any() else 0.0 for day in range(WEEK)])
    return means[days[len(history.units) :]]


def _naive_scale(history: History) -> float:
    """MASE's denominator: the error of repeating last week, within the history (Hyndman and Koehler, 2006)."""
    return max(float(np.abs(history.units[WEEK:] - history.units[:-WEEK]).mean()), 1e-9)


def _averages(measured: list[Scores]) -> Scores:
    gathered: dict[str, dict[str, list[float]]] = {}
    for scores in measured:
        for name, by_model in scores.items():
            for model, value in by_model.items():
                gathered.setdefault(name, {}).setdefault(model, []).append(value)
    return {
        name: {model: round(float(np.nanmean(values)), 4) for model, values in by_model.items()}
        for name, by_model in gathered.items()
    }
