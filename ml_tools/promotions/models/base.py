"""The one interface of all click models: fit on what was shown, update with what comes, say how likely a click is.

`fit` keeps the newest fifth aside first: on it a model settles how strongly it is regularised, and its probabilities
are calibrated. Then it learns all rows. `update` predicts new rows before it learns them, so that the calibration goes
on being learnt from rows that the model had not learnt (test-then-train: Gama, Sebastião and Rodrigues, 2013).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from ml_tools.promotions.batch import Batch, Doubles
from ml_tools.promotions.calibration import Calibration, calibrated
from ml_tools.promotions.features import Arrays, packed, prefixed, under, unpacked
from ml_tools.promotions.measures import log_odds

Progress = Callable[[str], None]  # a line about how far a fit is
Settings = Mapping[str, float]
HELD_BACK = 0.2
LEAST_CLICKS = 10  # and as many without, in what is learnt and in what is kept aside, before anything is settled
RECENT = 5000  # predictions that the calibration is learnt from
RECALIBRATE = 500  # new ones before it is learnt again
PRIOR_CLICKS, PRIOR_RATE = 1.0, 0.02  # what is known before the first impression


def silent(_: str) -> None:
    """The progress of a fit that nobody watches."""


class ClickModel(ABC):
    """`name` is what evaluations call the model; `paper` is where it comes from; `grid` what `fit` chooses among, the
    first for too few clicks to choose by."""

    name: ClassVar[str]
    paper: ClassVar[str]
    grid: ClassVar[tuple[Settings, ...]] = ({},)

    def __init__(self, **settings: float) -> None:
        """`settings` fix what `fit` would choose."""
        self.settings: dict[str, float] = {**self.grid[0], **settings}
        self._fixed = bool(settings)
        self.calibration = Calibration()
        self.base = float(log_odds(np.array([PRIOR_RATE]))[0])
        self._recent = np.zeros((0, 2))  # log-odds and clicks of rows that were predicted before they were learnt
        self._new = 0

    # What callers use.

    def fit(self, batch: Batch, progress: Progress = silent) -> Self:
        """Learn from impressions, oldest first; none at all, one, and clicks of one kind are fine. Deterministic."""
        batch.labels  # noqa: B018 - refuses impressions without clicks
        self._forget()
        earlier, later = newest_apart(batch)
        if teaches(earlier) and teaches(later):
            if not self._fixed:
                self.settle(earlier, later, progress)
            self.learn(earlier, progress)
            self._recent = np.stack([self.log_odds(later), later.labels], axis=1)[-RECENT:]
            self.calibration = calibrated(self._recent[:, 1], self._recent[:, 0])
        self.learn(batch, progress)
        return self

    def _forget(self) -> None:
        self.calibration, self._recent, self._new = Calibration(), np.zeros((0, 2)), 0

    def settle(self, earlier: Batch, later: Batch, progress: Progress = silent) -> None:
        """Choose among `grid` by the logloss on `later` of what was learnt from `earlier`."""
        if len(self.grid) < 2:
            return
        losses = []
        for settings in self.grid:
            self.settings = dict(settings)
            self.learn(earlier, silent)
            losses.append(loss_of(self.log_odds(later), later.labels))
            progress(f"{self.name}: {settings} logloss {losses[-1]:.4f}")
        self.settings = dict(self.grid[int(np.argmin(losses))])

    def learn(self, batch: Batch, progress: Progress = silent) -> None:
        """Learn anew with the present settings; nothing is chosen or calibrated."""
        clicks = batch.labels
        rate = (clicks.sum() + PRIOR_CLICKS) / (len(clicks) + PRIOR_CLICKS / PRIOR_RATE)
        self.base = float(log_odds(np.array([rate]))[0])
        self._learn(batch, progress)

    def update(self, batch: Batch) -> Self:
        """Learn new impressions on top of what is known; after `fit`, and cheap."""
        if not len(batch):
            return self
        predicted = np.stack([self.log_odds(batch), batch.labels], axis=1)
        self._recent = np.concatenate([self._recent, predicted])[-RECENT:]
        self._new += len(batch)
        if self._new >= RECALIBRATE:
            self.calibration, self._new = calibrated(self._recent[:, 1], self._recent[:, 0]), 0
        self._update(batch)
        return self

    def predict_proba(self, batch: Batch) -> Doubles:
        """[n]: the calibrated probability that each impression is clicked."""
        return self.calibration.apply(self.log_odds(batch))

    def weights(self) -> dict[str, NDArray[np.generic]]:
        """All that predicting and updating need, as named arrays."""
        own: dict[str, NDArray[np.generic]] = {}
        own["settings"] = packed({"settings": self.settings, "base": self.base, "new": self._new})
        own |= {"calibration": self.calibration.array(), "recent": self._recent}
        return {**prefixed("model/", own), **prefixed("state/", self._state())}

    def restore(self, weights: Arrays) -> Self:
        """The fitted model again."""
        own = under(weights, "model/")
        known = unpacked(own["settings"])
        self.settings, self.base, self._new = dict(known["settings"]), float(known["base"]), int(known["new"])
        self.calibration = Calibration.of(own["calibration"])
        self._recent = np.array(own["recent"], dtype=np.float64)
        self._restore(under(weights, "state/"))
        return self

    # What a model is.

    @abstractmethod
    def _learn(self, batch: Batch, progress: Progress) -> None:
        """Learn anew from a batch of any size."""

    @abstractmethod
    def _update(self, batch: Batch) -> None: ...

    @abstractmethod
    def log_odds(self, batch: Batch) -> Doubles:
        """[n]: the model's own log-odds of a click, before calibration."""

    @abstractmethod
    def _state(self) -> Mapping[str, NDArray[np.generic]]: ...

    @abstractmethod
    def _restore(self, state: Arrays) -> None: ...


def newest_apart(batch: Batch, share: float = HELD_BACK) -> tuple[Batch, Batch]:
    """All but the newest `share`, and those."""
    past = len(batch) - int(len(batch) * share)
    return batch.take(slice(0, past)), batch.take(slice(past, None))


def teaches(batch: Batch) -> bool:
    """Whether there are clicks and their opposite enough to choose anything by."""
    clicks = batch.labels.sum()
    return bool(min(clicks, len(batch) - clicks) >= LEAST_CLICKS)


def loss_of(odds: Doubles, clicks: Doubles) -> float:
    """Mean logloss of log-odds."""
    return float(np.mean(np.logaddexp(0, odds) - clicks * odds)) if len(odds) else 0.0
