"""How good past forecasts were: the newest one beside what happened, and all of the last half year."""

from actions.forecast_words import say_notes
from actions.forecasting_answers import PastForecast, TrackRecordAnswer
from actions.formats import count, day, percent, units
from actions.replies import Choice
from actions.sales_question import SalesAction, Subject
from actions.turn import Turn

LEVEL_BIAS = 2.0  # percent: below this nothing leans to a side


class TrackRecordAction(SalesAction):
    """ "How good was your last forecast?"; of nothing in particular it is that of the whole shop."""

    name, intent, repeatable = "action_forecast_track_record", "forecast_track_record", True

    async def subject(self, turn: Turn) -> Subject | None:
        found = await super().subject(turn)
        unclear = turn.entities.products or turn.entities.unknown or turn.entities.ordinals
        return found or (None if unclear else await self._group(None))

    async def tell(self, turn: Turn, subject: Subject) -> None:
        answer = await self.ask(turn, subject, self.services.tools.track_record(subject.asked))
        if answer is None:
            return
        _say_record(turn, answer)
        choices = [Choice("A new forecast", "forecast_sales", subject.entities)]
        if subject.product or subject.category:
            choices.append(Choice("Of the whole shop", "forecast_track_record", {"whole_shop": True}))
        turn.reply.choices(choices)


def _say_record(turn: Turn, answer: TrackRecordAnswer) -> None:
    name = answer.subject.name
    if answer.newest is None and not answer.forecasts:
        turn.reply.say("utter_no_track_record", name=name)
        say_notes(turn, answer.notes)
        return
    if answer.newest:
        _say_newest(turn, name, answer.newest)
    if answer.forecasts and answer.mean_error_percent is not None:
        turn.reply.say(
            "utter_track_record",
            forecasts="1 forecast" if answer.forecasts == 1 else f"{count(answer.forecasts)} forecasts",
            error=percent(answer.mean_error_percent), leaning=_leaning(answer.bias_percent),
        )  # fmt: skip
    if answer.coverage80 is not None:
        turn.reply.say("utter_track_record_coverage", coverage=percent(answer.coverage80 * 100))
    if answer.drifting:
        turn.reply.say("utter_track_record_drifting")
    say_notes(turn, answer.notes)


def _say_newest(turn: Turn, name: str, past: PastForecast) -> None:
    expected = past.expected
    turn.reply.say("utter_track_record_inside" if past.inside80 else "utter_track_record_outside", name=name)
    turn.reply.table(
        ["Forecast of", "Days", "Expected", "80 % range", "Sold", "Off by"],
        [
            [
                day(past.made_on),
                f"{day(past.start)} – {day(past.end)} ({count(past.days)} of {count(past.horizon_days)} days are over)",
                units(expected.mean),
                f"{count(expected.lo80)} to {count(expected.hi80)}",
                units(past.sold),
                "–" if past.error_percent is None else percent(abs(past.error_percent)),
            ]
        ],
    )


def _leaning(bias: float | None) -> str:
    """Whether forecasts were rather too high or too low."""
    if bias is None or abs(bias) < LEVEL_BIAS:
        return "neither too high nor too low on the whole"
    return f"{percent(abs(bias))} too {'high' if bias > 0 else 'low'} on the whole"
