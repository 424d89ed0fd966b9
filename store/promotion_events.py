"""What comes of promotions: impressions, clicks and conversions, each counted once however often it is reported.

An impression is known by its key. A click and a conversion belong to an impression, which has at most one of each.
Whatever is counted here is committed with it: clicks in their order, the day's counts, what the promotion has spent.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from store.promotion_exposures import expose_shown
from store.tables import Impression, Promotion

LEARNING_LOCK = 0x5052_4F4D  # shared by whoever writes events, alone for whoever reads how far they are complete
CLICK_HOURS = 24  # later the page has been forgotten
CONVERSION_DAYS = 7  # from the click to the order

# Ids are drawn before they are committed: under this lock a reader knows which of them are still to come.
_LOCK = text("SELECT pg_advisory_xact_lock_shared(:key)")

_IMPRESSIONS = text("""
    WITH given AS (
        SELECT DISTINCT ON (key) * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(
            key text, promotion text, customer text, session text, slot text, surface text, place int,
            shown_at timestamptz, propensity float8, model text, signals real[])
        ORDER BY key, shown_at
    ),
    written AS (
        INSERT INTO impressions
            (promotion_id, customer_id, session, slot, surface, place, shown_at, propensity, key, model, signals)
        SELECT p.id, c.id, g.session, g.slot, g.surface, g.place, g.shown_at, g.propensity, g.key, g.model, g.signals
        FROM given AS g JOIN promotions AS p ON p.public_id = g.promotion
        LEFT JOIN customers AS c ON c.public_id = g.customer
        ORDER BY g.shown_at, g.key
        ON CONFLICT (key) DO NOTHING
        RETURNING promotion_id, key, (shown_at AT TIME ZONE 'UTC')::date AS day
    )
    SELECT key, promotion_id, day FROM written
""")

_CLICKS = text("""
    WITH given AS (
        SELECT DISTINCT ON (key) * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(key text, at timestamptz)
        ORDER BY key, at
    ),
    clicked AS (
        UPDATE impressions AS i SET clicked_at = greatest(g.at, i.shown_at) FROM given AS g
        WHERE i.key = g.key AND i.clicked_at IS NULL AND g.at < i.shown_at + make_interval(hours => :hours)
        RETURNING i.id, i.key, i.promotion_id, (i.shown_at AT TIME ZONE 'UTC')::date AS day
    ),
    noted AS (
        INSERT INTO promotion_clicks (impression_id) SELECT id FROM clicked ORDER BY id
        ON CONFLICT (impression_id) DO NOTHING
    )
    SELECT key, promotion_id, day FROM clicked
""")

_CONVERSIONS = text("""
    WITH given AS (
        SELECT DISTINCT ON (key) * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(key text, order_number text)
    ),
    converted AS (
        UPDATE impressions AS i SET order_id = o.id FROM given AS g JOIN orders AS o ON o.number = g.order_number
        WHERE i.key = g.key AND i.order_id IS NULL AND i.clicked_at IS NOT NULL AND i.customer_id = o.customer_id
          AND o.placed_at >= i.clicked_at AND o.placed_at < i.clicked_at + make_interval(days => :days)
        RETURNING i.key, i.promotion_id, (i.shown_at AT TIME ZONE 'UTC')::date AS day
    )
    SELECT key, promotion_id, day FROM converted
""")

# The newest click within a week on each promotion that took something off this order; one click, one order.
_ORDERED = text("""
    WITH clicked AS (
        SELECT DISTINCT ON (i.promotion_id) i.id FROM orders AS o
        JOIN order_lines AS l ON l.order_id = o.id
        JOIN impressions AS i ON i.promotion_id = l.promotion_id AND i.customer_id = o.customer_id
        WHERE o.id = :order_id AND i.order_id IS NULL AND i.clicked_at <= o.placed_at
          AND i.clicked_at > o.placed_at - make_interval(days => :days)
        ORDER BY i.promotion_id, i.clicked_at DESC
    )
    UPDATE impressions AS i SET order_id = :order_id FROM clicked AS c WHERE i.id = c.id
    RETURNING coalesce(i.key, ''), i.promotion_id, (i.shown_at AT TIME ZONE 'UTC')::date
""")

_COUNT = text("""
    WITH given AS (
        SELECT g.*, g.clicks * p.cost_per_click AS spent
        FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS g(
            promotion bigint, day date, impressions int, clicks int, conversions int)
        JOIN promotions AS p ON p.id = g.promotion
    ),
    accounts AS (
        INSERT INTO promotion_accounts AS a (promotion_id, spent)
        SELECT promotion, sum(spent) FROM given GROUP BY 1 ORDER BY 1
        ON CONFLICT (promotion_id) DO UPDATE SET spent = a.spent + excluded.spent
    )
    INSERT INTO promotion_days AS d (promotion_id, day, impressions, clicks, conversions, spent)
    SELECT promotion, day, impressions, clicks, conversions, spent FROM given ORDER BY 1, 2
    ON CONFLICT (promotion_id, day) DO UPDATE SET
        impressions = d.impressions + excluded.impressions, clicks = d.clicks + excluded.clicks,
        conversions = d.conversions + excluded.conversions, spent = d.spent + excluded.spent
