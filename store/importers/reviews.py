"""Reviews: a row is one review, known by its `reference`."""

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
from store.importers.rows import ReviewRow

SAME_MOMENT = Check(
    "written_at",
    "this customer wrote another review of this product at the same time ({})",
    """
    SELECT DISTINCT ON (known.file_line) known.file_line, other.reference
    FROM known JOIN customers AS c ON c.reference = known.customer
    JOIN (
        SELECT r.product_id, c.reference AS customer, r.written_at, r.reference
        FROM reviews AS r JOIN customers AS c ON c.id = r.customer_id
        WHERE r.reference NOT IN (SELECT reference FROM staged)
        UNION ALL SELECT product_id, customer, written_at, reference FROM known
    ) AS other USING (product_id, customer, written_at)
    WHERE other.reference < known.reference
    """,
)

MERGE = """
    INSERT INTO reviews AS r (reference, product_id, customer_id, rating, title, body, written_at)
    SELECT known.reference, product_id, c.id, rating, coalesce(title, ''), body, written_at
    FROM known LEFT JOIN customers AS c ON c.reference = known.customer
    ON CONFLICT (reference) DO UPDATE SET
        product_id = excluded.product_id, customer_id = excluded.customer_id, rating = excluded.rating,
        title = excluded.title, body = excluded.body, written_at = excluded.written_at
    WHERE (r.product_id, r.customer_id, r.rating, r.title, r.body, r.written_at) IS DISTINCT FROM
        (excluded.product_id, excluded.customer_id, excluded.rating, excluded.title, excluded.body, excluded.written_at)
    RETURNING (xmax = 0)
"""


def _merge(cursor: psycopg.Cursor, columns: list[str]) -> Counts:
    return merged(cursor, MERGE, staged_rows(cursor))


REVIEWS = Kind(
    row=ReviewRow,
    prepare=(WITH_PRODUCTS, NEW_CUSTOMERS),
    checks=(repeated("reference"), UNKNOWN_PRODUCT, SAME_MOMENT),
    merge=_merge,
    tables=("customers", "reviews"),
)
