"""What the reviews of a product, a category or the shop say in sum: counts, weighted shares, months, quotes.

The shop's and its categories' figures come from counts by day, a product's from its own rows; every query is bounded.
Weights are percent. Days are UTC and periods include both ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from store.tables import Category, Product, ReviewAspect

BEGINNING, END = date(1, 1, 1), date(9999, 12, 31)
MOST_MONTHS = 24
MOST_ASPECTS = 40
LONGEST_QUOTE = 220  # characters
QUOTED_FROM = 60  # newest sentences of praise, and of blame, among which quotes are chosen


@dataclass(frozen=True)
class Scope:
    """One product, some categories, or (with neither) the whole shop, in a period."""

    product_id: int | None = None
    category_ids: Sequence[int] | None = None
    since: date | None = None
    until: date | None = None

    def values(self) -> dict[str, object]:
        return {
            "product": self.product_id,
            "categories": list(self.category_ids or ()),
            "since": self.since or BEGINNING,
            "until": self.until or END,
        }


@dataclass(frozen=True)
class Figures:
    """Reviews or opinions in figures; weights in percent."""

    mentions: int = 0
    positive: int = 0
    negative: int = 0
    positive_weight: int = 0
    negative_weight: int = 0


@dataclass(frozen=True)
class Sum:
    """All that was read in a scope; `newest` is the day of the newest review."""

    figures: Figures
    doubtful: int
    rated: int
    stars: int
    newest: date | None


@dataclass(frozen=True)
class Month:
    month: date
    figures: Figures


@dataclass(frozen=True)
class QuoteRow:
    """A sentence as it stands in a review."""

    review_id: str  # the review's reference
    product_id: str  # public
    product_name: str
    text: str
    positive: bool
    rating: int | None
    written_on: date


_PRODUCT_ROWS = """
    SELECT written_on AS day, '' AS aspect, count(*) AS mentions,
        count(*) FILTER (WHERE sentiment = 'positive') AS positive,
        count(*) FILTER (WHERE sentiment = 'negative') AS negative,
        coalesce(sum(weight) FILTER (WHERE sentiment = 'positive'), 0) AS positive_weight,
        coalesce(sum(weight) FILTER (WHERE sentiment = 'negative'), 0) AS negative_weight,
        count(*) FILTER (WHERE weight < 100) AS doubtful, count(rating) AS rated, coalesce(sum(rating), 0) AS stars
    FROM review_readings WHERE product_id = :product AND written_on BETWEEN :since AND :until GROUP BY 1
"""
_PRODUCT_ASPECTS = """
    SELECT written_on AS day, aspect, count(*) AS mentions, count(*) FILTER (WHERE positive) AS positive,
        count(*) FILTER (WHERE NOT positive) AS negative,
        coalesce(sum(weight) FILTER (WHERE positive), 0) AS positive_weight,
        coalesce(sum(weight) FILTER (WHERE NOT positive), 0) AS negative_weight
    FROM review_aspects WHERE product_id = :product AND written_on BETWEEN :since AND :until GROUP BY 1, 2
"""
_OF_CATEGORIES = "category_id = ANY(:categories) AND day BETWEEN :since AND :until"
_OF_SHOP = "day BETWEEN :since AND :until"
_FIGURES = (
    "coalesce(sum(mentions), 0)::bigint, coalesce(sum(positive), 0)::bigint, coalesce(sum(negative), 0)::bigint, "
    "coalesce(sum(positive_weight), 0)::bigint, coalesce(sum(negative_weight), 0)::bigint"
)
_QUOTES = """
    WITH near AS MATERIALIZED (
        SELECT a.* FROM unnest(CAST(:positive AS bool[])) AS side(positive){per_category} CROSS JOIN LATERAL (
            SELECT a.review_id, a.aspect, a.positive, a.start, a."end", a.confidence, a.weight, a.written_on
            FROM review_aspects AS a
            WHERE {where} a.aspect = :aspect AND a.positive = side.positive
                AND a.written_on BETWEEN :since AND :until
            ORDER BY a.written_on DESC LIMIT :near
        ) AS a
        ORDER BY a.written_on DESC LIMIT 2 * :near
    ), said AS (
        SELECT near.*, r.reference, r.product_id, r.rating,
            substr(r.body, near.start + 1, near."end" - near.start) AS said
        FROM near JOIN reviews AS r ON r.id = near.review_id
    ), once AS (
        SELECT DISTINCT ON (lower(said)) * FROM said WHERE length(said) BETWEEN 8 AND :longest
        ORDER BY lower(said), written_on DESC
    )
    SELECT once.reference, p.public_id, p.name, once.said, once.positive, once.rating, once.written_on
    FROM once JOIN products AS p ON p.id = once.product_id AND p.active
    ORDER BY once.weight DESC, once.confidence > 0.85 DESC, once.written_on DESC, once.reference LIMIT :most
