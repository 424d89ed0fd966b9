"""Products: a row is one variant; rows with the same `sku` are one product, described by the first of them.

What is in the file replaces what is in the store, column by column: a column that the file has not is left alone."""

import re

import psycopg

from store.importers.kinds import Check, Kind, repeated
from store.importers.report import Counts
from store.importers.rows import ProductRow

DEPTH = 2  # Fashion > Shoes

CHECKS = (
    repeated("coalesce(variant_sku, sku)"),
    Check(
        "variant_sku",
        "belongs to another product in the store ({})",
        """
        SELECT file_line, p.sku FROM staged JOIN variants AS v ON v.sku = coalesce(staged.variant_sku, staged.sku)
        JOIN products AS p ON p.id = v.product_id WHERE p.sku <> staged.sku
        """,
    ),
    Check(
        "category",
        f"has more than {DEPTH} levels, or an empty one",
        f"""
        SELECT file_line, NULL FROM staged
        WHERE cardinality(string_to_array(category, '>')) > {DEPTH} OR category ~ '(^|>)\\s*(>|$)'
        """,  # noqa: S608
    ),
    *(
        Check(
            column,
            "differs from line {} of the same product",
            f"""
            SELECT file_line, first FROM (
                SELECT file_line, {column} AS own, first_value({column}) OVER same AS described,
                    first_value(file_line) OVER same AS first
                FROM staged WINDOW same AS (PARTITION BY sku ORDER BY file_line)
            ) AS s WHERE own IS DISTINCT FROM described
            """,  # noqa: S608
        )
        for column in ("name", "category", "price", "currency")
    ),
)

# One row per product of the file; columns that the file has not come from the store, and so do accepted tags.
DESCRIBED = """
    CREATE TEMP TABLE described ON COMMIT DROP AS
    SELECT s.sku, s.name, s.price, s.currency, paths.category_id, p.id AS product_id,
        CASE WHEN 'brand' = ANY (%(columns)s) THEN s.brand ELSE p.brand END AS brand,
        coalesce(CASE WHEN 'description' = ANY (%(columns)s) THEN s.description ELSE p.description END, '')
            AS description,
        CASE WHEN 'attributes' = ANY (%(columns)s) THEN tags.accepted || coalesce(s.attributes, '{}')
            ELSE coalesce(p.attributes, '{}') END AS attributes,
        coalesce(CASE WHEN 'active' = ANY (%(columns)s) THEN s.active ELSE p.active END, true) AS active,
        p.price IS DISTINCT FROM s.price AS repriced
    FROM (SELECT DISTINCT ON (sku) * FROM staged ORDER BY sku, file_line) AS s
    JOIN category_paths AS paths ON paths.path = s.category
    LEFT JOIN products AS p ON p.sku = s.sku,
    LATERAL (
        SELECT coalesce(jsonb_object_agg(attribute, label), '{}') AS accepted
        FROM product_tags WHERE product_id = p.id AND status = 'accepted'
    ) AS tags
"""

DESCRIBE = """
    INSERT INTO products AS p
        (public_id, sku, name, brand, category_id, description, attributes, price, currency, active)
    SELECT 'p_' || replace(gen_random_uuid()::text, '-', ''), sku, name, brand, category_id, description, attributes,
        price, currency, active
    FROM described
    ON CONFLICT (sku) DO UPDATE SET name = excluded.name, brand = excluded.brand, category_id = excluded.category_id,
        description = excluded.description, attributes = excluded.attributes, price = excluded.price,
        currency = excluded.currency, active = excluded.active, updated_at = now()
    WHERE (p.name, p.brand, p.category_id, p.description, p.attributes, p.price, p.currency, p.active) IS DISTINCT FROM
        (excluded.name, excluded.brand, excluded.category_id, excluded.description, excluded.attributes,
         excluded.price, excluded.currency, excluded.active)
    RETURNING sku
"""

PRICES = """
    INSERT INTO price_history (product_id, valid_from, price)
    SELECT p.id, (now() AT TIME ZONE 'UTC')::date, p.price FROM described JOIN products AS p USING (sku) WHERE repriced
    ON CONFLICT (product_id, valid_from) DO UPDATE SET price = excluded.price
"""

