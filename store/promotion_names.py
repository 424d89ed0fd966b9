"""What a marketer's words mean: promotions by their titles, and categories as segments of customers."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import ARRAY, SmallInteger, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

MOST_TITLES = 5000  # the promotions that end last: older ones are no longer asked for by words
MOST_CATEGORIES = 5000

_BY_KEY = text("""
    SELECT id, public_id, title, starts_on, ends_on, 1.0 FROM promotions
    WHERE public_id = :key OR reference = :key ORDER BY id LIMIT 1
""")
# A title's score is the share of the words' trigrams that it holds.
_BY_TITLE = text("""
    WITH asked AS MATERIALIZED (SELECT trigrams(:words) AS grams),
    titles AS MATERIALIZED (
        SELECT id, public_id, title, starts_on, ends_on FROM promotions
        WHERE CAST(:months AS smallint[]) IS NULL OR (ends_on - starts_on < 330 AND EXISTS (
            SELECT FROM generate_series(date_trunc('month', starts_on), ends_on, interval '1 month') AS m(month)
            WHERE extract(month FROM m.month) = ANY(CAST(:months AS smallint[]))))
        ORDER BY ends_on DESC, id DESC LIMIT :most
    )
    SELECT t.id, t.public_id, t.title, t.starts_on, t.ends_on,
           CASE WHEN cardinality(a.grams) = 0 THEN 1.0 ELSE s.shared::float8 / cardinality(a.grams) END AS score
    FROM titles AS t CROSS JOIN asked AS a CROSS JOIN LATERAL (
        SELECT count(*) AS shared FROM unnest(trigrams(t.title)) AS g(gram) WHERE g.gram = ANY(a.grams)) AS s
    ORDER BY score DESC, t.ends_on DESC, t.id DESC LIMIT :n
""").bindparams(bindparam("months", type_=ARRAY(SmallInteger)))
_CATEGORIES = text("""
    SELECT c.id, c.slug, c.name, c.parent_id, d.slug, d.name
    FROM categories AS c LEFT JOIN categories AS d ON d.id = c.parent_id ORDER BY c.id LIMIT :most
""")


class TitledPromotion(NamedTuple):
    """A promotion that words may mean; `score` 0 to 1."""

    promotion_id: int
    public_id: str
    title: str
    starts_on: date
    ends_on: date
    score: float


class SegmentCategory(NamedTuple):
    category_id: int
    slug: str
    name: str
    parent_id: int | None
    parent_slug: str | None
    parent_name: str | None


async def promotion_by_key(session: AsyncSession, key: str) -> TitledPromotion | None:
    """By its public id or the shop's own reference."""
    row = (await session.execute(_BY_KEY, {"key": key.replace("\0", "")})).one_or_none()
    return TitledPromotion._make(row) if row else None


async def promotions_titled(
    session: AsyncSession, words: str, *, months: list[int] | None = None, n: int = 10
) -> list[TitledPromotion]:
    """Those whose titles hold most of the words, best first; `months` (1 to 12) are when they ran, at least partly."""
    values = {"words": words.replace("\0", ""), "months": months, "most": MOST_TITLES, "n": n}
    return [TitledPromotion._make(row) for row in await session.execute(_BY_TITLE, values)]


async def segment_categories(session: AsyncSession) -> list[SegmentCategory]:
    return [SegmentCategory._make(row) for row in await session.execute(_CATEGORIES, {"most": MOST_CATEGORIES})]
