"""The shop's vocabulary, counted: what the search understands words by. A job counts it anew when products changed.

Kinds, with what `term`, `value`, `low` and `high` hold:
    word      a word of names, brands, categories, attributes and descriptions; low: products that have it in the name
    category  its name in lower case, its slug          parent    a slug, its parent's slug
    brand, colour, size, storage   the value in lower case, the value as the shop writes it
    is        a text value of an attribute, the attribute's key
    number    the key of a numeric attribute; low and high: its least and greatest value
    price     a slug ('' for the whole shop); low and high: the prices that a third of its products are below and above
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from store.tables import Product, SearchTerm

COUNTING_TIMEOUT = "15min"
MOST_WORDS = 200_000
MOST_VALUES = 20_000

_COUNTED = (
    """
    INSERT INTO search_terms (kind, term, value, products, low, counted_at)
    SELECT 'word', word, '', count(*), count(*) FILTER (WHERE named), now() FROM (
        SELECT p.id, word, bool_or(named) AS named FROM products AS p JOIN categories AS c ON c.id = p.category_id,
            LATERAL (
                SELECT unnest(string_to_array(plain_words(concat_ws(' ', p.name, p.brand, c.name)), ' ')), true
                UNION ALL
                SELECT unnest(string_to_array(plain_words(left(p.description, 2000)), ' ')), false
                UNION ALL
                SELECT unnest(string_to_array(plain_words(coalesce(string_agg(left(part #>> '{}', 300), ' '), '')), ' ')), false
                FROM jsonb_path_query(p.attributes, '$.**') AS part WHERE jsonb_typeof(part) IN ('string', 'number')
            ) AS said (word, named)
        WHERE p.active AND word <> '' AND length(word) <= 40 GROUP BY p.id, word
    ) AS words GROUP BY word ORDER BY count(*) DESC, word LIMIT :most_words
    """,  # noqa: E501
    """
    INSERT INTO search_terms (kind, term, value, products, counted_at)
    SELECT 'category', lower(c.name), c.slug, count(p.id), now()
    FROM categories AS c LEFT JOIN products AS p ON p.category_id = c.id AND p.active GROUP BY c.id
    """,
    """
    INSERT INTO search_terms (kind, term, value, products, counted_at)
    SELECT 'parent', c.slug, parent.slug, 0, now() FROM categories AS c JOIN categories AS parent ON parent.id = c.parent_id
    """,  # noqa: E501
    """
    INSERT INTO search_terms (kind, term, value, products, counted_at)
    SELECT 'brand', lower(brand), min(brand), count(*), now() FROM products
    WHERE active AND brand <> '' GROUP BY lower(brand) ORDER BY count(*) DESC LIMIT :most_values
    """,
    """
    INSERT INTO search_terms (kind, term, value, products, counted_at)
    SELECT kind, lower(said), min(said), count(DISTINCT product_id), now() FROM (
        SELECT 'colour' AS kind, v.colour AS said, v.product_id FROM variants AS v
        UNION ALL SELECT 'colour', p.attributes ->> 'colour', p.id FROM products AS p WHERE p.active
        UNION ALL SELECT 'size', v.size, v.product_id FROM variants AS v
        UNION ALL SELECT 'storage', v.storage, v.product_id FROM variants AS v
    ) AS options WHERE said <> '' AND length(said) <= 40 GROUP BY kind, lower(said) ORDER BY 4 DESC LIMIT :most_values
    """,
    """
    INSERT INTO search_terms (kind, term, value, products, counted_at)
    SELECT 'is', lower(value #>> '{}'), key, count(*), now() FROM products, jsonb_each(attributes) AS own (key, value)
    WHERE active AND jsonb_typeof(value) = 'string' AND length(value #>> '{}') BETWEEN 2 AND 24 AND length(key) <= 80
    GROUP BY 2, 3 ORDER BY 4 DESC LIMIT :most_values
    """,
    """
    INSERT INTO search_terms (kind, term, value, products, low, high, counted_at)
    SELECT 'number', key, '', count(*), min((value #>> '{}')::numeric), max((value #>> '{}')::numeric), now()
    FROM products, jsonb_each(attributes) AS own (key, value)
    WHERE active AND jsonb_typeof(value) = 'number' AND length(key) <= 80 GROUP BY key
    """,
    """
    INSERT INTO search_terms (kind, term, value, products, low, high, counted_at)
    SELECT 'price', coalesce(c.slug, ''), '', count(*), percentile_cont(0.33) WITHIN GROUP (ORDER BY p.price),
           percentile_cont(0.67) WITHIN GROUP (ORDER BY p.price), now()
    FROM products AS p JOIN categories AS c ON c.id = p.category_id WHERE p.active GROUP BY GROUPING SETS ((c.slug), ())
    """,
)


@dataclass(frozen=True)
class Term:
    kind: str
    term: str
    value: str
    products: int
    low: float | None
    high: float | None


async def count_terms(session: AsyncSession) -> int:
    """Count the vocabulary anew when a product was changed since the last time; returns how many terms there are.

    It takes time in proportion to the catalogue: seconds for 100,000 products.
    """
    counted = await session.scalar(select(func.max(SearchTerm.counted_at)))
    changed = await session.scalar(select(func.max(Product.updated_at)))
    if changed is None or (counted is not None and changed <= counted):
        return 0
    await session.execute(text(f"SET LOCAL statement_timeout = '{COUNTING_TIMEOUT}'"))
    await session.execute(text("DELETE FROM search_terms"))
    for statement in _COUNTED:
        await session.execute(text(statement), {"most_words": MOST_WORDS, "most_values": MOST_VALUES})
    return await session.scalar(select(func.count()).select_from(SearchTerm)) or 0


async def terms_counted_at(session: AsyncSession) -> datetime | None:
    """When the vocabulary was counted last; None when it never was."""
    return await session.scalar(select(SearchTerm.counted_at).limit(1))


async def read_terms(session: AsyncSession) -> Sequence[Term]:
    """The whole vocabulary; at most a few hundred thousand terms."""
    columns = SearchTerm.kind, SearchTerm.term, SearchTerm.value, SearchTerm.products, SearchTerm.low, SearchTerm.high
    return [Term(*row) for row in await session.execute(select(*columns))]
