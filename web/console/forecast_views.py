"""What the console's pages show of forecasts: kept rows and the tool's answers as words and numbers to print."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from store.forecasts import StoredForecast
from store.reports import RunOut
from store.tables import ForecastOutcome
from web.console.forecast_advice import StockPlan

MILLIONS_FROM = 1e7


def units(value: float) -> str:
    """`1,350`; below ten `3.4`; from ten million on `11.7 million`."""
    if value >= MILLIONS_FROM:
        return f"{value / 1e6:,.1f} million"
    return f"{value:,.0f}" if value >= 10 or value == round(value) else f"{value:.1f}"


def short_day(day: date) -> str:
    """`Sun 22 Nov 2026`."""
    return f"{day:%a} {day.day} {day:%b %Y}"


def percent(value: float) -> str:
    """`12 % more` or `12 % less`; what is near nothing is about the same."""
    rounded = round(abs(value))
    return "about the same" if rounded == 0 else f"{rounded:,} % {'more' if value > 0 else 'less'}"


@dataclass(frozen=True)
class DayRow:
    """One day of a forecast: what was expected, and since then sold; a year before likewise. None: not known."""

    day: str
    mean: str
    range80: str
    range95: str
    sold: int | None
    inside: bool | None
    last_year: int | None
    promotion: bool


@dataclass(frozen=True)
class ForecastView:
    """A kept forecast as its page and the overview print it."""

    stored: StoredForecast

    @property
    def public_id(self) -> str:
        return self.stored.forecast.public_id

    @property
    def name(self) -> str:
        return self.stored.name[:1].upper() + self.stored.name[1:]

    @property
    def link(self) -> str | None:
        """The subject's page in the shop."""
        if self.stored.product:
            return f"/p/{self.stored.product.public_id}"
        return f"/category/{self.stored.category.public_id}" if self.stored.category else None

    @property
    def start(self) -> date:
        return self.stored.forecast.as_of + timedelta(days=1)

    @property
    def end(self) -> date:
        return self.stored.forecast.as_of + timedelta(days=self.stored.forecast.horizon_days)

    @property
    def days(self) -> str:
        count = self.stored.forecast.horizon_days
        return "1 day" if count == 1 else f"{count} days"

    @property
    def total(self) -> str:
        return units(self.stored.forecast.total)

    @property
    def total80(self) -> str | None:
        total = self._quality.get("total")
        return f"{units(total['lo80'])} to {units(total['hi80'])}" if total else None

    @property
    def alt(self) -> str:
        """What the chart shows."""
        between = f", with a chance of 80 % between {self.total80.replace(' to ', ' and ')}" if self.total80 else ""
        plain = f"Sales of {self.name} and their forecast: {self.total} units in {self.days}{between}."
        return str(self._quality.get("alt") or plain)

    @property
    def before(self) -> str | None:
        """Against as many days right before."""
        sold = [
            value for value in self._chart.get("sold", [])[-self.stored.forecast.horizon_days :] if value is not None
        ]
        return self._against(sold, self.stored.forecast.horizon_days)

    @property
    def last_year(self) -> str | None:
        """Against the same days a year before."""
        sold = [value for value in self._chart.get("last_year") or [] if value is not None]
        return self._against(sold, self.stored.forecast.horizon_days)

    @property
    def promotions(self) -> list[str]:
        """The promotions that were planned on its days."""
        spans = [
            (date.fromisoformat(first), date.fromisoformat(last)) for first, last in self._chart.get("promotions", [])
        ]
        return [f"{short_day(first)} to {short_day(last)}" for first, last in spans if last >= self.start]

    @property
    def unusual(self) -> list[str]:
        """The days that were damped before the forecast was made."""
        return [short_day(date.fromisoformat(day)) for day in self._chart.get("outliers", [])]

    @property
    def error(self) -> str | None:
        """How good the model was on the subject's past."""
        error = self._quality.get("error")
        return None if error is None else f"{error:.1f}"

    @property
    def naive_error(self) -> str | None:
        error = self._quality.get("naive_error")
        return None if error is None else f"{error:.1f}"

    def rows(self, sold: Mapping[date, int]) -> list[DayRow]:
        """Day by day, beside what was sold since."""
        last_year = self._chart.get("last_year") or [None] * len(self.stored.forecast.points)
        spans = [
            (date.fromisoformat(first), date.fromisoformat(last)) for first, last in self._chart.get("promotions", [])
        ]
        rows = []
        for point, before in zip(self.stored.forecast.points, last_year, strict=False):
            day = date.fromisoformat(point["day"])
            happened = sold.get(day)
            rows.append(
                DayRow(
                    short_day(day),
                    f"{point['mean']:,.1f}",
                    f"{point['lo80']:,.1f} – {point['hi80']:,.1f}",
                    f"{point['lo95']:,.1f} – {point['hi95']:,.1f}",
                    happened,
                    None if happened is None else point["lo80"] - 0.5 <= happened <= point["hi80"] + 0.5,
                    None if before is None else round(before),
                    any(first <= day <= last for first, last in spans),
                )
            )
        return rows

    def _against(self, sold: Sequence[float], days: int) -> str | None:
        if len(sold) < days or sum(sold) <= 0:
            return None
        return f"{percent(100 * (self.stored.forecast.total / sum(sold) - 1))} than {units(sum(sold))}"

    @property
    def _quality(self) -> dict[str, Any]:
        return self.stored.forecast.quality or {}

    @property
    def _chart(self) -> dict[str, Any]:
        return self._quality.get("chart") or {}


