"""Orders: a row is one line of an order, known by the order's number and the line's."""

import psycopg

from store.importers.kinds import NEW_CUSTOMERS, UNKNOWN_PRODUCT, WITH_PRODUCTS, Check, Kind, repeated
from store.importers.report import Counts
from store.importers.rows import OrderRow


def _agrees(column: str) -> Check:
    """All lines of an order say the same in `column`."""
    return Check(
        column,
        "differs from line {} of the same order",
        f"""
        SELECT file_line, first FROM (
            SELECT file_line, {column} AS own, first_value({column}) OVER lines AS header,
                first_value(file_line) OVER lines AS first
            FROM staged
            WHERE order_number IN (
                SELECT order_number FROM staged GROUP BY order_number
                HAVING min({column}) <> max({column}) OR count({column}) NOT IN (0, count(*)))
            WINDOW lines AS (PARTITION BY order_number ORDER BY file_line)
        ) AS s WHERE own IS DISTINCT FROM header
        """,  # noqa: S608
    )


HEADER = ("placed_at", "customer", "currency", "status", "shipped_at", "delivered_at")

ANOTHER_CUSTOMER = Check(
    "customer",
    "order {} is in the store already and belongs to somebody else",
    """
    SELECT file_line, order_number FROM staged JOIN orders AS o ON o.number = staged.order_number
    JOIN customers AS c ON c.id = o.customer_id WHERE c.reference IS DISTINCT FROM staged.customer
    """,
)

# One row per order of the file; `changed` when its header is new or other than in the store.
HEADERS = """
    CREATE TEMP TABLE headers ON COMMIT DROP AS
    SELECT h.*, (o.status, o.placed_at, o.shipped_at, o.delivered_at, o.currency) IS DISTINCT FROM
        (h.status, h.placed_at, h.shipped_at, h.delivered_at, h.currency) AS changed
    FROM (
        SELECT DISTINCT ON (order_number) order_number AS number, c.id AS customer_id,
            coalesce(status, 'delivered') AS status, placed_at, shipped_at, delivered_at, currency
        FROM staged JOIN customers AS c ON c.reference = staged.customer ORDER BY order_number, file_line
    ) AS h LEFT JOIN orders AS o ON o.number = h.number;
    ANALYZE headers
"""

PLACE = """
    INSERT INTO orders (number, customer_id, status, placed_at, shipped_at, delivered_at, total, currency)
    SELECT number, customer_id, status, placed_at, shipped_at, delivered_at, 0, currency FROM headers WHERE changed
    ON CONFLICT (number) DO UPDATE SET status = excluded.status, placed_at = excluded.placed_at,
        shipped_at = excluded.shipped_at, delivered_at = excluded.delivered_at, currency = excluded.currency
"""

LINES = """
    WITH changed AS (
        INSERT INTO order_lines AS l (order_id, line, product_id, variant_id, units, unit_price)
        SELECT o.id, known.line, known.product_id, known.variant_id, known.units, known.unit_price
        FROM known JOIN orders AS o ON o.number = known.order_number ORDER BY o.id, known.line
        ON CONFLICT (order_id, line) DO UPDATE SET product_id = excluded.product_id,
            variant_id = excluded.variant_id, units = excluded.units, unit_price = excluded.unit_price
        WHERE (l.product_id, l.variant_id, l.units, l.unit_price) IS DISTINCT FROM
            (excluded.product_id, excluded.variant_id, excluded.units, excluded.unit_price)
        RETURNING order_id, line, (xmax = 0) AS created
    )
    SELECT count(*) FILTER (WHERE changed.created),
           count(*) FILTER (WHERE changed.created IS NOT TRUE AND (changed.line IS NOT NULL OR headers.changed)),
           count(*) FILTER (WHERE changed.line IS NULL AND NOT headers.changed)
    FROM known JOIN headers ON headers.number = known.order_number JOIN orders AS o ON o.number = known.order_number
    LEFT JOIN changed ON changed.order_id = o.id AND changed.line = known.line
"""

TOTALS = """
    UPDATE orders SET total = sums.total
    FROM (
        SELECT order_id, sum(units * unit_price) AS total FROM order_lines
        WHERE order_id IN (SELECT o.id FROM orders AS o JOIN headers ON headers.number = o.number) GROUP BY order_id
    ) AS sums
    WHERE orders.id = sums.order_id AND orders.total <> sums.total
"""


def _merge(cursor: psycopg.Cursor, columns: list[str]) -> Counts:
    cursor.execute(HEADERS)
    cursor.execute(PLACE)
    cursor.execute("ANALYZE orders")  # empty until now, for all the planner knows
    counts = cursor.execute(LINES).fetchone()
    assert counts is not None
    cursor.execute(TOTALS)
    return Counts(*counts)


ORDERS = Kind(
    row=OrderRow,
    prepare=(WITH_PRODUCTS, NEW_CUSTOMERS),
    checks=(repeated("order_number, line"), UNKNOWN_PRODUCT, ANOTHER_CUSTOMER, *map(_agrees, HEADER)),
    merge=_merge,
    tables=("customers", "orders", "order_lines"),
)
