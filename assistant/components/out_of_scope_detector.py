"""Is a message any of the shop's business? Decided by where it lies, not by how sure the intent classifier is.

A classifier's softmax is confident about nonsense, because it only ever compares intents. Here the evidence is: how
near the message lies to examples in and out of scope in the embedding space, and the margin of a linear separator that
was shown outliers (Hendrycks et al. 2019, "outlier exposure"). A small model weighs this evidence; it is fitted on
folds that the evidence was not learnt from, and its threshold is the strictest that rejects no more than
`false_rejections` of the in-scope examples there. The folds are drawn several times and the evidence is averaged: few
examples lie near the threshold, and it should not hang on who shared a fold with them.
"""

from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import RepeatedStratifiedKFold

from assistant.components.examples import OUT_OF_SCOPE, teaching
from assistant.components.masking import MASKED_TEXT
from assistant.components.message_features import count_grams, design, inverse_frequencies, sentence_vector
from assistant.components.neighbours import nearness

Arrays = dict[str, np.ndarray]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class OutOfScopeDetector(GraphComponent):
    """Replaces the intent by `out_of_scope` where the evidence says so; the ranking keeps what it would have been."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"false_rejections": 0.017, "folds": 5, "draws": 3, "C": 3.0, "known_product": 1.0}

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, arrays: Arrays) -> None:
        self._config, self._storage, self._resource, self._arrays = config, model_storage, resource, arrays

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "OutOfScopeDetector":
        return cls({**cls.get_default_config(), **config}, model_storage, resource, {})

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "OutOfScopeDetector":
        with model_storage.read_from(resource) as folder, np.load(folder / "scope.npz", allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        return cls({**cls.get_default_config(), **config}, model_storage, resource, arrays)

    def train(self, training_data: TrainingData) -> Resource:
        examples = teaching(training_data)
        outside = np.array([e.get(INTENT) == OUT_OF_SCOPE for e in examples])
        inverse = inverse_frequencies(count_grams([e.get(MASKED_TEXT) for e in examples]))
        rows, vectors = design(examples, inverse), np.stack([sentence_vector(e) for e in examples])
        evidence = self._unseen_evidence(rows, vectors, outside)
        judge = LogisticRegression(C=1.0, class_weight="balanced").fit(evidence, outside)
        scores = judge.decision_function(evidence)
        weights, bias = self._separator(rows, outside)
        self._arrays = {
            "inverse": inverse,
            "inside": vectors[~outside],
            "outside": vectors[outside],
            "weights": weights,
            "bias": np.array([bias], dtype=np.float32),
            "judge": np.append(judge.coef_[0], judge.intercept_[0]).astype(np.float32),
            "threshold": np.array([np.quantile(scores[~outside], 1 - self._config["false_rejections"])]),
        }
        with self._storage.write_to(self._resource) as folder:
            np.savez_compressed(folder / "scope.npz", **self._arrays)
        return self._resource

    def _separator(self, rows: csr_matrix, outside: np.ndarray) -> tuple[np.ndarray, float]:
        model = LogisticRegression(C=self._config["C"], class_weight="balanced", solver="liblinear")
        model.fit(rows, outside)
        return model.coef_[0].astype(np.float32), float(model.intercept_[0])

    def _unseen_evidence(self, rows: csr_matrix, vectors: np.ndarray, outside: np.ndarray) -> np.ndarray:
        """The evidence for every example from the folds that it is not in, (examples, 5)."""
        result = np.zeros((len(outside), 5))
        draws = self._config["draws"]
        folds = RepeatedStratifiedKFold(n_splits=self._config["folds"], n_repeats=draws, random_state=0)
        for learn, judge in folds.split(vectors, outside):
            weights, bias = self._separator(rows[learn], outside[learn])
            known, strange = vectors[learn][~outside[learn]], vectors[learn][outside[learn]]
            result[judge] += evidence(rows[judge] @ weights + bias, vectors[judge], known, strange) / draws
        return result

    def strangeness(self, message: Message) -> float:
        """Above 0 the message is out of scope."""
        arrays = self._arrays
        row = design([message], arrays["inverse"])
        margin = row.data @ arrays["weights"][row.indices] + arrays["bias"]
        vector = sentence_vector(message).reshape(1, -1)
        found = evidence(margin, vector, arrays["inside"], arrays["outside"])[0]
        score = float(found @ arrays["judge"][:-1] + arrays["judge"][-1] - arrays["threshold"][0])
        names_product = any(entity["entity"] == "product" for entity in message.get(ENTITIES, []))
        return score - self._config["known_product"] * names_product

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if message.get(TEXT):
                score = self.strangeness(message)
                if score > 0:
                    confidence = float(1 / (1 + np.exp(-score)))
                    message.set(INTENT, {"name": OUT_OF_SCOPE, "confidence": confidence}, add_to_output=True)
        return messages


def evidence(margin: np.ndarray, vectors: np.ndarray, inside: np.ndarray, outside: np.ndarray) -> np.ndarray:
    """Margin of the separator, nearness to what is in scope (2) and to known outliers (2), (rows, 5)."""
    return np.column_stack([np.asarray(margin).reshape(-1), nearness(vectors, inside), nearness(vectors, outside)])
