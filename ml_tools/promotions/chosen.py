"""The click model beneath the belief: what it says of an impression is one more signal, whose weight the belief learns.

So a richer model serves where it has won, and all else stays as it is: the belief explores, learns within minutes and
outvotes a model that has aged, and propensities stay exact, since one request gives all draws the same signal.

It is chosen by what it adds (stacking: Wolpert, 1992): the belief lives through the history again, with each model's
predictions of rows that the model had not learnt, and without. The plain belief is left only for one that is better by
more than a standard error.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ml_tools.artefacts import tensors_in, tensors_of
from ml_tools.errors import BrokenArtefact
from ml_tools.promotions.batch import Batch, Doubles, fingerprint
from ml_tools.promotions.choosing import LEAST_CLICKS
from ml_tools.promotions.evaluate import LEAST_ROWS, Makers, prequential
from ml_tools.promotions.features import packed, prefixed, under, unpacked
from ml_tools.promotions.measures import log_odds
from ml_tools.promotions.models import MODELS
from ml_tools.promotions.models.base import PRIOR_CLICKS, PRIOR_RATE, ClickModel, Progress, silent
from ml_tools.promotions.signals import SHARED, SLOTS, Signals
from store.promotion_learning import Kept
from store.promotions import Candidate

NAME = "promotions-model"  # of what is kept, beside the belief
NONE = "none"
MOST_SAID = 4.0  # log-odds from the rate of all: a model that is sure of itself is not taken at its word
_NUMBERS = tuple(name for name in SHARED if name not in ("constant", "model") and not name.startswith("slot_"))
_SLOTS_AT = [SHARED.index(f"slot_{slot}") for slot in SLOTS]

key_of = lru_cache(maxsize=100_000)(fingerprint)


def batch_of(promotions: Sequence[Candidate], seen: Signals, clicks: Doubles | None = None) -> Batch:
    """Impressions [n] of these promotions as click models read them: what a promotion is, and the signals."""
    shown_in = seen.shared[:, _SLOTS_AT]
    slots = np.where(shown_in.any(axis=1), shown_in.argmax(axis=1) + 1, 0)
    texts = {
        "promotion": [one.public_id for one in promotions],
        "category": [one.category or "" for one in promotions],
        "department": [one.department or "" for one in promotions],
        "brand": [one.brand or "" for one in promotions],
    }
    categorical = {name: np.array([key_of(text) for text in column], dtype=np.uint64) for name, column in texts.items()}
    categorical["slot"] = np.array([key_of(slot) for slot in ("", *SLOTS)], dtype=np.uint64)[slots]
    numeric = {name: seen.shared[:, SHARED.index(name)] for name in _NUMBERS}
    return Batch(len(promotions), categorical, numeric, clicks=clicks)


@dataclass(frozen=True)
class Chosen:
    """A fitted model and the log-odds of the rate of all; `model` None: the belief alone serves."""

    model: ClickModel | None = None
    rate: float = 0.0

    @property
    def name(self) -> str:
        return NONE if self.model is None else self.model.name

    def said(self, promotions: Sequence[Candidate], seen: Signals) -> Signals:
        """The signals with the model's word."""
        if self.model is None or not promotions:
            return seen
        return seen.with_model(above(self.model.predict_proba(batch_of(promotions, seen)), self.rate))


def above(probabilities: Doubles, rate: float) -> Doubles:
    """[n]: log-odds above those of the rate of all."""
    return np.clip(log_odds(probabilities) - rate, -MOST_SAID, MOST_SAID)


def rate_of(clicks: Doubles) -> float:
    """The log-odds of the rate of all, with a prior of one click in fifty."""
    rate = (clicks.sum() + PRIOR_CLICKS) / (len(clicks) + PRIOR_CLICKS / PRIOR_RATE)
    return float(log_odds(np.array([rate]))[0])


def unseen(batch: Batch, makers: Makers = MODELS, progress: Progress = silent) -> dict[str, Doubles]:
    """Name -> what each model for which there are clicks enough would have said of the rows [n] when they came.

    The first rows, which are only learnt, got no word: 0."""
    carried = min(batch.labels.sum(), len(batch) - batch.labels.sum())
    if len(batch) < LEAST_ROWS:
        return {}
    found = {}
    for name, least in LEAST_CLICKS.items():
        if name in makers and carried >= least:
            labels, said = prequential(makers[name](), batch, progress)
            first = len(batch) - len(labels)
            found[name] = np.concatenate([np.zeros(first), above(said, rate_of(batch.labels[:first]))])
    return found


def written(chosen: Chosen) -> tuple[bytes, str]:
    """Safetensors and their sha256."""
    arrays: dict[str, NDArray[np.generic]] = {"chosen": packed({"name": chosen.name, "rate": chosen.rate})}
    if chosen.model is not None:
        arrays |= prefixed("weights/", chosen.model.weights())
    return tensors_of(arrays)


def nothing_chosen() -> Kept:
    """Before any model was chosen."""
    return Kept(0, 0, 0, 0, None, *written(Chosen()))


def read_chosen(kept: Kept, makers: Makers = MODELS) -> Chosen:
    """BrokenArtefact when it is damaged, or of a model that is not there."""
    arrays = tensors_in(kept.content, kept.sha256, "The click model of promotions")
    try:
        said = unpacked(arrays["chosen"])
        if said["name"] == NONE:
            return Chosen()
        return Chosen(makers[said["name"]]().restore(under(arrays, "weights/")), float(said["rate"]))
    except (KeyError, ValueError, TypeError) as error:
        raise BrokenArtefact("The click model of promotions does not have the right shape.") from error
