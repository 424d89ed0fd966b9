"""Counting what became of promotions by slot and segment: a day of a promotion at a time, whenever it has changed.

A promotion's day is counted anew when its events are not those that were counted, and once a day while orders may still
be cancelled or returned. Who has what in mind is as of the midnight before: whoever clicks a promotion of shoes looks
at shoes afterwards, which must not make them people who liked shoes to begin with.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

KEPT_DAYS = 730
RETURN_DAYS = 45  # so long an order may still be returned
NEWEST_TOUCHES = 50  # lines of orders, and as many events, that say what somebody buys
SEEN_DAYS = 90

_CHANGED = text("""
    SELECT d.promotion_id, d.day FROM promotion_days AS d
    LEFT JOIN promotion_days_counted AS c USING (promotion_id, day)
    WHERE d.day >= :since AND (
        c.day IS NULL OR (d.impressions, d.clicks, d.conversions) <> (c.impressions, c.clicks, c.conversions)
        OR (d.day >= :returns AND c.counted_at < :yesterday))
    ORDER BY c.day IS NOT NULL, d.day DESC, d.promotion_id LIMIT :most
""")
_LOCK = text("SELECT pg_advisory_xact_lock(:key, hashint8(:promotion))")
LOCK = 0x5243
_CURRENCY = text("""
    SELECT currency FROM (SELECT currency FROM orders ORDER BY placed_at DESC LIMIT 1000) AS newest
    GROUP BY currency ORDER BY count(*) DESC, currency LIMIT 1
""")
_FORGET = text("DELETE FROM promotion_results WHERE promotion_id = :promotion AND day = :day")
_COUNT = text("""
    WITH shown AS MATERIALIZED (
        SELECT id, customer_id, session, slot, coalesce(place, 0) AS place, shown_at, clicked_at, order_id
        FROM impressions WHERE promotion_id = :promotion AND shown_at >= :midnight AND shown_at < :next
    ),
    people AS MATERIALIZED (
        SELECT w.customer_id, s.category_id
        FROM (SELECT DISTINCT customer_id FROM shown WHERE customer_id IS NOT NULL) AS w
        CROSS JOIN LATERAL (
            SELECT p.category_id FROM (
                (SELECT l.product_id FROM orders AS o JOIN order_lines AS l ON l.order_id = o.id
                 WHERE o.customer_id = w.customer_id AND o.placed_at < :midnight AND o.status <> 'cancelled'
                   AND l.units > 0 ORDER BY o.placed_at DESC LIMIT :newest)
                UNION ALL
                (SELECT product_id FROM events WHERE customer_id = w.customer_id AND at < :midnight
                   AND product_id IS NOT NULL ORDER BY at DESC LIMIT :newest)
            ) AS touched JOIN products AS p ON p.id = touched.product_id
            GROUP BY p.category_id ORDER BY count(*) DESC, p.category_id LIMIT 1
        ) AS s
    ),
    before AS (
        SELECT i.*, CASE WHEN i.customer_id IS NOT NULL THEN (
            SELECT count(*) FROM (SELECT FROM impressions AS e WHERE e.customer_id = i.customer_id
                AND e.promotion_id = :promotion AND e.shown_at < i.shown_at
                AND e.shown_at >= i.shown_at - make_interval(days => :seen_days) LIMIT 3) AS earlier)
        WHEN i.session IS NOT NULL THEN (
            SELECT count(*) FROM (SELECT FROM impressions AS e WHERE e.session = i.session
                AND e.promotion_id = :promotion AND e.shown_at < i.shown_at
                AND e.shown_at >= i.shown_at - make_interval(days => :seen_days) LIMIT 3) AS earlier)
        ELSE 0 END AS times
        FROM shown AS i
    ),
    paid AS (
        SELECT i.id, CASE WHEN o.status IN ('cancelled', 'returned') OR o.currency <> :currency THEN 0
            ELSE coalesce(own.amount, whole.amount / greatest(credited.times, 1), 0) END AS revenue
        FROM shown AS i JOIN orders AS o ON o.id = i.order_id
        CROSS JOIN LATERAL (SELECT sum(units * unit_price) AS amount FROM order_lines
            WHERE order_id = o.id AND promotion_id = :promotion) AS own
        CROSS JOIN LATERAL (SELECT sum(units * unit_price) AS amount FROM order_lines WHERE order_id = o.id) AS whole
        CROSS JOIN LATERAL (SELECT count(*) AS times FROM impressions WHERE order_id = o.id) AS credited
    )
    INSERT INTO promotion_results
        (promotion_id, day, slot, place, seen, segment_id, impressions, clicks, conversions, revenue)
    SELECT :promotion, :day, b.slot, least(b.place, 1), (CASE b.times WHEN 0 THEN 0 WHEN 3 THEN 2 ELSE 1 END),
           coalesce(w.category_id, 0), count(*), count(b.clicked_at), count(b.order_id), coalesce(sum(p.revenue), 0)
    FROM before AS b LEFT JOIN people AS w ON w.customer_id = b.customer_id LEFT JOIN paid AS p ON p.id = b.id
    GROUP BY 3, 4, 5, 6
""")
_COUNTED = text("""
    INSERT INTO promotion_days_counted (promotion_id, day, impressions, clicks, conversions, counted_at)
    VALUES (:promotion, :day, :impressions, :clicks, :conversions, :now)
    ON CONFLICT (promotion_id, day) DO UPDATE SET impressions = excluded.impressions, clicks = excluded.clicks,
        conversions = excluded.conversions, counted_at = excluded.counted_at
""")
_COUNTS = text("""
    SELECT impressions, clicks, conversions FROM promotion_days WHERE promotion_id = :promotion AND day = :day
""")


@dataclass(frozen=True)
class PromotionsDay:
    """One day (UTC) of a promotion, by the table's id."""

    promotion_id: int
    day: date


async def changed_days(session: AsyncSession, now: datetime, *, most: int) -> list[PromotionsDay]:
    """What is to be counted (anew): what was never counted first, then the newest."""
    today = now.date()
    values = {
        "since": today - timedelta(days=KEPT_DAYS), "returns": today - timedelta(days=RETURN_DAYS),
        "yesterday": now - timedelta(days=1), "most": most,
    }  # fmt: skip
    return [PromotionsDay(*row) for row in await session.execute(_CHANGED, values)]


async def shop_currency(session: AsyncSession) -> str | None:
    """The currency of most of the newest orders; None without orders."""
    return await session.scalar(_CURRENCY)


async def count_day(session: AsyncSession, one: PromotionsDay, currency: str | None, now: datetime) -> None:
    """Count a promotion's day, instead of what was counted before; all with the caller's transaction.

    Two at once wait for one another. The counts of `promotion_days` are read first: what comes in between makes the
    day changed again."""
    which = {"promotion": one.promotion_id, "day": one.day}
    await session.execute(_LOCK, {"key": LOCK, "promotion": one.promotion_id})
    counts = (await session.execute(_COUNTS, which)).one_or_none()
    if counts is None:
        return
    midnight = datetime.combine(one.day, time(), UTC)
    await session.execute(_FORGET, which)
    values = which | {
        "midnight": midnight, "next": midnight + timedelta(days=1), "newest": NEWEST_TOUCHES, "seen_days": SEEN_DAYS,
        "currency": currency or "",
    }  # fmt: skip
    await session.execute(_COUNT, values)
    await session.execute(_COUNTED, which | counts._asdict() | {"now": now})
