"""What was read in reviews: which are still to be read, what is kept of each, and what is odd around it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import orjson
from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from store.tables import FoundAspect, Product, Review, ReviewReading

NEAR_COPIES = 20  # reviews that share a band and are compared
SHARING = 200  # ... of so many that are looked at

_UNREAD = """
    SELECT r.id, r.product_id, p.category_id, r.rating, r.title, r.body, r.written_at, r.customer_id
    FROM reviews AS r JOIN products AS p ON p.id = r.product_id
    WHERE r.id > :after AND r.id <= :until {before}
        AND NOT EXISTS (SELECT FROM review_readings AS d WHERE d.review_id = r.id)
    ORDER BY r.written_at DESC, r.id DESC LIMIT :most
"""
_OUTDATED = """
    SELECT r.id, r.product_id, p.category_id, r.rating, r.title, r.body, r.written_at, r.customer_id
    FROM review_readings AS d JOIN reviews AS r ON r.id = d.review_id JOIN products AS p ON p.id = r.product_id
    WHERE (d.model_version < :version OR d.model_version > :version) {before}
    ORDER BY d.written_on DESC, d.review_id DESC LIMIT :most
"""
_ANY_TO_READ = text("""
    SELECT EXISTS (SELECT FROM reviews AS r
        WHERE NOT EXISTS (SELECT FROM review_readings AS d WHERE d.review_id = r.id))
        OR EXISTS (SELECT FROM review_readings WHERE model_version < :version OR model_version > :version)
""")
# The limit on those that share a band keeps them few, and tells the planner so; their times are compared by the
# difference, as the index of all times is of no use for a few.
_AROUND = text("""
    SELECT d.review_id, r.body, d.rating, d.sentiment, d.confidence,
        ARRAY(
            SELECT o.body FROM (
                SELECT e.review_id FROM review_readings AS e
                WHERE e.bands && d.bands AND e.written_on <= d.written_on LIMIT :sharing
            ) AS e JOIN reviews AS o ON o.id = e.review_id
            WHERE (o.written_at - r.written_at, o.id) < (interval '0', r.id)
            ORDER BY o.written_at DESC LIMIT :near
        ) AS alike,
        (SELECT count(*) FROM reviews AS o WHERE r.customer_id IS NOT NULL AND o.customer_id = r.customer_id
            AND o.written_at >= date_trunc('day', r.written_at, 'UTC')
            AND o.written_at < date_trunc('day', r.written_at, 'UTC') + interval '1 day') AS of_writer,
        (SELECT count(*) FROM review_readings AS e WHERE e.product_id = d.product_id AND e.written_on = d.written_on
            AND e.sentiment = d.sentiment) AS of_product,
        (SELECT coalesce(count(*)::float8 / nullif(count(DISTINCT (o.written_at AT TIME ZONE 'UTC')::date), 0), 0)
            FROM reviews AS o WHERE o.product_id = d.product_id
            AND o.written_at >= (d.written_on - 365)::timestamp AT TIME ZONE 'UTC'
            AND o.written_at < (d.written_on + 366)::timestamp AT TIME ZONE 'UTC'
            AND (o.written_at AT TIME ZONE 'UTC')::date <> d.written_on) AS usual
    FROM review_readings AS d JOIN reviews AS r ON r.id = d.review_id
    WHERE d.review_id = ANY(:ids)
""")
# Whose circumstances a new review changes: those of the same product or writer on its day.
_COMPANY = text("""
    SELECT DISTINCT o.id FROM reviews AS r JOIN reviews AS o
        ON (o.product_id = r.product_id OR o.customer_id = r.customer_id)
        AND o.written_at >= date_trunc('day', r.written_at, 'UTC')
        AND o.written_at < date_trunc('day', r.written_at, 'UTC') + interval '1 day'
    WHERE r.id = ANY(:ids) AND o.id <> r.id
    LIMIT 5000
""")
_LATER = text("""
    SELECT r.body, e.id, e.body FROM review_readings AS d JOIN reviews AS r ON r.id = d.review_id CROSS JOIN LATERAL (
        SELECT o.id, o.body FROM (
            SELECT e.review_id FROM review_readings AS e
            WHERE e.bands && d.bands AND e.written_on >= d.written_on AND NOT 'copy' = ANY(e.doubts::text[])
            LIMIT :sharing
        ) AS e JOIN reviews AS o ON o.id = e.review_id
        WHERE (o.written_at - r.written_at, o.id) > (interval '0', r.id)
        ORDER BY o.written_at LIMIT :near
    ) AS e
    WHERE d.review_id = ANY(:ids)