"""
_WORST_EVER = """
    SELECT t.product_id, t.reviews, t.positive_weight, t.negative_weight, t.rated, t.stars
    FROM review_totals AS t WHERE t.reviews > 0 AND (NOT :narrow OR t.category_id = ANY(:categories))
"""
_WORST_OF_PERIOD = """
    SELECT d.product_id, count(*) AS reviews, coalesce(sum(weight) FILTER (WHERE sentiment = 'positive'), 0) AS
        positive_weight, coalesce(sum(weight) FILTER (WHERE sentiment = 'negative'), 0) AS negative_weight,
        count(rating) AS rated, coalesce(sum(rating), 0) AS stars
    FROM review_readings AS d
    WHERE d.written_on BETWEEN :since AND :until AND (NOT :narrow OR d.category_id = ANY(:categories)) GROUP BY 1
"""
# Wilson's bounds at 95 %: the worst are those whose share of praise is low even at the upper bound.
_RANKED = """
    WITH counted AS ({counted}), judged AS (
        SELECT *, (positive_weight + negative_weight) / 100.0::float8 AS n,
            positive_weight::float8 / (positive_weight + negative_weight) AS share
        FROM counted WHERE positive_weight + negative_weight > 0
    ), bounded AS (
        SELECT *, (share + 1.9207 / n) / (1 + 3.8415 / n) AS middle,
            1.96 / (1 + 3.8415 / n) * sqrt(share * (1 - share) / n + 0.9604 / (n * n)) AS margin
        FROM judged
    )
    SELECT p.id, p.public_id, p.name, b.reviews, b.positive_weight, b.negative_weight, b.rated, b.stars
    FROM bounded AS b JOIN products AS p ON p.id = b.product_id AND p.active
    ORDER BY {order}, p.id LIMIT :most
