"""What product texts mean, by the sentence encoder that ships."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from ml_tools import artefacts
from ml_tools.recommender.interactions import Floats

ENCODER = "sentence_encoder"
MOST_TOKENS = 64
BATCH = 32


class SentenceVectors:
    """Texts -> unit vectors [n, 384]; texts of like length share a batch, so that little is padded."""

    def __init__(self, models: Path, *, threads: int) -> None:
        artefact = artefacts.open_artefact(models / ENCODER)
        self._tokenizer = Tokenizer.from_str(artefact.read("tokenizer.json").decode())
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
