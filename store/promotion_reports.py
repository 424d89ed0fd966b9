"""What became of promotions, for reports: counts by where they stood and who saw them, and what was learnt of them.

All of it is added up in SQL from `promotion_results`, which the campaign job counts (`store.promotion_counting`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, BigInteger, bindparam, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from store.tables import CampaignKnowledge

MOST_CELLS = 200_000
MOST_CAMPAIGNS = 2000
SAMPLED = 20_000  # customers whose history is looked into to say how many are of which segment

# How what a promotion is about fits what a person mostly buys and looks at.
FITS = ("category", "department", "other", "everything", "unknown")
_FIT = """CASE WHEN c.id IS NULL THEN 'everything' WHEN s.id IS NULL THEN 'unknown'
    WHEN s.id = c.id OR s.parent_id = c.id THEN 'category'
    WHEN coalesce(s.parent_id, s.id) = coalesce(c.parent_id, c.id) THEN 'department' ELSE 'other' END"""

_CELLS = f"""
    WITH counted AS (
        SELECT promotion_id, slot, place, seen, segment_id, sum(impressions) AS impressions, sum(clicks) AS clicks,
               sum(conversions) AS conversions, sum(revenue) AS revenue
        FROM promotion_results
        WHERE day BETWEEN :since AND :until
          AND (CAST(:promotions AS bigint[]) IS NULL OR promotion_id = ANY(CAST(:promotions AS bigint[])))
          AND (CAST(:segments AS bigint[]) IS NULL OR segment_id = ANY(CAST(:segments AS bigint[])))
          AND (CAST(:slot AS text) IS NULL OR slot = :slot)
        GROUP BY 1, 2, 3, 4, 5
    )
    SELECT r.promotion_id, r.slot, r.place, r.seen, {_FIT} AS fit, {{segment}} AS segment_id,
           sum(r.impressions)::bigint, sum(r.clicks)::bigint, sum(r.conversions)::bigint, sum(r.revenue)::float8
    FROM counted AS r JOIN promotions AS p ON p.id = r.promotion_id
    LEFT JOIN products AS own ON own.id = p.product_id
    LEFT JOIN categories AS c ON c.id = coalesce(p.category_id, own.category_id)
    LEFT JOIN categories AS s ON s.id = r.segment_id
    GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6 LIMIT :most
"""  # noqa: S608 - only constants of this module are put in
_ARRAYS = (bindparam("promotions", type_=ARRAY(BigInteger)), bindparam("segments", type_=ARRAY(BigInteger)))
_ALL_IN_ALL = text(_CELLS.format(segment="0::bigint")).bindparams(*_ARRAYS)
_BY_SEGMENT = text(_CELLS.format(segment="r.segment_id")).bindparams(*_ARRAYS)

_PROMOTIONS = text("""
    SELECT p.id, p.public_id, p.title, p.starts_on, p.ends_on, p.discount_percent::float8, p.cost_per_click::float8,
           (CASE WHEN p.product_id IS NOT NULL THEN 0 WHEN p.category_id IS NOT NULL THEN 1 ELSE 2 END),
           coalesce(own.price, of_category.price, 0)::float8
    FROM promotions AS p LEFT JOIN products AS own ON own.id = p.product_id
    LEFT JOIN LATERAL (
        SELECT avg(price) AS price FROM (SELECT q.price FROM products AS q JOIN categories AS k ON k.id = q.category_id
            WHERE (k.id = p.category_id OR k.parent_id = p.category_id) AND q.active ORDER BY q.id LIMIT 200) AS sampled
    ) AS of_category ON p.category_id IS NOT NULL
    WHERE p.id = ANY(:ids) ORDER BY p.id
""").bindparams(bindparam("ids", type_=ARRAY(BigInteger)))

_SPENT = text("""
    SELECT promotion_id, sum(spent)::float8 AS spent FROM promotion_days WHERE promotion_id = ANY(:ids)
      AND day BETWEEN :since AND :until GROUP BY 1
""").bindparams(bindparam("ids", type_=ARRAY(BigInteger)))

_SHOWN_LATELY = text("""
    SELECT promotion_id FROM promotion_days WHERE day BETWEEN :since AND :until AND impressions > 0
    GROUP BY 1 ORDER BY max(day) DESC, 1 DESC LIMIT :most
""")
_DAYS = text("""
    SELECT promotion_id, day, sum(impressions)::bigint, sum(clicks)::bigint, sum(conversions)::bigint,
           sum(revenue)::float8
    FROM promotion_results WHERE promotion_id = ANY(:ids) GROUP BY 1, 2 ORDER BY 1, 2 LIMIT :most
