"""Reads what feeling texts state: int8 ONNX on the CPU, torch on CUDA, in batches of like length.

reader = SentimentReader.open(settings().models_dir)
reader.read(["Great phone!", "The battery died in a week"])
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from ml_tools.artefacts import Artefact, Manifest, newest, open_artefact
from ml_tools.device import Device
from ml_tools.errors import BrokenArtefact
from ml_tools.reviews.sentiment.batches import Batch, batches
from ml_tools.reviews.sentiment.calibration import Calibration, Judged
from ml_tools.reviews.sentiment.schemas import Reason, Sentiment
from ml_tools.reviews.sentiment.words import emoji_mood, readable, statements, unreadable

TOOL = "review_sentiment"
WEIGHTS, GRAPH, TOKENIZER, CALIBRATION = "model.safetensors", "model.onnx", "tokenizer.json", "calibration.json"
PIECE = 200  # token ids of a piece of a long text, without those of its beginning and end
WHOLE = 256  # up to so many it is read whole
MOST_PIECES = 64  # of a text of any length; spread evenly over it
BUDGET = 2048
LONGEST_DOUBTED = 1000  # characters, about one piece
EVEN, FEWEST_SURE, SURE_OF_EMOJI = 0.5, 0.6, 0.9

Logits = Callable[[Batch], np.ndarray]


@dataclass(frozen=True)
class Reading:
    """`confidence`: probability (0..1) of `sentiment`; `positive`: that the writer is content, 0.5 if not known."""

    sentiment: Sentiment
    confidence: float
    positive: float
    reason: Reason | None = None


class SentimentReader:
    """Safe to call from several threads at once."""

    def __init__(self, manifest: Manifest, tokenizer: Tokenizer, calibration: Calibration, logits: Logits) -> None:
        self.manifest = manifest
        self._tokenizer, self._calibration, self._logits = tokenizer, calibration, logits

    @classmethod
    def open(
        cls, models_dir: Path, trained_dir: Path | None = None, *, device: Device = "cpu", threads: int = 2
    ) -> "SentimentReader":
        """The newest that this shop trained, else what ships; BrokenArtefact when neither can be read."""
        trained = newest(trained_dir, TOOL) if trained_dir is not None else None
        return cls.of(trained or open_artefact(models_dir / TOOL), device=device, threads=threads)

    @classmethod
    def of(cls, artefact: Artefact, *, device: Device = "cpu", threads: int = 2) -> "SentimentReader":
        try:
            tokenizer = Tokenizer.from_str(artefact.read(TOKENIZER).decode())
            calibration = Calibration(**artefact.json(CALIBRATION))
        except (TypeError, ValueError) as error:
            raise BrokenArtefact(f"{artefact.manifest.name} has no readable tokenizer or calibration.") from error
        tokenizer.no_padding()
        tokenizer.no_truncation()
        logits = _on_cuda(artefact) if device == "cuda" else _on_cpu(artefact, threads)
        return cls(artefact.manifest, tokenizer, calibration, logits)

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """One reading a text, in their order. Nothing is refused: what cannot be judged is "unclear", with why."""
        plain = [readable(text) for text in texts]
        known = [_without_model(raw, text) for raw, text in zip(texts, plain, strict=True)]
        readings = [one or Reading("unclear", 1.0, 0.5) for one in known]
        rows = [row for row, one in enumerate(known) if one is None]
        for row, judged in zip(rows, self._heard([plain[row] for row in rows]), strict=True):
            readings[row] = reading_of(judged)
        return readings

    def positive(self, texts: Sequence[str]) -> np.ndarray:
        """Probabilities (texts,) that the writers are content; 0.5 for what cannot be judged."""
        return np.array([one.positive for one in self.read(texts)])

    def logits(self, texts: Sequence[str]) -> np.ndarray:
        """Logits (texts, 2) before calibration, of each text as it stands; a long one by its first tokens."""
        return self._scored([ids[:WHOLE] for ids in self._encoded(texts)])

    def _heard(self, texts: Sequence[str]) -> list[Judged]:
        """As judged, but mixed is only what also says good and bad when each of its statements is read alone: the
        network was taught "mixed" by long reviews, and takes a plain sentence for it two times in five. What is longer
        than one piece was divided already."""
        judged = self._judged(texts)
        doubtful = [row for row, one in enumerate(judged) if one.mixed > EVEN and len(texts[row]) <= LONGEST_DOUBTED]
        parts = [statements(texts[row]) for row in doubtful]
        alone = iter(self._judged([one for several in parts if len(several) > 1 for one in several]))
        for row, several in zip(doubtful, parts, strict=True):
            said = [next(alone).positive for _ in several] if len(several) > 1 else []
            if not said or max(said) < FEWEST_SURE or min(said) > 1 - FEWEST_SURE:
                judged[row] = replace(judged[row], mixed=0.0)
        return judged

    def _judged(self, texts: Sequence[str]) -> list[Judged]:
        if not texts:
            return []
        encoded = self._encoded(texts)
        pieces = [pieces_of(ids) for ids in encoded]
        owners = np.repeat(np.arange(len(texts)), [len(one) for one in pieces])
        scored = self._scored([piece for one in pieces for piece in one])
        return [self._calibration.judge(scored[owners == row]) for row in range(len(texts))]

    def _encoded(self, texts: Sequence[str]) -> list[list[int]]:
        return [one.ids for one in self._tokenizer.encode_batch_fast(list(texts))]

    def _scored(self, encoded: Sequence[Sequence[int]]) -> np.ndarray:
        found = np.zeros((len(encoded), 2), dtype=np.float32)
        for batch in batches(encoded, budget=BUDGET):
            found[batch.rows] = self._logits(batch)
        return found


def reading_of(judged: Judged) -> Reading:
    """Mixed when it is likelier than not, else positive or negative; "unclear" when that is nearly a coin's toss."""
    positive = round(judged.positive, 4)
    if judged.mixed > EVEN:
        return Reading("mixed", round(judged.mixed, 4), positive)
    confidence = round(max(judged.positive, 1 - judged.positive), 4)
    if confidence < FEWEST_SURE:
        return Reading("unclear", confidence, positive, "not_sure")
    return Reading("positive" if judged.positive > EVEN else "negative", confidence, positive)


