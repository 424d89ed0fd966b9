"""From mixed fields to slots: a fixed number of (column, value) pairs a row, which every model reads.

A categorical field is one slot: the column of its category, if the training held it often enough, else the field's
column for the unknown; or, hashed, a column of a table that all categories share (Weinberger et al., Feature Hashing
for Large Scale Multitask Learning, ICML 2009), so that new categories need no new training. A numeric field is two
slots: the column of its quantile bin, and its signed logarithm, standardised. All of it is learnt on training rows.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from ml_tools.promotions.batch import Batch, Doubles, Floats, Ints, Keys, Multi

LEAST_COUNT = 2  # rows in which a category must have been seen to have a column of its own
BINS = 12
MOST_KEYS = 16  # of a multi-valued field are read; the rest of a longer list is not
MOST_DEVIATION = 5.0  # standard deviations; further out counts no more
_MIX = 0x9E3779B97F4A7C15  # 2^64 divided by the golden ratio: multiplying by it spreads keys (Knuth)

Arrays = Mapping[str, NDArray[np.generic]]


@dataclass(frozen=True)
class Slots:
    """`columns`, `values` [rows, slots]: a row is the sum of its columns, each times its value."""

    columns: Ints
    values: Floats

    def __len__(self) -> int:
        return len(self.columns)

    def take(self, rows: Any) -> "Slots":
        return Slots(self.columns[rows], self.values[rows])

    def matrix(self, width: int) -> csr_matrix:
        """[rows, width], float64."""
        rows, slots = self.columns.shape
        starts = np.arange(0, rows * slots + 1, slots)
        content = (self.values.ravel().astype(np.float64), self.columns.ravel(), starts)
        matrix = csr_matrix(content, shape=(rows, width))
        matrix.sum_duplicates()
        matrix.eliminate_zeros()
        return matrix

    def dot(self, weights: NDArray[np.floating[Any]]) -> Doubles:
        """[rows]: the sum of the columns' weights times their values."""
        return np.asarray((weights[self.columns] * self.values).sum(axis=1), dtype=np.float64)


@dataclass(frozen=True)
class Numeric:
    """How one numeric field is read: the inner edges of its bins, and mean and deviation of its signed logarithm."""

    edges: Doubles
    mean: float
    deviation: float

    @classmethod
    def learnt(cls, values: Doubles, bins: int) -> "Numeric":
        known = values[~np.isnan(values)]
        if not len(known):
            return cls(np.zeros(0), 0.0, 1.0)
        edges = np.unique(np.quantile(known, np.linspace(0, 1, bins + 1)[1:-1]))
        logs = signed_log(known)
        return cls(edges, float(logs.mean()), float(logs.std()) or 1.0)

    def bins(self, values: Doubles) -> Ints:
        """[n]: 0 where the value is not known, else 1 + how many edges lie below it."""
        return np.where(np.isnan(values), 0, 1 + np.searchsorted(self.edges, values, side="left")).astype(np.int64)

    def standardised(self, values: Doubles) -> Doubles:
        """[n]: 0 where the value is not known."""
        found = np.clip((signed_log(values) - self.mean) / self.deviation, -MOST_DEVIATION, MOST_DEVIATION)
        return np.nan_to_num(found)


def signed_log(values: Doubles) -> Doubles:
    return np.asarray(np.sign(values) * np.log1p(np.abs(values)))


def vocabulary(keys: Keys, least: int) -> Keys:
    """The categories that occur at least `least` times, sorted."""
    found, counts = np.unique(keys, return_counts=True)
    return found[counts >= least]


def places_in(known: Keys, keys: Keys) -> Ints:
    """[n]: 1 + the place of each key in the sorted `known`, 0 for a key that is not there."""
    if not len(known):
        return np.zeros(len(keys), dtype=np.int64)
    places = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    return np.where(known[places] == keys, places + 1, 0).astype(np.int64)


