"""Which promotions somebody may be shown now, and what is known of their interests; pages' lookups of one promotion."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ARRAY, String, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from store.offers import running
from store.tables import Category, Product, Promotion

NEWEST_TOUCHES = 100  # events, and as many lines of orders
SEEN_DAYS = 90  # how long a showing counts as seen
RULES = ("audience", "customers", "segments", "categories", "slots")  # what an audience may be narrowed by
NEW, KNOWN = "new", "known"

_TOUCHES = text("""
    WITH who AS MATERIALIZED (SELECT (SELECT id FROM customers WHERE public_id = :customer) AS id),
    touched AS (
        (SELECT product_id FROM events
         WHERE customer_id = (SELECT id FROM who) AND product_id IS NOT NULL ORDER BY at DESC LIMIT :newest)
        UNION ALL
        (SELECT product_id FROM events
         WHERE session = :visitor AND product_id IS NOT NULL
           AND (customer_id IS NULL OR customer_id IS DISTINCT FROM (SELECT id FROM who)) -- else it is counted above
         ORDER BY at DESC LIMIT :newest)
        UNION ALL
        (SELECT l.product_id FROM orders AS o JOIN order_lines AS l ON l.order_id = o.id
         WHERE o.customer_id = (SELECT id FROM who) AND o.status <> 'cancelled' AND l.units > 0
         ORDER BY o.placed_at DESC LIMIT :newest)
    )
    SELECT t.product_id, c.slug, coalesce(d.slug, c.slug), p.brand, count(*)
    FROM touched AS t JOIN products AS p ON p.id = t.product_id JOIN categories AS c ON c.id = p.category_id
    LEFT JOIN categories AS d ON d.id = c.parent_id
    GROUP BY 1, 2, 3, 4
""")

# One statement decides who may see what. A rule that nobody understands shows the promotion to nobody, and so does one
# of the wrong type: jsonb_exists of a number is false.
_ELIGIBLE = text("""
    WITH who AS MATERIALIZED (
        SELECT c.id, c.attributes ->> 'segment' AS segment,
               EXISTS (SELECT FROM orders AS o WHERE o.customer_id = c.id AND o.status <> 'cancelled') AS bought
        FROM customers AS c WHERE c.public_id = :customer
    ),
    mine AS MATERIALIZED (
        SELECT promotion_id, count(*) AS seen, count(*) FILTER (WHERE shown_at >= :midnight) AS seen_today
        FROM (
            SELECT id, promotion_id, shown_at FROM impressions
            WHERE customer_id = (SELECT id FROM who) AND shown_at >= :since
            UNION
            SELECT id, promotion_id, shown_at FROM impressions WHERE session = :visitor AND shown_at >= :since
        ) AS shown GROUP BY promotion_id
    ),
    stocked AS MATERIALIZED (
        SELECT k.id, k.parent_id FROM categories AS k
        CROSS JOIN LATERAL (
            SELECT FROM products AS q JOIN variants AS v ON v.product_id = q.id
            WHERE q.category_id BETWEEN k.id AND k.id AND q.active AND v.stock > 0 LIMIT 1) AS one
    )
    SELECT p.id, p.public_id, p.title, p.discount_percent::float8, p.starts_on, p.product_id, c.slug,
           coalesce(d.slug, c.slug), own.brand, coalesce(m.seen, 0), coalesce(m.seen_today, 0), coalesce(a.pace, 1.0)
    FROM promotions AS p
    LEFT JOIN products AS own ON own.id = p.product_id
    LEFT JOIN categories AS c ON c.id = coalesce(p.category_id, own.category_id)
    LEFT JOIN categories AS d ON d.id = c.parent_id
    LEFT JOIN promotion_accounts AS a ON a.promotion_id = p.id
    LEFT JOIN mine AS m ON m.promotion_id = p.id
    WHERE p.starts_on <= :today AND p.ends_on >= :today
      AND (p.budget IS NULL OR (p.budget > 0 AND coalesce(a.spent, 0) + p.cost_per_click <= p.budget))
      AND coalesce(m.seen_today, 0) < p.daily_cap
      AND (p.audience = '{}' OR (
          p.audience - CAST(:rules AS text[]) = '{}'
          AND NOT jsonb_path_exists(p.audience, '$.* ? (@.type() == "object")')
          AND (NOT jsonb_exists(p.audience, 'audience') OR :untouched
               OR p.audience ->> 'audience' = ANY(CAST(:slugs AS text[])))
          AND (NOT jsonb_exists(p.audience, 'customers') OR p.audience ->> 'customers'
               = CASE WHEN (SELECT bought FROM who) THEN 'known' ELSE 'new' END)
          AND (NOT jsonb_exists(p.audience, 'segments')
               OR coalesce(jsonb_exists(p.audience -> 'segments', (SELECT segment FROM who)), false))
          AND (NOT jsonb_exists(p.audience, 'categories')
               OR jsonb_exists_any(p.audience -> 'categories', CAST(:slugs AS text[])))
          AND (NOT jsonb_exists(p.audience, 'slots') OR jsonb_exists(p.audience -> 'slots', :slot))
      ))
      AND CASE
          WHEN p.product_id IS NOT NULL THEN own.active AND EXISTS (
              SELECT FROM variants AS v WHERE v.product_id = p.product_id AND v.stock > 0)
          WHEN p.category_id IS NOT NULL THEN
              p.category_id IN (SELECT id FROM stocked UNION SELECT parent_id FROM stocked)
          ELSE EXISTS (SELECT FROM stocked)
      END
    ORDER BY p.id LIMIT :most
