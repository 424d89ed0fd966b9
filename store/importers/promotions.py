"""Promotions: a row is one offer on a product, a category or (with neither) the whole shop."""

import psycopg

from store.importers.kinds import UNKNOWN_PRODUCT, WITH_PRODUCTS, Check, Kind, merged, repeated, staged_rows
from store.importers.report import Counts
from store.importers.rows import PromotionRow
from store.promotions import RULES

CHECKS = (
    repeated("reference"),
    UNKNOWN_PRODUCT,
    Check(
        "category",
        "there is no category {} in the store",
        "SELECT file_line, category FROM staged WHERE category NOT IN (SELECT slug FROM categories)",
    ),
    Check(
        "category",
        "is for a product or for a category, not for both",
        "SELECT file_line, NULL FROM staged WHERE sku IS NOT NULL AND category IS NOT NULL",
    ),
    Check(
        "audience",
        f"may say {', '.join(RULES[:-1])} and {RULES[-1]}, and nothing else, not {{}}",
        f"SELECT file_line, k.key FROM staged, jsonb_object_keys(audience) AS k(key) WHERE k.key NOT IN {RULES}",  # noqa: S608
    ),
    Check("ends_on", "is before it starts ({})", "SELECT file_line, starts_on FROM staged WHERE ends_on < starts_on"),
)

MERGE = """
    INSERT INTO promotions AS p (public_id, reference, title, body, product_id, category_id, discount_percent,
        starts_on, ends_on, budget, audience, cost_per_click, daily_cap)
    SELECT 'pr_' || replace(gen_random_uuid()::text, '-', ''), reference, title, coalesce(body, ''), product_id, c.id,
        discount_percent, starts_on, ends_on, budget, coalesce(audience, '{}'), coalesce(cost_per_click, 0.25),
        coalesce(daily_cap, 3)
    FROM known LEFT JOIN categories AS c ON c.slug = known.category
    ON CONFLICT (reference) DO UPDATE SET
        title = excluded.title, body = excluded.body, product_id = excluded.product_id,
        category_id = excluded.category_id, discount_percent = excluded.discount_percent,
        starts_on = excluded.starts_on, ends_on = excluded.ends_on, budget = excluded.budget,
        audience = excluded.audience, cost_per_click = excluded.cost_per_click, daily_cap = excluded.daily_cap
    WHERE (p.title, p.body, p.product_id, p.category_id, p.discount_percent, p.starts_on, p.ends_on, p.budget,
        p.audience, p.cost_per_click, p.daily_cap)
        IS DISTINCT FROM (excluded.title, excluded.body, excluded.product_id, excluded.category_id,
        excluded.discount_percent, excluded.starts_on, excluded.ends_on, excluded.budget, excluded.audience,
        excluded.cost_per_click, excluded.daily_cap)
    RETURNING (xmax = 0)
"""


def _merge(cursor: psycopg.Cursor, columns: list[str]) -> Counts:
    return merged(cursor, MERGE, staged_rows(cursor))


PROMOTIONS = Kind(row=PromotionRow, prepare=(WITH_PRODUCTS,), checks=CHECKS, merge=_merge, tables=("promotions",))
