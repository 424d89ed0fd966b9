"""What the forecast pages print: ranges, trends and outcomes in words, the urgent first."""

from datetime import date, timedelta
from typing import Any

import pytest

from store.forecasts import ForecastCategory, StoredForecast
from store.reports import RunOut
from store.tables import Forecast, ForecastOutcome
from tests.forecast_pages_kit import points, stock_plan
from tests.shop_kit import Sold
from web.console.forecast_advice import StockPlan
from web.console.forecast_views import ForecastView, OutcomeView, Urgent, percent, units, urgent

AS_OF = date(2026, 11, 21)
DAYS = 7


def view(**quality: Any) -> ForecastView:
    start = AS_OF + timedelta(days=1)
    forecast = Forecast(
        public_id="f_1", as_of=AS_OF, horizon_days=DAYS, total=70.0, points=points(start, DAYS), quality=quality
    )
    return ForecastView(StoredForecast(forecast, None, ForecastCategory(1, "lamps", "lamps")))


@pytest.mark.parametrize(("value", "words"), [(0, "0"), (3.25, "3.2"), (1349.6, "1,350"), (23_400_000, "23.4 million")])
def test_units_are_said_as_people_do(value: float, words: str) -> None:
    assert units(value) == words


@pytest.mark.parametrize(("value", "words"), [(0.2, "about the same"), (12.4, "12 % more"), (-1234.0, "1,234 % less")])
def test_changes_are_said_with_their_direction(value: float, words: str) -> None:
    assert percent(value) == words


def test_a_forecast_is_compared_with_as_many_days_before_and_a_year_before() -> None:
    known = view(chart={"sold": [99.0] + [8.0] * DAYS, "last_year": [None, *[14.0] * DAYS][1:]})
    assert known.before == "25 % more than 56"
    assert known.last_year == "29 % less than 98"
    for sold in ([8.0] * (DAYS - 1), [0.0] * DAYS, [None] * DAYS):
        assert view(chart={"sold": sold}).before is None


def test_a_category_begins_with_a_capital_and_leads_to_its_page() -> None:
    assert (view().name, view().link) == ("Lamps", "/category/lamps")
    assert view(alt="As drawn.").alt == "As drawn."
    assert view(total={"lo80": 60, "hi80": 80}).alt.endswith(
        "70 units in 7 days, with a chance of 80 % between 60 and 80."
    )


def test_days_stand_beside_what_was_sold_and_say_whether_it_was_expected() -> None:
    first = AS_OF + timedelta(days=1)
    rows = view(chart={"promotions": [[str(first), str(first)]]}).rows({first: 12, first + timedelta(days=1): 40})
    assert [(row.sold, row.inside) for row in rows[:3]] == [(12, True), (40, False), (None, None)]
    assert [row.promotion for row in rows[:2]] == [True, False]
    assert (rows[0].day, rows[0].range80) == ("Sun 22 Nov 2026", "7.0 – 14.0")


@pytest.mark.parametrize(
    ("error", "words"),
    [(25.3, "25 % too high"), (-8.0, "8 % too low"), (0.3, "as expected"), (None, "nothing was sold")],
)
def test_outcomes_say_how_far_off_the_forecast_was(error: float | None, words: str) -> None:
    outcome = ForecastOutcome(days=DAYS, counted=DAYS, expected=70, lo80=60, hi80=80, sold=81, error_percent=error)
    told = OutcomeView(outcome, view())
    assert (told.off, told.passed, told.range80, told.inside) == (words, "all days", "60 to 80", False)


def plan(**changes: Any) -> StockPlan:
    return StockPlan.model_validate(stock_plan(Sold(1, "p_1", 1, 1), **changes))


@pytest.mark.parametrize(
    ("told", "runs_out", "order"),
    [
        (None, "in about 4 days at the last weeks’ pace", "not known now"),
        (
            plan(run_out_early=date(2026, 12, 1), run_out_late=date(2026, 12, 9)),
            "1 Dec to 9 Dec",
            "40 now",
        ),
        (
            plan(run_out_early=date(2026, 12, 1), run_out_late=None, order_now=False, order_by=date(2026, 12, 2)),
            "1 Dec at the earliest",
            "40 by 2 Dec",
        ),
        (plan(run_out_early=None, order_now=False, order_quantity=0), "not in the next 180 days", "nothing yet"),
    ],
)
def test_what_runs_out_says_when_and_what_to_order(told: StockPlan | None, runs_out: str, order: str) -> None:
    one = Urgent("p_1", "Lamp", 8, 4, told)
    assert (one.runs_out, one.order) == (runs_out, order)


def test_what_is_to_be_ordered_now_comes_first() -> None:
    soon, sooner = RunOut("p_1", "Lamp", 8, 2.0, 4.0), RunOut("p_2", "Rug", 8, 8.0, 1.0)
    assert [one.product_id for one in urgent([soon, sooner], {})] == ["p_2", "p_1"]
    assert [one.product_id for one in urgent([sooner, soon], {"p_1": plan()})] == ["p_1", "p_2"]