@dataclass(frozen=True)
class Design:
    """The columns of a training's fields, `width` of them; `hashed` above 0: categories share 2^hashed columns.

    `fields` [slots] numbers the field that each slot belongs to; `groups` [width] the kind of column (a field's
    categories, its bins, its logarithm), which share a prior."""

    vocabularies: Mapping[str, Keys]
    numeric: Mapping[str, Numeric]
    multi: Mapping[str, Keys]
    vectors: Mapping[str, tuple[Floats, Floats]]  # mean and 1 / deviation, [width] each
    hashed: int = 0

    @classmethod
    def learnt(cls, batch: Batch, *, least: int = LEAST_COUNT, bins: int = BINS, hashed: int = 0) -> "Design":
        return cls(
            {
                name: vocabulary(keys, least if not hashed else len(batch) + 1)
                for name, keys in batch.categorical.items()
            },
            {name: Numeric.learnt(values, bins) for name, values in batch.numeric.items()},
            {
                name: vocabulary(found.keys, least if not hashed else len(batch) + 1)
                for name, found in batch.multi.items()
            },
            {name: _standard(found) for name, found in batch.vectors.items()},
            hashed,
        )

    def _parts(self) -> Iterator[tuple[str, str, int, int]]:
        """(field, kind, columns, slots) of each group in the order of the columns."""
        for name, keys in self.vocabularies.items():
            yield name, "category", len(keys) + 1, 1
        for name, numeric in self.numeric.items():
            yield name, "bin", len(numeric.edges) + 2, 1
            yield name, "logarithm", 1, 1
        for name, keys in self.multi.items():
            yield name, "keys", len(keys) + 1, MOST_KEYS
        for name, (mean, _) in self.vectors.items():
            yield name, "vector", len(mean), len(mean)

    @property
    def width(self) -> int:
        return sum(columns for _, _, columns, _ in self._parts()) + (2**self.hashed if self.hashed else 0)

    @property
    def groups(self) -> Ints:
        sizes = [columns for _, _, columns, _ in self._parts()] + ([2**self.hashed] if self.hashed else [])
        return np.repeat(np.arange(len(sizes)), sizes)

    @property
    def fields(self) -> Ints:
        names = list(dict.fromkeys(name for name, *_ in self._parts()))
        return np.array(
            [names.index(name) for name, _, _, slots in self._parts() for _ in range(slots)], dtype=np.int64
        )

    def slots(self, batch: Batch) -> Slots:
        """[rows, slots] of impressions with the training's fields."""
        columns, values, first = [], [], 0
        for field, (name, kind, width, _) in enumerate(self._parts()):
            found, value = self._read(batch, name, kind, field)
            hashing = self.hashed and kind in ("category", "keys")
            columns.append(found if hashing else found + first)
            values.append(value)
            first += width
        if not columns:
            return Slots(np.zeros((len(batch), 0), dtype=np.int64), np.zeros((len(batch), 0), dtype=np.float32))
        return Slots(np.concatenate(columns, axis=1), np.concatenate(values, axis=1, dtype=np.float32))

    def _read(self, batch: Batch, name: str, kind: str, salt: int) -> tuple[Ints, NDArray[np.floating[Any]]]:
        """Columns within the group (or, hashed, in the table) and values, [rows, the group's slots]."""
        one = np.ones((len(batch), 1), dtype=np.float32)
        if kind == "category":
            return self._columns(batch.categorical[name], self.vocabularies[name], salt)[:, None], one
        if kind == "bin":
            return self.numeric[name].bins(batch.numeric[name])[:, None], one
        if kind == "logarithm":
            standardised = self.numeric[name].standardised(batch.numeric[name])
            return np.zeros((len(batch), 1), dtype=np.int64), standardised[:, None]
        if kind == "keys":
            return self._several(batch.multi[name], self.multi[name], salt)
        mean, scale = self.vectors[name]
        values = (batch.vectors[name] - mean) * scale / np.sqrt(max(len(mean), 1))
        return np.broadcast_to(np.arange(len(mean)), values.shape), values

    def _columns(self, keys: Keys, known: Keys, salt: int) -> Ints:
        if not self.hashed:
            return places_in(known, keys)
        return self._table_start + hashed_columns(keys, salt, self.hashed)

    @property
    def _table_start(self) -> int:
        return self.width - 2**self.hashed

    def _several(self, found: Multi, known: Keys, salt: int) -> tuple[Ints, Floats]:
        """The first MOST_KEYS keys of each row, weighted so that their squares sum to 1."""
        columns = np.zeros((len(found), MOST_KEYS), dtype=np.int64)
        values = np.zeros((len(found), MOST_KEYS), dtype=np.float32)
        rows = found.rows()
        within = np.arange(len(found.keys)) - found.starts[rows]
        kept = within < MOST_KEYS
        columns[rows[kept], within[kept]] = self._columns(found.keys[kept], known, salt)
        values[rows[kept], within[kept]] = 1.0
        return columns, values / np.sqrt(np.maximum(values.sum(axis=1, keepdims=True), 1))

    def extended(self, batch: Batch) -> tuple["Design", Ints]:
        """With a column for every category of a batch that has none, and where each old column is now [old width]."""
        categorical = {name: np.union1d(known, batch.categorical[name]) for name, known in self.vocabularies.items()}
        multi = {name: np.union1d(known, batch.multi[name].keys) for name, known in self.multi.items()}
        wider = replace(self, vocabularies=categorical, multi=multi)
        moved, first = [], 0
        for (name, kind, _, _), (*_, width, _) in zip(self._parts(), wider._parts(), strict=True):
            moved.append(first + self._moved(wider, name, kind))
            first += width
        return wider, np.concatenate(moved) if moved else np.zeros(0, dtype=np.int64)

    def _moved(self, wider: "Design", name: str, kind: str) -> Ints:
        """[columns of one group]: where each is in the wider design's group."""
        if kind in ("category", "keys"):
            old, new = (self.vocabularies, wider.vocabularies) if kind == "category" else (self.multi, wider.multi)
            return np.concatenate([[0], 1 + np.searchsorted(new[name], old[name])]).astype(np.int64)
        widths = {(name, kind): columns for name, kind, columns, _ in self._parts()}
        return np.arange(widths[name, kind], dtype=np.int64)

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        order = [list(names) for names in (self.vocabularies, self.numeric, self.multi, self.vectors)]
        found: dict[str, NDArray[np.generic]] = {"order": packed({"fields": order, "hashed": self.hashed})}
        found |= {f"vocabulary/{name}": keys for name, keys in self.vocabularies.items()}
        found |= {f"multi/{name}": keys for name, keys in self.multi.items()}
        for name, one in self.numeric.items():
            found[f"edges/{name}"] = one.edges
            found[f"moments/{name}"] = np.array([one.mean, one.deviation])
        for name, (mean, scale) in self.vectors.items():
            found[f"vector/{name}"] = np.stack([mean, scale])
        return found

    @classmethod
    def of(cls, arrays: Arrays) -> "Design":
        """The design whose `arrays()` these are."""
        settings = unpacked(arrays["order"])
        categorical, numeric, multi, vectors = settings["fields"]
        return cls(
            {name: np.asarray(arrays[f"vocabulary/{name}"], dtype=np.uint64) for name in categorical},
            {name: _numeric(arrays[f"edges/{name}"], arrays[f"moments/{name}"]) for name in numeric},
            {name: np.asarray(arrays[f"multi/{name}"], dtype=np.uint64) for name in multi},
            {name: _pair(arrays[f"vector/{name}"]) for name in vectors},
            int(settings["hashed"]),
        )