@dataclass(frozen=True)
class OutcomeView:
    """What became of a forecast."""

    outcome: ForecastOutcome
    forecast: ForecastView

    @property
    def passed(self) -> str:
        horizon = self.forecast.stored.forecast.horizon_days
        return "all days" if self.outcome.days >= horizon else f"{self.outcome.days} of {horizon} days"

    @property
    def expected(self) -> str:
        return units(self.outcome.expected)

    @property
    def range80(self) -> str:
        return f"{units(self.outcome.lo80)} to {units(self.outcome.hi80)}"

    @property
    def sold(self) -> str:
        return units(self.outcome.sold)

    @property
    def inside(self) -> bool:
        """Whether what was sold lies in the 80 % range of the sum."""
        return self.outcome.lo80 - 0.5 <= self.outcome.sold <= self.outcome.hi80 + 0.5

    @property
    def off(self) -> str:
        """`12 % too high`."""
        error = self.outcome.error_percent
        if error is None:
            return "nothing was sold"
        rounded = round(abs(error))
        return "as expected" if rounded == 0 else f"{rounded:,} % too {'high' if error > 0 else 'low'}"

    @property
    def days_inside(self) -> str:
        return f"{round(100 * self.outcome.inside80)} %"


@dataclass(frozen=True)
class Urgent:
    """A product that runs out soon; `plan` where the forecasting tool could tell one."""

    product_id: str
    name: str
    stock: int
    pace_days: int  # that the stock lasts at the pace of the last four weeks
    plan: StockPlan | None

    @property
    def runs_out(self) -> str:
        if self.plan is None:
            return f"in about {self.pace_days} days at the last weeks’ pace"
        early, late = self.plan.run_out_early, self.plan.run_out_late
        if early is None:
            return "not in the next 180 days"
        return f"{_plain(early)} to {_plain(late)}" if late else f"{_plain(early)} at the earliest"

    @property
    def order(self) -> str:
        if self.plan is None:
            return "not known now"
        if not self.plan.order_quantity:
            return "nothing yet"
        when = "now" if self.plan.order_now else f"by {_plain(self.plan.order_by)}" if self.plan.order_by else "later"
        return f"{self.plan.order_quantity:,} {when}"

    @property
    def now(self) -> bool:
        return self.plan is not None and self.plan.order_now


def _plain(day: date) -> str:
    return f"{day.day} {day:%b}"


def urgent(running_out: Sequence[RunOut], plans: Mapping[str, StockPlan]) -> list[Urgent]:
    """What is to be ordered now first; then as it runs out."""
    found = [
        Urgent(one.product_id, one.name, one.stock, max(round(one.days_left), 0), plans.get(one.product_id))
        for one in running_out
    ]
    return sorted(found, key=lambda one: (not one.now, one.pace_days))
