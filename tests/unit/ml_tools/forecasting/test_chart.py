"""The chart: it shows what it is given, in colours that are apart in grey, on a phone's sheet, whatever the sales."""

import io
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ml_tools.forecasting.chart import canvas
from ml_tools.forecasting.chart.axes import Axes, day_labels, month_labels, steps
from ml_tools.forecasting.chart.canvas import BEFORE, FORECAST, INK, INNER, OUTER, PROMOTION, WHITE, drawable, wrapped
from ml_tools.forecasting.chart.data import ChartData
from ml_tools.forecasting.chart.drawing import draw
from ml_tools.forecasting.schemas import ForecastPoint, Interval, Subject

AHEAD = date(2026, 11, 22)


def a_chart(*, days: int = 120, horizon: int = 45, level: float = 30.0, name: str = "Lamp", **more) -> ChartData:
    sold = np.random.default_rng(0).poisson(level, days).astype(float)
    band = {"mean": level, "lo80": 0.7 * level, "hi80": 1.3 * level, "lo95": 0.5 * level, "hi95": 1.5 * level}
    points = [ForecastPoint(day=AHEAD + timedelta(days=at), **band) for at in range(horizon)]
    total = Interval(**{key: value * horizon for key, value in band.items()})
    subject = Subject(kind="product", id="p_1", name=name, products=1)
    chart = ChartData(subject, AHEAD - timedelta(days=days), sold, points, total)
    return replace(chart, **more)


def picture(chart: ChartData) -> Image.Image:
    return Image.open(io.BytesIO(draw(chart)))


def pixels(chart: ChartData, colour: str) -> int:
    """How many pixels of the picture have exactly this colour."""
    wanted = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)])
    return int((np.asarray(picture(chart).convert("RGB")) == wanted).all(axis=2).sum())


def lightness(colour: str) -> float:
    """CIE L*, 0 to 100: what is left of a colour in black and white."""
    linear = [(int(colour[at : at + 2], 16) / 255) ** 2.2 for at in (1, 3, 5)]
    return 116 * float(np.dot(linear, [0.2126, 0.7152, 0.0722])) ** (1 / 3) - 16


@pytest.mark.parametrize(
    "chart",
    [
        a_chart(horizon=1),
        a_chart(horizon=180),
        a_chart(days=0),
        a_chart(days=3, horizon=7),
        a_chart(level=0.0, sold=np.zeros(120)),
        a_chart(level=0.2),
        a_chart(level=3e6),
        a_chart(sold=np.full(120, np.nan)),
        a_chart(sold=np.full(120, -4.0)),
        a_chart(name="X" * 300),
        a_chart(name="سماعات لاسلكية"),
        a_chart(name="📱 $\\frac{1}{2}$ 手机"),
        a_chart(name="🦄"),
        a_chart(last_year=np.full(45, np.nan)),
        a_chart(promotions=[(date(2020, 1, 1), date(2030, 1, 1))]),
    ],
)
def test_every_forecast_can_be_drawn(chart: ChartData) -> None:
    drawn = picture(chart)
    assert drawn.width == canvas.WIDTH * canvas.DENSITY
    assert pixels(chart, FORECAST) > 20
    assert pixels(chart, WHITE) > drawn.width * drawn.height / 3


def test_forecast_bands_promotions_and_last_year_are_there_only_when_they_are_known() -> None:
    plain = a_chart()
    assert min(pixels(plain, colour) for colour in (INNER, OUTER, FORECAST, INK)) > 100
    assert pixels(plain, PROMOTION) == pixels(plain, BEFORE) == 0
    past, planned = (date(2026, 10, 1), date(2026, 10, 5)), (date(2026, 12, 1), date(2026, 12, 9))
    assert 0 < pixels(a_chart(promotions=[past]), PROMOTION) < pixels(a_chart(promotions=[past, planned]), PROMOTION)
    assert pixels(a_chart(last_year=np.full(45, 28.0)), BEFORE) > 20


def test_what_could_be_taken_for_one_another_is_apart_in_black_and_white() -> None:
    bands = [lightness(colour) for colour in (WHITE, OUTER, INNER, FORECAST)]
    assert min(np.abs(np.diff(bands))) > 10


