"""Searches and what was clicked in their results, for judging how results are ordered."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_CLICKED = text("""
    SELECT coalesce(s.detail ->> 'words', s.detail ->> 'query'), s.at, customer.public_id, click.product_id
    FROM events AS s LEFT JOIN customers AS customer ON customer.id = s.customer_id,
        LATERAL (
            SELECT c.product_id FROM events AS c
            WHERE c.session = s.session AND c.kind = 'click' AND c.product_id IS NOT NULL
              AND c.detail ->> 'from' = 'search' AND c.at BETWEEN s.at AND s.at + interval '10 minutes'
            ORDER BY c.at LIMIT 1
        ) AS click
    WHERE s.kind = 'search' AND s.at >= :since AND coalesce(s.detail ->> 'words', s.detail ->> 'query') <> ''
    ORDER BY md5(s.id::text) LIMIT :most
""")


@dataclass(frozen=True)
class ClickedSearch:
    words: str
    at: datetime
    customer_id: str | None  # public
    product_id: int


async def clicked_searches(session: AsyncSession, *, since: datetime, limit: int) -> list[ClickedSearch]:
    """Searches since then with the first product that was clicked in their results; a fixed draw of them."""
    rows = await session.execute(_CLICKED, {"since": since, "most": limit})
    return [ClickedSearch(*row) for row in rows]
