"""From what was read of a subject to its outlook: the served model where there is one, else what the days read tell."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from common.errors import ImpossibleHorizon, NotEnoughData
from ml_tools.forecasting.advice.outlook import Outlook
from ml_tools.forecasting.calibration.prediction import Prediction
from ml_tools.forecasting.demand.panel import Ahead
from ml_tools.forecasting.demand.reading import Reading
from ml_tools.forecasting.demand.season import Floats
from ml_tools.forecasting.ensemble import QUICK, Ensemble
from ml_tools.forecasting.models.base import HISTORY_DAYS
from ml_tools.forecasting.schemas import MAX_HORIZON_DAYS, MIN_HORIZON_DAYS, ForecastQuality, SubjectKind
from ml_tools.forecasting.shipping import NAME, ServedModel
from ml_tools.registry import ModelName

MIN_OBSERVED_DAYS = 28  # without a trained model
FEW_DAYS = 28
MEASURE = "sMAPE of weeks"
UNTRAINED = (
    "No model has been trained on this shop yet, so this comes from these products' newest days alone: no season, and "
    "cautious ranges. `shopclerk train forecasting` does it, and so does the night."
)
NO_YEAR = "The time of the year is not accounted for: the shop's own history is too short to tell."


@dataclass(frozen=True)
class Foreseen:
    """An outlook with the prediction behind it, and how good the model was on this subject's past."""

    outlook: Outlook
    prediction: Prediction
    quality: ForecastQuality

    @property
    def weights(self) -> dict[str, float]:
        """How much each member counted, by what they expect of the products."""
        size = np.maximum(self.prediction.mean.sum(axis=1), 1e-9)
        shares = {name: float((weight * size).sum() / size.sum()) for name, weight in self.prediction.weights.items()}
        return {name: round(share, 3) for name, share in shares.items()}


def foreseen(
    reading: Reading, model: ServedModel | None, *, bias: Floats, changed: Callable[[Ahead], Ahead] | None = None
) -> Foreseen:
    """Forecast what was read, each product times its `bias` [series].

    NotEnoughData where nothing was trained and these products have too short a past.
    """
    served = model or _fitted_here(reading)
    panel = reading.panel
    past = panel.between(panel.length - HISTORY_DAYS, panel.length)
    ahead = changed(reading.ahead) if changed else reading.ahead
    prediction = served.ensemble.forecast(past, ahead).times(bias)
    quality, notes = _quality(reading, served.ensemble)
    everything = np.arange(len(past))
    outlook = Outlook(
        subject=reading.subject,
        model=ModelName(name=NAME, version=served.version),
        as_of=reading.as_of,
        past=past,
        ahead=ahead,
        mean=prediction.mean,
        daily=lambda level: prediction.daily_together(everything, level),
        cumulative=lambda level: prediction.cumulative_together(everything, level),
        notes=[*reading.notes, *_notes(reading, served), *notes],
    )
    return Foreseen(outlook, prediction, quality)


def check_horizon(days: int) -> None:
    """Raise ImpossibleHorizon, with the reason, unless `days` can be forecast."""
    if days < MIN_HORIZON_DAYS:
        raise ImpossibleHorizon(
            f"A forecast looks ahead: {days:,} days is no time in the future. "
            f"Ask for {MIN_HORIZON_DAYS} to {MAX_HORIZON_DAYS} days."
        )
    if days > MAX_HORIZON_DAYS:
        raise ImpossibleHorizon(
            f"{days:,} days is too far ahead to say anything worth knowing. The longest is {MAX_HORIZON_DAYS} days."
        )


def _fitted_here(reading: Reading) -> ServedModel:
    """Factors alone, fitted to what was read: milliseconds for a product, about a second for a whole shop."""
    observed = int(reading.panel.observed.any(axis=0).sum())
    if observed < MIN_OBSERVED_DAYS:
        raise NotEnoughData(
            f"Without a trained model a forecast needs at least {MIN_OBSERVED_DAYS} days on which "
            f"{reading.subject.name} was on sale and in stock; there are {observed}. `shopclerk train forecasting` "
            "learns from all products, and then forecasts new ones as well."
        )
    ensemble = Ensemble.fit(reading.panel, members=QUICK)
    if ensemble.verdict is None:
        raise NotEnoughData(
            f"Too many days of the past of {reading.subject.name} are missing or sold out to tell how good a forecast "
            "would be."
        )
    return ServedModel(ensemble, None)


def _notes(reading: Reading, served: ServedModel) -> list[str]:
    notes = [] if served.manifest else [UNTRAINED]
    notes += _note_on_short_past(reading)
    if served.manifest and (served.ensemble.factors.yearly == 1).all():
        notes.append(NO_YEAR)
    promoted = int((reading.ahead.discount > 0).any(axis=0).sum())
    if promoted and (served.ensemble.factors.promotion > 0).any():
        days = "one of these days" if promoted == 1 else f"{promoted} of these days"
        notes.append(f"Promotions are planned on {days}; what they usually bring is counted in.")
    return notes


def _note_on_short_past(reading: Reading) -> list[str]:
    """Of one product: what stands in for a past that it does not have."""
    if reading.subject.kind is not SubjectKind.PRODUCT or reading.first_sold[0] is None:
        return []
    known = int(reading.panel.observed[0, -HISTORY_DAYS:].sum())
    name = reading.subject.name
    if known == 0:
        return [
            f"{name} was missing or out of stock on all of the last {HISTORY_DAYS} days: what is alike in the category "
            "stands in for them."
        ]
    if known < FEW_DAYS:
        days = "1 day" if known == 1 else f"{known} days"
        return [
            f"Only {days} of the sales of {name} are known; its category and what is alike fill in, and the ranges are "
            "wider for it."
        ]
    return []


def _quality(reading: Reading, ensemble: Ensemble) -> tuple[ForecastQuality, list[str]]:
    """The subject's own row of the verdict, else its category's, else the shop's, with a note that says so."""
    verdict, learnt = ensemble.verdict, ensemble.learnt
    if verdict is None:
        raise NotEnoughData("The shop's past is too short to tell how good a forecast would be.")
    groups = {group: len(learnt.keys) + at for at, group in enumerate(learnt.groups)}
    shop = len(verdict.table) - 1
    if reading.subject.kind is SubjectKind.PRODUCT:
        own = learnt.keys.index(reading.panel.keys[0]) if reading.panel.keys[0] in learnt.keys else None
        rows = [own, groups.get(reading.panel.groups[0]), shop]
    elif reading.subject.kind is SubjectKind.CATEGORY:
        rows = [groups.get(str(reading.subject.id)), shop]
    else:
        rows = [shop]
    usable = [row for row in rows if row is not None and np.isfinite(verdict.table[row, :4]).all()]
    if not usable:
        raise NotEnoughData("Too few days of the shop's past are known to tell how good a forecast would be.")
    note = [] if usable[0] == rows[0] else [_borrowed(usable[0] == shop, reading)]
    return _told(verdict.table[usable[0]], verdict.windows), note


def _borrowed(from_shop: bool, reading: Reading) -> str:
    whose = "the whole shop's sum" if from_shop else "its category's sum"
    return f"How good past forecasts were is measured on {whose}: {reading.subject.name} itself has too short a past."


def _told(row: Floats, windows: int) -> ForecastQuality:
    error, naive, inner, outer = (float(value) for value in row[:4])
    return ForecastQuality(
        error_measure=MEASURE,
        error=round(error, 1),
        naive_error=round(naive, 1),
        coverage80=round(inner, 3),
        coverage95=round(outer, 3),
        windows=windows,
    )