""").bindparams(bindparam("rules", type_=ARRAY(String)), bindparam("slugs", type_=ARRAY(String)))

_BASES = text("""
    SELECT c.slug, coalesce(d.slug, c.slug), p.brand, count(*)
    FROM (SELECT product_id FROM events WHERE product_id IS NOT NULL ORDER BY id DESC LIMIT :most) AS e
    JOIN products AS p ON p.id = e.product_id JOIN categories AS c ON c.id = p.category_id
    LEFT JOIN categories AS d ON d.id = c.parent_id GROUP BY 1, 2, 3
""")
MOST_FOR_BASES = 200_000
MOST_ELIGIBLE = 2000


@dataclass(frozen=True)
class Asker:
    """Who is asked for: a customer's public id, a session's subject, both or neither; and what a page is about.

    The context has the table's ids of products, and slugs of categories."""

    customer: str | None = None
    visitor: str | None = None
    slot: str = "home_hero"


@dataclass(frozen=True)
class Interest:
    """A product that somebody touched `times` (views, carts, clicks, purchases, lines of orders)."""

    product_id: int
    category: str
    department: str
    brand: str | None
    times: int


class Candidate(NamedTuple):
    """A promotion that may be shown; `seen` and `seen_today` are how often the asker was shown it.

    It is for one product (then category, department and brand are the product's), a category, or (None) everything."""

    promotion_id: int
    public_id: str
    title: str
    discount_percent: float
    starts_on: date
    product_id: int | None
    category: str | None
    department: str | None
    brand: str | None
    seen: int
    seen_today: int
    pace: float


@dataclass(frozen=True)
class About:
    """A product of the page, as far as promotions can fit it."""

    product_id: int
    category: str
    department: str


async def interests_of(session: AsyncSession, asker: Asker) -> list[Interest]:
    """The asker's newest touches by product; empty for somebody unknown."""
    if asker.customer is None and asker.visitor is None:
        return []
    parameters = {"customer": asker.customer, "visitor": asker.visitor, "newest": NEWEST_TOUCHES}
    return [Interest(*row) for row in await session.execute(_TOUCHES, parameters)]


async def eligible(
    session: AsyncSession, asker: Asker, interests: Sequence[Interest], *, now: datetime | None = None
) -> list[Candidate]:
    """What may be shown at `now`: it runs, has budget for one click more, somebody may see it, it is not capped, and
    at least one of its products can be bought."""
    moment = now or datetime.now(UTC)
    midnight = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    slugs = {slug for one in interests for slug in (one.category, one.department)}
    parameters = {
        "customer": asker.customer, "visitor": asker.visitor, "slot": asker.slot, "today": midnight.date(),
        "midnight": midnight, "since": moment - timedelta(days=SEEN_DAYS), "rules": list(RULES),
        "slugs": sorted(slugs), "untouched": not interests, "most": MOST_ELIGIBLE,
    }  # fmt: skip
    return [Candidate._make(row) for row in await session.execute(_ELIGIBLE, parameters)]


async def about(session: AsyncSession, public_ids: Sequence[str]) -> list[About]:
    """The products of a page by public id; unknown ones are left out."""
    if not public_ids:
        return []
    parent = select(Category.slug).where(Category.id == select(Category.parent_id).where(
        Category.id == Product.category_id).correlate(Product).scalar_subquery()).scalar_subquery()  # fmt: skip
    query = select(Product.id, Category.slug, parent).join(Category, Category.id == Product.category_id)
    rows = await session.execute(query.where(Product.public_id.in_(public_ids)))
    return [About(number, slug, department or slug) for number, slug, department in rows]


async def bases(session: AsyncSession) -> list[tuple[str, str, str | None, int]]:
    """(category, department, brand, touches) of everybody's newest events: what interests are held against."""
    return [tuple(row) for row in await session.execute(_BASES, {"most": MOST_FOR_BASES})]  # type: ignore[misc]


async def known_promotions(session: AsyncSession, *, today: date) -> list[int]:
    """The ids of the promotions that run or ran in the last weeks, or begin soon: those that the model keeps."""
    kept = Promotion.ends_on >= today - timedelta(days=30), Promotion.starts_on <= today + timedelta(days=30)
    return list(await session.scalars(select(Promotion.id).where(*kept).order_by(Promotion.id)))


async def promotion_by_id(session: AsyncSession, public_id: str) -> Promotion | None:
    """One promotion, whether it runs or not."""
    return await session.scalar(select(Promotion).where(Promotion.public_id == public_id))


async def running_promotion(session: AsyncSession, public_id: str, *, today: date) -> Promotion | None:
    """The promotion if it runs today."""
    return await session.scalar(select(Promotion).where(Promotion.public_id == public_id, running(today)))
