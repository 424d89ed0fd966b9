"""How often each category was clicked, as a feature: for a training row from earlier rows alone.

A category's rate is drawn towards the rate of all (Micci-Barreca, SIGKDD Explorations 2001); the row's own click, and
any later one, has no part in it (ordered target statistics: Prokhorenkova et al., CatBoost, NeurIPS 2018).
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ml_tools.promotions.batch import Doubles, Keys
from ml_tools.promotions.features import places_in


@dataclass(frozen=True)
class Rates:
    """Per category of one field, sorted by key: clicks and rows; `rate` of all rows, which counts for `prior` rows.

    `reference`: rows in all when a model learnt these counts; later ones are told at that scale."""

    keys: Keys
    clicks: Doubles
    rows: Doubles
    rate: float
    prior: float
    reference: float = 0.0

    @classmethod
    def empty(cls, rate: float, prior: float) -> "Rates":
        return cls(np.zeros(0, dtype=np.uint64), np.zeros(0), np.zeros(0), rate, prior)

    def updated(self, keys: Keys, clicks: Doubles) -> "Rates":
        """With more rows."""
        every, places = np.unique(np.concatenate([self.keys, keys]), return_inverse=True)
        clicked = np.bincount(places, np.concatenate([self.clicks, clicks]), len(every)).astype(np.float64)
        rows = np.bincount(places, np.concatenate([self.rows, np.ones(len(keys))]), len(every)).astype(np.float64)
        return replace(self, keys=every, clicks=clicked, rows=rows, reference=self.reference or float(rows.sum()))

    def of(self, keys: Keys) -> tuple[Doubles, Doubles]:
        """Smoothed rate, and the logarithm of one more than the rows, [n] each."""
        clicks, rows = self._counts(keys)
        scale = self.reference / max(self.rows.sum(), 1.0)
        return (clicks + self.prior * self.rate) / (rows + self.prior), np.log1p(rows * scale)

    def _counts(self, keys: Keys) -> tuple[Doubles, Doubles]:
        places = places_in(self.keys, keys)
        return np.concatenate([[0.0], self.clicks])[places], np.concatenate([[0.0], self.rows])[places]

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        counts = np.stack([self.clicks, self.rows])
        return {"keys": self.keys, "counts": counts, "prior": np.array([self.rate, self.prior, self.reference])}

    @classmethod
    def restored(cls, keys: NDArray[np.generic], counts: NDArray[np.generic], prior: NDArray[np.generic]) -> "Rates":
        clicks, rows = np.asarray(counts, dtype=np.float64)
        return cls(np.asarray(keys, dtype=np.uint64), clicks, rows, *np.asarray(prior, dtype=np.float64).tolist())


def rates_before(keys: Keys, clicks: Doubles, rate: float, prior: float) -> Doubles:
    """[n]: each row's smoothed rate of its category in earlier rows alone; `rate` where there are none."""
    order = np.argsort(keys, kind="stable")  # by category, and within it in time
    sorted_clicks = clicks[order]
    first = np.concatenate([[True], keys[order][1:] != keys[order][:-1]]) if len(keys) else np.zeros(0, dtype=bool)
    start = np.maximum.accumulate(np.where(first, np.arange(len(keys)), 0))
    before = np.cumsum(sorted_clicks) - sorted_clicks
    earlier_clicks, earlier_rows = before - before[start], np.arange(len(keys)) - start
    found = np.empty(len(keys))
    found[order] = (earlier_clicks + prior * rate) / (earlier_rows + prior)
    return found