"""


def _source(scope: Scope, *, aspects: bool) -> str:
    if scope.product_id is not None:
        return _PRODUCT_ASPECTS if aspects else _PRODUCT_ROWS
    of = _OF_SHOP if scope.category_ids is None else _OF_CATEGORIES
    return f"SELECT * FROM review_days WHERE {of} AND {'aspect <> ' if aspects else 'aspect = '}''"  # noqa: S608


async def summed(session: AsyncSession, scope: Scope) -> Sum:
    """All reviews of the scope that were read."""
    query = f"""
        SELECT {_FIGURES}, coalesce(sum(doubtful), 0)::bigint, coalesce(sum(rated), 0)::bigint,
            coalesce(sum(stars), 0)::bigint, max(day) FILTER (WHERE mentions > 0)
        FROM ({_source(scope, aspects=False)}) AS days
    """  # noqa: S608
    row = (await session.execute(text(query), scope.values())).one()
    return Sum(Figures(*row[:5]), *row[5:])


async def by_month(session: AsyncSession, scope: Scope, *, aspect: str | None = None) -> list[Month]:
    """The newest months, oldest first; of one aspect where it is given."""
    narrowed = "" if aspect is None else "WHERE aspect = :aspect"
    query = f"""
        SELECT * FROM (
            SELECT date_trunc('month', day)::date AS month, {_FIGURES}
            FROM ({_source(scope, aspects=aspect is not None)}) AS days {narrowed}
            GROUP BY 1 HAVING sum(mentions) > 0 ORDER BY 1 DESC LIMIT {MOST_MONTHS}
        ) AS newest ORDER BY 1
    """  # noqa: S608
    rows = await session.execute(text(query), {**scope.values(), "aspect": aspect})
    return [Month(row[0], Figures(*row[1:])) for row in rows]


async def by_aspect(session: AsyncSession, scope: Scope, *, aspect: str | None = None) -> dict[str, Figures]:
    """What is said of each aspect, the most mentioned first."""
    narrowed = "" if aspect is None else "WHERE aspect = :aspect"
    query = f"""
        SELECT aspect, {_FIGURES} FROM ({_source(scope, aspects=True)}) AS days {narrowed}
        GROUP BY 1 HAVING sum(mentions) > 0 ORDER BY 2 DESC, 1 LIMIT {MOST_ASPECTS}
    """  # noqa: S608
    rows = await session.execute(text(query), {**scope.values(), "aspect": aspect})
    return {row[0]: Figures(*row[1:]) for row in rows}


async def quotes(
    session: AsyncSession, scope: Scope, aspect: str, *, positive: bool | None = None, most: int = 3
) -> list[QuoteRow]:
    """Sentences on an aspect, verbatim: trusted and sure ones before others, the newest first, each text once."""
    if most == 0:
        return []
    where, per_category = "", ""  # each lateral part is read from an index in its order
    if scope.product_id is not None:
        where = "a.product_id = :product AND"
    elif scope.category_ids is not None:
        where = "a.category_id = part.category_id AND"
        per_category = " CROSS JOIN unnest(CAST(:categories AS bigint[])) AS part(category_id)"
    values = {
        **scope.values(), "aspect": aspect, "positive": [True, False] if positive is None else [positive],
        "near": QUOTED_FROM, "longest": LONGEST_QUOTE, "most": most,
    }  # fmt: skip
    return [
        QuoteRow(*row)
        for row in await session.execute(text(_QUOTES.format(where=where, per_category=per_category)), values)
    ]


@dataclass(frozen=True)
class Ranked:
    """A product in a list of the worst or best."""

    id: int
    product_id: str  # public
    name: str
    reviews: int
    positive_weight: int
    negative_weight: int
    rated: int
    stars: int


async def ranked(session: AsyncSession, scope: Scope, *, best: bool, most: int) -> list[Ranked]:
    """Products by the cautious bound of their share of praise: few reviews put a product neither first nor last."""
    counted = _WORST_EVER if scope.since is None and scope.until is None else _WORST_OF_PERIOD
    order = "b.middle - b.margin DESC" if best else "b.middle + b.margin"
    query = text(_RANKED.format(counted=counted, order=order))
    values = {**scope.values(), "narrow": scope.category_ids is not None, "most": most}
    return [Ranked(*row) for row in await session.execute(query, values)]


async def product_ids(session: AsyncSession, public_id: str) -> tuple[int, str] | None:
    """Id and name of a product; None: there is none."""
    found = await session.execute(select(Product.id, Product.name).where(Product.public_id == public_id))
    row = found.one_or_none()
    return (row.id, row.name) if row else None


async def category_ids(session: AsyncSession, slug: str) -> list[int]:
    """A category and all that is below it; empty: there is none."""
    top = select(Category.id).where(Category.slug == slug).cte("below", recursive=True)
    below = top.union_all(select(Category.id).join(top, Category.parent_id == top.c.id))
    return list(await session.scalars(select(below.c.id)))


async def reviews_of(session: AsyncSession, scope: Scope) -> int | None:
    """How many reviews a product has in the period, read or not; None for more than one product: not counted."""
    if scope.product_id is None:
        return None
    count = text("""
        SELECT count(*) FROM reviews WHERE product_id = :product
        AND (written_at AT TIME ZONE 'UTC')::date BETWEEN :since AND :until
    """)
    return int(await session.scalar(count, scope.values()) or 0)


async def review_ids_about(session: AsyncSession, product_id: int, aspect: str, *, limit: int) -> list[int]:
    """The newest reviews of a product that say something of an aspect."""
    query = (
        select(ReviewAspect.review_id)
        .where(ReviewAspect.product_id == product_id, ReviewAspect.aspect == aspect)
        .group_by(ReviewAspect.review_id, ReviewAspect.written_on)
        .order_by(ReviewAspect.written_on.desc(), ReviewAspect.review_id.desc())
    )
    return list(await session.scalars(query.limit(limit)))
