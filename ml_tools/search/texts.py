"""Product texts as vectors: what the encoder reads of a product, and the job that keeps the vectors new."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import structlog
from numpy.typing import NDArray
from tokenizers import Tokenizer

from ml_tools import artefacts
from store.search_vectors import ProductText, ReadText, keep_read, keep_unchanged, texts_to_read
from store.session import Database

log = structlog.get_logger()

ENCODER = "sentence_encoder"
MOST_TOKENS = 96
BATCH = 32
READ_AT_ONCE = 512
LONGEST_VALUE, MOST_VALUES, LONGEST_DESCRIPTION = 60, 14, 300

Floats = NDArray[np.float32]


class TextEncoder:
    """Texts -> unit vectors [n, 384], by the encoder that ships; texts of like length share a batch."""

    def __init__(self, models: Path, *, threads: int) -> None:
        artefact = artefacts.open_artefact(models / ENCODER)
        self.version = f"{artefact.manifest.name}:{artefact.manifest.version}"[:40]
        self._tokenizer = Tokenizer.from_str(artefact.read("tokenizer.json").decode())
        self.english = frozenset(word for word in self._tokenizer.get_vocab() if len(word) >= 4 and word.isalpha())
        self._tokenizer.enable_truncation(MOST_TOKENS)
        self._tokenizer.enable_padding()
        self._session = artefact.onnx("model.onnx", threads=threads)

    def __call__(self, texts: Sequence[str]) -> Floats:
        found = np.zeros((len(texts), 384), dtype=np.float32)
        by_length = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        for start in range(0, len(texts), BATCH):
            rows = by_length[start : start + BATCH]
            encoded = self._tokenizer.encode_batch([texts[row] for row in rows])
            inputs = {
                "input_ids": np.array([one.ids for one in encoded], dtype=np.int64),
                "attention_mask": np.array([one.attention_mask for one in encoded], dtype=np.int64),
            }
            found[rows] = self._session.run(None, inputs)[0]
        return found


def text_of(product: ProductText) -> str:
    """Name, brand, kind, specifications in words, and the beginning of the description."""
    kind = " ".join(dict.fromkeys(filter(None, (product.department, product.category))))
    head = [product.name, product.brand or "", kind]
    values = [_spoken(key, value) for key, value in list(product.attributes.items())[:MOST_VALUES]]
    return ". ".join(part for part in (*head, *filter(None, values), product.description[:LONGEST_DESCRIPTION]) if part)


def _spoken(key: str, value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)[:LONGEST_VALUE]
    if isinstance(value, Mapping | bool):
        return key.replace("_", " ") if value else ""
    return f"{key.replace('_', ' ')} {str(value)[:LONGEST_VALUE]}"


async def read_missing(database: Database, encoder: TextEncoder) -> int:
    """Read every product whose words are new or changed; returns how many."""
    done = 0
    while True:
        async with database.begin() as session:
            products = await texts_to_read(session, encoder.version, limit=READ_AT_ONCE)
        if not products:
            break
        texts = {product.product_id: text_of(product) for product in products}
        sums = {one: hashlib.sha256(said.encode()).hexdigest() for one, said in texts.items()}
        fresh = [product.product_id for product in products if product.known_sha256 != sums[product.product_id]]
        vectors = await asyncio.to_thread(encoder, [texts[one] for one in fresh])
        async with database.begin() as session:
            read = [ReadText(one, sums[one], vector.tolist()) for one, vector in zip(fresh, vectors, strict=True)]
            await keep_read(session, read, encoder.version)
            await keep_unchanged(session, [one for one in texts if one not in set(fresh)])
        done += len(fresh)
    if done:
        log.info("product_texts_read", products=done, model=encoder.version)
    return done