def test_one_spike_does_not_flatten_all_else() -> None:
    """The other days reach as high as without the spike's a thousand times, and the spike is marked with its units."""
    calm = a_chart()
    sold = calm.sold.copy()
    sold[60] = 30_000
    spiked = replace(calm, sold=sold, outliers=[AHEAD - timedelta(days=60)])
    assert pixels(spiked, INNER) > 0.7 * pixels(calm, INNER)


def test_missing_days_leave_a_gap_and_a_day_between_them_a_dot() -> None:
    gap = np.full(120, np.nan)
    nothing = pixels(a_chart(sold=gap), INK)
    gap = gap.copy()
    gap[60] = 30.0
    assert pixels(a_chart(sold=gap), INK) > nothing


def test_history_is_shown_as_far_as_it_goes_with_the_horizon() -> None:
    assert [len(a_chart(horizon=days).shown().sold) for days in (1, 7, 30, 180)] == [42, 42, 90, 120]
    shown = a_chart(
        horizon=7,
        outliers=[AHEAD - timedelta(days=100), AHEAD - timedelta(days=3)],
        promotions=[(AHEAD - timedelta(days=110), AHEAD - timedelta(days=101)), (AHEAD, AHEAD)],
    ).shown()
    assert shown.outliers == [AHEAD - timedelta(days=3)]
    assert shown.promotions == [(AHEAD, AHEAD)]


def test_promotions_that_overlap_or_follow_one_another_are_one() -> None:
    first, second = (AHEAD, AHEAD + timedelta(days=3)), (AHEAD + timedelta(days=2), AHEAD + timedelta(days=5))
    third = (AHEAD + timedelta(days=6), AHEAD + timedelta(days=6))
    assert a_chart(promotions=[third, second, first]).shown().promotions == [(AHEAD, AHEAD + timedelta(days=6))]


@pytest.mark.parametrize(
    ("highest", "marks"),
    [(1.0, [0, 1]), (7.2, [0, 2, 4, 6]), (63.0, [0, 20, 40, 60]), (1250, [0, 500, 1000]), (5.0, [0, 1, 2, 3, 4, 5])],
)
def test_the_axis_has_round_numbers(highest: float, marks: list[int]) -> None:
    assert steps(highest) == marks


def an_axis(days: int, start: date = date(2026, 9, 20)) -> Axes:
    return Axes(40, 100, 352, 290, start=start, days=days, highest=10)


def test_months_are_in_words_all_in_the_same_form() -> None:
    labels = month_labels(an_axis(100))
    assert [label.text for label in labels if label.text] == ["October", "November", "December"]
    short = [label.text for label in month_labels(an_axis(300)) if label.text]
    assert short[:3] == ["Oct", "Nov", "Dec"]
    years = [label.year for label in month_labels(an_axis(300)) if label.year]
    assert years == ["2026", "2027"]


def test_days_are_told_for_short_spans_and_stay_on_the_sheet() -> None:
    labels = day_labels(an_axis(49, AHEAD - timedelta(days=42)), AHEAD)
    assert "22 Nov" in [label.text for label in labels]
    assert all(40 <= label.x <= 352 for label in labels)


def test_a_title_keeps_what_can_be_drawn_and_ends_with_dots_where_it_is_too_long() -> None:
    assert drawable("Lamp 🦄\u200f  ×2\x00") == "Lamp ×2"
    lines = wrapped("word " * 60, 340, size=13, bold=True, lines=2)
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert wrapped("", 340, size=13, bold=True, lines=2) == []


@given(start=st.dates(date(1990, 1, 1), date(2090, 1, 1)), days=st.integers(1, 300))
def test_labels_follow_one_another_on_the_sheet_whatever_the_calendar(start: date, days: int) -> None:
    """Leap days, new years, ends of months: no month twice, none left out, nothing beyond the edge."""
    axes = an_axis(days, start)
    months = month_labels(axes)
    last = start + timedelta(days=days - 1)
    assert len(months) == 12 * (last.year - start.year) + last.month - start.month + 1
    for labels in (months, day_labels(axes, start)):
        places = [label.x for label in labels]
        assert places == sorted(places)
        assert all(axes.left <= place <= axes.right for place in places)
        assert len({label.year for label in labels if label.year}) == sum(1 for label in labels if label.year)
