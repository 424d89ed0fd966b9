"""Fast writing: a data frame goes into a table by COPY."""

import io

import pandas as pd
import psycopg
import pyarrow as pa
import pyarrow.csv as arrow_csv
from psycopg import sql

CHUNK_ROWS = 50_000


def copy_rows(connection: psycopg.Connection, table: str, rows: pd.DataFrame) -> int:
    """Append rows to a table, columns by name; missing values become NULL. Returns how many rows."""
    columns = sql.SQL(", ").join(sql.Identifier(str(c)) for c in rows.columns)
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(sql.Identifier(table), columns)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for first in range(0, len(rows), CHUNK_ROWS):
            copy.write(_csv(rows.iloc[first : first + CHUNK_ROWS]))
    return len(rows)


def _csv(rows: pd.DataFrame) -> bytes:
    """CSV as Postgres reads it: text in quotes, so that an empty text differs from NULL."""
    buffer = io.BytesIO()
    options = arrow_csv.WriteOptions(include_header=False)
    arrow_csv.write_csv(pa.Table.from_pandas(rows, preserve_index=False), buffer, options)
    return buffer.getvalue()


def next_id(connection: psycopg.Connection, table: str) -> int:
    """The first id above all that the table holds."""
    query = sql.SQL("SELECT coalesce(max(id), 0) + 1 FROM {}").format(sql.Identifier(table))
    row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def continue_ids(connection: psycopg.Connection, table: str) -> None:
    """Let the table's own numbering go on after the ids that were copied in."""
    query = sql.SQL("SELECT setval(pg_get_serial_sequence({}, 'id'), max(id)) FROM {} HAVING max(id) IS NOT NULL")
    connection.execute(query.format(sql.Literal(table), sql.Identifier(table)))
