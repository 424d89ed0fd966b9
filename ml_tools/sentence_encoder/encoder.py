"""The shipped sentence encoder: texts in, unit vectors out; what was encoded lately is remembered."""

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from threading import Lock

import numpy as np
from tokenizers import Tokenizer

from ml_tools.artefacts import open_artefact

DIMENSION = 384
BATCH = 16
REMEMBERED = 20_000  # texts; 31 MB of vectors


class SentenceEncoder:
    """all-MiniLM-L6-v2 in int8; safe to share between threads."""

    def __init__(self, folder: Path, *, threads: int, remembered: int = REMEMBERED) -> None:
        """Reads `folder`; BrokenArtefact when a file is not the one that its manifest describes."""
        artefact = open_artefact(folder)
        self.version = artefact.manifest.version
        self._tokenizer = Tokenizer.from_str(artefact.read("tokenizer.json").decode())
        self._session = artefact.onnx("model.onnx", threads=threads)
        self._remembered, self._lock = remembered, Lock()
        self._vectors: OrderedDict[str, np.ndarray] = OrderedDict()

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors (texts, 384); the first 128 tokens of a text count."""
        if not texts:
            return np.zeros((0, DIMENSION), dtype=np.float32)
        known = self._known(texts)
        # Alike in length, so that little of a batch is padding.
        new = sorted({text for text in texts if text not in known}, key=len)
        for start in range(0, len(new), BATCH):
            batch = new[start : start + BATCH]
            known.update(zip(batch, self._computed(batch), strict=True))
        self._remember({text: known[text] for text in new})
        return np.stack([known[text] for text in texts])

    def _known(self, texts: Sequence[str]) -> dict[str, np.ndarray]:
        with self._lock:
            found = {text: self._vectors[text] for text in texts if text in self._vectors}
            for text in found:
                self._vectors.move_to_end(text)
        return found

    def _remember(self, new: dict[str, np.ndarray]) -> None:
        with self._lock:
            self._vectors.update(new)
            while len(self._vectors) > self._remembered:
                self._vectors.popitem(last=False)

    def _computed(self, batch: list[str]) -> np.ndarray:
        encodings = self._tokenizer.encode_batch(batch)
        longest = max(len(encoding.ids) for encoding in encodings)
        ids = np.zeros((len(batch), longest), dtype=np.int64)
        mask = np.zeros((len(batch), longest), dtype=np.int64)
        for row, encoding in enumerate(encodings):
            ids[row, : len(encoding.ids)] = encoding.ids
            mask[row, : len(encoding.ids)] = 1
        vectors: np.ndarray = self._session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
        return vectors