def _without_model(raw: str, text: str) -> Reading | None:
    """What is plain from signs alone: emoji without words, and what cannot be judged. None: the model is asked."""
    mood = emoji_mood(raw)
    if mood is not None:
        return reading_of(
            Judged(SURE_OF_EMOJI if mood > EVEN else 1 - SURE_OF_EMOJI, 0.0 if mood in (0.0, 1.0) else 0.9)
        )
    reason = unreadable(text)
    return None if reason is None else Reading("unclear", 1.0, 0.5, reason)


def pieces_of(ids: list[int]) -> list[list[int]]:
    """A text's ids in pieces that the network reads, each with the ids of beginning and end around it."""
    if len(ids) <= WHOLE:
        return [ids]
    inner = ids[1:-1]
    count = -(-len(inner) // PIECE)
    read = range(count) if count <= MOST_PIECES else np.linspace(0, count - 1, MOST_PIECES).astype(int).tolist()
    return [[ids[0], *inner[place * PIECE : (place + 1) * PIECE], ids[-1]] for place in read]


def _on_cpu(artefact: Artefact, threads: int) -> Logits:
    session = artefact.onnx(GRAPH, threads=threads)

    def logits(batch: Batch) -> np.ndarray:
        found: np.ndarray = session.run(None, {"input_ids": batch.ids, "attention_mask": batch.mask})[0]
        return found

    return logits


def _on_cuda(artefact: Artefact) -> Logits:
    import torch

    from ml_tools.reviews.sentiment.network import SentimentNetwork, bare_encoder

    network = SentimentNetwork(bare_encoder())
    tensors = {name: torch.from_numpy(array).float() for name, array in artefact.tensors(WEIGHTS).items()}
    network.load_state_dict(tensors)
    network = network.to("cuda").eval()

    def logits(batch: Batch) -> np.ndarray:
        with torch.inference_mode(), torch.autocast("cuda", dtype=torch.float16):
            found = network(torch.from_numpy(batch.ids).to("cuda"), torch.from_numpy(batch.mask).to("cuda"))
        return np.asarray(found.float().cpu().numpy())

    return logits