""")

COUNTED_ANEW = """
    INSERT INTO promotion_days (promotion_id, day, impressions, clicks, conversions, spent)
    SELECT i.promotion_id, (i.shown_at AT TIME ZONE 'UTC')::date, count(*), count(i.clicked_at), count(i.order_id),
           count(i.clicked_at) * p.cost_per_click
    FROM impressions AS i JOIN promotions AS p ON p.id = i.promotion_id GROUP BY 1, 2, p.cost_per_click
    ON CONFLICT (promotion_id, day) DO UPDATE SET impressions = excluded.impressions, clicks = excluded.clicks,
        conversions = excluded.conversions, spent = excluded.spent;
    INSERT INTO promotion_accounts (promotion_id, spent) SELECT promotion_id, sum(spent) FROM promotion_days GROUP BY 1
    ON CONFLICT (promotion_id) DO UPDATE SET spent = excluded.spent
"""


@dataclass(frozen=True)
class Shown:
    """A promotion (public id) was shown. `signals` is what the model saw, `propensity` how probable it was (0 to 1)."""

    key: str
    promotion: str
    slot: str
    surface: str
    propensity: float
    shown_at: datetime
    customer: str | None = None
    session: str | None = None
    place: int = 0
    model: str | None = None
    signals: tuple[float, ...] | None = None


@dataclass(frozen=True)
class Clicked:
    key: str
    at: datetime


@dataclass(frozen=True)
class Converted:
    """An order (number) of the customer who clicked."""

    key: str
    order_number: str


@dataclass(frozen=True)
class Taken:
    """How many of each were new; what came again, or belongs to nothing that is known, is not counted."""

    impressions: int
    clicks: int
    conversions: int


async def take_events(
    session: AsyncSession,
    shown: Sequence[Shown] = (),
    clicked: Sequence[Clicked] = (),
    converted: Sequence[Converted] = (),
) -> Taken:
    """Write what is new; all of it is counted when the caller's transaction commits, or none."""
    await session.execute(_LOCK, {"key": LEARNING_LOCK})
    impressions = await _written(session, _IMPRESSIONS, [_row(one) for one in shown])
    clicks = await _written(session, _CLICKS, [_row(one) for one in clicked], hours=CLICK_HOURS)
    conversions = await _written(session, _CONVERSIONS, [_row(one) for one in converted], days=CONVERSION_DAYS)
    await _count(session, impressions, clicks, conversions)
    await expose_shown(session, [key for key, *_ in impressions])
    return Taken(len(impressions), len(clicks), len(conversions))


async def note_order(session: AsyncSession, order_id: int) -> int:
    """Credit an order to the clicks that led to it; returns to how many promotions."""
    found = (await session.execute(_ORDERED, {"order_id": order_id, "days": CONVERSION_DAYS})).all()
    await _count(session, [], [], [tuple(row) for row in found])
    return len(found)


Counted = list[tuple[Any, ...]]  # (key, promotion's id, day)


async def _written(session: AsyncSession, statement: Any, rows: list[dict[str, Any]], **more: int) -> Counted:
    if not rows:
        return []
    found = await session.execute(statement, {"rows": orjson.dumps(rows).decode(), **more})
    return [tuple(row) for row in found]


def _row(one: Shown | Clicked | Converted) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__dataclass_fields__}


async def _count(session: AsyncSession, impressions: Counted, clicks: Counted, conversions: Counted) -> None:
    counts: dict[tuple[int, Any], Counter[str]] = {}
    for name, rows in (("impressions", impressions), ("clicks", clicks), ("conversions", conversions)):
        for _, promotion, day in rows:
            counts.setdefault((promotion, day), Counter())[name] += 1
    if not counts:
        return
    counted = [
        {
            "promotion": promotion, "day": day, "impressions": n["impressions"], "clicks": n["clicks"],
            "conversions": n["conversions"],
        }
        for (promotion, day), n in sorted(counts.items())
    ]  # fmt: skip
    await session.execute(_COUNT, {"rows": orjson.dumps(counted).decode()})


async def shown_to(
    session: AsyncSession, key: str, promotion: str, *, visitor: str | None, customer_id: int | None
) -> bool:
    """Whether this promotion (public id) was shown under that key to this visitor (a session's subject), or to this
    customer; somebody without a session sees what was shown to nobody in particular."""
    query = select(Impression.session, Impression.customer_id).join(Promotion)
    row = (await session.execute(query.where(Impression.key == key, Promotion.public_id == promotion))).one_or_none()
    if row is None:
        return False
    if row.session is None and row.customer_id is None:
        return True
    return (visitor is not None and row.session == visitor) or (
        customer_id is not None and row.customer_id == customer_id
    )


def within_a_week(at: datetime) -> datetime:
    """An event's own time, as far as it can be: not in the future, and no older than a week."""
    now = datetime.now(UTC)
    return min(max(at, now - timedelta(days=7)), now)