VARIANTS = """
    INSERT INTO variants AS v (product_id, sku, size, colour, storage, price, stock)
    SELECT p.id, coalesce(s.variant_sku, s.sku),
        CASE WHEN 'size' = ANY (%(columns)s) THEN s.size ELSE old.size END,
        CASE WHEN 'colour' = ANY (%(columns)s) THEN s.colour ELSE old.colour END,
        CASE WHEN 'storage' = ANY (%(columns)s) THEN s.storage ELSE old.storage END,
        coalesce(s.variant_price, s.price),
        coalesce(CASE WHEN 'stock' = ANY (%(columns)s) THEN s.stock ELSE old.stock END, 0)
    FROM staged AS s JOIN products AS p ON p.sku = s.sku
    LEFT JOIN variants AS old ON old.sku = coalesce(s.variant_sku, s.sku)
    ORDER BY s.file_line
    ON CONFLICT (sku) DO UPDATE SET size = excluded.size, colour = excluded.colour, storage = excluded.storage,
        price = excluded.price, stock = excluded.stock
    WHERE (v.size, v.colour, v.storage, v.price, v.stock) IS DISTINCT FROM
        (excluded.size, excluded.colour, excluded.storage, excluded.price, excluded.stock)
    RETURNING sku, (xmax = 0)
"""

IMAGES = """
    WITH wanted AS (
        SELECT p.id AS product_id, n - 1 AS position, copied.path, copied.sha256, p.sku
        FROM (SELECT DISTINCT ON (sku) sku, images FROM staged WHERE images IS NOT NULL ORDER BY sku, file_line) AS s
        JOIN products AS p USING (sku),
            regexp_split_to_table(s.images, '\\s*\\|\\s*') WITH ORDINALITY AS named (name, n)
        JOIN copied_images AS copied ON copied.name = named.name
    ), gone AS (
        DELETE FROM product_images AS i USING (SELECT product_id, max(position) AS last FROM wanted GROUP BY 1) AS w
        WHERE i.product_id = w.product_id AND i.position > w.last RETURNING i.product_id
    ), changed AS (
        INSERT INTO product_images AS i (product_id, position, path, sha256)
        SELECT product_id, position, path, sha256 FROM wanted
        ON CONFLICT (product_id, position) DO UPDATE SET path = excluded.path, sha256 = excluded.sha256
        WHERE i.sha256 <> excluded.sha256 RETURNING i.product_id
    )
    SELECT DISTINCT sku FROM wanted
    WHERE product_id IN (SELECT product_id FROM gone UNION SELECT product_id FROM changed)
"""


def _merge(cursor: psycopg.Cursor, columns: list[str]) -> Counts:
    _categories(cursor)
    given = {"columns": columns}
    cursor.execute(DESCRIBED, given)
    touched = {sku for (sku,) in cursor.execute(DESCRIBE)}
    cursor.execute(PRICES)
    variants: dict[str, bool] = dict(cursor.execute(VARIANTS, given).fetchall())
    if "images" in columns:
        touched |= {sku for (sku,) in cursor.execute(IMAGES)}
    created = updated = unchanged = 0
    for sku, variant_sku in cursor.execute("SELECT sku, coalesce(variant_sku, sku) FROM staged"):
        created += variants.get(variant_sku) is True
        updated += variants.get(variant_sku) is False or (variant_sku not in variants and sku in touched)
        unchanged += variant_sku not in variants and sku not in touched
    return Counts(created, updated, unchanged)


def _categories(cursor: psycopg.Cursor) -> None:
    """Find or make the category of each path in the file; leaves the table `category_paths` (path, category_id)."""
    cursor.execute("CREATE TEMP TABLE category_paths (path text, category_id bigint) ON COMMIT DROP")
    for (path,) in cursor.execute("SELECT DISTINCT category FROM staged ORDER BY category").fetchall():
        category_id: int | None = None
        for name in path.split(">"):
            category_id = _category(cursor, name.strip()[:80], category_id)
        cursor.execute("INSERT INTO category_paths VALUES (%s, %s)", (path, category_id))


def _category(cursor: psycopg.Cursor, name: str, parent_id: int | None) -> int:
    """The category with this slug or name, anywhere in the tree when it stands alone; made when there is none."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "other"
    found = cursor.execute(
        """
        SELECT id FROM categories WHERE (slug = %(slug)s OR lower(name) = lower(%(name)s))
        AND (%(parent)s::bigint IS NULL OR parent_id = %(parent)s) ORDER BY slug = %(slug)s DESC, id LIMIT 1
        """,
        {"slug": slug, "name": name, "parent": parent_id},
    ).fetchone()
    made = (
        found
        or cursor.execute(
            """
        INSERT INTO categories (slug, name, parent_id) VALUES (
            CASE WHEN EXISTS (SELECT FROM categories WHERE slug = %(slug)s)
            THEN (SELECT slug FROM categories WHERE id = %(parent)s) || '-' || %(slug)s ELSE %(slug)s END,
            %(name)s, %(parent)s) RETURNING id
        """,
            {"slug": slug[:40], "name": name, "parent": parent_id},
        ).fetchone()
    )
    assert made is not None
    return int(made[0])


PRODUCTS = Kind(
    row=ProductRow, checks=CHECKS, merge=_merge, tables=("products", "variants", "product_images", "price_history")
)
