"""The audit trail: who asked for what, and what came of it. Rows are only ever added."""

from enum import StrEnum
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from store.tables import AuditEntry


class Outcome(StrEnum):
    ALLOWED = "allowed"
    REFUSED = "refused"
    FAILED = "failed"


async def record(
    session: AsyncSession,
    *,
    actor: str,
    role: str,
    action: str,
    outcome: Outcome,
    request_id: str,
    detail: dict[str, Any] | None = None,
) -> None:
    """Add one row. `actor` is a session's subject; `detail` must not hold what a log may not hold."""
    await session.execute(
        insert(AuditEntry).values(
            actor=actor[:40],
            role=role,
            action=action[:60],
            outcome=outcome.value,
            request_id=request_id[:64],
            detail=detail or {},
        )
    )


async def newest(session: AsyncSession, *, actor: str | None = None, limit: int = 100) -> list[AuditEntry]:
    """The newest rows first, of one actor or of everybody."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if actor is not None:
        query = query.where(AuditEntry.actor == actor)
    return list(await session.scalars(query))
