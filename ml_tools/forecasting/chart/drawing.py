"""A forecast as a picture that reads on a phone 360 px wide, and in black and white."""

import numpy as np
from numpy.typing import NDArray

from ml_tools.forecasting.chart.axes import Axes, day_labels, month_labels, steps
from ml_tools.forecasting.chart.canvas import (
    BEFORE,
    FORECAST,
    GRID,
    INK,
    INNER,
    OUTER,
    PROMOTED,
    PROMOTION,
    SOFT,
    WIDTH,
    Canvas,
    drawable,
    wrapped,
)
from ml_tools.forecasting.chart.data import ChartData
from ml_tools.forecasting.chart.words import alt_text, number
from ml_tools.forecasting.demand.season import Floats
from ml_tools.forecasting.schemas import Subject, SubjectKind

__all__ = ["ChartData", "alt_text", "draw"]

TITLE_SIZE, TITLE_LINES = 13, 2
TITLE_ROW, LEGEND_ROW, PLOT_HEIGHT, HEAD, FOOT = 17, 17, 190, 48, 50
LEFT, RIGHT = 40, WIDTH - 8
MONTHS_FROM = 70  # days shown from which the axis has months instead of days
DOTS_UP_TO = 14  # days of a forecast that get a dot each
BEYOND_USUAL = 1.6  # the axis ends here above the usual peaks, so that one spike does not flatten all else
DASHES, FINE_DASHES = (4.0, 2.5), (1.5, 2.0)


