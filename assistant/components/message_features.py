"""What the intent classifier and the out-of-scope detector see of a message, as sparse rows of a fixed width."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import HashingVectorizer

from assistant.components.masking import MASKED_TEXT

# Entities whose mere presence says much about what is asked; products are counted, because two are a comparison.
TELLING = (
    "horizon", "period", "amount", "quantity", "ordinal", "order_number", "percentage", "price_point", "lead_time",
    "service_level",
)  # fmt: skip
SENTENCE_WEIGHT = 4.0
CHARACTERS, WORDS = 2**13, 2**12

_characters = HashingVectorizer(
    analyzer="char_wb", ngram_range=(2, 5), n_features=CHARACTERS, alternate_sign=False, norm=None
)
_words = HashingVectorizer(
    ngram_range=(1, 2),
    n_features=WORDS,
    alternate_sign=False,
    norm=None,
    token_pattern=r"\S+",  # noqa: S106 (tokens of words, no secrets)
)


def sentence_vector(message: Message) -> np.ndarray:
    """The dense sentence feature of a message, (384,); zeros when there is none."""
    _, sentence = message.get_dense_features(TEXT, [])
    return np.asarray(sentence.features, dtype=np.float32).reshape(-1) if sentence else np.zeros(0, dtype=np.float32)


def count_grams(texts: Sequence[str]) -> csr_matrix:
    """Dampened counts of character and word n-grams, (texts, CHARACTERS + WORDS)."""
    counts = hstack([_characters.transform(texts), _words.transform(texts)]).tocsr()
    counts.data = 1.0 + np.log(counts.data)
    return counts


def inverse_frequencies(counts: csr_matrix) -> np.ndarray:
    """Smoothed inverse document frequencies of the columns, as in TF-IDF."""
    present = np.bincount(counts.indices, minlength=counts.shape[1])
    return np.asarray(np.log((1 + counts.shape[0]) / (1 + present)) + 1.0, dtype=np.float32)


def entity_row(entities: Iterable[Any]) -> list[float]:
    kinds = [entity["entity"] for entity in entities]
    products = sum(kind in ("product", "product_unknown") for kind in kinds)
    return [
        float(products == 0),
        float(products == 1),
        float(products > 1),
        *(float(kind in kinds) for kind in TELLING),
    ]


def design(messages: Sequence[Message], inverse: np.ndarray) -> csr_matrix:
    """The rows that the linear model works on: sentence vector, weighted n-grams (each half of norm 1), entities."""
    if len(messages) == 1:
        return _design_of_one(messages[0], inverse)
    texts = [_text(message) for message in messages]
    counts = count_grams(texts).multiply(inverse).tocsr()
    grams = [_unit(counts[:, :CHARACTERS]), _unit(counts[:, CHARACTERS:])]
    vectors = csr_matrix(np.stack([sentence_vector(message) for message in messages]) * SENTENCE_WEIGHT)
    entities = csr_matrix(np.array([entity_row(message.get(ENTITIES, [])) for message in messages], dtype=np.float32))
    return hstack([vectors, *grams, entities]).tocsr().astype(np.float32)


def _text(message: Message) -> str:
    return message.get(MASKED_TEXT) or str(message.get(TEXT)).lower()


def _design_of_one(message: Message, inverse: np.ndarray) -> csr_matrix:
    """The same row as among many, in a tenth of the time: sparse matrices cost their making, not their numbers."""
    vector = sentence_vector(message) * SENTENCE_WEIGHT
    (characters, character_counts), (words, word_counts) = _grams_of_one(_text(message))
    entities = np.array(entity_row(message.get(ENTITIES, [])), dtype=np.float32)
    offsets = np.cumsum([0, len(vector), CHARACTERS, WORDS, len(entities)])
    values = [
        vector,
        _unit_of_one(character_counts * inverse[characters]),
        _unit_of_one(word_counts * inverse[CHARACTERS + words]),
        entities,
    ]
    places = [
        np.arange(len(vector)),
        offsets[1] + characters,
        offsets[2] + words,
        offsets[3] + np.arange(len(entities)),
    ]
    data, columns = np.concatenate(values).astype(np.float32), np.concatenate(places)
    return csr_matrix((data, columns, [0, len(data)]), shape=(1, int(offsets[4])))


@lru_cache(maxsize=64)
def _grams_of_one(text: str) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """Columns and dampened counts of a text's character and word n-grams; two components ask for the same text."""
    counted = (vectorizer.transform([text]) for vectorizer in (_characters, _words))
    return tuple((counts.indices, 1.0 + np.log(counts.data)) for counts in counted)


def _unit_of_one(values: np.ndarray) -> np.ndarray:
    result: np.ndarray = values / max(float(np.sqrt((values * values).sum())), 1e-9)
    return result


def _unit(rows: csr_matrix) -> csr_matrix:
    norms = np.sqrt(rows.multiply(rows).sum(axis=1)).A.ravel()
    return rows.multiply(1.0 / np.maximum(norms, 1e-9)[:, None]).tocsr()
