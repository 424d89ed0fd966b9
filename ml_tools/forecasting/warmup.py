"""Everything once before the first request: models that compile or cache at first use, and matplotlib's fonts."""

from datetime import date, timedelta

import numpy as np

from ml_tools.forecasting.chart import draw
from ml_tools.forecasting.features import from_units
from ml_tools.forecasting.model import HISTORY_DAYS, predict
from ml_tools.forecasting.schemas import ForecastPoint
from store.sales import SalesDay


def warm_up() -> None:
    """Forecast and draw a made-up product; raises when anything in the tool does not work."""
    start = date(2024, 1, 1)
    units = np.arange(HISTORY_DAYS, dtype=np.float64) % 7 + 5
    prediction = predict(from_units(start, units), horizon=7)
    band = prediction.bands[0.95]
    sold = [SalesDay(start + timedelta(days=at), int(count), 1.0, 0.0, False, True) for at, count in enumerate(units)]
    points = [
        ForecastPoint(
            day=start + timedelta(days=HISTORY_DAYS + at), mean=mean, lo80=low, hi80=high, lo95=low, hi95=high
        )
        for at, (mean, low, high) in enumerate(zip(prediction.mean, band.low, band.high, strict=True))
    ]
    draw("Warm-up", sold, points)