def draw(chart: ChartData) -> bytes:
    """The PNG of a subject's sales, their forecast with both intervals, promotions, and what was sold a year before."""
    shown = chart.shown()
    title, legend = _title(shown.subject), _legend(shown)
    legend_height = LEGEND_ROW * -(-len(legend) // 2) + 4
    height = TITLE_ROW * len(title) + HEAD + PLOT_HEIGHT + FOOT + legend_height
    canvas, axes = Canvas(height), _axes(shown, bottom=legend_height + FOOT)
    _draw_head(canvas, title, shown, height)
    _draw_background(canvas, axes, shown)
    _draw_forecast(canvas, axes, shown)
    _draw_history(canvas, axes, shown)
    _draw_legend(canvas, legend, top=legend_height)
    return canvas.png()


def _title(subject: Subject) -> list[str]:
    """At most two lines. What the font cannot draw is left out: the page and the alt text have the name as it is."""
    fallback = "This product" if subject.kind is SubjectKind.PRODUCT else "These products"
    name = drawable(subject.name) or fallback
    return wrapped(name[:1].upper() + name[1:], RIGHT - 12, size=TITLE_SIZE, bold=True, lines=TITLE_LINES)


def _draw_head(canvas: Canvas, title: list[str], chart: ChartData, height: float) -> None:
    for row, line in enumerate(title):
        canvas.text(8, height - 19 - TITLE_ROW * row, line, size=TITLE_SIZE, bold=True)
    below, total = height - 20 - TITLE_ROW * len(title), chart.total
    ahead = f"Next {chart.horizon} days" if chart.horizon > 1 else f"On {chart.first.day} {chart.first:%B}"
    low, mean, high = (number(units, "m") for units in (total.lo80, total.mean, total.hi80))
    canvas.text(8, below, f"{ahead}: {mean} units (80 %: {low} to {high})", size=10.5)
    together = f", {chart.subject.products:,} products together" if chart.subject.products > 1 else ""
    canvas.text(8, below - 17, f"Units sold a day{together}", size=10, colour=SOFT)


def _axes(chart: ChartData, *, bottom: float) -> Axes:
    top = _top(chart)
    left = max(LEFT, 14 + 6.4 * len(f"{steps(top)[-1]:,}"))
    days = len(chart.sold) + chart.horizon
    return Axes(left, bottom, RIGHT, bottom + PLOT_HEIGHT, start=chart.start, days=days, highest=top)


def _top(chart: ChartData) -> float:
    """The upper end of the axis: all of the intervals, and the sales except for lonely spikes."""
    known = np.concatenate([chart.sold, [] if chart.last_year is None else chart.last_year])
    known = known[np.isfinite(known)]
    usual = BEYOND_USUAL * float(np.quantile(known, 0.98)) if len(known) else 0.0
    peak = float(known.max()) if len(known) else 0.0
    return max(1.08 * float(chart.band("hi95").max()), min(1.08 * peak, usual), 1.0)


def _draw_background(canvas: Canvas, axes: Axes, chart: ChartData) -> None:
    """Promotions, the axes with what stands beside them, and the line between past and future."""
    spans = [(axes.from_day(first), axes.to_day(last)) for first, last in chart.promotions]
    canvas.boxes([(left, axes.bottom, right, axes.top) for left, right in spans], PROMOTED)
    marks = steps(axes.highest)
    heights = axes.y(np.array(marks, dtype=float)).tolist()
    canvas.segments([(axes.left, height, axes.right, height) for height in heights], GRID, 0.8)
    canvas.segments([(axes.left, axes.bottom, axes.right, axes.bottom)], INK, 0.8)
    canvas.boxes([(left, axes.bottom - 8, max(right, left + 2), axes.bottom - 3) for left, right in spans], PROMOTION)
    for mark, height in zip(marks, heights, strict=True):
        canvas.text(axes.left - 5, height, f"{mark:,}", size=10, anchor="rm")
    labels = month_labels(axes) if axes.days >= MONTHS_FROM else day_labels(axes, chart.first)
    canvas.segments(
        [(label.tick, axes.bottom - 12, label.tick, axes.bottom) for label in labels if label.tick], SOFT, 0.7
    )
    for label in labels:
        canvas.text(label.x, axes.bottom - 22, label.text, size=10, anchor="ms")
        canvas.text(label.x, axes.bottom - 34, label.year, size=9.5, colour=SOFT, anchor="ms")
    now = np.full(2, axes.from_day(chart.first))
    canvas.line(now, np.array([axes.bottom, axes.top + 4]), INK, 0.8, dash=FINE_DASHES)


def _draw_forecast(canvas: Canvas, axes: Axes, chart: ChartData) -> None:
    """The bands from the first day's beginning to the last day's end, so that one day alone has a width."""
    x = axes.days_from(chart.first, chart.horizon)
    edges = np.concatenate([[axes.from_day(chart.first)], x, [axes.to_day(chart.last)]])
    for low, high, colour in (("lo95", "hi95", OUTER), ("lo80", "hi80", INNER)):
        bottom, top = (axes.y(np.pad(chart.band(name), 1, mode="edge")) for name in (low, high))
        canvas.area(edges, bottom, top, colour)
    mean = axes.y(chart.band("mean"))
    if chart.last_year is not None:
        canvas.line(x, axes.y(chart.last_year), BEFORE, 1.1, dash=DASHES)
    canvas.line(edges, np.pad(mean, 1, mode="edge"), FORECAST, 2.2)
    if chart.horizon <= DOTS_UP_TO:
        canvas.dots(x, mean, FORECAST, 5)


def _draw_history(canvas: Canvas, axes: Axes, chart: ChartData) -> None:
    x, heights = axes.days_from(chart.start, len(chart.sold)), axes.y(chart.sold)
    canvas.line(x, heights, INK, 1.0)
    alone = _alone(chart.sold)
    canvas.dots(x[alone], heights[alone], INK, 2.5)
    beyond = np.flatnonzero(np.nan_to_num(chart.sold) > axes.highest)
    unusual = np.array([(day - chart.start).days for day in chart.outliers], dtype=int)
    unusual = np.setdiff1d(unusual, beyond)
    canvas.marks(x[unusual], heights[unusual], INK, "o", 6)
    canvas.marks(x[beyond], heights[beyond], INK, "^", 7)
    if len(beyond):
        highest = beyond[np.argmax(chart.sold[beyond])]
        left = bool(x[highest] > (axes.left + axes.right) / 2)
        place, anchor = (-8, "rm") if left else (8, "lm")
        canvas.text(x[highest] + place, axes.top, f"{chart.sold[highest]:,.0f}", size=10, anchor=anchor)


def _alone(sold: Floats) -> NDArray[np.int64]:
    """Days between missing days, through which no line goes."""
    known = np.pad(np.isfinite(sold), 1)
    return np.flatnonzero(known[1:-1] & ~known[:-2] & ~known[2:])


def _legend(chart: ChartData) -> list[tuple[str, str]]:
    """What is there to explain, as form and words."""
    entries = [("sold", "sold"), ("forecast", "forecast"), ("inner", "80 % range"), ("outer", "95 % range")]
    there = {
        ("before", "a year before"): chart.last_year is not None,
        ("promotion", "promotion"): bool(chart.promotions),
        ("outlier", "unusual day, damped"): bool(chart.outliers),
    }
    return entries[not len(chart.sold) :] + [entry for entry, shown in there.items() if shown]


def _draw_legend(canvas: Canvas, entries: list[tuple[str, str]], *, top: float) -> None:
    lines = {"sold": (INK, 1.0, None), "forecast": (FORECAST, 2.2, None), "before": (BEFORE, 1.1, DASHES)}
    boxes = {"inner": (INNER, 5), "outer": (OUTER, 5), "promotion": (PROMOTION, 2.5)}
    for place, (form, words) in enumerate(entries):
        x, y = LEFT + 160.0 * (place % 2), top - 8 - LEGEND_ROW * (place // 2)
        if form in lines:
            colour, width, dash = lines[form]
            canvas.line(np.array([x, x + 24]), np.full(2, y), colour, width, dash=dash)
        elif form in boxes:
            colour, half = boxes[form]
            canvas.boxes([(x, y - half, x + 24, y + half)], colour)
        else:
            canvas.marks(np.array([x + 12]), np.array([y]), INK, "o", 6)
        canvas.text(x + 31, y, words, size=10, anchor="lm")
