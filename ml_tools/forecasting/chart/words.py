"""A chart of a forecast in words, for those who cannot see it."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from ml_tools.forecasting.chart.data import ChartData, Span
from ml_tools.forecasting.demand.season import Floats

WEEK, MIN_COMPARED = 7, 5  # days, and how many of them must be known
ABOUT_THE_SAME = 3  # percent
MOST_NAMED, MILLIONS_FROM = 3, 1e7


def alt_text(chart: ChartData) -> str:
    """What the picture shows, in one or two sentences: how much, how sure, against before, and what is marked."""
    total, mean = chart.total, float(chart.band("mean").mean())
    days = f"in the {chart.horizon} days from" if chart.horizon > 1 else "on"
    recent = _usual(chart)[-max(chart.horizon, WEEK) :]
    compared = [
        _against(mean, recent, f"in the {len(recent)} days before"),
        _against(mean, np.zeros(0) if chart.last_year is None else chart.last_year, "a year before"),
    ]
    trend = " and ".join(part for part in compared if part)
    expected = (
        f"Sales of {chart.subject.name} and their forecast: {number(total.mean)} units {days} "
        f"{span_words((chart.first, chart.last))}, with a chance of 80 % between {number(total.lo80)} and "
        f"{number(total.hi80)}, of 95 % between {number(total.lo95)} and {number(total.hi95)}"
    )
    return f"{expected}{'; ' + trend if trend else ''}. {_marked(chart)}".strip()


def _usual(chart: ChartData) -> Floats:
    """What was sold, without the outliers."""
    unusual = [(day - chart.start).days for day in chart.outliers]
    sold = np.array(chart.sold, dtype=float)
    sold[[at for at in unusual if 0 <= at < len(sold)]] = np.nan
    return sold


def _against(mean: float, units: Floats, when: str) -> str:
    """`12 % more a day than in the 45 days before`; nothing where that would compare with nothing."""
    known = units[np.isfinite(units)]
    if len(known) < MIN_COMPARED or known.mean() <= 0:
        return ""
    change = round(100 * (mean / float(known.mean()) - 1))
    if abs(change) < ABOUT_THE_SAME:
        return f"about as many a day as {when}"
    return f"{abs(change):,} % {'more' if change > 0 else 'fewer'} a day than {when}"


def _marked(chart: ChartData) -> str:
    """A sentence on the promotions and the outliers that the picture marks; nothing when there are none."""
    shown = chart.shown()
    parts = []
    if spans := shown.promotions:
        parts.append(f"{'promotions' if len(spans) > 1 else 'a promotion'} from {_listed(spans)}")
    if count := len(shown.outliers):
        parts.append(f"{count} unusual days" if count > 1 else f"{_day(shown.outliers[0])}, an unusual day")
    return f"Marked: {'; '.join(parts)}." if parts else ""


def _listed(spans: Sequence[Span]) -> str:
    more = len(spans) - MOST_NAMED
    named = [span_words(span) for span in spans[:MOST_NAMED]]
    return " and from ".join(named) if more <= 0 else f"{', from '.join(named)}, and {more} more"


def span_words(span: Span) -> str:
    """`27 to 30 November 2026`, with no more words than needed; one day alone is that day."""
    first, last = span
    if first == last:
        return _day(last)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {_day(last)}"
    return f"{first.day} {first:%B} to {_day(last)}" if first.year == last.year else f"{_day(first)} to {_day(last)}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def number(units: float, million: str = " million") -> str:
    """Units as people say them: `1,350`, below ten `3.4`, and from ten million on `11.7 million`."""
    if units >= MILLIONS_FROM:
        return f"{units / 1e6:,.1f}{million}"
    return f"{units:,.0f}" if units >= 10 or units == round(units) else f"{units:.1f}"
