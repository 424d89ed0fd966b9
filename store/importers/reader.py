"""Reads a CSV file as a stream: UTF-8 only, strict quoting, every complaint with the line it is about."""

import csv
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from store.importers.report import Errors

Progress = Callable[[int, int], None]  # bytes read so far, bytes in all

PROGRESS_EVERY = 2_000  # lines


class CsvReader:
    """The rows of one file as `{column: text}`, blank values left out; `sha256` is complete after the last row."""

    def __init__(self, path: Path, errors: Errors, progress: Progress) -> None:
        self._path = path
        self._errors = errors
        self._progress = progress
        self._hash = hashlib.sha256()
        self._line = 0
        self.columns: list[str] = []

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def rows(self, known: set[str], required: set[str]) -> Iterator[tuple[int, dict[str, str]]]:
        """`(line, row)` for each readable line; what is not readable becomes an error."""
        records = self._records()
        first = next(records, None)
        if first is None:
            self._errors.add(1, "", "the file is empty")
            return
        self.columns = [name.strip().lower() for name in first[1]]
        if not self._header_is_right(known, required):
            return
        for line, values in records:
            if len(values) == len(self.columns):
                pairs = zip(self.columns, values, strict=True)
                yield line, {name: value for name, value in pairs if value and not value.isspace()}
            elif values:
                self._errors.add(line, "", f"has {len(values)} values, the header has {len(self.columns)} columns")

    def _header_is_right(self, known: set[str], required: set[str]) -> bool:
        before = self._errors.count
        for name in sorted(required.difference(self.columns)):
            self._errors.add(1, name, "this column is missing")
        for name in self.columns:
            if name not in known:
                self._errors.add(1, name, f"there is no such column; the columns are {', '.join(sorted(known))}")
        if len(set(self.columns)) < len(self.columns):
            self._errors.add(1, "", "a column stands there twice")
        return self._errors.count == before

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        reader = csv.reader(self._lines(), strict=True)
        while True:
            line = self._line + 1
            try:
                yield line, next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                self._errors.add(line, "", f"is not valid CSV: {error}")

    def _lines(self) -> Iterator[str]:
        total, done = self._path.stat().st_size, 0
        with self._path.open("rb") as file:
            for raw in file:
                self._line += 1
                self._hash.update(raw)
                done += len(raw)
                if self._line % PROGRESS_EVERY == 0:
                    self._progress(done, total)
                yield self._text(raw)
        self._progress(total, total)

    def _text(self, raw: bytes) -> str:
        """The line as text; one that is not is replaced by an empty line, and reported."""
        try:
            text = raw.decode("utf-8-sig" if self._line == 1 else "utf-8")
        except UnicodeDecodeError as error:
            byte = f"0x{raw[error.start]:02x} at position {error.start + 1}"
            self._errors.add(self._line, "", f"is not UTF-8 text (byte {byte}); save the file as UTF-8")
            return "\n"
        if "\0" in text:
            self._errors.add(self._line, "", "contains a NUL character; the file is not a UTF-8 text file")
            return "\n"
        return text
