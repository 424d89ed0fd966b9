"""Nonsense is told from words with slips: by asking what is a word, not by what the letters resemble."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.components.known_words import KnownWords, english_words
from assistant.components.nonsense_detector import NonsenseDetector
from assistant.settings import ROOT

ENCODER = ROOT / "models" / "sentence_encoder"
ENGLISH = english_words(ENCODER)
EXAMPLES = {
    "greet": ["hello", "hey", "hi"],
    "thank": ["thanks a lot", "ty", "cheers mate"],
    "search_products": ["show me waterproof shoes", "sneakers", "cheaper bags"],
    "out_of_scope": ["xyzzy"],
}


class Storage:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def write_to(self, resource: Resource) -> Iterator[Path]:
        yield self.folder

    read_from = write_to


@pytest.fixture(scope="module")
def detector(tmp_path_factory: pytest.TempPathFactory) -> NonsenseDetector:
    storage: Any = Storage(tmp_path_factory.mktemp("words"))
    data = TrainingData(
        [Message({"text": text, "intent": intent}) for intent, texts in EXAMPLES.items() for text in texts]
        + [
            Message(
                {
                    "text": "where is S-XZQWVK",
                    "intent": "ask_order_status",
                    "entities": [{"entity": "order_number", "value": "S-XZQWVK", "start": 9, "end": 17}],
                }
            )
        ]
    )
    NonsenseDetector.create({}, storage, Resource("n"), None).train(data)  # type: ignore[arg-type]
    return NonsenseDetector.load({}, storage, Resource("n"), None)  # type: ignore[arg-type]


def understood(detector: NonsenseDetector, text: str, *entities: "dict[str, Any]") -> str:
    message = Message({"text": text, "intent": {"name": "thank", "confidence": 0.5}, "entities": list(entities)})
    return str(detector.process([message])[0].get("intent")["name"])


@pytest.mark.parametrize(
    "text", ["qwe rty", "asdf", "sdfkjh sdkfj", "blorp", "QWE RTY!!", "xyzzy", "xzqwvk", "zzxxcc", "glorf 42", "привет"]
)
def test_what_holds_no_word_is_out_of_scope(detector: NonsenseDetector, text: str) -> None:
    """Nor do examples of nonsense, or numbers of orders, make words of it."""
    assert understood(detector, text) == "out_of_scope"


@pytest.mark.parametrize(
    "text",
    ["ty", "helo", "hw much is note20", "ok", "thx", "cheers m8", "sneekers", "wateproof", "heyyy", "showme", "kk"],
)
def test_words_with_slips_stay_what_they_were(detector: NonsenseDetector, text: str) -> None:
    assert understood(detector, text) == "thank"


@pytest.mark.parametrize("text", ["42", "?", "\U0001f937", "S-XZQWVK"])
def test_what_has_no_letters_to_judge_is_left_to_others(detector: NonsenseDetector, text: str) -> None:
    number = {"entity": "order_number", "value": text, "start": 0, "end": len(text)}
    assert understood(detector, text, *([number] if "-" in text else [])) == "thank"


def test_a_name_of_the_catalogue_is_no_nonsense(detector: NonsenseDetector) -> None:
    assert understood(detector, "fjell") == "out_of_scope"
    assert understood(detector, "fjell", {"entity": "brand", "value": "Fjell", "start": 0, "end": 5}) == "thank"


def test_one_known_word_is_enough() -> None:
    words = KnownWords(["cheaper"], ENGLISH)
    assert words.hold_none_of(["sdfkjh", "blorp"])
    assert not words.hold_none_of(["sdfkjh", "cheaper"])
    assert not words.hold_none_of(["sdfkjh", "orange"])  # English, whatever the shop sells
    assert not words.hold_none_of([])


def test_the_longer_the_word_the_more_slips_are_forgiven() -> None:
    words = KnownWords(["size", "waterproof"], frozenset())
    assert not words.hold_none_of(["sizze"])
    assert words.hold_none_of(["zzize"])
    assert not words.hold_none_of(["watterprof"])
