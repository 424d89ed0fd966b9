"""Gradient-boosted trees over numbers: numeric fields as they are, categories as their click rate so far and how often.

Small trees, few columns each and a firm floor of rows in a leaf: what a few thousand impressions can carry.
"""

from collections.abc import Iterator
from typing import ClassVar

import lightgbm
import numpy as np
from numpy.typing import NDArray

from ml_tools.promotions.batch import Batch, Doubles, Keys
from ml_tools.promotions.features import Arrays, packed, unpacked
from ml_tools.promotions.models.base import ClickModel, Progress, Settings
from ml_tools.promotions.target_statistics import Rates, rates_before

THREADS, SEED = 2, 20
PRIOR_ROWS = 20.0
FEW_ROWS = 1000  # a request's: waking a second thread costs more than it saves
LEAST_ROWS = 100  # with fewer there are no trees, only the rate of all
FIXED = {
    "objective": "binary",
    "feature_fraction": 0.4,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 10.0,
    "min_data_in_leaf": 30,
    "num_threads": THREADS,
    "seed": SEED,
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
}


class Boosted(ClickModel):
    name = "boosted"
    paper = "Ke et al., LightGBM, NIPS 2017; Prokhorenkova et al., CatBoost, NeurIPS 2018 (target statistics)"
    grid: ClassVar[tuple[Settings, ...]] = tuple(
        {"leaves": leaves, "trees": trees, "rate": 0.04} for leaves, trees in ((4, 80), (4, 250), (8, 120))
    )

    def _learn(self, batch: Batch, progress: Progress) -> None:
        self._mean_rate = float(batch.labels.mean()) if len(batch) else 0.0
        self._rates = {name: Rates.empty(self._mean_rate, PRIOR_ROWS) for name, _ in _fields(batch)}
        features = self._learnt_features(batch)
        self._trees: lightgbm.Booster | None = None
        if len(batch) < LEAST_ROWS or not 0 < batch.labels.sum() < len(batch) or not features.shape[1]:
            return
        options = FIXED | {"num_leaves": int(self.settings["leaves"]), "learning_rate": self.settings["rate"]}
        data = lightgbm.Dataset(features, batch.labels, params={"verbose": -1}, free_raw_data=True)
        self._trees = lightgbm.train(options, data, int(self.settings["trees"]))
        progress(f"{self.name}: {self._trees.num_trees()} trees")

    def _learnt_features(self, batch: Batch) -> Doubles:
        """[n, f] of rows to learn from, and counts them: each row's rates are of earlier rows, its counts of all."""
        for name, keys in _fields(batch):
            self._rates[name] = self._rates[name].updated(keys, batch.labels)
        columns = []
        for name, keys in _fields(batch):
            columns.append(rates_before(keys, batch.labels, self._mean_rate, PRIOR_ROWS))
            columns.append(self._rates[name].of(keys)[1])
        return _stacked([*columns, *_numbers(batch)], len(batch))

    def _features(self, batch: Batch) -> Doubles:
        columns = [column for name, keys in _fields(batch) for column in self._rates[name].of(keys)]
        return _stacked([*columns, *_numbers(batch)], len(batch))

    def _update(self, batch: Batch) -> None:
        """The rates go on being counted, so that new categories become known; the trees stay until the next fit."""
        for name, keys in _fields(batch):
            self._rates[name] = self._rates[name].updated(keys, batch.labels)

    def log_odds(self, batch: Batch) -> Doubles:
        if self._trees is None or not len(batch):
            return np.full(len(batch), self.base)
        threads = THREADS if len(batch) > FEW_ROWS else 1
        return np.asarray(self._trees.predict(self._features(batch), raw_score=True, num_threads=threads))

    def _state(self) -> dict[str, NDArray[np.generic]]:
        text = self._trees.model_to_string() if self._trees is not None else ""
        found: dict[str, NDArray[np.generic]] = {"rate": packed([self._mean_rate, list(self._rates)])}
        found["trees"] = np.frombuffer(text.encode(), dtype=np.uint8)
        for name, rates in self._rates.items():
            found |= {f"{part}/{name}": array for part, array in rates.arrays().items()}
        return found

    def _restore(self, state: Arrays) -> None:
        self._mean_rate, names = unpacked(state["rate"])
        parts = ("keys", "counts", "prior")
        self._rates = {name: Rates.restored(*(state[f"{part}/{name}"] for part in parts)) for name in names}
        text = np.asarray(state["trees"], dtype=np.uint8).tobytes().decode()
        self._trees = lightgbm.Booster(model_str=text) if text else None


def _fields(batch: Batch) -> Iterator[tuple[str, Keys]]:
    """Fields of categories; of a multi-valued one its first category."""
    yield from batch.categorical.items()


def _numbers(batch: Batch) -> Iterator[Doubles]:
    yield from batch.numeric.values()
    for vectors in batch.vectors.values():
        yield from vectors.T.astype(np.float64)


def _stacked(columns: list[Doubles], rows: int) -> Doubles:
    return np.stack(columns, axis=1) if columns else np.zeros((rows, 0))
