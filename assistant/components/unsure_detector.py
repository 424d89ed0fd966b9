"""Two intents about as likely: the message becomes `unsure`, and the dialogue offers both."""

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from assistant.components.examples import OUT_OF_SCOPE

UNSURE = "unsure"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class UnsureDetector(GraphComponent):
    """Comes last. `intent_ranking` stays as it is: its first two are the choices."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"closer_than": 0.08, "below": 0.5}

    def __init__(self, config: dict[str, Any]) -> None:
        self._config = config

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "UnsureDetector":
        return cls({**cls.get_default_config(), **config})

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            intent = message.get(INTENT) or {}
            if message.get(TEXT) and intent.get("name") != OUT_OF_SCOPE and self._is_close(message):
                message.set(INTENT, {"name": UNSURE, "confidence": intent["confidence"]}, add_to_output=True)
        return messages

    def _is_close(self, message: Message) -> bool:
        first, second = ([one["confidence"] for one in message.get("intent_ranking") or []] + [1.0, 0.0])[:2]
        return bool(first < self._config["below"] and first - second < self._config["closer_than"])
