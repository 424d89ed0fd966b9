"""Files of impressions of any shape, and what their columns are: categories, numbers, lists, vectors, times.

Everything is read as text, and what a column is follows from its values in the training rows. Whole numbers are read
both as categories and as numbers, for a file does not tell a count from an identifier; models learn which helps.
"""

import csv
import gzip
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from common.errors import BadRequest, NotEnoughData
from ml_tools.promotions.batch import Batch, Fields, numbers

TABLES = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt", ".txt.gz")
SEPARATORS = "\t,;|"
TIMES = ("shown_at", "at", "time", "timestamp", "datetime", "date", "hour")
MANY_VALUES = 0.2  # distinct values per row above which a whole number is no category
LISTED = 0.2  # share of rows with a "|" that makes a column a list
NUMBER, HOUR, WEEKDAY = "#", "hour of day", "weekday"


@dataclass(frozen=True)
class Table:
    """The rows of a file by their time where they have one, else in the file's order; whether its first line named the
    columns (else they are "0", "1", ...)."""

    name: str
    rows: pd.DataFrame
    headed: bool


def read_table(path: Path) -> Table:
    """BadRequest for a file that is no table, NotEnoughData for one without rows."""
    try:
        if path.name.endswith(".parquet"):
            table = Table(path.name, _spelled(pd.read_parquet(path)), headed=True)
        elif path.name.endswith(TABLES):
            table = _read_text(path)
        else:
            raise BadRequest(f"{path.name} is none of {', '.join(TABLES)} and .parquet.")
    except (OSError, UnicodeDecodeError, pd.errors.ParserError) as error:
        raise BadRequest(f"{path.name} cannot be read as a table: {error}") from error
    if not len(table.rows):
        raise NotEnoughData(f"{path.name} holds no impressions.")
    return table


def _read_text(path: Path) -> Table:
    opened = gzip.open if path.name.endswith(".gz") else open
    with opened(path, "rt", encoding="utf-8") as file:
        first = file.readline()
    if not first.strip():
        raise NotEnoughData(f"{path.name} holds no impressions.")
    separator = max(SEPARATORS, key=first.count)
    names = next(csv.reader([first], delimiter=separator))
    headed = len(set(names)) == len(names) and not any(_is_value(name) for name in names)
    rows = pd.read_csv(
        path, sep=separator, header=0 if headed else None, dtype=str, keep_default_na=False, na_values=[""]
    )
    return Table(path.name, rows.set_axis([str(name).strip() for name in rows.columns], axis=1), headed)


def _is_value(text: str) -> bool:
    """Whether a first line's cell is a value rather than a column's name."""
    try:
        float(text or 0)
    except ValueError:
        return False
    return True


def _spelled(rows: pd.DataFrame) -> pd.DataFrame:
    """Columns of single values as text; lists stay."""
    return rows.apply(lambda column: column if _listed(column) else column.astype("string").astype(object))


def _listed(column: "pd.Series[Any]") -> bool:
    known = column.dropna()
    return bool(len(known)) and isinstance(known.iloc[0], list | tuple | np.ndarray)


def named_alike(table: Table, teacher: Table) -> Table:
    """A table whose file named no columns, with the names of its teacher's; BadRequest when they do not fit."""
    if not table.headed and teacher.headed:
        if len(table.rows.columns) != len(teacher.rows.columns):
            raise BadRequest(f"{table.name} names no columns and has another number of them than {teacher.name}.")
        return replace(table, rows=table.rows.set_axis(teacher.rows.columns, axis=1))
    return table


@dataclass(frozen=True)
class Reading:
    """How a table is read: its fields, which of them are the numbers of a column, and its times."""

    fields: Fields
    clicks: str
    when: str | None

    def batch(self, table: Table) -> Batch:
        """The table's impressions, oldest first."""
        rows = table.rows
        if self.clicks not in rows.columns:
            raise BadRequest(f"{table.name} has no column {self.clicks}; it has {', '.join(rows.columns[:40])}.")
        if self.when is not None and self.when in rows.columns:
            times = times_of(rows[self.when])
            rows = rows.assign(**{HOUR: times.dt.hour.astype("string"), WEEKDAY: times.dt.day_of_week.astype("string")})
            rows = rows.iloc[np.argsort(times.to_numpy(), kind="stable")]
        added = {NUMBER + name: rows[name] for name in rows.columns if NUMBER + name in self.fields.numeric}
        lists = {name: rows[name].map(_list_of) for name in self.fields.multi if name in rows.columns}
        return self.fields.batch(rows.assign(**added, **lists), self.clicks)


def reading_of(table: Table, clicks: str) -> Reading:
    """What the columns of a (training) table are; BadRequest without the column of clicks."""
    if clicks not in table.rows.columns:
        found = ", ".join(map(str, table.rows.columns[:40]))
        hint = "" if table.headed else " (its first line names no columns, so they are counted from 0)"
        raise BadRequest(f"{table.name} has no column {clicks}{hint}; it has {found}.")
    rows = table.rows.drop(columns=clicks)
    when = next((name for name in rows.columns if name.lower() in TIMES and _is_time(rows[name])), None)
    categorical: list[str] = []
    numeric: list[str] = []
    multi: list[str] = []
    vectors: list[str] = []
    for name in rows.columns:
        column = rows[name]
        if name == when:
            categorical += [HOUR, WEEKDAY]
        elif _listed(column):
            (vectors if isinstance(column.dropna().iloc[0][0], float | np.floating) else multi).append(name)
        elif column.str.contains("|", regex=False).mean() > LISTED:
            multi.append(name)
        else:
            kinds = _kinds(column)
            categorical += [name] if "category" in kinds else []
            numeric += [NUMBER + name] if "number" in kinds else []
    return Reading(Fields(tuple(categorical), tuple(numeric), tuple(multi), tuple(vectors)), clicks, when)


def _kinds(column: "pd.Series[Any]") -> set[str]:
    """Of a column of text: "category", "number", both, or none for an identifier of the row or nothing at all."""
    known = column.dropna()
    if not len(known):
        return set()
    distinct = known.nunique()
    values = numbers(known)
    if np.isnan(values).any():
        return {"category"} if distinct < len(column) or len(column) < 2 else set()
    whole = bool((values == np.round(values)).all())
    if whole and distinct == len(column) and len(column) > 1:
        return set()
    if not whole or distinct > MANY_VALUES * len(column):
        return {"number"}
    return {"category", "number"}


def _is_time(column: "pd.Series[Any]") -> bool:
    try:
        return bool(times_of(column).notna().mean() > 0.9)
    except (ValueError, OverflowError):
        return False


def times_of(column: "pd.Series[Any]") -> "pd.Series[pd.Timestamp]":
    """ISO times, seconds since 1970, or hours written YYMMDDHH; NaT for anything else."""
    text = column.astype("string")
    if text.dropna().str.fullmatch(r"\d{8}").all():
        return pd.to_datetime(text, format="%y%m%d%H", errors="coerce")
    if text.dropna().str.fullmatch(r"\d{9,10}(\.\d+)?").all():
        return pd.to_datetime(pd.to_numeric(text), unit="s", errors="coerce")
    return pd.to_datetime(text, errors="coerce", utc=True, format="ISO8601").dt.tz_localize(None)


def _list_of(value: Any) -> list[Any]:
    if isinstance(value, str):
        return [part for part in value.split("|") if part]
    return [] if value is None or value is pd.NA or isinstance(value, float) else list(value)
