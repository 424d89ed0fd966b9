"""A message alone gives the same row as among others."""

import numpy as np
import pytest
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message

from assistant.components.message_features import CHARACTERS, WORDS, design


def made(text: str, entities: "list[str]") -> Message:
    vector = np.random.default_rng(len(text)).normal(size=(1, 384)).astype(np.float32)
    features = Features(vector, "sentence", TEXT, "test")
    return Message({TEXT: text, ENTITIES: [{"entity": name} for name in entities]}, features=[features])


@pytest.mark.parametrize(
    ("text", "entities"),
    [
        ("how much is the note20", ["product"]),
        ("compare compare compare", ["product", "product"]),
        ("?", []),
        ("é", ["horizon"]),
    ],
)
def test_one_message_gives_the_row_that_many_give(text: str, entities: "list[str]") -> None:
    inverse = np.random.default_rng(0).uniform(1, 5, CHARACTERS + WORDS).astype(np.float32)
    message = made(text, entities)
    alone, among = design([message], inverse), design([message, made("another one", [])], inverse)[0]
    assert alone.shape == among.shape
    np.testing.assert_allclose(alone.toarray(), among.toarray(), rtol=1e-5, atol=1e-6)
