"""What has to be told along with a track record."""

from collections.abc import Sequence
from datetime import timedelta

from ml_tools.forecasting.feedback.drift import drifting
from ml_tools.forecasting.schemas import Subject
from store.forecast_outcomes import WEEK
from store.tables import Forecast, ForecastOutcome

NAMED = 3  # products


def on_newest(subject: Subject, newest: Forecast | None, outcome: ForecastOutcome | None) -> list[str]:
    """Why there is nothing to show yet, or what was left out of it."""
    if newest is None:
        return [f"No forecast of {subject.name} was made yet, so there is none to look back at."]
    if outcome is None:
        due = newest.as_of + timedelta(days=min(newest.horizon_days, WEEK) + 1)
        return [f"Its newest forecast was made from sales up to {newest.as_of:%d %b %Y}; on {due:%d %b %Y} it can be "
                "compared with what was sold."]  # fmt: skip
    left_out = outcome.days - outcome.counted
    if not left_out:
        return []
    days = "1 day is" if left_out == 1 else f"{left_out} days are"
    return [f"{days} left out, on which it was out of stock or the shop's sales are missing."]


def on_drift(surprise: Sequence[float]) -> list[str]:
    """In which direction errors have drifted."""
    if not drifting(surprise):
        return []
    recent = sum(surprise[-4:])
    size = sum(abs(value) for value in surprise[-4:])
    if recent > size / 2:
        how = "too low"
    elif recent < -size / 2:
        how = "too high"
    else:
        how = "off in both directions"
    return [f"Its forecasts have lately been {how} by more than their ranges allow: something has changed."]


def on_drifting_products(names: Sequence[str]) -> list[str]:
    """Of the whole shop: which products' forecasts have drifted."""
    if not names:
        return []
    rest = len(names) - NAMED
    some = ", ".join(names[:NAMED]) + (f" and {rest} more" if rest > 0 else "")
    return [f"Forecasts of single products that have drifted: {some}."]
