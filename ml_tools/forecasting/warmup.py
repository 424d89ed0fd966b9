"""Everything once before the first request: models that compile or cache at first use, and the chart's fonts."""

from datetime import date

import numpy as np

from ml_tools.forecasting.calibration.backtest import known_ahead
from ml_tools.forecasting.chart.drawing import ChartData, draw
from ml_tools.forecasting.demand.panel import Panel
from ml_tools.forecasting.ensemble import QUICK, Ensemble
from ml_tools.forecasting.models.base import HISTORY_DAYS
from ml_tools.forecasting.schemas import ForecastPoint, Interval, Subject, SubjectKind
from ml_tools.forecasting.shipping import ServedModel

HORIZON = 45


def warm_up(model: ServedModel | None) -> None:
    """Forecast and draw a made-up product; raises when anything in the tool does not work."""
    start = date(2024, 1, 1)
    units = (np.arange(HISTORY_DAYS, dtype=np.float64) % 7 + 5)[None]
    past = Panel.of_units(["warm-up"], start, units)
    ahead = known_ahead(past, HORIZON)
    ensemble = model.ensemble if model else Ensemble.fit(past, members=QUICK)
    prediction = ensemble.forecast(past, ahead)
    rows = np.arange(1)
    low, high = prediction.daily_together(rows, 0.1), prediction.daily_together(rows, 0.9)
    points = [
        ForecastPoint(day=day, mean=mean, lo80=lo, hi80=hi, lo95=lo, hi95=hi)
        for day, mean, lo, hi in zip(ahead.days.tolist(), prediction.mean[0], low, high, strict=True)
    ]
    sums = {level: float(prediction.cumulative_together(rows, level)[-1]) for level in (0.1, 0.9)}
    total = Interval(mean=float(prediction.mean.sum()), lo80=sums[0.1], hi80=sums[0.9], lo95=sums[0.1], hi95=sums[0.9])
    subject = Subject(kind=SubjectKind.PRODUCT, id="warm-up", name="Warm-up", products=1)
    draw(ChartData(subject, start, units[0], points, total))
