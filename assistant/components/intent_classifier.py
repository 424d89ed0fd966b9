"""Intents by logistic regression over sentence vectors, n-grams and entities; kept as plain arrays and JSON."""

import json
import warnings
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from assistant.components.examples import OUT_OF_SCOPE, teaching
from assistant.components.masking import MASKED_TEXT
from assistant.components.message_features import count_grams, design, inverse_frequencies

RANKED = 10


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentClassifier(GraphComponent):
    """Which of the intents in scope a message has; whether it is in scope at all is decided by OutOfScopeDetector."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"C": 10.0}

    def __init__(
        self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, arrays: dict[str, Any]
    ) -> None:
        self._config, self._storage, self._resource = config, model_storage, resource
        self._arrays = arrays

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "IntentClassifier":
        return cls({**cls.get_default_config(), **config}, model_storage, resource, {})

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "IntentClassifier":
        with model_storage.read_from(resource) as folder:
            with np.load(folder / "weights.npz", allow_pickle=False) as stored:
                arrays: dict[str, Any] = {name: stored[name] for name in stored.files}
            arrays["intents"] = json.loads((folder / "intents.json").read_text())
        return cls({**cls.get_default_config(), **config}, model_storage, resource, arrays)

    def train(self, training_data: TrainingData) -> Resource:
        examples = [e for e in teaching(training_data) if e.get(INTENT) != OUT_OF_SCOPE]
        inverse = inverse_frequencies(count_grams([e.get(MASKED_TEXT) for e in examples]))
        model = LogisticRegression(C=self._config["C"], max_iter=60)
        with warnings.catch_warnings():
            # Stopped early on purpose: later iterations change no answer.
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(design(examples, inverse), [e.get(INTENT) for e in examples])
        self._arrays = {
            "weights": np.ascontiguousarray(model.coef_.T, dtype=np.float32),  # (features, intents)
            "bias": model.intercept_.astype(np.float32),
            "inverse": inverse,
            "intents": [str(name) for name in model.classes_],
        }
        self._persist()
        return self._resource

    def _persist(self) -> None:
        with self._storage.write_to(self._resource) as folder:
            numbers = {name: value for name, value in self._arrays.items() if name != "intents"}
            np.savez_compressed(folder / "weights.npz", **numbers)
            (folder / "intents.json").write_text(json.dumps(self._arrays["intents"]))

    def probabilities(self, message: Message) -> np.ndarray:
        """Over `intents`, summing to 1."""
        row = design([message], self._arrays["inverse"])
        scores = row.data @ self._arrays["weights"][row.indices] + self._arrays["bias"]
        exponentials = np.exp(scores - scores.max())
        result: np.ndarray = exponentials / exponentials.sum()
        return result

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if message.get(TEXT):
                self._classify(message)
        return messages

    def _classify(self, message: Message) -> None:
        probabilities = self.probabilities(message)
        ranking = [
            {"name": self._arrays["intents"][place], "confidence": float(probabilities[place])}
            for place in np.argsort(-probabilities)[:RANKED]
        ]
        message.set(INTENT, dict(ranking[0]), add_to_output=True)
        message.set("intent_ranking", ranking, add_to_output=True)
