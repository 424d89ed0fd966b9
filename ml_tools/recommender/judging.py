"""How good a trained model is on what came after: the last products of the customers who came last."""

from dataclasses import dataclass

import numpy as np

from ml_tools.recommender.interactions import Floats
from ml_tools.recommender.model import Catalogue
from ml_tools.recommender.models.base import NEVER, Recommender
from ml_tools.recommender.training_data import Questions, rows_of

CUTOFF = 10
BATCH = 64


@dataclass(frozen=True)
class Verdict:
    """Per question the discounted gain at 10, 0 for a product that was not among the first ten (or is unknown)."""

    gains: Floats

    @property
    def hit_rate(self) -> float:
        return float((self.gains > 0).mean()) if len(self.gains) else 0.0

    @property
    def ndcg(self) -> float:
        return float(self.gains.mean()) if len(self.gains) else 0.0

    def worse_than(self, other: "Verdict") -> bool:
        """Whether the mean gain over the same questions is lower by more than two standard errors of the difference,
        or at all where every question agrees."""
        difference = self.gains - other.gains
        if not len(difference):
            return False
        error = float(difference.std()) / np.sqrt(len(difference))
        return float(difference.mean()) < -2 * error


def judged(model: Recommender, catalogue: Catalogue, questions: Questions) -> Verdict:
    """The model's answers among all products but those of the history; with one right product, as in HR and NDCG."""
    gains = np.zeros(len(questions.targets), dtype=np.float32)
    for start in range(0, len(gains), BATCH):
        part = range(start, min(start + BATCH, len(gains)))
        histories = [rows_of(questions.histories[at], catalogue) for at in part]
        scores = model.scores(histories) if len(catalogue) else np.zeros((len(part), 0), dtype=np.float32)
        for row, (at, history) in enumerate(zip(part, histories, strict=True)):
            target = rows_of(questions.targets[at : at + 1], catalogue)
            if len(target):
                gains[at] = _gain(scores[row].copy(), history, int(target[0]))
    return Verdict(gains)


def _gain(scores: Floats, history: np.ndarray, target: int) -> float:
    """1 / log2(place + 1) within the first ten; products of equal scores stand before the right one."""
    wanted = scores[target]
    scores[history] = NEVER
    place = int((scores >= wanted).sum())
    return 1 / float(np.log2(place + 1)) if wanted > NEVER and 1 <= place <= CUTOFF else 0.0
