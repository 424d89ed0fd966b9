"""A weighted mean of several models' log-odds: what a straight line and trees see differently.

Networks are no members: on the few thousand impressions that a shop begins with they added hardly anything, for
ten times the work. Any model may be one, `Blend([Logistic(), DCNv2()])`.

The weights are learnt on predictions of rows that the members had not learnt, in blocks of time (stacking: Wolpert,
1992; blocked cross-validation: Bergmeir and Benítez, 2012), and drawn towards equal shares. All rows calibrate it, for
each was predicted by members that had not seen it.
"""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from ml_tools.promotions.batch import Batch, Doubles
from ml_tools.promotions.calibration import calibrated
from ml_tools.promotions.features import Arrays, prefixed, under
from ml_tools.promotions.models.base import (
    RECENT,
    ClickModel,
    Progress,
    Settings,
    loss_of,
    newest_apart,
    silent,
    teaches,
)
from ml_tools.promotions.models.boosted import Boosted
from ml_tools.promotions.models.logistic import Logistic

BLOCKS = 4
EQUAL = 0.02  # penalty on the squared distance of the weights from equal shares, in nats a row
MEMBERS: tuple[type[ClickModel], ...] = (Logistic, Boosted)
LEAST_CLICKS = 100  # before members are weighed
SIMPLEST = 0  # of the members: speaks alone while there are too few clicks to weigh them by


class Blend(ClickModel):
    name = "blend"
    paper = "Wolpert, Stacked Generalization, Neural Networks 1992"
    grid: ClassVar[tuple[Settings, ...]] = ({},)

    def __init__(self, members: Sequence[ClickModel] | None = None) -> None:
        super().__init__()
        self.members = list(members) if members is not None else [member() for member in MEMBERS]
        self.shares = np.eye(len(self.members))[SIMPLEST]

    def fit(self, batch: Batch, progress: Progress = silent) -> "Blend":
        self._forget()
        earlier, later = newest_apart(batch)
        if teaches(earlier) and teaches(later) and batch.labels.sum() >= LEAST_CLICKS:
            for member in self.members:
                member.settle(earlier, later, progress)
            odds, clicks = self._unseen(batch, progress)
            self.shares = _shares(odds, clicks)
            self._recent = np.stack([odds @ self.shares, clicks], axis=1)[-RECENT:]
            self.calibration = calibrated(clicks, odds @ self.shares)
            told = zip(self.members, self.shares, strict=True)
            progress(f"{self.name}: " + ", ".join(f"{member.name} {share:.2f}" for member, share in told))
        self.learn(batch, progress)
        return self

    def _forget(self) -> None:
        super()._forget()
        self.shares = np.eye(len(self.members))[SIMPLEST]
        for member in self.members:
            member._forget()

    def _unseen(self, batch: Batch, progress: Progress) -> tuple[Doubles, Doubles]:
        """Log-odds [n, members] and clicks [n] of rows, each predicted by members that learnt the other blocks."""
        odds = np.zeros((len(batch), len(self.members)))
        blocks = np.arange(len(batch)) * BLOCKS // len(batch)
        for block in range(BLOCKS):
            inside = blocks == block
            others, asked = batch.take(~inside), batch.take(inside)
            for column, member in enumerate(self.members):
                member.learn(others)
                odds[inside, column] = member.log_odds(asked)
            progress(f"{self.name}: block {block + 1} of {BLOCKS}")
        return odds, batch.labels

    def _learn(self, batch: Batch, progress: Progress) -> None:
        for member in self.members:
            member.learn(batch, progress)

    def _update(self, batch: Batch) -> None:
        for member in self.members:
            member._update(batch)

    def log_odds(self, batch: Batch) -> Doubles:
        speaking = [(member, share) for member, share in zip(self.members, self.shares, strict=True) if share > 0]
        return np.asarray(sum(share * member.log_odds(batch) for member, share in speaking))

    def _state(self) -> dict[str, NDArray[np.generic]]:
        found: dict[str, NDArray[np.generic]] = {"shares": self.shares}
        for number, member in enumerate(self.members):
            found |= prefixed(f"{number}/", member.weights())
        return found

    def _restore(self, state: Arrays) -> None:
        self.shares = np.array(state["shares"], dtype=np.float64)
        for number, member in enumerate(self.members):
            member.restore(under(state, f"{number}/"))


def _shares(odds: Doubles, clicks: Doubles) -> Doubles:
    """[members]: shares of at least 0 that sum to 1, of the least logloss; below a hundredth they are 0."""
    count = odds.shape[1]

    def loss(shares: Doubles) -> float:
        return loss_of(odds @ shares, clicks) + EQUAL * float(((shares - 1 / count) ** 2).sum())

    equal = np.full(count, 1 / count)
    limits = {"bounds": [(0, 1)] * count, "constraints": {"type": "eq", "fun": lambda shares: shares.sum() - 1}}
    found = np.clip(minimize(loss, equal, method="SLSQP", **limits).x, 0, 1)
    found[found < 0.01] = 0
    return np.asarray(found / found.sum())
