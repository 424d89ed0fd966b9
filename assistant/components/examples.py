"""The training examples as the classifiers learn from them."""

from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

OUT_OF_SCOPE = "out_of_scope"


def teaching(training_data: TrainingData) -> list[Message]:
    """Examples with a text and an intent, in a stable order."""
    return [m for m in training_data.training_examples if m.get(TEXT) and m.get(INTENT)]
