"""Impressions as models see them: mixed fields, a column each, in the order in which they were shown.

Categories enter as 64-bit fingerprints of their text. So the models never hold people's or devices' names, any number
of categories costs the same, and the same text is the same category in every process (BLAKE2b, not Python's `hash`).
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from common.errors import BadRequest

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]
Keys = NDArray[np.uint64]


def fingerprint(text: str) -> int:
    """64 bits of a text; the same in every process and release."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


MISSING = fingerprint("")  # what is unknown is a category of its own


def fingerprints(values: Iterable[Any]) -> Keys:
    """[n] of categories [n]; None, NaN and empty text are MISSING."""
    codes, found = pd.factorize(np.asarray(list(values), dtype=object))
    texts = ("" if value is None else str(value) for value in found)
    known = np.array([*(fingerprint(text) for text in texts), MISSING], dtype=np.uint64)
    return known[codes]  # factorize says -1 where a value is missing


@dataclass(frozen=True)
class Multi:
    """Several categories a row: those of row n are `keys[starts[n] : starts[n + 1]]`."""

    keys: Keys
    starts: Ints

    def __len__(self) -> int:
        return len(self.starts) - 1

    @classmethod
    def of(cls, rows: Iterable[Iterable[Any] | None]) -> Self:
        lists = [[] if row is None else list(row) for row in rows]
        starts = np.concatenate([[0], np.cumsum([len(row) for row in lists])]).astype(np.int64)
        return cls(fingerprints(value for row in lists for value in row), starts)

    def rows(self) -> Ints:
        """[keys]: the row of each key."""
        return np.repeat(np.arange(len(self), dtype=np.int64), np.diff(self.starts))

    def take(self, rows: Ints) -> "Multi":
        lengths = np.diff(self.starts)[rows]
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        within = np.arange(starts[-1]) - np.repeat(starts[:-1], lengths)
        return Multi(self.keys[np.repeat(self.starts[rows], lengths) + within], starts)

    @staticmethod
    def joined(parts: Sequence["Multi"]) -> "Multi":
        lengths = np.concatenate([np.diff(part.starts) for part in parts])
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        return Multi(np.concatenate([part.keys for part in parts]), starts)


@dataclass(frozen=True)
class Batch:
    """Impressions, oldest first, and whether each was clicked.

    `categorical` [n] fingerprints, `numeric` [n] with NaN for unknown, `multi` several fingerprints a row, `vectors`
    [n, width] of texts and images, `clicks` [n] 0 or 1 (None: not known, to be predicted)."""

    size: int
    categorical: Mapping[str, Keys] = field(default_factory=dict)
    numeric: Mapping[str, Doubles] = field(default_factory=dict)
    multi: Mapping[str, Multi] = field(default_factory=dict)
    vectors: Mapping[str, Floats] = field(default_factory=dict)
    clicks: Doubles | None = None

    def __len__(self) -> int:
        return self.size

    def __post_init__(self) -> None:
        columns: dict[str, Sized] = {**self.categorical, **self.numeric, **self.multi, **self.vectors}
        wrong = [name for name, column in columns.items() if len(column) != self.size]
        if wrong or (self.clicks is not None and len(self.clicks) != self.size):
            raise BadRequest(f"{', '.join(wrong) or 'clicks'} must have a value for each of {self.size} impressions.")
        if self.clicks is not None and not np.isin(self.clicks, (0, 1)).all():
            raise BadRequest("A click is 0 or 1.")

    @property
    def labels(self) -> Doubles:
        """[n]: clicks; BadRequest when they are not known."""
        if self.clicks is None:
            raise BadRequest("These impressions do not say whether they were clicked.")
        return self.clicks

    def take(self, rows: Ints | slice | NDArray[np.bool_]) -> "Batch":
        """Some rows, in the order given."""
        chosen = np.arange(self.size, dtype=np.int64)[rows]
        return Batch(
            len(chosen),
            {name: column[chosen] for name, column in self.categorical.items()},
            {name: column[chosen] for name, column in self.numeric.items()},
            {name: column.take(chosen) for name, column in self.multi.items()},
            {name: column[chosen] for name, column in self.vectors.items()},
            None if self.clicks is None else self.clicks[chosen],
        )

    def unlabelled(self) -> "Batch":
        """The same, as it is before anybody knows who clicks."""
        return replace(self, clicks=None)


def joined(parts: Sequence[Batch]) -> Batch:
    """Batches of the same fields, one after the other."""
    first = parts[0]
    return Batch(
        sum(len(part) for part in parts),
        {name: np.concatenate([part.categorical[name] for part in parts]) for name in first.categorical},
        {name: np.concatenate([part.numeric[name] for part in parts]) for name in first.numeric},
        {name: Multi.joined([part.multi[name] for part in parts]) for name in first.multi},
        {name: np.concatenate([part.vectors[name] for part in parts]) for name in first.vectors},
        None if first.clicks is None else np.concatenate([part.labels for part in parts]),
    )


@dataclass(frozen=True)
class Fields:
    """Which columns of a table are what."""

    categorical: tuple[str, ...] = ()
    numeric: tuple[str, ...] = ()
    multi: tuple[str, ...] = ()
    vectors: tuple[str, ...] = ()

    def batch(self, table: pd.DataFrame, clicks: str | None = None) -> Batch:
        """The rows of a table; BadRequest names a column that is missing, or not what it should be."""
        missing = [name for name in (*self.every(), *([clicks] if clicks else [])) if name not in table.columns]
        if missing:
            raise BadRequest(f"There is no column {', '.join(map(str, missing))}.")
        return Batch(
            len(table),
            {name: fingerprints(table[name]) for name in self.categorical},
            {name: numbers(table[name]) for name in self.numeric},
            {name: Multi.of(table[name]) for name in self.multi},
            {name: _stacked(name, table[name]) for name in self.vectors},
            None if clicks is None else clicks_of(table[clicks]),
        )

    def every(self) -> tuple[str, ...]:
        return (*self.categorical, *self.numeric, *self.multi, *self.vectors)


def numbers(column: "pd.Series[Any]") -> Doubles:
    """[n]; NaN for what is no finite number."""
    found = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isfinite(found), found, np.nan)


def clicks_of(column: "pd.Series[Any]") -> Doubles:
    """[n] of 0/1, true/false or yes/no; BadRequest names a value that is neither."""
    words = {"true": "1", "false": "0", "yes": "1", "no": "0"}
    text = column.astype(str).str.strip().str.lower().map(lambda word: words.get(word, word))
    found = pd.to_numeric(text, errors="coerce").to_numpy(dtype=np.float64)
    wrong = ~np.isin(found, (0, 1))
    if wrong.any():
        raise BadRequest(f"A click is 0 or 1, not {column.iloc[int(np.argmax(wrong))]!r}.")
    return np.asarray(found)


def _stacked(name: str, column: "pd.Series[Any]") -> Floats:
    try:
        found = np.stack([np.asarray(row, dtype=np.float32) for row in column])
    except ValueError as error:
        raise BadRequest(f"{name} needs a vector of the same width in every row.") from error
    return np.nan_to_num(found)
