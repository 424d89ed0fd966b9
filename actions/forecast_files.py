"""The chart and the file of the forecast that was made last, as they are kept: nothing is computed anew."""

from typing import ClassVar

from actions.forecast_words import CHART, FILE, show_files
from actions.forecasts import ForecastAction
from actions.replies import Choice
from actions.sales_question import Subject
from actions.turn import Turn


class ForecastFileAction(ForecastAction):
    """Not an action of its own: the two below differ in what they show and say."""

    only: ClassVar[str]
    said: ClassVar[str]
    other: ClassVar[Choice]

    async def answer(self, turn: Turn) -> None:
        asked, last = turn.entities, turn.context.forecast
        if asked.products or asked.unknown or asked.category or asked.whole_shop:
            await super().answer(turn)
        elif last and last.id:
            self._show(turn)
        else:
            turn.reply.say("utter_no_forecast_yet")
            await super().answer(turn)

    async def tell(self, turn: Turn, subject: Subject) -> None:
        """Of something that no forecast was made of yet: it is made, and shown in this way."""
        if await self.forecast(turn, subject):
            self._show(turn)

    def _show(self, turn: Turn) -> None:
        last = turn.context.forecast
        assert last
        assert last.id
        turn.reply.say(self.said, name=last.name, days=last.days)
        alt = last.alt or f"Forecast of {last.name} for {last.days} days"
        show_files(turn, last.id, alt, last.as_of.isoformat() if last.as_of else "", last.days, only=self.only)
        turn.reply.choices([self.other, Choice("Compare with last year", "compare_last_year")])


class ForecastChartAction(ForecastFileAction):
    name, intent, repeatable = "action_forecast_as_chart", "forecast_as_chart", False
    only, said, other = "chart", "utter_forecast_chart", FILE


class ForecastCsvAction(ForecastFileAction):
    name, intent, repeatable = "action_forecast_as_csv", "forecast_as_csv", False
    only, said, other = "file", "utter_forecast_file", CHART
