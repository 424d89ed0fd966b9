"""Keys hit at random and made-up words are out of scope, whatever they resemble.

Letters always resemble some example: for the n-grams "qwe rty" ends like "ty", and a sentence vector of scraps lies
anywhere, near a short "thanks" as likely as near an outlier. So words are asked for before resemblance counts.
"""

import json
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.components.examples import OUT_OF_SCOPE, teaching
from assistant.components.known_words import KnownWords, english_words, words_beside
from assistant.components.masking import MASKED
from assistant.components.sentence_encoder import SentenceEncoder

# Names and order numbers in the examples teach no words: "S-7Q2WER" would make a word of "wer".
NAMES = MASKED | {"order_number"}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class NonsenseDetector(GraphComponent):
    """Comes after OutOfScopeDetector. A message of which anything is known, if only a product, stays as it is."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"encoder": SentenceEncoder.get_default_config()["folder"]}

    def __init__(
        self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, learnt: list[str]
    ) -> None:
        self._config, self._storage, self._resource = config, model_storage, resource
        self._words = KnownWords(learnt, english_words(Path(config["encoder"])))

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "NonsenseDetector":
        return cls({**cls.get_default_config(), **config}, model_storage, resource, [])

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "NonsenseDetector":
        with model_storage.read_from(resource) as folder:
            learnt = json.loads((folder / "words.json").read_text())
        return cls({**cls.get_default_config(), **config}, model_storage, resource, learnt)

    def train(self, training_data: TrainingData) -> Resource:
        inside = [example for example in teaching(training_data) if example.get(INTENT) != OUT_OF_SCOPE]
        learnt = sorted({word for example in inside for word in _taught_by(example)})
        with self._storage.write_to(self._resource) as folder:
            (folder / "words.json").write_text(json.dumps(learnt))
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if message.get(TEXT) and self._is_nonsense(message):
                message.set(INTENT, {"name": OUT_OF_SCOPE, "confidence": 1.0}, add_to_output=True)
        return messages

    def _is_nonsense(self, message: Message) -> bool:
        entities = message.get(ENTITIES, [])
        return not entities and self._words.hold_none_of(word.text for word in words_beside(message.get(TEXT), []))


def _taught_by(example: Message) -> list[str]:
    names = [entity for entity in example.get(ENTITIES, []) if entity["entity"] in NAMES]
    return [word.text for word in words_beside(example.get(TEXT), names)]
