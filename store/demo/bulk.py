"""Filling big tables fast: foreign keys and secondary indexes are put aside and made again afterwards."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg
from psycopg import sql

_CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = ANY(%s::regclass[]) AND contype IN ('f', 'u') ORDER BY contype DESC, conname
"""
_INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index i
    WHERE indrelid = ANY(%s::regclass[]) AND NOT indisprimary
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid)
"""


@contextmanager
def bare_tables(connection: psycopg.Connection, tables: Sequence[str]) -> Iterator[None]:
    """Inside the block the tables have their primary keys only.

    At its end the same constraints are added again, which checks every row, and the same indexes are built. All in
    the caller's transaction: when anything fails, the rollback brings everything back. Needs the tables' owner."""
    names = list(tables)
    constraints = connection.execute(_CONSTRAINTS, (names,)).fetchall()
    indexes = connection.execute(_INDEXES, (names,)).fetchall()
    for table, name, _ in reversed(constraints):
        connection.execute(sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(sql.SQL(table), sql.Identifier(name)))
    for name, _ in indexes:
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.SQL(name)))
    yield
    for _, definition in indexes:
        connection.execute(definition)
    for table, name, definition in constraints:
        add = sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}")
        connection.execute(add.format(sql.SQL(table), sql.Identifier(name), sql.SQL(definition)))
