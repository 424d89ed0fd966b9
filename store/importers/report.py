"""What became of an import: counts, speed, and every error with its line, column and reason."""

import csv
from dataclasses import dataclass, field
from pathlib import Path

MOST_ERRORS = 1_000  # as many are kept; all are counted


@dataclass(frozen=True, order=True)
class RowError:
    """`line` counts from 1, the header's; `column` is empty when the whole line is meant."""

    line: int
    column: str
    reason: str


class Errors:
    """Collects errors; keeps the first MOST_ERRORS of them and the number of all."""

    def __init__(self) -> None:
        self.kept: list[RowError] = []
        self.count = 0

    def add(self, line: int, column: str, reason: str) -> None:
        self.count += 1
        if len(self.kept) < MOST_ERRORS:
            self.kept.append(RowError(line, column, reason))


@dataclass(frozen=True)
class Counts:
    """Rows of the file by what they did to the store."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0


@dataclass(frozen=True)
class ImportReport:
    """`rows` are those read; with errors nothing was imported and the counts are zero."""

    kind: str
    file: Path
    rows: int
    counts: Counts
    seconds: float
    errors: list[RowError] = field(default_factory=list)
    error_count: int = 0

    @property
    def ok(self) -> bool:
        return self.error_count == 0

    @property
    def rows_per_second(self) -> float:
        return self.rows / self.seconds if self.seconds else 0.0


def write_errors(report: ImportReport, path: Path) -> None:
    """The errors as CSV with the columns line, column, reason."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("line", "column", "reason"))
        writer.writerows((error.line, error.column, error.reason) for error in report.errors)
