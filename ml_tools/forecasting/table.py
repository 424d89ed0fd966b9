"""A forecast as CSV: typed numbers, and text that no spreadsheet takes for a formula."""

import csv
import io

import numpy as np

from ml_tools.forecasting.chart.data import ChartData

COLUMNS = [
    "kind",  # product, category or shop
    "id",  # a product's public id or a category's slug; empty for the whole shop
    "name",
    "day",
    "mean",  # units expected
    "lo80",
    "hi80",
    "lo95",
    "hi95",
    "promotion",  # yes where one is planned
    "last_year",  # units sold on the same weekday 52 weeks earlier; empty where unknown
]
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def neutral(text: str) -> str:
    """Text with an apostrophe before it when a spreadsheet would run it as a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA_STARTS) else text


def as_csv(forecast: ChartData) -> str:
    """One row a day; numbers have a point as the decimal mark and no thousands separators."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    subject = forecast.subject
    about = [subject.kind.value, neutral(subject.id or ""), neutral(subject.name)]
    before = np.full(forecast.horizon, np.nan) if forecast.last_year is None else forecast.last_year
    for point, units in zip(forecast.points, before.tolist(), strict=True):
        on = any(first <= point.day <= last for first, last in forecast.promotions)
        numbers = [point.mean, point.lo80, point.hi80, point.lo95, point.hi95]
        past = f"{units:g}" if np.isfinite(units) else ""
        writer.writerow([*about, point.day.isoformat(), *numbers, "yes" if on else "no", past])
    return text.getvalue()
