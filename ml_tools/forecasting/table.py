"""A forecast as CSV: typed numbers, and text that no spreadsheet takes for a formula."""

import csv
import io
from collections.abc import Sequence

from ml_tools.forecasting.schemas import ForecastPoint

COLUMNS = ["product_id", "product", "day", "mean", "lo80", "hi80", "lo95", "hi95"]
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def neutral(text: str) -> str:
    """Text with an apostrophe before it when a spreadsheet would run it as a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA_STARTS) else text


def as_csv(product_id: str, product: str, points: Sequence[ForecastPoint]) -> str:
    """One row a day; numbers have a point as the decimal mark and no thousands separators."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for point in points:
        numbers = [point.mean, point.lo80, point.hi80, point.lo95, point.hi95]
        writer.writerow([neutral(product_id), neutral(product), point.day.isoformat(), *numbers])
    return text.getvalue()
