"""Sentence vectors, intents and the outside: what is learnt is kept, and nonsense is not taken for a question."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.components.attribute_tagger import AttributeTagger, attributes
from assistant.components.intent_classifier import IntentClassifier
from assistant.components.masking import masked
from assistant.components.out_of_scope_detector import OutOfScopeDetector
from assistant.components.sentence_encoder import Encoder, EncoderDamaged, SentenceEncoder
from assistant.components.unsure_detector import UnsureDetector
from assistant.settings import ROOT

FOLDER = ROOT / "models" / "sentence_encoder"
EXAMPLES = {
    "ask_price": ["how much is it", "what does it cost", "price please", "the price of this", "how expensive is it",
                  "what do i pay for it", "cost of this one"],
    "ask_size": ["which sizes do you have", "is there a size 42", "does it come in large", "what size is it",
                 "do you have it in m", "sizes please", "is xl available"],
    "greet": ["hello", "hi there", "good morning", "hey", "good evening", "hello again", "hi"],
    "out_of_scope": ["will it rain tomorrow", "who won the match", "book a flight", "tell me a joke",
                     "is the earth flat", "write a poem", "how do i bake bread", "play music",
                     "what is the capital of peru"],
}  # fmt: skip


class Storage:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def write_to(self, resource: Resource) -> Iterator[Path]:
        yield self.folder

    read_from = write_to


class Node:
    node_name = "encoder"


@pytest.fixture(scope="module")
def featurizer() -> SentenceEncoder:
    return SentenceEncoder.create({}, None, None, Node())  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def learnt(featurizer: SentenceEncoder, tmp_path_factory: pytest.TempPathFactory) -> tuple[TrainingData, Storage]:
    messages = [Message({"text": text, "intent": intent}) for intent, texts in EXAMPLES.items() for text in texts]
    data = featurizer.process_training_data(TrainingData(messages))
    storage = Storage(tmp_path_factory.mktemp("model"))
    IntentClassifier.create({}, storage, Resource("i"), None).train(data)  # type: ignore[arg-type]
    OutOfScopeDetector.create({"folds": 3}, storage, Resource("o"), None).train(data)  # type: ignore[arg-type]
    return data, storage


def understood(text: str, featurizer: SentenceEncoder, storage: Storage) -> Message:
    message = Message({"text": text})
    classifier = IntentClassifier.load({}, storage, Resource("i"), None)  # type: ignore[arg-type]
    detector = OutOfScopeDetector.load({}, storage, Resource("o"), None)  # type: ignore[arg-type]
    return detector.process(classifier.process(featurizer.process([message])))[0]


def test_vectors_are_unit_long_and_near_for_like_sentences() -> None:
    encoder = Encoder(FOLDER)
    asked, alike, other = map(encoder.encode, ("how much is it", "what does it cost", "play some jazz"))
    assert asked.shape == (384,)
    assert np.linalg.norm(asked) == pytest.approx(1, abs=1e-4)
    assert asked @ alike > asked @ other + 0.2


def test_a_damaged_encoder_is_refused(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "encoder")
    tokenizer = tmp_path / "encoder" / "tokenizer.json"
    tokenizer.write_bytes(tokenizer.read_bytes() + b" ")
    with pytest.raises(EncoderDamaged, match=r"tokenizer\.json"):
        Encoder(tmp_path / "encoder")
    (tmp_path / "encoder" / "manifest.json").unlink()
    with pytest.raises(EncoderDamaged, match="cannot be read"):
        Encoder(tmp_path / "encoder")


def test_the_manifest_states_licence_source_and_agreement_with_the_float_model() -> None:
    manifest = json.loads((FOLDER / "manifest.json").read_text())
    assert manifest["licence"] == "Apache-2.0"
    assert manifest["cosine_to_float"]["mean"] > 0.98


@pytest.mark.parametrize(
    ("text", "intent"),
    [("what is the cost of it", "ask_price"), ("have you got size 40", "ask_size"), ("hello you", "greet"),
     ("who won the world cup", "out_of_scope"), ("bake me a bread", "out_of_scope")],
)  # fmt: skip
def test_unseen_messages_are_understood(
    text: str, intent: str, featurizer: SentenceEncoder, learnt: tuple[TrainingData, Storage]
) -> None:
    message = understood(text, featurizer, learnt[1])
    assert message.get("intent")["name"] == intent
    ranking = message.get("intent_ranking")
    assert {one["name"] for one in ranking} == set(EXAMPLES) - {"out_of_scope"}
    assert sum(one["confidence"] for one in ranking) == pytest.approx(1, abs=1e-5)


def test_what_is_kept_holds_no_pickle(learnt: tuple[TrainingData, Storage]) -> None:
    files = sorted(path.name for path in learnt[1].folder.iterdir())
    assert files == ["intents.json", "scope.npz", "weights.npz"]
    for name in ("scope.npz", "weights.npz"):
        with np.load(learnt[1].folder / name, allow_pickle=False) as stored:
            assert all(stored[key].dtype.kind == "f" for key in stored.files)


def test_training_twice_gives_the_same_weights(learnt: tuple[TrainingData, Storage], tmp_path: Path) -> None:
    again = Storage(tmp_path)
    IntentClassifier.create({}, again, Resource("i"), None).train(learnt[0])  # type: ignore[arg-type]
    with np.load(tmp_path / "weights.npz") as new, np.load(learnt[1].folder / "weights.npz") as old:
        assert np.array_equal(new["weights"], old["weights"])


def test_products_are_masked_wherever_they_stand() -> None:
    text = "Is the Note20 better than the S21?"
    spans: list[Any] = [
        {"entity": "product", "start": 7, "end": 13},
        {"entity": "product_unknown", "start": 30, "end": 33},
        {"entity": "colour", "start": 0, "end": 2},
    ]
    assert masked(text, spans) == "is the product better than the product?"


@pytest.mark.parametrize(
    ("first", "second", "name"), [(0.45, 0.40, "unsure"), (0.45, 0.20, "ask_price"), (0.8, 0.75, "ask_price")]
)
def test_only_close_and_low_confidences_are_unsure(first: float, second: float, name: str) -> None:
    ranking = [{"name": "ask_price", "confidence": first}, {"name": "ask_stock", "confidence": second}]
    message = Message({"text": "x", "intent": dict(ranking[0]), "intent_ranking": ranking})
    detector = UnsureDetector.create({}, None, None, None)  # type: ignore[arg-type]
    assert detector.process([message])[0].get("intent")["name"] == name
    assert message.get("intent_ranking") == ranking


@pytest.mark.parametrize(
    ("text", "keys"),
    [("how heavy is it", ["weight_g"]), ("battery life and ram?", ["battery_mah", "ram_gb"]),
     ("is it waterproof", ["water_resistance"]), ("what's it made of", ["material"]), 
     ("selfie camera", ["selfie_camera"]),
     ("can i wash it", ["care"]), ("which processor", ["chipset"]), ("how many megapixels", ["main_camera"]),
     ("hello there", [])],
)  # fmt: skip
def test_words_for_specifications_get_their_keys(text: str, keys: list[str]) -> None:
    assert [one["value"] for one in attributes(text)] == keys


def test_no_attribute_is_read_out_of_a_products_name() -> None:
    message = Message({"text": "leather boots", "entities": [{"entity": "product", "start": 0, "end": 13}]})
    tagger = AttributeTagger.create({}, None, None, None)  # type: ignore[arg-type]
    assert [entity["entity"] for entity in tagger.process([message])[0].get("entities")] == ["product"]
