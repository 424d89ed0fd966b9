"""Times, amounts, counts, changes of a price and terms of supply, by rules; the grammar is docs/grammar.md."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.components.amounts import amounts
from assistant.components.calendar_days import shop_today
from assistant.components.counts import order_numbers, ordinals, quantities
from assistant.components.found import Found, without_overlaps
from assistant.components.horizons import horizons
from assistant.components.periods import periods
from assistant.components.price_changes import percentages, price_points
from assistant.components.supply import lead_times, service_levels, whole_shops


def parse(text: str, today: date) -> list[Found]:
    """Everything that the grammar finds. What is longer and surer hides what could be read into it: order numbers and
    terms of supply before periods, periods before money, all of them before counts. A horizon may stand on a period's
    very words, because "in December" is either, and a past one is refused as a horizon; inside of a longer period it is
    none. A new price may stand on an amount's words: "for 300 dollars" is either."""
    numbers = list(order_numbers(text))
    levels = list(service_levels(text))
    supply = [*lead_times(text, today), *levels]
    shares = _clear_of(percentages(text), levels)
    past = _clear_of(periods(text, today), numbers + supply + shares)
    money = _clear_of(amounts(text), numbers + past + supply + shares)
    points = _clear_of(price_points(text), numbers + supply + shares)
    spans = [(p.start, p.end) for p in past]
    ahead = [h for h in _clear_of(horizons(text, today), numbers + money + supply + shares) if not _inside(h, spans)]
    taken = numbers + past + money + ahead + supply + shares + points
    counts = _clear_of([*quantities(text), *ordinals(text)], taken)
    return without_overlaps([*taken, *counts, *whole_shops(text)])


def _inside(one: Found, spans: list[tuple[int, int]]) -> bool:
    return any(s <= one.start and one.end <= e and (s, e) != (one.start, one.end) for s, e in spans)


def _clear_of(found: Iterable[Found], taken: list[Found]) -> list[Found]:
    return [one for one in found if not any(t.start < one.end and one.start < t.end for t in taken)]


# A "featurizer", because Rasa runs only those over the training examples.
@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class TimeAndAmountParser(GraphComponent):
    def __init__(self, today: Callable[[], date]) -> None:
        self._today = today

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "TimeAndAmountParser":
        return cls(shop_today)

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = message.get(TEXT)
            if text:
                found = [_entity(text, one) for one in parse(text, self._today())]
                message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """The classifiers learn from these entities too: a horizon says much about what is asked."""
        self.process(training_data.training_examples)
        return training_data


def _entity(text: str, one: Found) -> dict[str, Any]:
    return {
        "entity": one.kind,
        "value": one.value,
        "start": one.start,
        "end": one.end,
        "text": text[one.start : one.end],
        "extractor": "TimeAndAmountParser",
    }
