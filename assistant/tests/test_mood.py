"""Moods are told from words and signs; complaints about products and plain problems are not anger."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, INTENT, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.components.mood import MOOD, MoodReader
from assistant.components.mood_signs import SIGNS, read_moods, signs
from assistant.components.sentence_encoder import Encoder
from assistant.settings import ROOT

ENCODER = Encoder(ROOT / "models" / "sentence_encoder")
PLAIN = ("how much is the product", "where is my order", "show me black dresses", "is it waterproof", "compare them")


class Storage:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def write_to(self, resource: Resource) -> Iterator[Path]:
        yield self.folder

    read_from = write_to


def message(text: str, intent: str | None = None) -> Message:
    """As the parts of the pipeline before hand it on."""
    found = Message({TEXT: text, "masked_text": text.lower(), **({INTENT: intent} if intent else {})})
    vector = ENCODER.encode(text.lower()).reshape(1, -1)
    found.add_features(Features(vector, FEATURE_TYPE_SENTENCE, TEXT, "encoder"))
    return found


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Storage:
    return Storage(tmp_path_factory.mktemp("mood"))


@pytest.fixture(scope="module")
def reader(storage: Storage) -> MoodReader:
    config = MoodReader.get_default_config()
    trained = MoodReader(config, storage, Resource("mood"), {})  # type: ignore[arg-type]
    trained.train(TrainingData([message(text, "ask_price") for text in PLAIN]))
    return trained


def mood(reader: MoodReader, text: str) -> str:
    [read] = reader.process([message(text)])
    return str(read.get(MOOD)["name"])


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("why the hell does this take so long, I am furious!!", "angry"),
        ("WHAT IS WRONG WITH YOU PEOPLE", "angry"),
        ("I'm so sad that my order is lost :(", "sad"),
        ("it was a present from my late mother and now it is broken, I could cry", "sad"),
        ("wonderful, thank you so much!", "happy"),
        ("where is my order", "neutral"),
        ("which products have the worst camera", "neutral"),
        ("the zip is broken, can I exchange it", "neutral"),
        ("HOW MUCH IS THE S21", "neutral"),
    ],
)
def test_moods(reader: MoodReader, text: str, wanted: str) -> None:
    assert mood(reader, text) == wanted


def test_a_mood_is_a_calibrated_probability_and_changes_nothing_else(reader: MoodReader) -> None:
    read = message("where is my order!!")
    before = {name: value for name, value in read.data.items() if name != MOOD}
    reader.process([read])
    assert sum(reader.probabilities(read).values()) == pytest.approx(1.0)
    assert 0 <= read.get(MOOD)["confidence"] <= 1
    assert {name: value for name, value in read.data.items() if name != MOOD} == before
    assert MOOD in read.as_dict(only_output_properties=True)


def test_what_was_saved_reads_the_same(reader: MoodReader, storage: Storage) -> None:
    loaded: Any = MoodReader.load({}, storage, Resource("mood"), None)  # type: ignore[arg-type]
    asked = message("you are wasting my time!!")
    assert loaded.probabilities(asked) == pytest.approx(reader.probabilities(asked))


@pytest.mark.parametrize("text", ["", "!!!", "👍", "a" * 2000, "\u0000"])
def test_signs_of_anything_are_shares(text: str) -> None:
    found = signs(text, read_moods())
    assert found.shape == (SIGNS,)
    assert ((found >= 0) & (found <= 1)).all()


def test_held_out_messages_are_not_among_the_examples() -> None:
    rows = (ROOT / "tests" / "conversations" / "held_out_mood.csv").read_text(encoding="utf-8").lower().splitlines()
    held_out = {row.rpartition(",")[0].strip('"') for row in rows[1:]}
    learnt = {text.lower() for texts in read_moods().examples.values() for text in texts}
    assert not held_out & learnt
