"""Budgets that last: how large a share of its chances a promotion takes, set anew every minute.

What is left at midnight is spread evenly over the days that are left, and each day's part over the day. Whoever is
ahead takes part a tenth less, whoever is behind a tenth more (Agarwal et al., Budget Pacing for Targeted Online
Advertisements at LinkedIn, KDD 2014, section 4).
"""

from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

STEP = 1.1
LEAST_PACE = 0.01

_PACE = text("""
    WITH running AS (
        SELECT p.id, p.cost_per_click, coalesce(d.spent, 0) AS spent_today,
               (p.budget - coalesce(a.spent, 0) + coalesce(d.spent, 0)) / (p.ends_on - :today + 1) AS allowance
        FROM promotions AS p
        LEFT JOIN promotion_accounts AS a ON a.promotion_id = p.id
        LEFT JOIN promotion_days AS d ON d.promotion_id = p.id AND d.day = :today
        WHERE p.budget IS NOT NULL AND p.starts_on <= :today AND p.ends_on >= :today
    )
    INSERT INTO promotion_accounts AS a (promotion_id, pace)
    SELECT id, 1 FROM running ORDER BY id
    ON CONFLICT (promotion_id) DO UPDATE SET pace = (
        SELECT CASE WHEN r.spent_today > r.allowance * :passed + r.cost_per_click
                    THEN greatest(a.pace / :step, :least) ELSE least(a.pace * :step, 1) END
        FROM running AS r WHERE r.id = a.promotion_id)
""")


async def pace_budgets(session: AsyncSession, now: datetime | None = None) -> None:
    """One step for every promotion that runs and has a budget."""
    moment = (now or datetime.now(UTC)).astimezone(UTC)
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    passed = (moment - midnight).total_seconds() / 86_400
    values = {"today": moment.date(), "passed": passed, "step": STEP, "least": LEAST_PACE}
    await session.execute(_PACE, values)