def _numeric(edges: NDArray[np.generic], moments: NDArray[np.generic]) -> Numeric:
    mean, deviation = np.asarray(moments, dtype=np.float64)
    return Numeric(np.asarray(edges, dtype=np.float64), float(mean), float(deviation))


def _pair(stacked: NDArray[np.generic]) -> tuple[Floats, Floats]:
    mean, scale = np.asarray(stacked, dtype=np.float32)
    return mean, scale


def packed(settings: Any) -> NDArray[np.uint8]:
    """JSON as an array of bytes, to lie beside other arrays."""
    return np.frombuffer(json.dumps(settings).encode(), dtype=np.uint8)


def unpacked(array: NDArray[np.generic]) -> Any:
    return json.loads(np.asarray(array, dtype=np.uint8).tobytes())


def hashed_columns(keys: Keys, salt: int, bits: int) -> Ints:
    """[n] in 0 .. 2^bits - 1; `salt` keeps equal texts of different fields apart."""
    salted = (keys ^ np.uint64((salt + 1) * _MIX % 2**64)) * np.uint64(_MIX)
    return (salted >> np.uint64(64 - bits)).astype(np.int64)


def under(arrays: Arrays, prefix: str) -> dict[str, NDArray[np.generic]]:
    """The arrays whose names begin so, in the order of their names, without it."""
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def prefixed(prefix: str, arrays: Arrays) -> dict[str, NDArray[np.generic]]:
    return {f"{prefix}{name}": array for name, array in arrays.items()}


def _standard(vectors: Floats) -> tuple[Floats, Floats]:
    if not len(vectors):
        return np.zeros(vectors.shape[1], dtype=np.float32), np.ones(vectors.shape[1], dtype=np.float32)
    deviation = vectors.std(axis=0)
    return vectors.mean(axis=0), (1 / np.where(deviation > 1e-6, deviation, 1)).astype(np.float32)
