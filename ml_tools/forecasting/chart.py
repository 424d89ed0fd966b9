"""A forecast as a picture that reads on a phone 360 px wide, and in black and white.

Only matplotlib's Figure is used, never pyplot: pyplot keeps figures in global state, which threads would share.
"""

import io
import textwrap
from collections.abc import Sequence

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, StrMethodFormatter

from ml_tools.forecasting.schemas import ForecastPoint
from store.sales import SalesDay

WIDTH, HEIGHT, DPI = 3.6, 3.5, 200  # inches: 720 x 700 px, shown at 360 px on a phone's double-density screen
LINE_CHARACTERS, TITLE_LINES = 38, 2
INK, FORECAST, INNER, OUTER = "#1f2933", "#0b3d91", "#7fa3d9", "#d3e0f3"  # apart in lightness, not only in hue
BEYOND_USUAL = 1.6  # the axis ends here above the usual peaks, so that one spike does not flatten all else


def draw(product: str, sold: Sequence[SalesDay], points: Sequence[ForecastPoint]) -> bytes:
    """The PNG of a product's sales, its forecast and both intervals."""
    figure = Figure(figsize=(WIDTH, HEIGHT), dpi=DPI, facecolor="white", layout="constrained")
    FigureCanvasAgg(figure)
    _plot(figure, sold, points)
    figure.suptitle(_title(product), fontsize=9, fontweight="bold", color=INK, parse_math=False)
    figure.legend(loc="outside lower center", ncols=2, fontsize=7.5, frameon=False, handlelength=2.2, columnspacing=1.5)
    png = io.BytesIO()
    figure.savefig(png, format="png")
    return png.getvalue()


def _plot(figure: Figure, sold: Sequence[SalesDay], points: Sequence[ForecastPoint]) -> None:
    axes = figure.add_subplot()
    past = np.array([row.day for row in sold], dtype="datetime64[D]")
    units = np.array([row.units if row.shop_sold else np.nan for row in sold], dtype=float)
    ahead = np.array([point.day for point in points], dtype="datetime64[D]")
    band = {
        name: np.array([getattr(point, name) for point in points]) for name in ("mean", "lo80", "hi80", "lo95", "hi95")
    }
    axes.fill_between(ahead, band["lo95"], band["hi95"], color=OUTER, linewidth=0, label="95 % range")
    axes.fill_between(ahead, band["lo80"], band["hi80"], color=INNER, linewidth=0, label="80 % range")
    axes.plot(past, units, color=INK, linewidth=0.8, label="sold")
    axes.plot(
        ahead, band["mean"], color=FORECAST, linewidth=1.8, label="forecast", marker="o" if len(points) == 1 else ""
    )
    axes.axvline(ahead[0] - np.timedelta64(12, "h"), color=INK, linewidth=0.8, linestyle=(0, (2, 2)))
    axes.set_ylim(0, _top(units, band["hi95"]))
    axes.set_ylabel("Units sold a day", fontsize=8.5, color=INK)
    _style(figure, axes)


def _top(units: np.ndarray, high: np.ndarray) -> float:
    """The upper end of the axis: all of the intervals, and the sales except for lonely spikes."""
    known = units[np.isfinite(units)]
    usual = BEYOND_USUAL * float(np.quantile(known, 0.98)) if len(known) else 0.0
    peak = float(known.max()) if len(known) else 0.0
    return max(1.08 * float(high.max()), min(1.08 * peak, usual), 1.0)


def _style(figure: Figure, axes) -> None:  # type: ignore[no-untyped-def]
    locator = AutoDateLocator(minticks=3, maxticks=6)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.tick_params(labelsize=8, colors=INK)
    axes.grid(axis="y", color="#e4e7eb", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.margins(x=0.01)
    axes.xaxis.get_offset_text().set_fontsize(8)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _title(product: str) -> str:
    lines = textwrap.wrap(product, LINE_CHARACTERS, max_lines=TITLE_LINES, placeholder=" …") or ["Forecast"]
    return "\n".join(lines)
