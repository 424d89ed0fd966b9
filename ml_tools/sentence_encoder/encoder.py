"""The shipped sentence encoder: texts in, unit vectors out."""

from collections import OrderedDict
from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from threading import Lock

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from ml_tools.artefacts import Manifest, open_artefact

ENCODER = "sentence_encoder"
DIMENSION = 384
MOST_TOKENS = 128
BATCH = 32

Floats = NDArray[np.float32]


class SentenceEncoder:
    """all-MiniLM-L6-v2 in int8; safe to share between threads.

    Of a text the first `most_tokens` count; the vectors of the last `remembered` texts are kept (1.5 KB each)."""

    def __init__(self, models: Path, *, threads: int, most_tokens: int = MOST_TOKENS, remembered: int = 0) -> None:
        """Reads what lies in `models`; BrokenArtefact when a file is not the one that its manifest describes."""
        manifest, words, self._session = _opened(models / ENCODER, threads)
        self.version = f"{manifest.name}:{manifest.version}"[:40]
        self._tokenizer = Tokenizer.from_str(words)
        self._tokenizer.enable_truncation(most_tokens)
        self._tokenizer.enable_padding()
        self._remembered, self._lock = remembered, Lock()
        self._vectors: OrderedDict[str, Floats] = OrderedDict()

    @cached_property
    def english(self) -> frozenset[str]:
        """The whole words that it knows, from four letters."""
        return frozenset(word for word in self._tokenizer.get_vocab() if len(word) >= 4 and word.isalpha())

    def __call__(self, texts: Sequence[str]) -> Floats:
        """Unit vectors [texts, 384]."""
        known = self._known(texts)
        # Alike in length, so that little of a batch is padding.
        new = sorted({text for text in texts if text not in known}, key=len)
        for start in range(0, len(new), BATCH):
            batch = new[start : start + BATCH]
            known.update(zip(batch, self._computed(batch), strict=True))
        self._remember({text: known[text] for text in new})
        found = np.zeros((len(texts), DIMENSION), dtype=np.float32)
        for row, text in enumerate(texts):
            found[row] = known[text]
        return found

    def _known(self, texts: Sequence[str]) -> dict[str, Floats]:
        with self._lock:
            found = {text: self._vectors[text] for text in texts if text in self._vectors}
            for text in found:
                self._vectors.move_to_end(text)
        return found

    def _remember(self, new: dict[str, Floats]) -> None:
        with self._lock:
            self._vectors.update(new)
            while len(self._vectors) > self._remembered:
                self._vectors.popitem(last=False)

    def _computed(self, batch: list[str]) -> Floats:
        encoded = self._tokenizer.encode_batch(batch)
        inputs = {
            "input_ids": np.array([one.ids for one in encoded], dtype=np.int64),
            "attention_mask": np.array([one.attention_mask for one in encoded], dtype=np.int64),
        }
        vectors: Floats = self._session.run(None, inputs)[0]
        return vectors


@lru_cache(maxsize=4)
def _opened(folder: Path, threads: int) -> tuple[Manifest, str, onnxruntime.InferenceSession]:
    """The graph once in a process, however many tools read with it."""
    artefact = open_artefact(folder)
    return artefact.manifest, artefact.read("tokenizer.json").decode(), artefact.onnx("model.onnx", threads=threads)
