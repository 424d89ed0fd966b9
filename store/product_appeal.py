"""How often people choose each product: counted from events, once a while, for the search to lean on.

Clicks in search results are held against what the places get that the product was shown at (clicks over expected
clicks: Zhang and Jones 2007, "Comparing click logs and editorial labels for training query rewriting"), because the
first place is clicked whatever stands there. Views, carts and purchases count where nothing was shown yet; each product
is held against its category, so that no category as a whole gains."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

DAYS = 90
HALF_LIFE_DAYS = 30
PRIOR_CLICKS = 5.0  # as if so many clicks had been seen where so many were expected
TOUCH_SHARE = 0.3
COUNTING_TIMEOUT = "10min"

_COUNTED = text("""
    WITH lately AS MATERIALIZED (
        SELECT kind, product_id, detail, power(0.5, extract(epoch FROM :until - at) / 86400 / :half_life) AS weight
        FROM events
        WHERE at > :since AND at <= :until AND kind IN ('search', 'click', 'view', 'cart', 'purchase')
    ), shown AS (
        SELECT p.id AS product_id, least(place, 24) AS place, weight
        FROM lately, jsonb_array_elements_text(detail -> 'shown') WITH ORDINALITY AS one (public_id, place)
        JOIN products AS p ON p.public_id = one.public_id
        WHERE kind = 'search' AND jsonb_typeof(detail -> 'shown') = 'array'
    ), clicked AS (
        SELECT product_id, least(greatest((detail ->> 'position')::int, 1), 24) AS place, weight
        FROM lately
        WHERE kind = 'click' AND product_id IS NOT NULL AND detail ->> 'from' = 'search'
          AND detail ->> 'position' ~ '^[0-9]{1,4}$'
    ), places AS (
        SELECT place,
               (SELECT coalesce(sum(weight), 0) FROM clicked WHERE clicked.place = shown.place) / sum(weight) AS rate
        FROM shown GROUP BY place
    ), expected AS (
        SELECT product_id, sum(weight * least(rate, 1)) AS clicks
        FROM shown JOIN places USING (place) GROUP BY product_id
    ), chosen AS (SELECT product_id, sum(weight) AS clicks FROM clicked GROUP BY product_id
    ), touched AS (
        SELECT product_id, sum(
            weight * CASE kind WHEN 'view' THEN 1 WHEN 'click' THEN 1.5 WHEN 'cart' THEN 3 ELSE 5 END) AS touches
        FROM lately WHERE product_id IS NOT NULL GROUP BY product_id
    ), counted AS (
        SELECT p.id, p.category_id, coalesce(chosen.clicks, 0) AS clicks, coalesce(expected.clicks, 0) AS expected,
               coalesce(touched.touches, 0) AS touches, ln(1 + coalesce(touched.touches, 0)) AS interest
        FROM products AS p LEFT JOIN chosen ON chosen.product_id = p.id LEFT JOIN expected ON expected.product_id = p.id
            LEFT JOIN touched ON touched.product_id = p.id
        WHERE p.active
    )
    INSERT INTO product_appeal (product_id, clicks, expected_clicks, touches, appeal, computed_at)
    SELECT id, clicks, expected, touches,
           CASE WHEN expected > 0 THEN ln((clicks + :prior) / (expected + :prior)) ELSE 0 END
           + :share * (interest - avg(interest) OVER (PARTITION BY category_id)), :until
    FROM counted
    ON CONFLICT (product_id) DO UPDATE SET clicks = excluded.clicks, expected_clicks = excluded.expected_clicks,
        touches = excluded.touches, appeal = excluded.appeal, computed_at = excluded.computed_at
""")


async def count_appeal(session: AsyncSession, *, until: datetime | None = None) -> int:
    """Count anew from the events before `until` (now); returns how many products were counted."""
    moment = until or datetime.now(UTC)
    await session.execute(text(f"SET LOCAL statement_timeout = '{COUNTING_TIMEOUT}'"))
    counted = await session.execute(
        _COUNTED,
        {
            "until": moment, "since": moment - timedelta(days=DAYS), "half_life": HALF_LIFE_DAYS, "prior": PRIOR_CLICKS,
            "share": TOUCH_SHARE,
        },
    )  # fmt: skip
    return int(counted.rowcount)  # type: ignore[attr-defined]
