"""What the click models are held against, on the same fields: packages as their documentation uses them, uncalibrated.

Each is imported when it is fitted; the packages are for evaluations alone.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

from ml_tools.promotions.batch import Batch, Doubles, joined
from ml_tools.promotions.features import Arrays, signed_log
from ml_tools.promotions.measures import log_odds
from ml_tools.promotions.models.base import ClickModel, Progress, silent

SEED, THREADS = 20, 2


class Peer(ClickModel):
    """A model that is fitted once, on all rows, neither tuned nor calibrated; one class alone is the base rate."""

    def fit(self, batch: Batch, progress: Progress = silent) -> "Peer":
        self._rows = batch
        self.learn(batch, progress)
        return self

    def _learn(self, batch: Batch, progress: Progress) -> None:
        self._taught = bool(0 < batch.labels.sum() < len(batch))
        if self._taught:
            self._numbers = _Numbers(batch)
            self._fit(batch)

    def _fit(self, batch: Batch) -> None:
        raise NotImplementedError

    def _update(self, batch: Batch) -> None:
        """Those that learn in one go learn again, from all rows, when these have doubled (see `evaluate`)."""
        self._rows = joined([self._rows, batch])

    def log_odds(self, batch: Batch) -> Doubles:
        return self._said(batch) if self._taught and len(batch) else np.full(len(batch), self.base)

    def _said(self, batch: Batch) -> Doubles:
        raise NotImplementedError

    def _state(self) -> Mapping[str, NDArray[np.generic]]:
        raise NotImplementedError("Peers are not shipped.")

    def _restore(self, state: Arrays) -> None:
        raise NotImplementedError("Peers are not shipped.")


class _Numbers:
    """Numeric fields as signed logarithms, standardised; the mean where they are not known."""

    def __init__(self, batch: Batch) -> None:
        found = self._raw(batch)
        known = np.where(np.isnan(found), 0, found)
        self._mean, self._deviation = known.mean(axis=0), known.std(axis=0) + 1e-9

    @staticmethod
    def _raw(batch: Batch) -> Doubles:
        columns = [signed_log(column) for column in batch.numeric.values()]
        columns += [column for vectors in batch.vectors.values() for column in vectors.T.astype(np.float64)]
        return np.stack(columns, axis=1) if columns else np.zeros((len(batch), 0))

    def of(self, batch: Batch) -> Doubles:
        return np.nan_to_num((self._raw(batch) - self._mean) / self._deviation)


def _categories(batch: Batch) -> NDArray[np.uint64]:
    """[n, fields]."""
    columns = [*batch.categorical.values(), *(_first(found.keys, found.starts) for found in batch.multi.values())]
    return np.stack(columns, axis=1) if columns else np.zeros((len(batch), 0), dtype=np.uint64)


def _first(keys: NDArray[np.uint64], starts: NDArray[np.int64]) -> NDArray[np.uint64]:
    padded = np.append(keys, np.uint64(0))
    return np.where(np.diff(starts) > 0, padded[starts[:-1]], np.uint64(0))


class OneHotLogistic(Peer):
    name = "scikit-learn LR"
    paper = "Pedregosa et al., JMLR 2011; one column a category, C = 1"

    def _fit(self, batch: Batch) -> None:
        self._encoder = OneHotEncoder(handle_unknown="ignore").fit(_categories(batch))
        self._model = LogisticRegression(max_iter=1000).fit(self._matrix(batch), batch.labels)

    def _matrix(self, batch: Batch) -> csr_matrix:
        return csr_matrix(hstack([self._encoder.transform(_categories(batch)), csr_matrix(self._numbers.of(batch))]))

    def _said(self, batch: Batch) -> Doubles:
        return np.asarray(self._model.decision_function(self._matrix(batch)))


class LightGbm(Peer):
    name = "LightGBM"
    paper = "Ke et al., LightGBM, NIPS 2017; its own treatment of categories, default settings"

    def _fit(self, batch: Batch) -> None:
        self._encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan).fit(_categories(batch))
        self._model = lightgbm.LGBMClassifier(n_jobs=THREADS, verbose=-1, random_state=SEED)
        fields = list(range(_categories(batch).shape[1]))
        self._model.fit(self._columns(batch), batch.labels, categorical_feature=fields)

    def _columns(self, batch: Batch) -> Doubles:
        numbers = [*batch.numeric.values(), *(column for vectors in batch.vectors.values() for column in vectors.T)]
        return np.column_stack([self._encoder.transform(_categories(batch)), *numbers])

    def _said(self, batch: Batch) -> Doubles:
        return np.asarray(self._model.predict_proba(self._columns(batch), raw_score=True))


def _named(batch: Batch, numbers: Doubles) -> Iterator[dict[str, float]]:
    """Rows as names with values."""
    for keys, values in zip(_categories(batch).tolist(), numbers.tolist(), strict=True):
        row = {f"{field}={key}": 1.0 for field, key in enumerate(keys)}
        yield row | {f"n{field}": value for field, value in enumerate(values)}


class RiverLogistic(Peer):
    name = "river LR"
    paper = "Montiel et al., River, JMLR 2021; online, FTRL-proximal"

    def _fit(self, batch: Batch) -> None:
        from river import linear_model, optim

        self._model = linear_model.LogisticRegression(optim.FTRLProximal())
        self._read(batch)

    def _read(self, batch: Batch) -> None:
        for row, click in zip(_named(batch, self._numbers.of(batch)), batch.labels.tolist(), strict=True):
            self._model.learn_one(row, bool(click))

    def _update(self, batch: Batch) -> None:
        super()._update(batch)
        if self._taught:
            self._read(batch)

    def _said(self, batch: Batch) -> Doubles:
        found = [self._model.predict_proba_one(row)[True] for row in _named(batch, self._numbers.of(batch))]
        return log_odds(np.array(found))


class VowpalWabbit(Peer):
    name = "Vowpal Wabbit"
    paper = "Karampatziakis and Langford, UAI 2011; online, logistic loss, one pass"

    def _fit(self, batch: Batch) -> None:
        from vowpalwabbit import pyvw

        self._model: Any = pyvw.Workspace("--loss_function logistic --link identity -b 20 --quiet")
        self._read(batch)

    def _lines(self, batch: Batch) -> Iterator[str]:
        for row in _named(batch, self._numbers.of(batch)):
            yield "| " + " ".join(f"{name.replace('=', '_')}:{value:.5g}" for name, value in row.items())

    def _read(self, batch: Batch) -> None:
        for line, click in zip(self._lines(batch), batch.labels.tolist(), strict=True):
            self._model.learn(f"{1 if click else -1} {line}")

    def _update(self, batch: Batch) -> None:
        super()._update(batch)
        if self._taught:
            self._read(batch)

    def _said(self, batch: Batch) -> Doubles:
        return np.array([self._model.predict(line) for line in self._lines(batch)])


def installed() -> tuple[type[Peer], ...]:
    """The peers. DeepCTR-Torch is none: it pins old packages, and its DeepFM hung; `--models deepfm` is ours."""
    return (OneHotLogistic, LightGbm, RiverLogistic, VowpalWabbit)


def peers() -> dict[str, ClickModel]:
    """All peers, fresh."""
    return {peer.name: peer() for peer in installed()}
