"""In what mood a message was written: angry, sad, happy or neutral, with a calibrated probability.

Multinomial logistic regression over the sentence vector and n-grams that the intents are read from, and over signs that
these do not hold. It learns from `data/moods.yml`, and from the intents' examples as neutral ones. Probabilities are
calibrated by a temperature (Guo et al. 2017) on folds that were not learnt from; what is not sure counts as neutral,
because a kind word too many is worse than none. Sarcasm and irony are not read.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, INTENT, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from assistant.components.examples import OUT_OF_SCOPE, teaching
from assistant.components.masking import MASKED_TEXT
from assistant.components.message_features import count_grams, design, inverse_frequencies, sentence_vector
from assistant.components.mood_signs import SIGNS, Moods, read_moods, signs
from assistant.components.sentence_encoder import Encoder, SentenceEncoder

MOOD = "mood"
NEUTRAL = "neutral"
# Their examples have a mood of their own, or none that could be told.
NOT_NEUTRAL = frozenset({"insult", "thank", "report_damage", OUT_OF_SCOPE})
SIGN_WEIGHT = 3.0

Arrays = dict[str, np.ndarray]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class MoodReader(GraphComponent):
    """Adds `mood` to what was understood: `{name, confidence}`. Changes nothing else."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"C": 2.0, "folds": 3, "sure": 0.5, "encoder": SentenceEncoder.get_default_config()["folder"]}

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource, arrays: Arrays) -> None:
        self._config, self._storage, self._resource, self._arrays = config, storage, resource, arrays
        self._moods = read_moods()
        self._names = [*sorted(self._moods.examples)]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "MoodReader":
        return cls({**cls.get_default_config(), **config}, model_storage, resource, {})

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "MoodReader":
        with model_storage.read_from(resource) as folder, np.load(folder / "mood.npz", allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        return cls({**cls.get_default_config(), **config}, model_storage, resource, arrays)

    def train(self, training_data: TrainingData) -> Resource:
        own, moods = _own_examples(self._moods, Encoder(Path(self._config["encoder"])))
        others = [_alone(e) for e in teaching(training_data) if e.get(INTENT) not in NOT_NEUTRAL]
        examples = [*own, *others]
        wanted = np.array([self._names.index(mood) for mood in [*moods, *[NEUTRAL] * len(others)]])
        inverse = inverse_frequencies(count_grams([e.get(MASKED_TEXT) for e in examples]))
        rows = _rows(examples, inverse, self._moods)
        temperature = self._temperature(rows, wanted)
        model = self._fitted(rows, wanted)
        self._arrays = {
            "inverse": inverse,
            "weights": np.ascontiguousarray(model.coef_.T / temperature, dtype=np.float32),  # (features, moods)
            "bias": (model.intercept_ / temperature).astype(np.float32),
        }
        with self._storage.write_to(self._resource) as folder:
            np.savez_compressed(folder / "mood.npz", **self._arrays)
            (folder / "moods.json").write_text(json.dumps(self._names))
        return self._resource

    def _fitted(self, rows: csr_matrix, wanted: np.ndarray) -> LogisticRegression:
        """Moods are rare among the examples, and must not be rarer than that in the answers."""
        share = np.bincount(wanted) / len(wanted)
        return LogisticRegression(C=self._config["C"], max_iter=100).fit(
            rows, wanted, sample_weight=1 / np.sqrt(share[wanted])
        )

    def _temperature(self, rows: csr_matrix, wanted: np.ndarray) -> float:
        """By which the scores are divided so that probabilities on unseen folds are as often right as they say."""
        scores = np.zeros((len(wanted), len(self._names)))
        for learn, judge in StratifiedKFold(self._config["folds"], shuffle=True, random_state=0).split(rows, wanted):
            scores[judge] = self._fitted(rows[learn], wanted[learn]).decision_function(rows[judge])

        def loss(temperature: float) -> float:
            chances = _softmax(scores / temperature)
            return float(-np.log(chances[np.arange(len(wanted)), wanted] + 1e-12).mean())

        return float(minimize_scalar(loss, bounds=(0.2, 5.0), method="bounded").x)

    def probabilities(self, message: Message) -> dict[str, float]:
        """By mood, summing to 1."""
        row = design([message], self._arrays["inverse"])
        weights, extra = self._arrays["weights"], signs(message.get(TEXT), self._moods) * SIGN_WEIGHT
        scores = row.data @ weights[row.indices] + extra @ weights[-SIGNS:] + self._arrays["bias"]
        return dict(zip(self._names, map(float, _softmax(scores[None])[0]), strict=True))

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if message.get(TEXT):
                chances = self.probabilities(message)
                name = max(chances, key=lambda mood: chances[mood])
                if name != NEUTRAL and chances[name] < self._config["sure"]:
                    name = NEUTRAL
                mood = {"name": name, "confidence": round(chances[name], 4)}
                message.set(MOOD, mood, add_to_output=True)
        return messages


def _own_examples(moods: Moods, encoder: Encoder) -> tuple[list[Message], list[str]]:
    """The examples of moods.yml with their features, and the mood of each."""
    told = [(text, mood) for mood, texts in sorted(moods.examples.items()) for text in texts]
    return [_example(text, encoder.encode(text.lower())) for text, _ in told], [mood for _, mood in told]


def _alone(example: Message) -> Message:
    """An example without its entities: what is named says nothing about a mood."""
    return _example(example.get(TEXT), sentence_vector(example), example.get(MASKED_TEXT))


def _example(text: str, vector: np.ndarray, masked_text: str | None = None) -> Message:
    message = Message({TEXT: text, MASKED_TEXT: masked_text or text.lower()})
    message.add_features(Features(vector.reshape(1, -1), FEATURE_TYPE_SENTENCE, TEXT, MOOD))
    return message


def _rows(examples: list[Message], inverse: np.ndarray, moods: Moods) -> csr_matrix:
    found = np.stack([signs(example.get(TEXT), moods) for example in examples]) * SIGN_WEIGHT
    return hstack([design(examples, inverse), csr_matrix(found)]).tocsr()


def _softmax(scores: np.ndarray) -> np.ndarray:
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    result: np.ndarray = exponentials / exponentials.sum(axis=1, keepdims=True)
    return result
