"""Sentence features: one unit vector of 384 floats a message, by int8 MiniLM in ONNX Runtime."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from tokenizers import Tokenizer

from assistant.components.masking import MASKED_TEXT, masked

ROOT = Path(__file__).resolve().parent.parent.parent


class EncoderDamaged(Exception):
    """A file of the encoder is missing or is not the one that its manifest describes."""


class Encoder:
    """Text -> unit vector (384,). Stateless and safe to share."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        """Loads `folder`; raises EncoderDamaged when a file's sha256 differs from the manifest's."""
        manifest = self._checked_manifest(folder)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Waiting threads must sleep: spinning ones would take the core that the next process of the turn needs.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self.dimension = int(manifest["dimension"])
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )

    @staticmethod
    def _checked_manifest(folder: Path) -> dict[str, Any]:
        try:
            manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
            for name, expected in manifest["files"].items():
                if hashlib.sha256((folder / name).read_bytes()).hexdigest() != expected:
                    raise EncoderDamaged(f"{folder / name} is not the file that manifest.json describes.")
        except (OSError, ValueError, KeyError) as error:
            raise EncoderDamaged(f"The sentence encoder in {folder} cannot be read: {error}") from error
        return manifest

    def encode(self, text: str) -> np.ndarray:
        encoding = self._tokenizer.encode(text)
        inputs = {
            "input_ids": np.array([encoding.ids], dtype=np.int64),
            "attention_mask": np.array([encoding.attention_mask], dtype=np.int64),
        }
        vector: np.ndarray = self._session.run(None, inputs)[0][0]
        return vector


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEncoder(GraphComponent):
    """Adds the vector of the message's masked text as its dense sentence feature."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"folder": str(ROOT / "models" / "sentence_encoder"), "threads": 1}

    def __init__(self, config: dict[str, Any], name: str) -> None:
        self._encoder = Encoder(Path(config["folder"]), config["threads"])
        self._name = name

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SentenceEncoder":
        return cls({**cls.get_default_config(), **config}, execution_context.node_name)

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if message.get(TEXT):
                self._add_vector(message)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    def _add_vector(self, message: Message) -> None:
        text = masked(message.get(TEXT), message.get(ENTITIES, []))
        message.set(MASKED_TEXT, text)
        vector = self._encoder.encode(text).reshape(1, -1)
        message.add_features(Features(vector, FEATURE_TYPE_SENTENCE, TEXT, self._name))