""").bindparams(bindparam("ids", type_=ARRAY(BigInteger)))
_AS_OF = text("SELECT max(day) FROM promotion_results")

# Of a sample of customers: which category each has mostly bought and looked at lately.
_SEGMENTS = text("""
    WITH sampled AS MATERIALIZED (
        SELECT id FROM customers WHERE :share >= 1 OR hashint8(id) & 65535 < 65536 * :share ORDER BY id LIMIT :most
    )
    SELECT s.category_id, count(*) FROM sampled AS w CROSS JOIN LATERAL (
        SELECT p.category_id FROM (
            (SELECT l.product_id FROM orders AS o JOIN order_lines AS l ON l.order_id = o.id
             WHERE o.customer_id = w.id AND o.status <> 'cancelled' AND l.units > 0
             ORDER BY o.placed_at DESC LIMIT :newest)
            UNION ALL
            (SELECT product_id FROM events WHERE customer_id = w.id AND product_id IS NOT NULL
             ORDER BY at DESC LIMIT :newest)
        ) AS touched JOIN products AS p ON p.id = touched.product_id
        GROUP BY p.category_id ORDER BY count(*) DESC, p.category_id LIMIT 1
    ) AS s GROUP BY 1
""")
_CUSTOMERS = text("SELECT count(*) FROM (SELECT FROM customers LIMIT :most) AS sampled")
_ESTIMATE = text("SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'customers'::regclass")


class Cell(NamedTuple):
    """Impressions that were alike, and what came of them. `segment_id` is 0 unless it was asked for."""

    promotion_id: int
    slot: str
    place: int
    seen: int
    fit: str
    segment_id: int
    impressions: int
    clicks: int
    conversions: int
    revenue: float


@dataclass(frozen=True)
class Window:
    """Days, both inclusive; what is None is not narrowed."""

    since: date
    until: date
    promotions: Sequence[int] | None = None
    segments: Sequence[int] | None = None
    slot: str | None = None


class Shown(NamedTuple):
    """What a promotion is. `covered`: 0 a product, 1 a category, 2 the whole shop; `price` the mean of what it is for,
    0 for the whole shop."""

    promotion_id: int
    public_id: str
    title: str
    starts_on: date
    ends_on: date
    discount: float  # percent
    cost_per_click: float
    covered: int
    price: float


class CampaignDay(NamedTuple):
    promotion_id: int
    day: date
    impressions: int
    clicks: int
    conversions: int
    revenue: float


async def cells(session: AsyncSession, window: Window, *, by_segment: bool = False) -> list[Cell]:
    """What was counted in a window, alike impressions together."""
    values = {
        "since": window.since, "until": window.until, "slot": window.slot, "most": MOST_CELLS,
        "promotions": list(window.promotions) if window.promotions is not None else None,
        "segments": list(window.segments) if window.segments is not None else None,
    }  # fmt: skip
    return [Cell._make(row) for row in await session.execute(_BY_SEGMENT if by_segment else _ALL_IN_ALL, values)]


async def promotions_shown(session: AsyncSession, ids: Sequence[int]) -> dict[int, Shown]:
    found = [Shown._make(row) for row in await session.execute(_PROMOTIONS, {"ids": list(ids)})]
    return {one.promotion_id: one for one in found}


async def spent_in(session: AsyncSession, ids: Sequence[int], since: date, until: date) -> dict[int, float]:
    """What each cost in these days: its clicks by what each cost then."""
    rows = await session.execute(_SPENT, {"ids": list(ids), "since": since, "until": until})
    return {row.promotion_id: row.spent for row in rows}


async def shown_lately(session: AsyncSession, since: date, until: date, *, most: int = MOST_CAMPAIGNS) -> list[int]:
    """Promotions with an impression in these days, those shown last first."""
    return list(await session.scalars(_SHOWN_LATELY, {"since": since, "until": until, "most": most}))


async def campaign_days(session: AsyncSession, ids: Sequence[int]) -> list[CampaignDay]:
    """All days of these promotions, by promotion and day."""
    rows = await session.execute(_DAYS, {"ids": list(ids), "most": MOST_CELLS})
    return [CampaignDay._make(row) for row in rows]


async def counted_until(session: AsyncSession) -> date | None:
    """The newest day that was counted."""
    return await session.scalar(_AS_OF)


async def segment_sizes(session: AsyncSession) -> dict[int, int]:
    """How many customers are of each segment (by category); of a large shop an estimate from a sample."""
    exact = await session.scalar(_CUSTOMERS, {"most": SAMPLED + 1}) or 0
    total = exact if exact <= SAMPLED else max(await session.scalar(_ESTIMATE) or 0, exact)
    share = 1.0 if total <= SAMPLED else SAMPLED / total
    rows = await session.execute(_SEGMENTS, {"share": share, "most": 2 * SAMPLED, "newest": 50})
    return {category: round(count / share) for category, count in rows}


async def knowledge(session: AsyncSession, name: str) -> CampaignKnowledge | None:
    return await session.scalar(select(CampaignKnowledge).where(CampaignKnowledge.name == name))


async def keep_knowledge(session: AsyncSession, name: str, as_of: date | None, content: dict[str, Any]) -> None:
    """Keep this instead of what was known, one version up."""
    row = insert(CampaignKnowledge).values(name=name, version=1, as_of=as_of, content=content)
    changed = {
        "version": CampaignKnowledge.version + 1, "as_of": as_of, "content": content, "updated_at": text("now()"),
    }  # fmt: skip
    await session.execute(row.on_conflict_do_update(index_elements=[CampaignKnowledge.name], set_=changed))
