"""The temporary table that a file's rows are copied into before anything is merged."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, get_args, get_origin

import psycopg
import psycopg.types.json
from psycopg import sql
from pydantic import BaseModel, ValidationError

from store.importers.report import Errors

SQL_TYPES = {
    str: "text", int: "bigint", Decimal: "numeric", bool: "boolean", date: "date", datetime: "timestamptz",
    dict: "jsonb",
}  # fmt: skip


def stage(
    cursor: psycopg.Cursor, model: type[BaseModel], rows: Iterable[tuple[int, dict[str, str]]], errors: Errors
) -> int:
    """Copy the valid rows into the table `staged` (file_line, columns of `model`); returns how many rows there were."""
    columns = {name: _sql_type(field.annotation) for name, field in model.model_fields.items()}
    definition = ", ".join(f"{name} {kind}" for name, kind in {"file_line": "bigint", **columns}.items())
    cursor.execute(sql.SQL("CREATE TEMP TABLE staged ({}) ON COMMIT DROP").format(sql.SQL(definition)))
    count = 0
    with cursor.copy("COPY staged FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(["bigint", *columns.values()])
        for line, row in rows:
            count += 1
            values = _validated(model, line, row, errors)
            if values is not None and errors.count == 0:
                copy.write_row((line, *values))
    cursor.execute("ANALYZE staged")
    return count


def _sql_type(annotation: Any) -> str:
    """The Postgres type of a field, whatever is wrapped around it: `Annotated[Decimal, ...] | None` -> numeric."""
    if annotation in SQL_TYPES:
        return SQL_TYPES[annotation]
    if get_origin(annotation) in SQL_TYPES:
        return SQL_TYPES[get_origin(annotation)]
    inner = [kind for kind in get_args(annotation) if isinstance(kind, type) or get_origin(kind)]
    return _sql_type(inner[0]) if inner else "text"  # a Literal's arguments are words


def _validated(model: type[BaseModel], line: int, row: dict[str, str], errors: Errors) -> list[Any] | None:
    try:
        valid = model.model_validate(row)
    except ValidationError as found:
        for error in found.errors(include_url=False, include_context=False):
            reason = "is missing" if error["type"] == "missing" else error["msg"].removeprefix("Value error, ")
            errors.add(line, str(error["loc"][0]) if error["loc"] else "", reason[:1].lower() + reason[1:])
        return None
    return [_storable(value) for value in valid.__dict__.values()]


def _storable(value: Any) -> Any:
    return psycopg.types.json.Jsonb(value) if isinstance(value, dict) else value
