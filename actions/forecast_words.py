"""How a forecast is told: the total with its range, what was counted in, how good it is, and what may be asked next."""

from collections.abc import Mapping
from typing import Any

from actions.context import LastForecast
from actions.forecasting_answers import ForecastAnswer, Outlier, PlannedPromotion
from actions.formats import changed_by, count, day, percent, units
from actions.replies import Choice
from actions.turn import Turn

MOST_NOTES = 3
MOST_ADVICE_NOTES = 2
MOST_ROWS = 5
CHART = Choice("As a chart", "forecast_as_chart")
FILE = Choice("As a file for Excel", "forecast_as_csv")


def say_forecast(turn: Turn, answer: ForecastAnswer) -> None:
    name = answer.subject.name
    if answer.subject.kind != "product":
        name = f"{name} ({count(answer.subject.products)} products)"
    turn.reply.say(
        "utter_forecast",
        name=name, days=answer.horizon_days, start=day(answer.start), end=day(answer.end),
        total=units(answer.total.mean), low=count(answer.total.lo80), high=count(answer.total.hi80),
        low95=count(answer.total.lo95), high95=count(answer.total.hi95),
    )  # fmt: skip
    _say_change(turn, answer)
    _say_promotions(turn, answer.promotions)
    _say_outliers(turn, answer.outliers)
    _say_quality(turn, answer)
    show_files(turn, answer.id, answer.alt or f"Forecast of {name}", answer.as_of.isoformat(), answer.horizon_days)


def show_files(turn: Turn, forecast_id: str, alt: str, as_of: str, days: int, *, only: str | None = None) -> None:
    """The chart and the file of a kept forecast; their addresses are built from the checked id, never the tool's."""
    if only != "file":
        turn.reply.image(f"/api/forecasts/{forecast_id}/chart.png", alt)
    if only != "chart":
        turn.reply.file(f"/api/forecasts/{forecast_id}/forecast.csv", f"forecast-{as_of}-{days}-days.csv")


def _say_change(turn: Turn, answer: ForecastAnswer) -> None:
    last = answer.last_period
    span = {"units": units(last.units), "start": day(last.start), "end": day(last.end)}
    if answer.change_percent is None:
        turn.reply.say("utter_forecast_no_comparison", **span)
    else:
        turn.reply.say("utter_forecast_change", change=changed_by(answer.change_percent), **span)


def _say_promotions(turn: Turn, promotions: list[PlannedPromotion]) -> None:
    """One in a sentence, several in a table."""
    if not promotions:
        return
    first = promotions[0]
    if len(promotions) == 1:
        turn.reply.say(
            "utter_forecast_promotion",
            title=first.title, discount=percent(first.discount_percent), start=day(first.start), end=day(first.end),
        )  # fmt: skip
        return
    turn.reply.say("utter_forecast_promotions", promotions=count(len(promotions)))
    turn.reply.table(
        ["Promotion", "Off", "From", "To"],
        [
            [one.title, percent(one.discount_percent), day(one.start), day(one.end)]
            for one in sorted(promotions, key=lambda one: one.start)[:MOST_ROWS]
        ],
    )


def _say_outliers(turn: Turn, outliers: list[Outlier]) -> None:
    """One in a sentence, several in a table, those that were the furthest off."""
    if not outliers:
        return
    furthest = sorted(outliers, key=lambda one: -abs(one.units - one.usual))
    first = furthest[0]
    if len(outliers) == 1:
        turn.reply.say(
            "utter_forecast_outlier", day=day(first.day), units=units(first.units), usual=_figure(first.usual)
        )
        return
    turn.reply.say("utter_forecast_outliers", outliers=count(len(outliers)))
    turn.reply.table(
        ["Day", "Sold", "Usual"],
        [[day(one.day), count(one.units), _figure(one.usual)] for one in furthest[:MOST_ROWS]],
    )


def _figure(number: float) -> str:
    return f"{number:.1f}" if number < 10 else count(number)


def _say_quality(turn: Turn, answer: ForecastAnswer) -> None:
    quality = answer.quality
    better = quality.error < quality.naive_error
    turn.reply.say(
        "utter_forecast_quality" if better else "utter_forecast_quality_weak",
        windows=quality.windows, measure=quality.error_measure, error=percent(quality.error),
        naive=percent(quality.naive_error), coverage=percent(quality.coverage80 * 100),
        model=f"{answer.model.name} {answer.model.version}", as_of=day(answer.as_of),
    )  # fmt: skip
    say_notes(turn, answer.notes)


def say_advice_notes(turn: Turn, notes: list[str]) -> None:
    """The last of them: they are the advice's own, after those of the forecast that it is computed from."""
    say_notes(turn, notes[-MOST_ADVICE_NOTES:])


def say_notes(turn: Turn, notes: list[str]) -> None:
    """The first few of what was not taken as it stood; a flood of them is read by nobody."""
    if notes:
        said = [f"{note.rstrip('.')}." for note in notes[:MOST_NOTES]]
        turn.reply.say("utter_forecast_notes", notes=" ".join(said))


def say_last_year(turn: Turn, last: LastForecast) -> None:
    """A forecast beside the same days a year ago."""
    then = last.last_year
    if then is None:
        turn.reply.say("utter_no_last_year", name=last.name)
        return
    span = {"start": day(then.start), "end": day(then.end)}
    values = {"name": last.name, "expected": units(last.expected), "units": units(then.units), **span}
    if last.last_year_change is None:
        turn.reply.say("utter_last_year_no_comparison", **values)
    else:
        turn.reply.say("utter_last_year", change=changed_by(last.last_year_change), **values)


def next_questions(about: Mapping[str, Any]) -> list[Choice]:
    """What is sensible to ask after a forecast; stock and ways to sell are a single product's."""
    if "product" in about:
        return [
            Choice("When it runs out", "run_out_forecast", about),
            Choice("How many to order", "order_quantity", about),
            Choice("How to sell more", "sell_more", about),
            Choice("Compare with last year", "compare_last_year"),
        ]
    return [
        Choice("What drives sales", "sales_drivers", about),
        Choice("Compare with last year", "compare_last_year"),
        Choice("How good my last forecast was", "forecast_track_record", about),
    ]