""")
_FACETS = text("""
    SELECT DISTINCT colour FROM (SELECT colour FROM variants WHERE colour IS NOT NULL LIMIT :most) AS v
    UNION SELECT DISTINCT a.value FROM (SELECT attributes FROM products ORDER BY id LIMIT :most) AS p,
        jsonb_each_text(p.attributes) AS a WHERE length(a.value) <= 30
""")
_WEIGH = text("""
    WITH given AS (SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS g(id bigint, weight int, doubts text[])),
    weighed AS (
        UPDATE review_readings AS d SET weight = g.weight, doubts = g.doubts FROM given AS g
        WHERE d.review_id = g.id AND (d.weight, d.doubts::text[]) IS DISTINCT FROM (g.weight, g.doubts)
        RETURNING d.review_id, d.weight
    )
    UPDATE review_aspects AS a SET weight = w.weight FROM weighed AS w WHERE a.review_id = w.review_id
""")
_ASPECTS = text("""
    INSERT INTO review_aspects
        (review_id, aspect, positive, product_id, category_id, written_on, confidence, start, "end", weight)
    SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS g(review_id bigint, aspect text, positive bool,
        product_id bigint, category_id bigint, written_on date, confidence real, start int, "end" int, weight smallint)
""")


@dataclass(frozen=True)
class ToRead:
    """A review that nobody has read, or not with this version."""

    review_id: int
    product_id: int
    category_id: int
    rating: int | None
    title: str
    body: str
    written_at: datetime
    customer_id: int | None

    @property
    def written_on(self) -> date:
        return self.written_at.astimezone(UTC).date()


@dataclass(frozen=True)
class AspectRow:
    """An opinion; the sentence stands in the body from `start` to `end`."""

    aspect: str
    positive: bool
    confidence: float
    start: int
    end: int


@dataclass(frozen=True)
class ReadReview:
    """What one review says."""

    review: ToRead
    sentiment: str
    probability: float
    confidence: float
    reason: str | None
    bands: Sequence[int]
    aspects: Sequence[AspectRow]


@dataclass(frozen=True)
class Around:
    """A review among others; see `ml_tools.reviews.suspicion.Circumstances`."""

    review_id: int
    body: str
    rating: int | None
    sentiment: str
    confidence: float
    earlier_alike: Sequence[str]
    of_writer: int
    of_product: int
    usual: float


async def newest_review(session: AsyncSession) -> int:
    """The highest id of a review; 0 where there is none."""
    return await session.scalar(select(func.max(Review.id))) or 0


async def any_to_read(session: AsyncSession, version: str) -> bool:
    """Whether there is a review that nobody has read, or that another version has."""
    return bool(await session.scalar(_ANY_TO_READ, {"version": version}))


async def unread_reviews(
    session: AsyncSession, after: int, until: int, *, before: tuple[datetime, int] | None, most: int
) -> list[ToRead]:
    """Reviews that nobody has read with ids in (after, until], the newest first, from below the place `before` on."""
    place = "AND (r.written_at, r.id) < (:at, :id)" if before else ""
    bound = {"after": after, "until": until, "most": most} | _place(before)
    return [ToRead(*row) for row in await session.execute(text(_UNREAD.format(before=place)), bound)]


async def outdated_reviews(
    session: AsyncSession, version: str, *, before: tuple[date, int] | None, most: int
) -> list[ToRead]:
    """Reviews that another version has read, the newest first, from below the place `before` on."""
    place = "AND (d.written_on, d.review_id) < (:at, :id)" if before else ""
    bound = {"version": version, "most": most} | _place(before)
    return [ToRead(*row) for row in await session.execute(text(_OUTDATED.format(before=place)), bound)]


def _place(before: tuple[date, int] | None) -> dict[str, object]:
    return {"at": before[0], "id": before[1]} if before else {}


async def keep_readings(session: AsyncSession, read: Sequence[ReadReview], version: str) -> None:
    """Write down what was read, over what was read before. A review that went or changed meanwhile is passed over."""
    if not read:
        return
    ids = [one.review.review_id for one in read]
    there = {
        row.id: row.body for row in await session.execute(select(Review.id, Review.body).where(Review.id.in_(ids)))
    }
    kept = [one for one in read if there.get(one.review.review_id) == one.review.body]
    await session.execute(delete(ReviewReading).where(ReviewReading.review_id.in_(ids)))
    if kept:
        await session.execute(insert(ReviewReading), [_reading(one, version) for one in kept])
    rows = [_aspect(one, aspect) for one in kept for aspect in one.aspects]
    if rows:
        await session.execute(_ASPECTS, {"rows": orjson.dumps(rows).decode()})


def _reading(one: ReadReview, version: str) -> dict[str, object]:
    return {
        "review_id": one.review.review_id, "product_id": one.review.product_id, "category_id": one.review.category_id,
        "written_on": one.review.written_on, "rating": one.review.rating, "sentiment": one.sentiment,
        "probability": one.probability, "confidence": one.confidence, "reason": one.reason, "bands": list(one.bands),
        "model_version": version,
    }  # fmt: skip


def _aspect(one: ReadReview, aspect: AspectRow) -> dict[str, object]:
    return {
        "review_id": one.review.review_id, "product_id": one.review.product_id, "category_id": one.review.category_id,
        "written_on": one.review.written_on.isoformat(), "aspect": aspect.aspect, "positive": aspect.positive,
        "confidence": aspect.confidence, "start": aspect.start, "end": aspect.end, "weight": 100,
    }  # fmt: skip


async def around(session: AsyncSession, review_ids: Sequence[int], *, company: bool = True) -> list[Around]:
    """The circumstances of reviews that were read, and of those that stand beside them on the same day."""
    ids = set(review_ids)
    if company:
        ids |= set((await session.execute(_COMPANY, {"ids": list(review_ids)})).scalars())
    rows = await session.execute(_AROUND, {"ids": sorted(ids), "near": NEAR_COPIES, "sharing": SHARING})
    return [Around(*row) for row in rows]


async def read_later_alike(session: AsyncSession, review_ids: Sequence[int]) -> list[tuple[str, int, str]]:
    """(body, other review, its body): later ones that were read before these, share a band, and count as no copies."""
    rows = await session.execute(_LATER, {"ids": list(review_ids), "near": NEAR_COPIES, "sharing": SHARING})
    return [(body, other, others) for body, other, others in rows]


async def keep_weights(session: AsyncSession, weights: Mapping[int, tuple[int, Sequence[str]]]) -> None:
    """Percent and reasons by review; only what has changed is written."""
    rows = [{"id": one, "weight": weight, "doubts": list(doubts)} for one, (weight, doubts) in sorted(weights.items())]
    if rows:
        await session.execute(_WEIGH, {"rows": orjson.dumps(rows).decode()})


async def progress(session: AsyncSession) -> tuple[int, int]:
    """Reviews that were read, and reviews there are."""
    read = await session.scalar(select(func.count()).select_from(ReviewReading))
    return int(read or 0), int(await session.scalar(select(func.count()).select_from(Review)) or 0)


async def sample_of_reviews(session: AsyncSession, *, most: int) -> list[tuple[int, str]]:
    """(product, body) of the newest reviews, to find out what they talk about."""
    query = select(Review.product_id, Review.body).order_by(Review.id.desc()).limit(most)
    return [(product, body) for product, body in await session.execute(query)]


async def product_words(session: AsyncSession, *, most: int) -> list[str]:
    """Names, brands, colours and attributes of products, which are no aspects."""
    query = select(Product.name, Product.brand).order_by(Product.id).limit(most)
    names = [f"{name} {brand or ''}" for name, brand in await session.execute(query)]
    return [*names, *(await session.scalars(_FACETS, {"most": most}))]


async def found_aspects(session: AsyncSession) -> list[FoundAspect]:
    """What this shop's reviews talk about besides what is listed, the most frequent first."""
    return list(await session.scalars(select(FoundAspect).order_by(FoundAspect.reviews.desc(), FoundAspect.slug)))


async def keep_found(session: AsyncSession, rows: Sequence[Mapping[str, object]]) -> None:
    """Replace the found aspects."""
    await session.execute(delete(FoundAspect))
    if rows:
        await session.execute(insert(FoundAspect), list(rows))
