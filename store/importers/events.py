"""Events: a row is one view, search, cart, purchase or click, known by its `reference`."""

import psycopg

from store.importers.kinds import (
    NEW_CUSTOMERS,
    UNKNOWN_PRODUCT,
    WITH_PRODUCTS,
    Check,
    Kind,
    merged,
    repeated,
    staged_rows,
)
from store.importers.report import Counts
from store.importers.rows import EventRow

WITHOUT_PRODUCT = Check(
    "sku",
    "is missing: a {} is of a product",
    "SELECT file_line, kind FROM known WHERE sku IS NULL AND kind <> 'search'",
)

MERGE = """
    INSERT INTO events AS e (reference, kind, at, customer_id, session, product_id, detail)
    SELECT known.reference, kind, at, c.id, session, product_id, coalesce(detail, '{}')
    FROM known LEFT JOIN customers AS c ON c.reference = known.customer
    ON CONFLICT (reference) DO UPDATE SET
        kind = excluded.kind, at = excluded.at, customer_id = excluded.customer_id, session = excluded.session,
        product_id = excluded.product_id, detail = excluded.detail
    WHERE (e.kind, e.at, e.customer_id, e.session, e.product_id, e.detail) IS DISTINCT FROM
        (excluded.kind, excluded.at, excluded.customer_id, excluded.session, excluded.product_id, excluded.detail)
    RETURNING (xmax = 0)
"""


def _merge(cursor: psycopg.Cursor, columns: list[str]) -> Counts:
    return merged(cursor, MERGE, staged_rows(cursor))


EVENTS = Kind(
    row=EventRow,
    prepare=(WITH_PRODUCTS, NEW_CUSTOMERS),
    checks=(repeated("reference"), UNKNOWN_PRODUCT, WITHOUT_PRODUCT),
    merge=_merge,
    tables=("customers", "events"),
)
