"""What a kind of import is made of: its row, the checks that need the whole file and the store, and its merge."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import psycopg
from pydantic import BaseModel

from store.importers.report import Counts


@dataclass(frozen=True)
class Check:
    """`query` selects `(file_line, detail)` of the staged rows that are wrong; `{}` in the reason takes the detail."""

    column: str
    reason: str
    query: str


@dataclass(frozen=True)
class Kind:
    """`prepare` runs before the checks, `merge` after they passed; both see the table `staged` and the header."""

    row: type[BaseModel]
    checks: Sequence[Check]
    merge: Callable[[psycopg.Cursor, list[str]], Counts]
    tables: Sequence[str]  # whose statistics are renewed afterwards
    prepare: Sequence[str] = ()


def repeated(columns: str) -> Check:
    """Refuses rows that repeat the key of an earlier row of the file."""
    twice = f"SELECT {columns} FROM staged GROUP BY {columns} HAVING count(*) > 1"  # noqa: S608
    first = (
        f"SELECT file_line, min(file_line) OVER (PARTITION BY {columns}) AS first FROM staged"  # noqa: S608
        f" WHERE ({columns}) IN ({twice})"
    )
    query = f"SELECT file_line, first FROM ({first}) AS s WHERE file_line <> first"  # noqa: S608
    return Check(re.findall(r"\w+", columns)[-1], "is the same as on line {}", query)


# Staged rows with the product that their `sku` names: a variant's, else a product's own.
WITH_PRODUCTS = """
    CREATE TEMP TABLE known ON COMMIT DROP AS
    SELECT staged.*, coalesce(v.product_id, p.id) AS product_id, v.id AS variant_id
    FROM staged LEFT JOIN variants AS v ON v.sku = staged.sku LEFT JOIN products AS p ON p.sku = staged.sku;
    ANALYZE known
"""
UNKNOWN_PRODUCT = Check(
    "sku",
    "there is no product {} in the store",
    "SELECT file_line, sku FROM known WHERE sku IS NOT NULL AND product_id IS NULL",
)

# Who is new in the file becomes a customer, known by the shop's own reference.
NEW_CUSTOMERS = """
    INSERT INTO customers (public_id, reference)
    SELECT 'cu_' || replace(gen_random_uuid()::text, '-', ''), customer
    FROM (SELECT DISTINCT customer FROM staged WHERE customer IS NOT NULL) AS named
    ON CONFLICT (reference) DO NOTHING
"""


def merged(cursor: psycopg.Cursor, statement: str, rows: int) -> Counts:
    """Counts of an INSERT ... ON CONFLICT DO UPDATE ... WHERE changed RETURNING (xmax = 0): true for new rows."""
    created = [new for (new,) in cursor.execute(statement)]  # type: ignore[arg-type]
    return Counts(sum(created), len(created) - sum(created), rows - len(created))


def staged_rows(cursor: psycopg.Cursor) -> int:
    found = cursor.execute("SELECT count(*) FROM staged").fetchone()
    assert found is not None
    return int(found[0])
